/** A checkpoint that is not taken is told with the reason, and with who said so. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { failedCheckpointWords } from "../../src/verify/failed-checkpoints.ts";
import { narrativeOf } from "../../src/verify/narrative.ts";
import { prepareEngines, prepareRun, runScenario } from "../../src/verify/run.ts";

function scenarioOf(fault: string): Scenario {
  const loaded = loadScenario(
    `name: not-taken
servers: { backups: [a, b, c] }
scheme: parity:2+1
subsegment: 4KiB
workload: { kind: synthetic, image: 64KiB, checkpointEvery: 50ms }
faults: [${fault}]
duration: 1s
`,
    "not-taken.yaml",
  );
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.scenario;
}

const FULL = "{ at: 300ms, kind: disk-full, target: b, lasts: 400ms }";

describe("a checkpoint that is given up", () => {
  it("because a disk is full: the run says so, and which server's disk refused", async () => {
    const { failedCheckpoints, verdict, costs } = await runScenario(scenarioOf(FULL));
    expect(verdict).toBe("held");
    expect(failedCheckpoints.length).toBeGreaterThan(0);
    for (const failed of failedCheckpoints) {
      expect(failed).toMatchObject({ reason: "too-few-servers", storageFailedOn: ["b"] });
      expect(failed.takenAtNs).toBeGreaterThanOrEqual(300e6);
      expect(failed.failedAtNs).toBeGreaterThan(failed.takenAtNs);
      expect(failedCheckpointWords(failed)).toBe("too few servers answered; storage failed on b");
    }
    // Before and after it checkpoints are durable.
    expect(costs.durableCount).toBeGreaterThan(5);
  });

  it("is told by the narrative, after the server's own word", async () => {
    const scenario = scenarioOf(FULL);
    const { plan, world } = prepareRun(scenario, await prepareEngines(scenario), {});
    const names = { hostNames: plan.hosts.names, slotHosts: plan.hosts.slots };
    const told = narrativeOf(world.run(), names).map(({ server, text }) => `${server} ${text}`);
    const refused = told.indexOf("b reports that its disk refused a write or a flush");
    const givenUp = told.findIndex((line) =>
      /^production gives checkpoint \d+ up: too few servers answered$/.test(line),
    );
    expect(refused).toBeGreaterThan(0);
    expect(givenUp).toBeGreaterThan(refused);
  });

  it("because a server is lost: no disk is blamed", async () => {
    const { failedCheckpoints } = await runScenario(
      scenarioOf("{ at: 310ms, kind: permanent-loss, target: c }"),
    );
    expect(failedCheckpoints.length).toBeGreaterThan(0);
    expect(failedCheckpoints.every(({ storageFailedOn }) => storageFailedOn.length === 0)).toBe(true);
  });

  it("nothing is said of a run in which every checkpoint became durable", async () => {
    const { failedCheckpoints } = await runScenario(scenarioOf(""));
    expect(failedCheckpoints).toEqual([]);
  });
});
