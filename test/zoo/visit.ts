/**
 * Visits bugs: builds the bundle of each, hunts in it in a worker thread, and collects what the strategies report.
 *
 * A hunt that takes too long is ended; that is told, and counts as not found.
 */
import { Worker } from "node:worker_threads";
import path from "node:path";
import { buildHunt } from "./bundle.ts";
import { FIRST_LOOKS } from "./first-looks.ts";
import type { HuntOrder, HuntReport } from "./hunt-worker.ts";
import type { PlantedBug } from "./planted-bug.ts";
import type { StrategyId } from "./strategies/strategy.ts";

export interface Visit {
  /** undefined: the sound core, in which nothing may be found. */
  readonly bug: PlantedBug | undefined;
  readonly reports: readonly HuntReport[];
  /** What went wrong with the visit itself: a patch that does not fit, a hunt without end. */
  readonly problem: string | undefined;
}

export interface VisitOptions {
  readonly root: string;
  /** For the bundles; within the project, since packages are found from there. */
  readonly folder: string;
  readonly strategies: readonly StrategyId[];
  readonly isEveryStrategyRun: boolean;
  readonly secondsMax: number;
  /** See HuntOrder. The sound core is always looked at in full. */
  readonly cellSecondsMax: number | undefined;
}

async function visit(bug: PlantedBug | undefined, options: VisitOptions): Promise<Visit> {
  const { root, folder, strategies, isEveryStrategyRun } = options;
  const outFile = path.join(folder, `${bug?.id ?? "sound"}.mjs`);
  try {
    await buildHunt({ root, bug, outFile });
  } catch (error) {
    return { bug, reports: [], problem: error instanceof Error ? error.message : String(error) };
  }
  const reports: HuntReport[] = [];
  const cellSecondsMax = bug === undefined ? undefined : options.cellSecondsMax;
  const firstLook = bug === undefined ? undefined : FIRST_LOOKS[bug.id];
  const order: HuntOrder = { root, strategies, isEveryStrategyRun, cellSecondsMax, firstLook };
  const problem = await hunt(outFile, order, options.secondsMax, (report) => reports.push(report));
  return { bug, reports, problem };
}

/** What went wrong, or undefined. */
function hunt(
  file: string,
  order: HuntOrder,
  secondsMax: number,
  heard: (report: HuntReport) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(file, { workerData: order });
    const timer = setTimeout(() => {
      resolve(`not finished after ${secondsMax} s`);
      void worker.terminate();
    }, secondsMax * 1000);
    worker.on("message", heard);
    worker.on("error", (error) => resolve(`the hunt failed: ${String(error)}`));
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** Visits all of them, `workerCount` at a time; tells of each when it is done. */
export async function visitAll(
  bugs: readonly (PlantedBug | undefined)[],
  options: VisitOptions,
  workerCount: number,
  done: (visited: Visit) => void,
): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next;
      next += 1;
      if (index >= bugs.length) return;
      const visited = await visit(bugs[index], options);
      visits[index] = visited;
      done(visited);
    }
  };
  await Promise.all(Array.from({ length: workerCount }, work));
  return visits;
}
