/**
 * What a walk through a base found: every step with its kinds, and how each disk could be left there. From it cases are
 * counted in closed form, without executing any and without listing them.
 */
import type { CaseActivity, CaseStepKind } from "../verify-result.ts";
import type { BaseRun } from "./base-run.ts";
import { strikeCountOf } from "./loss-sets.ts";
import { type SlotTears, slotTearsIn } from "./strikes.ts";

/** Equal disks at risk: the same for many steps. */
export interface TearPattern {
  readonly index: number;
  readonly tears: SlotTears;
  readonly tearCounts: readonly number[];
  /** Strikes of all sets together at one step. */
  readonly strikeCount: number;
  stepCount: number;
}

export interface TableStep {
  readonly activity: CaseActivity;
  readonly kinds: readonly CaseStepKind[];
  readonly pattern: TearPattern;
}

export interface StepTable {
  readonly steps: readonly TableStep[];
  readonly patterns: readonly TearPattern[];
  /** Phase "double": the count of steps after each first crash. */
  readonly crashStepCounts: readonly number[];
  readonly caseCount: number;
}

export function stepTableOf(run: BaseRun): StepTable {
  const { setOptions, targets } = run;
  const steps: TableStep[] = [];
  const patterns = new Map<string, TearPattern>();
  const crashStepCounts: number[] = [];
  let caseCount = 0;
  const visit = (
    step: { readonly world: Parameters<typeof slotTearsIn>[0] } & Omit<TableStep, "pattern">,
  ) => {
    const tears = slotTearsIn(step.world, targets.slotHosts);
    const tearCounts = tears.map(({ length }) => length);
    const name = tearCounts.join();
    let pattern = patterns.get(name);
    if (pattern === undefined) {
      const strikeCount = strikeCountOf(setOptions, tearCounts);
      pattern = { index: patterns.size, tears, tearCounts, strikeCount, stepCount: 0 };
      patterns.set(name, pattern);
    }
    pattern.stepCount += 1;
    caseCount += pattern.strikeCount;
    steps.push({ activity: step.activity, kinds: step.kinds, pattern });
  };
  run.walk(visit, { endCrash: (stepCount) => crashStepCounts.push(stepCount) });
  return { steps, patterns: [...patterns.values()], crashStepCounts, caseCount };
}
