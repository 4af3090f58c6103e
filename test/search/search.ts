/**
 * The search: plain fc.assert over generated scenarios, one property for each family.
 *
 * Every run that was ordered is made: one that is cut short by time fails, and the number of runs is compared with what was
 * ordered. What fails is shrunk as a whole run by the project's own shrinker (fast-check is told not to) and handed back.
 */
import fc from "fast-check";
import { performance } from "node:perf_hooks";
import type { Coverage } from "./coverage.ts";
import { errorWords, type SearchFailure, shrunkFailure } from "./failure.ts";
import { problemOf, searchEngines } from "./judged-scenario.ts";
import { type Family, scenarioArbitrary } from "./scenario-arbitrary.ts";

export interface SearchOrder {
  readonly seed: number;
  readonly runCount: number;
  /** The whole property; what is not finished then has failed. */
  readonly secondsMax: number;
}

export interface Explored {
  /** With the one that failed, if one did. */
  readonly runCount: number;
  /** What went wrong, or that time or runs were missing; undefined: nothing. */
  readonly message: string | undefined;
  /** The scenario that failed, as it was generated; undefined: none did. */
  readonly text: string | undefined;
}

export interface Searched {
  readonly runCount: number;
  readonly seconds: number;
  readonly failure: SearchFailure | undefined;
}

/** Up to the first scenario that fails, which is handed back as it is. */
export async function exploreFamily(
  family: Family,
  { seed, runCount: numRuns, secondsMax }: SearchOrder,
  coverage: Coverage,
): Promise<Explored> {
  const engines = await searchEngines();
  let runCount = 0;
  let failing: string | undefined;
  try {
    fc.assert(
      fc.property(scenarioArbitrary(family), (text) => {
        runCount += 1;
        failing = text;
        const problem = problemOf(text, engines, coverage);
        if (problem !== undefined) throw new Error(problem);
        failing = undefined;
      }),
      {
        seed,
        numRuns,
        endOnFailure: true,
        interruptAfterTimeLimit: secondsMax * 1000,
        markInterruptAsFailure: true,
      },
    );
  } catch (error) {
    return { runCount, message: errorWords(error), text: failing };
  }
  return { runCount, message: tooFewRuns(runCount, numRuns), text: undefined };
}

export function tooFewRuns(runCount: number, ordered: number): string | undefined {
  return runCount === ordered ? undefined : `${runCount} runs were made, and ${ordered} were ordered`;
}

export async function searchFamily(
  family: Family,
  order: SearchOrder,
  coverage: Coverage,
): Promise<Searched> {
  const startMs = performance.now();
  const { runCount, message, text } = await exploreFamily(family, order, coverage);
  const seconds = (performance.now() - startMs) / 1000;
  const failure = message === undefined ? undefined : await shrunkFailure(message, text);
  return { runCount, seconds, failure };
}
