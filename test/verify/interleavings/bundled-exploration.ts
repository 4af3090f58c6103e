/** What ordering-bugs.test.ts bundles together with a planted bug: explorations by that very code, and replays. */
import {
  CONFIGURATIONS,
  exploreConfiguration,
  replaySchedule,
  scheduleText,
} from "../../../src/verify/interleavings/index.ts";
import type { PromiseId } from "../../../src/verify/result.ts";

export interface FoundSchedule {
  readonly promise: PromiseId;
  readonly choiceCount: number;
  readonly visited: number;
  readonly text: string;
}

const BOUNDS = { depthMax: 100, stateCountMax: 800_000, completeEvery: 100 } as const;

export function hunt(name: keyof typeof CONFIGURATIONS): FoundSchedule | undefined {
  const { counterexample, visited } = exploreConfiguration(CONFIGURATIONS[name], BOUNDS);
  if (counterexample === undefined) return undefined;
  const { promise, steps } = counterexample;
  return { promise, choiceCount: steps.length, visited, text: scheduleText(counterexample, "found.yaml") };
}

export function outcomeOf(text: string): string {
  const replay = replaySchedule(text);
  return replay.ok ? replay.outcome : replay.error;
}
