/**
 * Shrinking runs that fail because a bug was planted: what comes out breaks again, is small, and cannot lose a single piece.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/scenario.ts";
import { randomScenarioText } from "../../../src/verify/random-scenario.ts";
import { replayRun } from "../../../src/verify/replay-run.ts";
import { runScenario } from "../../../src/verify/run.ts";
import { explicitScenario } from "../../../src/verify/shrink/explicit-scenario.ts";
import { type Shrunk, shrinkRun } from "../../../src/verify/shrink/shrink.ts";
import { shrunkFile } from "../../../src/verify/shrink/shrunk-file.ts";
import { PLANTED } from "../simulation/planted-bugs.ts";

function loaded(text: string): Scenario {
  const result = loadScenario(text, "test");
  if (!result.ok) throw new Error(`${result.error.field}: ${result.error.message}`);
  return result.scenario;
}

/** Much that has nothing to do with any of the bugs. */
const LARGE = loaded(`
name: large
seed: "8"
servers: { backups: [a, b, c, d, e, f] }
domains: { left: [a, b, c], right: [d, e, f] }
former: dedicated
scheme: parity:3+1
width: 5
subsegment: 4KiB
retention: 3
network: { jitter: 37us }
workload: { kind: synthetic, image: 30001B, contentSeed: 77, checkpointEvery: 37ms }
faults:
  - { at: 100ms..200ms, kind: crash, target: f, restartAfter: 33ms }
  - { at: 120ms, kind: partition, from: [a], to: [b, c], healAfter: 61ms }
  - { perHour: 8000, kind: slow-disk, target: all-backups, factor: 3, lasts: 17ms, during: 100ms..600ms }
  - { at: 377ms, kind: loss, ratePpm: 1000, lasts: 20ms }
  - { at: 633ms, kind: permanent-loss, target: production }
  - { at: 1210ms, kind: bit-rot, target: any-backup, bits: 7 }
duration: 1777ms
`);

async function shrunk(scenario: Scenario, options: Parameters<typeof shrinkRun>[1]): Promise<Shrunk> {
  const result = await shrinkRun(scenario, options);
  if (result.outcome !== "shrunk") throw new Error(result.outcome);
  return result;
}

async function isBroken(scenario: Scenario, promise: string, plant: keyof typeof PLANTED): Promise<boolean> {
  // What is taken away may leave a scenario that no file may ask for: that breaks nothing.
  const { promises } = await runScenario(scenario, { plant: PLANTED[plant] });
  return promises.some(({ id, status }) => id === promise && status === "broken");
}

describe("an explicit scenario", () => {
  it("runs as the scenario whose rates, ranges and swarms it writes out", async () => {
    for (const text of [
      randomScenarioText("explicit-1"),
      "{name: s, servers: {backups: [a, b, c, d]}, scheme: 'rs:2+2', workload: {kind: synthetic, image: 20KiB}, swarm: {count: 12}, healAt: 700ms, duration: 1s}",
    ]) {
      const scenario = loaded(text);
      const explicit = explicitScenario(scenario);
      expect(explicit.swarm).toBeUndefined();
      expect(
        explicit.faults.every(({ at, atEvent }) => at?.fromNs === at?.toNs || atEvent !== undefined),
      ).toBe(true);
      expect((await runScenario(explicit)).digest).toBe((await runScenario(scenario)).digest);
    }
    const explicit = explicitScenario(LARGE);
    expect(explicit.faults.length).toBeGreaterThan(LARGE.faults.length);
    expect((await runScenario(explicit)).digest).toBe((await runScenario(LARGE)).digest);
  });
});

const CASES: readonly { readonly plant: keyof typeof PLANTED; readonly faultCountMax: number }[] = [
  { plant: "nobodyRestores", faultCountMax: 1 },
  { plant: "segmentsMixed", faultCountMax: 1 },
  { plant: "durableTooEarly", faultCountMax: 1 },
  { plant: "membersDenied", faultCountMax: 1 },
];

describe("a shrunk run", () => {
  it.each(CASES)(
    "of the bug $plant is small, breaks again, and loses no single piece",
    async ({ plant, faultCountMax }) => {
      const options = { plant: PLANTED[plant] };
      const result = await shrunk(LARGE, options);
      const { scenario, failure } = result;
      const { promise } = failure;
      if (promise === undefined) throw new Error("no promise");
      expect(scenario.servers.backups).toHaveLength(2);
      expect(scenario.faults.length).toBeLessThanOrEqual(faultCountMax);
      expect(scenario.domains).toBeUndefined();
      expect(scenario.former).toBe("production");
      expect(scenario.durationNs).toBeLessThan(LARGE.durationNs);
      expect(result.isMinimal).toBe(true);
      expect(result.stepCountLeft).toBeGreaterThan(0);

      // Minimal, by another way than the shrinker's own steps: without any fault, or with half the time, it holds.
      for (const index of scenario.faults.keys()) {
        const faults = scenario.faults.filter((_, at) => at !== index);
        expect(await isBroken({ ...scenario, faults }, promise, plant), `without fault ${index}`).toBe(false);
      }
      const last = Math.max(0, ...scenario.faults.map(({ at }) => at?.toNs ?? 0));
      const halfNs = Math.max(last + 1, Math.floor(scenario.durationNs / 2));
      if (halfNs < scenario.durationNs)
        expect(await isBroken({ ...scenario, durationNs: halfNs }, promise, plant), "in half the time").toBe(
          false,
        );

      // The file is the run: it loads, and breaks the promise again with the same digest.
      const file = shrunkFile(result, plant);
      const again = loadScenario(file.text("found.yaml"), "found.yaml");
      if (!again.ok || again.counterexample === undefined) throw new Error("no counterexample");
      const replay = await replayRun(again.counterexample, again.scenario, options);
      expect(replay).toMatchObject({ outcome: "breaks-again", sameDigest: true, sameMessage: true });
      expect(file.text("found.yaml").split("\n").length).toBeLessThan(50);
    },
  );

  it("has neither racks nor another placement that the failure does not need", async () => {
    const racked = loaded(`
name: racked
servers: { backups: [a, b, c, d] }
domains: { left: [a, b], right: [c, d] }
domainsApart: true
placement: declustered
scheme: mirror:2
width: 4
workload: { kind: synthetic, image: 1KiB, checkpointEvery: 37ms }
faults: [{ at: 200ms, kind: permanent-loss, target: production }]
duration: 1s
`);
    const [first] = CASES;
    if (first === undefined) throw new Error("no planted bug");
    const { scenario } = await shrunk(racked, { plant: PLANTED[first.plant] });
    expect(scenario).not.toHaveProperty("placement");
    expect(scenario).not.toHaveProperty("domains");
    expect(scenario).not.toHaveProperty("domainsApart");
  });

  it("is the same each time", async () => {
    const options = { plant: PLANTED.nobodyRestores };
    expect(await shrunk(LARGE, options)).toEqual(await shrunk(LARGE, options));
  });

  it("says when the runs were used up, and has not one more", async () => {
    const result = await shrunk(LARGE, { plant: PLANTED.nobodyRestores, runCountMax: 7 });
    // The first run and the last one are not steps.
    expect(result).toMatchObject({ isMinimal: false, runCount: 9 });
    expect(await isBroken(result.scenario, result.failure.promise ?? "", "nobodyRestores")).toBe(true);
    expect(shrunkFile(result).text("x.yaml")).toContain("a smaller run may fail too");
  });

  it("does not exist where nothing breaks, or not what was asked for", async () => {
    expect(await shrinkRun(LARGE)).toEqual({ outcome: "holds" });
    expect(await shrinkRun(LARGE, { plant: PLANTED.nobodyRestores, wanted: "integrity" })).toEqual({
      outcome: "holds",
    });
  });

  it("of a core that stops with an error stops with an error", async () => {
    const plant: (typeof PLANTED)[keyof typeof PLANTED] = (_, program) => ({
      ...program,
      message: (state, env, from, message) => {
        if (message.type === "restore") throw new RangeError("planted");
        program.message(state, env, from, message);
      },
    });
    const result = await shrunk(LARGE, { plant });
    expect(result.failure).toMatchObject({ promise: undefined, message: "RangeError: planted" });
    expect(result.scenario.faults).toHaveLength(1);
    const text = shrunkFile(result).text("error.yaml");
    expect(loadScenario(text, "error.yaml")).toMatchObject({ ok: true, counterexample: undefined });
  });

  it("breaks the promise that the run broke, whatever the run and the bug", async () => {
    const plants = Object.keys(PLANTED) as (keyof typeof PLANTED)[];
    let brokenCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 10_000 }), fc.constantFrom(...plants), async (seed, plant) => {
        const start = loaded(randomScenarioText(`shrink-${seed}`));
        const before = await runScenario(start, { plant: PLANTED[plant] });
        const result = await shrinkRun(start, { plant: PLANTED[plant], runCountMax: 20 });
        if (before.verdict !== "broken") {
          expect(result.outcome).toBe("holds");
          return;
        }
        brokenCount += 1;
        if (result.outcome !== "shrunk") throw new Error(result.outcome);
        const first = before.promises.find(({ status }) => status === "broken")?.id;
        expect(result.failure.promise).toBe(first);
        const after = await runScenario(result.scenario, { plant: PLANTED[plant] });
        expect(after.promises.find(({ id }) => id === first)?.status).toBe("broken");
        expect(after.digest).toBe(result.failure.digest);
      }),
      { numRuns: 12, seed: 6 },
    );
    expect(brokenCount).toBeGreaterThan(3);
  });
});
