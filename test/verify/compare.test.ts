/** A comparison: exact costs, the same result wherever and in whatever order its runs are executed. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { compareScenario, type CompareTask, runTask } from "../../src/verify/compare.ts";
import type { CompareRow, RunResult } from "../../src/verify/result.ts";
import { PlanRefused, prepareEngines } from "../../src/verify/run.ts";

function scenario(changes: Record<string, unknown> = {}): Scenario {
  const text = JSON.stringify({
    name: "small-review",
    title: "A small comparison",
    seed: "small",
    servers: { backups: ["a", "b", "c", "d"] },
    scheme: "mirror:2",
    subsegment: "1KiB",
    workload: { kind: "synthetic", image: "12KiB", contentSeed: 4, checkpointEvery: "50ms" },
    faults: [{ at: "100ms..200ms", kind: "permanent-loss", target: "production" }],
    duration: "600ms",
    compare: {
      schemes: ["mirror:2", "stripe:3", "parity:3+1"],
      formers: ["production", "backup", "dedicated"],
      commonWidth: 4,
      seeds: 2,
    },
    ...changes,
  });
  const loaded = loadScenario(text, "small-review");
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.scenario;
}

describe("compareScenario", () => {
  it("gives the closed forms of stored and sent bytes for every row", async () => {
    const result = await compareScenario(scenario());
    expect(result.rows).toHaveLength(3 * 3 * 2);
    const rowOf = (scheme: string, former: string, widthKind: string): CompareRow | undefined =>
      result.rows.find(
        (row) => row.scheme === scheme && row.former === former && row.widthKind === widthKind,
      );
    // 12 subsegments: mirrored twice; striped over 3; 4 groups of 3 + 1.
    const stored = { "mirror:2": 2, "stripe:3": 1, "parity:3+1": 16 / 12 };
    for (const [scheme, expected] of Object.entries(stored)) {
      for (const widthKind of ["own", "common"]) {
        for (const former of ["production", "backup", "dedicated"]) {
          const row = rowOf(scheme, former, widthKind);
          expect(row?.storedBytesPerImageByte, `${scheme} ${former} ${widthKind}`).toBeCloseTo(expected, 12);
          expect(row?.takeImageBytesPerImageByte).toBe(former === "production" ? 0 : 1);
          // What lies on the former's own server crossed no network: an even share of the width.
          const width = row?.width ?? 1;
          const local = former === "backup" ? expected / width : 0;
          expect(row?.takeMemberBytesPerImageByte).toBeCloseTo(expected - local, 12);
        }
      }
    }
  });

  it("runs a row once when its own width is the common one, and counts every run", async () => {
    const result = await compareScenario(scenario());
    // 3 places of (mirror:2 at 2 and 4, stripe:3 at 3 and 4, parity:3+1 at 4), each one quiet run and 2 seeds.
    expect(result.runCount).toBe(3 * 5 * 3);
    expect(result.promises.every(({ brokenCount }) => brokenCount === 0)).toBe(true);
    expect(result.promises.find(({ id }) => id === "accounting")?.checkedCount).toBeGreaterThan(0);
    expect(result.rows.every((row) => row.restoredCount === 2)).toBe(true);
  });

  it("does not depend on where and in which order the runs are executed", async () => {
    const small = scenario({
      compare: { schemes: ["mirror:2", "parity:2+1"], formers: ["backup"], seeds: 3 },
    });
    const engines = await prepareEngines(small);
    const waiting: (() => void)[] = [];
    const execute = (task: CompareTask): Promise<RunResult> =>
      new Promise((resolve) => {
        waiting.push(() => {
          resolve(runTask(small, engines, [], task));
        });
        // The last task to be handed in runs first.
        if (waiting.length === 8) for (const run of waiting.reverse()) run();
      });
    expect(await compareScenario(small, { execute })).toEqual(await compareScenario(small));
  });

  it("takes times to durable of the first production server only, with those of the run without faults", async () => {
    const runs: RunResult[] = [];
    const small = scenario({ compare: { schemes: ["parity:2+1"], formers: ["backup"], seeds: 2 } });
    const engines = await prepareEngines(small);
    const { rows } = await compareScenario(small, {
      execute: (task) => {
        const run = runTask(small, engines, [], task);
        runs.push(run);
        return Promise.resolve(run);
      },
    });
    const times = runs.flatMap(({ costs }) => costs.durableBeforeRestoreNs).sort((a, b) => a - b);
    expect(rows[0]?.durableNs?.times).toEqual(times);
    const [quiet, ...faulty] = runs;
    expect(quiet?.costs.durableBeforeRestoreNs).toEqual(quiet?.costs.durableNs);
    for (const { costs } of faulty) {
      expect(costs.durableBeforeRestoreNs.length).toBeGreaterThan(0);
      expect(costs.durableBeforeRestoreNs.length).toBeLessThan(costs.durableNs.length);
      expect(costs.durableNs.slice(0, costs.durableBeforeRestoreNs.length)).toEqual(
        costs.durableBeforeRestoreNs,
      );
    }
  });

  it("counts a repair only in runs that rebuilt something, by the byte rebuilt", async () => {
    const struck = scenario({
      faults: [{ at: "150ms", kind: "crash", target: "a", disk: "lost", restartAfter: "20ms" }],
      compare: { schemes: ["mirror:2", "parity:3+1"], formers: ["production"], seeds: 2 },
    });
    const { rows } = await compareScenario(struck);
    const [mirror, parity] = rows;
    for (const row of [mirror, parity]) {
      expect(row?.rebuiltRunCount).toBe(2);
      // Questions, manifests and headers come on top of the members.
      const read = row?.k ?? 0;
      expect(row?.repairBytesPerRebuiltByte).toBeGreaterThan(read * 0.9);
      expect(row?.repairBytesPerRebuiltByte).toBeLessThan(read * 3);
    }
    // Position 0 of two has a copy of all; that of four a quarter of the 16 members of 12 subsegments.
    expect(mirror?.rebuiltBytesPerImageByte).toBeGreaterThanOrEqual(1);
    expect((mirror?.rebuiltBytesPerImageByte ?? 0) / (parity?.rebuiltBytesPerImageByte ?? 1)).toBeCloseTo(
      3,
      6,
    );
    const whole = await compareScenario(scenario({ faults: [] }));
    expect(
      whole.rows.every((row) => row.rebuiltRunCount === 0 && row.repairBytesPerRebuiltByte === undefined),
    ).toBe(true);
  });

  it("knows the exact share of survived losses", async () => {
    const result = await compareScenario(scenario());
    const shares = (scheme: string, widthKind: string): readonly number[] | undefined =>
      result.rows.find((row) => row.scheme === scheme && row.widthKind === widthKind)?.survival;
    expect(shares("mirror:2", "own")).toEqual([1, 1, 0]);
    // Over 4 servers, copies on neighbours: 2 of the 6 pairs share no group.
    expect(shares("mirror:2", "common")).toEqual([1, 1, 2 / 6, 0, 0]);
    expect(shares("stripe:3", "own")).toEqual([1, 0, 0, 0]);
    expect(shares("parity:3+1", "own")).toEqual([1, 1, 0, 0, 0]);
  });

  it("names a broken run with the command that replays it", async () => {
    const lossy = scenario({
      compare: { schemes: ["mirror:2"], formers: ["production"], seeds: 1 },
      expect: { restoreMsP99: { max: 1 } },
    });
    const result = await compareScenario(lossy, {
      execute: async (task) => {
        const run = runTask(lossy, await prepareEngines(lossy), [], task);
        return task.withoutFaults ? run : { ...run, verdict: "broken" };
      },
    });
    expect(result.broken.map(({ command }) => command)).toEqual([
      "ckptlab run SCENARIO --seed small-1 --scheme mirror:2 --former production --width 2",
    ]);
    expect(result.verdict).toContain("1 of 2 runs broke a promise");
    expect(result.thresholds).toEqual([
      expect.objectContaining({ name: "restoreMsP99", max: 1, met: false }),
    ]);
  });

  it("refuses a scheme that the cluster has no servers for", async () => {
    const narrow = scenario();
    const wide = {
      ...narrow,
      compare: {
        schemes: ["parity:7+1"],
        formers: ["production" as const],
        commonWidth: undefined,
        seedCount: 1,
      },
    };
    await expect(compareScenario(wide)).rejects.toBeInstanceOf(PlanRefused);
  });
});
