/**
 * A strategy looks for a broken promise, case by case, in the code that it is bundled with.
 *
 * A case is one run that was judged (scenarios, random), one crash point, or one explored configuration: each strategy
 * says which. Cases come in a fixed order, so that the same code is found broken by the same case.
 */
import type { PromiseId } from "../../../src/verify/result.ts";

export const STRATEGY_IDS = ["random", "scenarios", "crash-points", "interleavings"] as const;
export type StrategyId = (typeof STRATEGY_IDS)[number];

export interface Found {
  /** "crash": the core threw, an assertion mostly. */
  readonly kind: "checker" | "crash";
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
export type Deadline = () => boolean;

/** No end but that of the cases. */
export const NO_DEADLINE: Deadline = () => false;

export interface Strategy {
  readonly id: StrategyId;
  /** What one case is, for a reader of the table. */
  readonly unit: string;
  /**
   * Goes through its cases until one is broken. `root`: folder of the project. `within`: only the cases of this part (a
   * family, a file, a base, a configuration); undefined: all of them.
   */
  readonly hunt: (root: string, isOver: Deadline, within?: string) => Promise<Hunted>;
}
