/**
 * The model-based property (cluster-commands.ts) as plain fc.assert: every ordered run is made, or it has failed.
 *
 * fast-check shrinks a list of operations that fails. What is left is written down as the scenario that it amounts to, with
 * explicit faults, and that is shrunk as a whole run like every other counterexample.
 */
import fc from "fast-check";
import { performance } from "node:perf_hooks";
import { clusterArbitrary, commandsArbitrary, RunningCommands } from "./cluster-commands.ts";
import { errorWords, type SearchFailure, shrunkFailure } from "./failure.ts";
import { searchEngines } from "./judged-scenario.ts";
import { type Explored, type SearchOrder, tooFewRuns } from "./search.ts";

export interface ModelExplored extends Explored {
  /** Of all runs, also of those that shrank the operations. */
  readonly operationCount: number;
}

export interface ModelSearched {
  readonly runCount: number;
  readonly operationCount: number;
  readonly seconds: number;
  readonly failure: SearchFailure | undefined;
}

/** `isShrunk`: the operations that failed are shrunk by fast-check; else they are handed back as they were found. */
export async function exploreModel(
  { seed, runCount: numRuns, secondsMax }: SearchOrder,
  isShrunk: boolean,
): Promise<ModelExplored> {
  const engines = await searchEngines();
  let runCount = 0;
  let operationCount = 0;
  let firstFailedAt: number | undefined;
  let text: string | undefined;
  const cases = clusterArbitrary.chain((cluster) =>
    fc.tuple(fc.constant(cluster), commandsArbitrary(cluster.slotCount)),
  );
  try {
    fc.assert(
      fc.property(cases, ([cluster, commands]) => {
        runCount += 1;
        const running = new RunningCommands(cluster, engines);
        try {
          running.run(commands);
        } catch (error) {
          // The last one that fast-check saw fail is the smallest.
          text = running.scenarioText();
          firstFailedAt ??= runCount;
          throw error;
        } finally {
          operationCount += running.operationCount;
        }
      }),
      {
        seed,
        numRuns,
        endOnFailure: !isShrunk,
        interruptAfterTimeLimit: secondsMax * 1000,
        markInterruptAsFailure: true,
      },
    );
  } catch (error) {
    const operations = text === undefined || !(error instanceof Error) ? "" : `\n${error.message}`;
    const message = `${errorWords(error)}${operations}`;
    return { runCount: firstFailedAt ?? runCount, operationCount, message, text };
  }
  return { runCount, operationCount, message: tooFewRuns(runCount, numRuns), text: undefined };
}

export async function searchModel(order: SearchOrder): Promise<ModelSearched> {
  const startMs = performance.now();
  const { runCount, operationCount, message, text } = await exploreModel(order, true);
  const seconds = (performance.now() - startMs) / 1000;
  const failure = message === undefined ? undefined : await shrunkFailure(message, text);
  return { runCount, operationCount, seconds, failure };
}
