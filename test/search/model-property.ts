/** The model-based property (cluster-commands.ts) as plain fc.assert: every ordered run is made, or it has failed. */
import fc from "fast-check";
import { performance } from "node:perf_hooks";
import { clusterArbitrary, commandsArbitrary, runCommands } from "./cluster-commands.ts";
import { searchEngines } from "./judged-scenario.ts";
import { errorWords, type SearchOrder } from "./search.ts";

export interface ModelSearched {
  readonly runCount: number;
  readonly operationCount: number;
  readonly seconds: number;
  /** What went wrong, with the operations as fast-check shrank them. */
  readonly failure: string | undefined;
}

export async function searchModel({
  seed,
  runCount: numRuns,
  secondsMax,
}: SearchOrder): Promise<ModelSearched> {
  const engines = await searchEngines();
  const startMs = performance.now();
  let runCount = 0;
  let operationCount = 0;
  let failure: string | undefined;
  const cases = clusterArbitrary.chain((cluster) =>
    fc.tuple(fc.constant(cluster), commandsArbitrary(cluster.slotCount)),
  );
  try {
    fc.assert(
      fc.property(cases, ([cluster, commands]) => {
        runCount += 1;
        operationCount += runCommands(cluster, commands, engines);
      }),
      { seed, numRuns, interruptAfterTimeLimit: secondsMax * 1000, markInterruptAsFailure: true },
    );
    if (runCount !== numRuns) failure = `${runCount} runs were made, and ${numRuns} were ordered`;
  } catch (error) {
    failure = `${errorWords(error)}\n${error instanceof Error ? error.message : ""}`;
  }
  return { runCount, operationCount, seconds: (performance.now() - startMs) / 1000, failure };
}
