/**
 * The worker threads of a verification: one pool for both parts. Threads load the built ESM, so nothing of the command
 * line's own process (a test runner, a debugger's hooks) slows the pieces down.
 */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { BaseCount } from "../verify/crash-points/index.ts";
import type { TimedResult, VerifyTask } from "../verify/verify-task.ts";
import type { CountTask, countInThread, workOnVerifyTask } from "./verify-worker.ts";

const WORKER_FILE = "./verify-worker.js";
const WORKER_FUNCTION: (typeof workOnVerifyTask)["name"] = "workOnVerifyTask";
const COUNT_FUNCTION: (typeof countInThread)["name"] = "countInThread";

export interface VerifyPool {
  readonly threadCount: number;
  execute(task: VerifyTask): Promise<TimedResult>;
  /** Counts the cases of a cell of the crash points, base by base, or of a sample of its bases. */
  count(task: CountTask): Promise<readonly BaseCount[]>;
  close(): Promise<void>;
}

/** As many as there are processors when `workerCount` is undefined. `close` must be called, or the process does not end. */
export function createVerifyPool(workerCount: number | undefined): VerifyPool {
  const threadCount = workerCount ?? availableParallelism();
  let started: Piscina | undefined;
  // Counting and running may both not be needed.
  const pool = (): Piscina => {
    started ??= new Piscina({
      filename: new URL(WORKER_FILE, import.meta.url).href,
      minThreads: threadCount,
      maxThreads: threadCount,
      // A verification hands in many pieces at once.
      maxQueue: Number.POSITIVE_INFINITY,
    });
    return started;
  };
  return {
    threadCount,
    execute: (task) => pool().run(task, { name: WORKER_FUNCTION }) as Promise<TimedResult>,
    count: (task) => pool().run(task, { name: COUNT_FUNCTION }) as Promise<readonly BaseCount[]>,
    close: async () => started?.destroy(),
  };
}
