/**
 * The search: plain fc.assert over generated scenarios, one property for each family.
 *
 * Every run that was ordered is made: one that is cut short by time fails, and the number of runs is compared with what was
 * ordered. What fails is shrunk as a whole run by the project's own shrinker (fast-check is told not to) and handed back.
 */
import fc from "fast-check";
import { performance } from "node:perf_hooks";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { shrinkRun, type ShrinkResult } from "../../src/verify/shrink/shrink.ts";
import type { Coverage } from "./coverage.ts";
import { problemOf, searchEngines } from "./judged-scenario.ts";
import { type Family, scenarioArbitrary } from "./scenario-arbitrary.ts";

export interface SearchOrder {
  readonly seed: number;
  readonly runCount: number;
  /** The whole property; what is not finished then has failed. */
  readonly secondsMax: number;
}

export interface Searched {
  readonly family: Family;
  readonly runCount: number;
  readonly seconds: number;
  readonly failure: SearchFailure | undefined;
}

export interface SearchFailure {
  readonly message: string;
  /** The scenario that failed, as it was generated; undefined: the search itself failed. */
  readonly text: string | undefined;
  readonly shrunk: ShrinkResult | undefined;
}

const SHRINK_RUN_COUNT_MAX = 1000;

export async function searchFamily(
  family: Family,
  order: SearchOrder,
  coverage: Coverage,
): Promise<Searched> {
  const engines = await searchEngines();
  const startMs = performance.now();
  let runCount = 0;
  let failing: string | undefined;
  let message: string | undefined;
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
        seed: order.seed,
        numRuns: order.runCount,
        endOnFailure: true,
        interruptAfterTimeLimit: order.secondsMax * 1000,
        markInterruptAsFailure: true,
      },
    );
    if (runCount !== order.runCount)
      message = `${runCount} runs were made, and ${order.runCount} were ordered`;
  } catch (error) {
    message = errorWords(error);
  }
  const seconds = (performance.now() - startMs) / 1000;
  if (message === undefined) return { family, runCount, seconds, failure: undefined };
  const scenario = failing === undefined ? undefined : scenarioOf(failing);
  const shrunk =
    scenario === undefined ? undefined : await shrinkRun(scenario, { runCountMax: SHRINK_RUN_COUNT_MAX });
  return { family, runCount, seconds, failure: { message, text: failing, shrunk } };
}

/** Undefined: the generator made no scenario, which is the failure then. */
function scenarioOf(text: string): Scenario | undefined {
  const loaded = loadScenario(text, "search");
  return loaded.ok ? loaded.scenario : undefined;
}

/** fast-check puts what the property threw into its own error's cause. */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return `${error.cause.name}: ${error.cause.message}`;
  return error.message.split("\n").slice(0, 4).join(" ");
}
