/**
 * The public face of "ckptlab": load a scenario, run it, compare schemes, and know what is promised.
 *
 * ```ts
 * import { loadScenario, runScenario } from "ckptlab";
 * const loaded = loadScenario(text, "my.yaml");
 * if (loaded.ok) console.log((await runScenario(loaded.scenario)).verdict);
 * ```
 */
export { loadScenario } from "./scenario/load.ts";
export { scenarioHash } from "./scenario/canonical.ts";
export type {
  Scenario,
  ScenarioFault,
  ScenarioWorkload,
  Threshold,
  ThresholdName,
} from "./scenario/scenario.ts";
export { compareScenario, type CompareOptions, type CompareTask } from "./verify/compare.ts";
export { idlePromises } from "./verify/exercised.ts";
export { PROMISES, type PromiseChecker } from "./verify/promises/index.ts";
export type {
  CompareResult,
  CompareRow,
  PromiseId,
  PromiseResult,
  RestoreResult,
  RunCostResult,
  RunResult,
  Spread,
  ThresholdResult,
  TimeSample,
} from "./verify/result.ts";
export { PlanRefused, runScenario, type RunOptions } from "./verify/run.ts";
export { shrinkRun, type ShrinkOptions, type ShrinkResult } from "./verify/shrink/shrink.ts";
export { VERSION } from "./verify/version.ts";
