/**
 * The model checker as one part of a verification: every configuration of a profile, one after the other.
 *
 * Whoever has more threads takes `plannedExplorations` and hands out `exploreConfiguration` piece by piece.
 */
import type { PromiseId } from "../result.ts";
import type { VerifyPart, VerifyViolation } from "../verify-result.ts";
import { boundsText } from "./configuration.ts";
import { type InterleavingProfile, plannedExplorations } from "./configurations.ts";
import { type Exploration, exploreConfiguration, type ProgramOf } from "./explore.ts";
import { scheduleFileName, scheduleText } from "./schedule.ts";

export {
  CONFIGURATIONS,
  interleavingConfigurations,
  LARGER_CONFIGURATIONS,
  plannedExplorations,
  type InterleavingProfile,
  type PlannedExploration,
} from "./configurations.ts";
export { boundsText, type InterleavingConfiguration } from "./configuration.ts";
export {
  exploreConfiguration,
  type Counterexample,
  type Exploration,
  type ExplorationBounds,
  type ProgramOf,
} from "./explore.ts";
export {
  isScheduleText,
  replaySchedule,
  scheduleFileName,
  scheduleText,
  type ScheduleReplay,
} from "./schedule.ts";

export interface InterleavingOptions {
  /** Other functions than the core's; only tests have any. */
  readonly programOf?: ProgramOf;
  /** A counterexample was found: its file is to be called so. */
  readonly keep?: (fileName: string, text: string) => void;
  readonly onExplored?: (exploration: Exploration) => void;
  /** Milliseconds of any clock that does not go back. */
  readonly nowMs?: () => number;
}

export function runInterleavings(
  profile: InterleavingProfile,
  options: InterleavingOptions = {},
): VerifyPart {
  const nowMs = options.nowMs ?? ((): number => 0);
  const startMs = nowMs();
  const explorations = plannedExplorations(profile).map(({ configuration, bounds }) => {
    const exploration = exploreConfiguration(configuration, bounds, options.programOf);
    options.onExplored?.(exploration);
    return exploration;
  });
  const violations = explorations.flatMap(({ counterexample }): VerifyViolation[] => {
    if (counterexample === undefined) return [];
    const { promise, message, configuration } = counterexample;
    const file = scheduleFileName(counterexample);
    options.keep?.(file, scheduleText(counterexample, file));
    return [{ where: configuration.name, promise, message, file, command: `ckptlab replay ${file}` }];
  });
  const visited = explorations.reduce((sum, each) => sum + each.visited, 0);
  const transitions = explorations.reduce((sum, each) => sum + each.transitions, 0);
  return {
    id: "interleavings",
    title: "Every order of messages and timers, within bounds",
    verdict: violations.length > 0 ? "broken" : "held",
    counts: {
      executed: transitions,
      distinct: visited,
      duplicate: Math.max(0, transitions - (visited - explorations.length)),
      skipped: 0,
    },
    cells: [],
    states: explorations.map((each) => ({
      name: each.configuration.name,
      bounds: boundsText(each.configuration),
      visited: each.visited,
      transitions: each.transitions,
      deepestLevel: each.deepestLevel,
      exhausted: each.exhausted,
    })),
    checkedCounts: summedCounts(explorations),
    violations,
    wallSeconds: (nowMs() - startMs) / 1000,
  };
}

function summedCounts(explorations: readonly Exploration[]): Partial<Record<PromiseId, number>> {
  const sums: Partial<Record<PromiseId, number>> = {};
  for (const { checkedCounts } of explorations) {
    for (const [promise, count] of Object.entries(checkedCounts) as [PromiseId, number][]) {
      sums[promise] = (sums[promise] ?? 0) + count;
    }
  }
  return sums;
}
