/** A small verification of real pieces, and a run of it in this thread that keeps what was found. */
import type { FoundCounterexample } from "../../src/verify/found-counterexample.ts";
import {
  planVerification,
  runVerifyTask,
  type TimedResult,
  type VerifyPlan,
  type VerifyTask,
} from "../../src/verify/verify-task.ts";
import type { VerifyRun } from "../../src/verify/verify.ts";

/** Real pieces, few and small: every so many chunks with a few cases of each, and the first configuration cut off early. */
export async function smallPlan(chunkCount: number, caseCountMax: number): Promise<VerifyPlan> {
  const plan = await planVerification("commit");
  const planned = [...plan.tasks];
  const chunks = planned.filter((task) => task.part === "crash-points");
  const every = Math.ceil(chunks.length / chunkCount);
  const [exploration] = planned.filter((task) => task.part === "interleavings");
  if (exploration === undefined) throw new Error("no configuration");
  const bounds = { ...exploration.planned.bounds, stateCountMax: 300 };
  const few = chunks.flatMap((task, index): VerifyTask[] =>
    index % every === 0 ? [{ ...task, chunk: { ...task.chunk, caseCountMax } }] : [],
  );
  const tasks = [{ ...exploration, planned: { ...exploration.planned, bounds } }, ...few];
  return { ...plan, taskCount: tasks.length, tasks };
}

export interface Kept {
  readonly run: VerifyRun;
  readonly found: FoundCounterexample[];
  readonly executed: string[];
}

export function runOf(plan: VerifyPlan, execute: (task: VerifyTask) => Promise<TimedResult>): Kept {
  const found: FoundCounterexample[] = [];
  const executed: string[] = [];
  const run: VerifyRun = {
    plan,
    execute: (task) => {
      executed.push(task.id);
      return execute(task);
    },
    keep: (each) => {
      found.push(each);
      return Promise.resolve({ file: each.fileName, command: `ckptlab replay ${each.fileName}` });
    },
    nowMs: () => 0,
    command: "ckptlab verify",
  };
  return { run, found, executed };
}

export const here = async (task: VerifyTask): Promise<TimedResult> => ({
  result: await runVerifyTask(task),
  seconds: 0,
});
