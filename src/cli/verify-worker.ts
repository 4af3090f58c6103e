/**
 * One worker thread of a verification: runs whatever piece it is given, of either part.
 */
import type { BaseCount, CountExtent, CrashCell } from "../verify/crash-points/index.ts";
import { countCellHere, runVerifyTask, type TimedResult, type VerifyTask } from "../verify/verify-task.ts";

export interface CountTask {
  readonly cell: CrashCell;
  readonly extent: CountExtent;
}

export function countInThread({ cell, extent }: CountTask): Promise<readonly BaseCount[]> {
  return countCellHere(cell, extent);
}

export async function workOnVerifyTask(task: VerifyTask): Promise<TimedResult> {
  const startedMs = performance.now();
  const result = await runVerifyTask(task);
  return { result, seconds: (performance.now() - startedMs) / 1000 };
}
