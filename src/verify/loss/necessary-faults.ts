/**
 * Which faults of a run were necessary for what came of it: each is taken out in turn, and the run is made once more.
 *
 * A fault that is not necessary may still have had a part in it: of two that each suffice neither is necessary alone.
 */
import type { Scenario } from "../../scenario/scenario.ts";
import type { PromiseId } from "../result.ts";
import { judgePromises } from "../promises/index.ts";
import { contextOf, prepareRun, type RunEngines, type RunOptions } from "../run.ts";
import { isLost, type RunEnd, runEndOf } from "./run-end.ts";

/** What came of a run: a promise that broke, or a software that does not run, or runs from an older state. */
export type RunFate =
  | { readonly kind: "broken"; readonly promise: PromiseId }
  | {
      readonly kind: RunEnd;
      /** No disk that exists, and no software, holds the newest durable state any more. */
      readonly isLost: boolean;
    };

export interface FaultPart {
  /** Place in the plan, from 0. */
  readonly index: number;
  readonly words: string;
  readonly isNecessary: boolean;
  /** What comes of the run without it. */
  readonly fateWithout: RunFate;
}

export interface FatedRun {
  readonly fate: RunFate;
  /** One for each fault of the plan. */
  readonly faultWords: readonly string[];
}

/** Each costs a run. */
export const FAULT_COUNT_MAX = 200;

type Options = Pick<RunOptions, "files" | "plant">;

/** `promise`: it counts before how the software fares. */
export function fateOf(
  scenario: Scenario,
  engines: RunEngines,
  promise: PromiseId | undefined,
  options: Options = {},
): FatedRun {
  const { plan, world } = prepareRun(scenario, engines, options);
  const history = world.run();
  const { faultWords } = plan;
  const context = contextOf(plan, history);
  if (promise !== undefined) {
    const isBroken = judgePromises(history, context).some(
      ({ id, status }) => id === promise && status === "broken",
    );
    if (isBroken) return { fate: { kind: "broken", promise }, faultWords };
  }
  return { fate: { kind: runEndOf(history, context), isLost: isLost(history, context) }, faultWords };
}

/** `explicit`: every fault stands for itself (explicit-scenario.ts). `whole`: what came of it with all of them. */
export function necessaryFaults(
  explicit: Scenario,
  whole: FatedRun,
  engines: RunEngines,
  promise: PromiseId | undefined,
  options: Options = {},
): FaultPart[] {
  const isSame = (fate: RunFate): boolean => {
    if (whole.fate.kind === "broken" || fate.kind === "broken") return fate.kind === whole.fate.kind;
    // However a loss is worded, it is a loss; and who waits for disks that exist has lost nothing yet.
    return whole.fate.isLost ? fate.isLost : fate.kind !== "running";
  };
  return explicit.faults.map((_, index) => {
    const faults = explicit.faults.filter((__, at) => at !== index);
    const { fate } = fateOf({ ...explicit, faults }, engines, promise, options);
    return { index, words: whole.faultWords[index] ?? "", isNecessary: !isSame(fate), fateWithout: fate };
  });
}
