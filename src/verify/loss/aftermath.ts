/**
 * What a bad end rests on: which faults were necessary for it, and, of a loss, from when on it was certain.
 *
 * Does not cover runs that end well, and what made a single restore take long.
 */
import type { Scenario } from "../../scenario/scenario.ts";
import type { RunResult } from "../result.ts";
import type { RunEngines, RunOptions } from "../run.ts";
import { explicitScenario } from "../shrink/explicit-scenario.ts";
import { type CertainLoss, certainLossOf } from "./certain-loss.ts";
import {
  FAULT_COUNT_MAX,
  type FaultPart,
  fateOf,
  necessaryFaults,
  type RunFate,
} from "./necessary-faults.ts";

export interface Aftermath {
  readonly fate: RunFate;
  /** One for each fault of the plan; undefined: there are too many of them to be taken out in turn. */
  readonly parts: readonly FaultPart[] | undefined;
  /** Only of a software that does not run at the end. */
  readonly loss: { readonly certain: CertainLoss | undefined } | undefined;
}

/** Undefined: no promise broke, and the software runs at the end. */
export function aftermathOf(
  scenario: Scenario,
  engines: RunEngines,
  { promises, seed }: Pick<RunResult, "promises" | "seed">,
  options: Pick<RunOptions, "files" | "plant"> = {},
): Aftermath | undefined {
  const explicit = explicitScenario(scenario, seed);
  const promise = promises.find(({ status }) => status === "broken")?.id;
  const whole = fateOf(explicit, engines, promise, options);
  const { fate } = whole;
  if (fate.kind === "running") return undefined;
  const parts =
    explicit.faults.length > FAULT_COUNT_MAX
      ? undefined
      : necessaryFaults(explicit, whole, engines, promise, options);
  const isDown = fate.kind === "refused" || fate.kind === "waiting" || fate.kind === "silent";
  const loss = isDown ? { certain: certainLossOf(explicit, engines, options) } : undefined;
  return { fate, parts, loss };
}
