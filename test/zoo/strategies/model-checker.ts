/**
 * The bounded model checker on each of its configurations, small ones first, within a bound of states each. A case is a
 * state visited.
 */
import { CONFIGURATIONS } from "../../../src/verify/interleavings/configurations/index.ts";
import { exploreConfiguration } from "../../../src/verify/interleavings/explore.ts";
import type { Strategy } from "./strategy.ts";

const BOUNDS = { depthMax: 60, stateCountMax: 250_000, completeEvery: 100 } as const;

export const modelChecker: Strategy = {
  id: "model-checker",
  unit: "states visited by the model checker",
  hunt(_, deadline, within) {
    let cases = 0;
    for (const configuration of Object.values(CONFIGURATIONS)) {
      if (deadline.isOver()) return Promise.resolve({ cases, found: undefined, isCut: true });
      const caseName = configuration.name;
      if (within !== undefined && within !== caseName) continue;
      try {
        const { visited, counterexample } = exploreConfiguration(configuration, BOUNDS);
        cases += visited;
        if (counterexample === undefined) continue;
        const { promise, message, steps } = counterexample;
        const found = {
          kind: "checker",
          promises: [promise],
          message: `${promise}: ${message} (${steps.length} choices)`,
          caseName,
        } as const;
        return Promise.resolve({ cases, found });
      } catch (error) {
        const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const found = { kind: "crash", promises: [], message, caseName } as const;
        return Promise.resolve({ cases: cases + 1, found });
      }
    }
    return Promise.resolve({ cases, found: undefined });
  },
};
