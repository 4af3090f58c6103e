/**
 * A strategy looks for a broken promise, case by case, in the code that it is bundled with.
 *
 * A case is one run that was judged, one crash point, or one state: each strategy says which. Cases come in a fixed order, so that the same code is found broken by the same case.
 */
import type { PromiseId } from "../../../src/verify/result.ts";

export const STRATEGY_IDS = ["exhaustive", "model-checker", "search", "families", "scenarios"] as const;
export type StrategyId = (typeof STRATEGY_IDS)[number];

export interface Found {
  /** "crash": the core threw, an assertion mostly. "model": an operation did not do what the search's model says it must. */
  readonly kind: "checker" | "crash" | "model";
  readonly promises: readonly PromiseId[];
  /** The first violation, or the error's message. */
  readonly message: string;
  readonly caseName: string;
}

export interface Hunted {
  readonly cases: number;
  readonly found: Found | undefined;
  /** The time for this strategy was over before its cases were. */
  readonly isCut?: boolean;
}

/** When a strategy has to end: asked between its cases, so that one that was cut has judged whole cases only. */
export interface Deadline {
  readonly isOver: () => boolean;
  /** Infinity: no end but that of the cases. */
  readonly secondsLeft: () => number;
}

/** In so many seconds from now; undefined: never. */
export function deadlineIn(seconds: number | undefined): Deadline {
  const endMs = seconds === undefined ? Infinity : performance.now() + seconds * 1000;
  const secondsLeft = (): number => (endMs - performance.now()) / 1000;
  return { isOver: () => secondsLeft() <= 0, secondsLeft };
}

export interface Strategy {
  readonly id: StrategyId;
  /** What one case is, for a reader of the table. */
  readonly unit: string;
  /**
   * Goes through its cases until one is broken. `root`: folder of the project. `within`: only the cases of this part (a
   * family, a file, a base, a configuration); undefined: all of them.
   */
  readonly hunt: (root: string, deadline: Deadline, within?: string) => Promise<Hunted>;
}
