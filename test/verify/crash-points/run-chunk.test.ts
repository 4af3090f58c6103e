/** Small bases, whole: every promise holds, all outcomes occur, and every case is an ordinary run. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import { writeScenario } from "../../../src/scenario/write.ts";
import type { ChunkResult } from "../../../src/verify/crash-points/chunk.ts";
import { mergeChunks } from "../../../src/verify/crash-points/merge.ts";
import type { ExecutedCase } from "../../../src/verify/crash-points/case-judge.ts";
import { countBase } from "../../../src/verify/crash-points/run-chunk.ts";
import { prepareRun } from "../../../src/verify/run.ts";
import { ENGINES, PHASES, runSmall, smallBase, tableOf } from "./small-chunk.ts";

function messages(result: ChunkResult): string[] {
  return result.violations.map(
    ({ promise, message, scenarioText }) => `${promise}: ${message}\n${scenarioText}`,
  );
}

describe("every crash point of a small base", () => {
  it("mirror:2 on two servers, the restore: all promises hold in every case", () => {
    const base = smallBase({ serverCount: 2, imageBytes: 1, phase: "restore" });
    const result = runSmall(base);
    expect(messages(result)).toEqual([]);
    expect(result.brokenCount).toBe(0);
    const { executed, distinct, duplicate, skipped } = result.counts;
    expect(executed + duplicate).toBe(countBase(base, ENGINES).cases);
    expect(executed).toBeGreaterThan(50);
    expect(distinct).toBe(executed);
    expect(skipped).toBe(0);
  });

  it("every phase: all promises hold in a spread of cases, for each place of the former", () => {
    for (const phase of PHASES) {
      for (const former of ["production", "backup", "dedicated"] as const) {
        const base = smallBase({
          scheme: "parity:2+1",
          width: 3,
          serverCount: 3,
          imageBytes: 2049,
          phase,
          former,
        });
        const result = runSmall(base, { caseCountMax: 12 });
        expect(messages(result), `${phase}, former ${former}`).toEqual([]);
        expect(result.counts.executed + result.counts.duplicate, `${phase}, former ${former}`).toBe(12);
      }
    }
  });

  it("declustered: all promises hold in a spread of cases of every phase, and outcomes are foretold", () => {
    for (const { base, cell } of [
      { cell: "parity:2+1", base: { width: 7, imageBytes: 15 * 1024 } },
      { cell: "rs:2+2", base: { width: 6, imageBytes: 13 * 1024 } },
      { cell: "lrc:2,1,1", base: { width: 5, imageBytes: 11 * 1024 } },
    ]) {
      for (const phase of PHASES.filter((one) => one !== "double")) {
        const declustered = smallBase({
          scheme: cell,
          ...base,
          serverCount: base.width,
          phase,
          placement: "declustered",
        });
        const result = runSmall(declustered, { caseCountMax: 12 });
        expect(messages(result), `${cell} ${phase}`).toEqual([]);
        expect(result.brokenCount).toBe(0);
        expect(result.counts.executed + result.counts.duplicate, `${cell} ${phase}`).toBe(12);
      }
    }
  });

  it("all three outcomes occur, and waiting that goes on", () => {
    const merged = mergeChunks([
      runSmall(smallBase(), { caseCountMax: 150 }),
      runSmall(smallBase({ phase: "next-checkpoint" }), { caseCountMax: 150 }),
    ]);
    const [cell] = merged.cells;
    expect(cell?.brokenCount).toBe(0);
    expect(cell?.restored).toBeGreaterThan(10);
    expect(cell?.refused).toBeGreaterThan(10);
    expect(cell?.waiting).toBeGreaterThan(10);
    expect(cell?.unneeded).toBeGreaterThan(10);
    expect(merged.wentOnCount).toBeGreaterThan(10);
    expect(merged.foretoldCount).toBeGreaterThan(50);
  });
});

describe("a case", () => {
  it("is an ordinary scenario: run from its file it gives the same digest", () => {
    let compared = 0;
    for (const phase of PHASES) {
      const seen: ExecutedCase[] = [];
      runSmall(smallBase({ phase, former: "backup" }), {
        caseCountMax: 12,
        onCase: (one) => seen.push(one),
      });
      for (const { scenario, digest } of seen) {
        const loaded = loadScenario(writeScenario(scenario), "case");
        if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
        expect(prepareRun(loaded.scenario, ENGINES).world.run().digest, phase).toBe(digest);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);
  });
});

/** All that is added up, but for what depends on which cases come late in their chunk and go on for longer. */
function countsOf(parts: readonly ChunkResult[]) {
  const { counts, cells, reach } = mergeChunks(parts);
  return { counts, cells, reach };
}

describe("counts", () => {
  it("are the same however a base is divided, and in whichever order the parts are added", () => {
    const base = smallBase({ serverCount: 2, imageBytes: 1, phase: "restore" });
    const whole = runSmall(base);
    const { sets } = tableOf(base).run;
    const torn = sets.findIndex(({ keptSlots }) => keptSlots.length === 2);
    expect(torn).toBeGreaterThan(0);
    const shares = [0, 1, 2, 3].map((index) => ({ modulus: 2, index }));
    const parts = [
      { fromSet: 0, endSet: torn, share: undefined },
      ...shares.map((share) => ({ fromSet: torn, endSet: torn + 1, share })),
      { fromSet: torn + 1, endSet: sets.length, share: undefined },
    ]
      .filter(({ fromSet, endSet }) => fromSet < endSet)
      .map((part) => runSmall(base, { part }));
    expect(countsOf(parts)).toEqual(countsOf([whole]));
    expect(countsOf(parts.toReversed())).toEqual(countsOf([whole]));
    expect(parts.filter(({ counts }) => counts.executed > 0).length).toBeGreaterThan(3);
  });

  it("of a selection are exact, and what is left out is counted", () => {
    const base = smallBase({ phase: "next-checkpoint" });
    const total = countBase(base, ENGINES).cases;
    const { executed, duplicate, skipped } = runSmall(base, { caseCountMax: 20 }).counts;
    expect(executed + duplicate).toBe(20);
    expect(skipped).toBe(total - 20);
  });

  it("are the same the second time", () => {
    const base = smallBase({ phase: "scrub", former: "dedicated" });
    expect(runSmall(base, { caseCountMax: 15 })).toEqual(runSmall(base, { caseCountMax: 15 }));
  });
});
