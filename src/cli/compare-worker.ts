/**
 * One worker thread of a comparison: prepares its engines once, then runs tasks.
 */
import { workerData } from "node:worker_threads";
import type { Segment } from "../core/checkpoint/image.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type CompareTask, runTask } from "../verify/compare.ts";
import type { RunResult } from "../verify/result.ts";
import { prepareEngines, type RunEngines } from "../verify/run.ts";

/** What every task of a comparison has in common. */
export interface CompareWorkerData {
  readonly scenario: Scenario;
  readonly files: readonly Segment[];
}

let engines: Promise<RunEngines> | undefined;

export async function workOnTask(task: CompareTask): Promise<RunResult> {
  const { scenario, files } = workerData as CompareWorkerData;
  engines ??= prepareEngines(scenario);
  return runTask(scenario, await engines, files, task);
}
