/** Random swarm scenarios, as the simulation gate runs them: they heal, and come to what a healed run must come to. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/scenario.ts";
import { swarmScenarioText } from "../../../src/verify/random-scenario.ts";
import { runScenario } from "../../../src/verify/run.ts";

function scenarioOf(seed: string): Scenario {
  const loaded = loadScenario(swarmScenarioText(seed), seed);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.scenario;
}

const SEEDS = Array.from({ length: 24 }, (_, index) => `swarm-${index}`);

describe("random swarm scenarios", () => {
  it("are the same for the same seed, go beyond the budget now and then, and say when they heal", () => {
    expect(swarmScenarioText("a")).toBe(swarmScenarioText("a"));
    expect(swarmScenarioText("a")).not.toBe(swarmScenarioText("b"));
    const scenarios = SEEDS.map(scenarioOf);
    expect(new Set(scenarios.map(({ budget }) => budget))).toEqual(new Set(["within", "beyond"]));
    for (const { healAtNs, durationNs } of scenarios) expect(healAtNs).toBeLessThan(durationNs);
  });

  it("hold every promise, and redundancy is restored after most heals", async () => {
    let restoredCount = 0;
    for (const seed of SEEDS) {
      const result = await runScenario(scenarioOf(seed));
      expect(`${seed}: ${result.verdict}`).toBe(`${seed}: held`);
      const restored = result.promises.find(({ id }) => id === "redundancy-restored");
      if (restored !== undefined && restored.checkedCount > 0) restoredCount += 1;
    }
    expect(restoredCount).toBeGreaterThan(SEEDS.length / 2);
  });
});
