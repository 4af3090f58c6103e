/**
 * The worker threads of a comparison: as many as there are processors, within a bound on memory.
 */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { CompareTask } from "../verify/compare.ts";
import type { RunResult } from "../verify/result.ts";
import type { CompareWorkerData, workOnTask } from "./compare-worker.ts";

/** Each worker holds its own SQLite engine and the images of a run: some tens of megabytes for a ledger of 4 MiB. */
const WORKER_COUNT_MAX = 8;

const WORKER_FILE = "./compare-worker.js";
const WORKER_FUNCTION: (typeof workOnTask)["name"] = "workOnTask";

export interface ComparePool {
  execute(task: CompareTask): Promise<RunResult>;
  close(): Promise<void>;
}

/** Threads start with the first task. `close` must be called, or the process does not end. */
export function createComparePool(data: CompareWorkerData): ComparePool {
  const threadCount = Math.min(availableParallelism(), WORKER_COUNT_MAX);
  const pool = new Piscina<CompareTask, RunResult>({
    filename: new URL(WORKER_FILE, import.meta.url).href,
    workerData: data,
    minThreads: threadCount,
    maxThreads: threadCount,
    // A comparison hands in all its tasks at once.
    maxQueue: Number.POSITIVE_INFINITY,
  });
  return {
    execute: (task) => pool.run(task, { name: WORKER_FUNCTION }),
    close: () => pool.destroy(),
  };
}
