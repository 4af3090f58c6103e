/** Faults in bursts around takeovers, restores and rejoins: every promise holds in a few hundred short runs. */
import { describe, expect, it } from "vitest";
import { burstScenarioText } from "./burst-scenario.ts";
import { runText } from "./run-text.ts";

const RUN_COUNT = 100;

describe("bursts of faults around the moments that matter", () => {
  for (const budget of ["within", "beyond"] as const) {
    it(`${budget} budget: no promise is broken in ${RUN_COUNT} runs`, async () => {
      let restoredCount = 0;
      for (let index = 0; index < RUN_COUNT; index += 1) {
        const text = burstScenarioText(`${budget}-${index}`, budget);
        const result = await runText(text);
        const broken = result.promises.filter(({ status }) => status === "broken");
        expect(broken, text).toEqual([]);
        if (result.restores.some(({ verdict }) => verdict === "restored")) restoredCount += 1;
      }
      // Runs in which nothing is ever restored would prove little.
      expect(restoredCount).toBeGreaterThan(RUN_COUNT / 2);
    }, 60_000);
  }
});
