/**
 * The worker threads of a verification: one pool for both parts. Threads load the built ESM, so nothing of the command
 * line's own process (a test runner, a debugger's hooks) slows the pieces down.
 */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { TimedResult, VerifyTask } from "../verify/verify-task.ts";
import type { workOnVerifyTask } from "./verify-worker.ts";

const WORKER_FILE = "./verify-worker.js";
const WORKER_FUNCTION: (typeof workOnVerifyTask)["name"] = "workOnVerifyTask";

export interface VerifyPool {
  execute(task: VerifyTask): Promise<TimedResult>;
  close(): Promise<void>;
}

/** As many as there are processors when `workerCount` is undefined. `close` must be called, or the process does not end. */
export function createVerifyPool(workerCount: number | undefined): VerifyPool {
  const threadCount = workerCount ?? availableParallelism();
  const pool = new Piscina<VerifyTask, TimedResult>({
    filename: new URL(WORKER_FILE, import.meta.url).href,
    minThreads: threadCount,
    maxThreads: threadCount,
    // A verification hands in all its pieces at once.
    maxQueue: Number.POSITIVE_INFINITY,
  });
  return {
    execute: (task) => pool.run(task, { name: WORKER_FUNCTION }),
    close: () => pool.destroy(),
  };
}
