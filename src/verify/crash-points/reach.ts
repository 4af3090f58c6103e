/**
 * Counts the executed cases by what went on when they were struck, by the kind of step, and by what was left of the disks: a
 * kind of step that no case was struck at is a hole that a count of cases alone does not show.
 */
import type { CaseActivity, CaseReach, CaseStepKind, CaseTears } from "../verify-result.ts";

/** Every activity in which a server can crash, and the kinds of steps that each of them has to be struck at. */
const REACHED_STEPS: Readonly<Record<CaseActivity, readonly CaseStepKind[]>> = {
  taking: ["message-delivered", "write-issued", "write-completed", "flush-issued", "flush-completed"],
  retiring: ["message-delivered", "write-issued", "write-completed", "flush-issued", "flush-completed"],
  rejoining: ["server-started", "read-completed", "message-delivered"],
  repairing: ["message-delivered", "write-issued", "write-completed", "flush-issued", "flush-completed"],
  scrubbing: ["message-delivered", "write-issued", "write-completed", "flush-issued", "flush-completed"],
  restoring: ["message-delivered", "write-issued", "write-completed", "flush-issued", "flush-completed"],
  recovering: ["message-delivered", "write-issued", "write-completed", "flush-issued", "flush-completed"],
};

const REACHED_TEARS: readonly CaseTears[] = [
  "lost-only",
  "kept-at-rest",
  "one-torn",
  "several-torn",
  "nothing-durable",
];

type StepCounts = Partial<Record<CaseStepKind, number>>;

/** Adds up; `of` gives what was added so far. */
export class ReachCounter {
  private readonly steps: Partial<Record<CaseActivity, StepCounts>> = {};
  private readonly tears: Partial<Record<CaseTears, number>> = {};

  addCase(activity: CaseActivity, kinds: readonly CaseStepKind[], tears: readonly CaseTears[]): void {
    for (const kind of kinds) this.addSteps(activity, kind, 1);
    for (const one of tears) this.tears[one] = (this.tears[one] ?? 0) + 1;
  }

  add(reach: CaseReach): void {
    for (const [activity, counts] of Object.entries(reach.steps) as [CaseActivity, StepCounts][]) {
      for (const [kind, count] of Object.entries(counts) as [CaseStepKind, number][])
        this.addSteps(activity, kind, count);
    }
    for (const [tears, count] of Object.entries(reach.tears) as [CaseTears, number][])
      this.tears[tears] = (this.tears[tears] ?? 0) + count;
  }

  reach(): CaseReach {
    return { steps: this.steps, tears: this.tears };
  }

  private addSteps(activity: CaseActivity, kind: CaseStepKind, count: number): void {
    const counts = (this.steps[activity] ??= {});
    counts[kind] = (counts[kind] ?? 0) + count;
  }
}

/** What had to be struck at and was not, in words; empty when all of it was. */
export function unreached({ steps, tears }: CaseReach): string[] {
  const missing: string[] = [];
  for (const [activity, kinds] of Object.entries(REACHED_STEPS) as [CaseActivity, CaseStepKind[]][]) {
    for (const kind of kinds) if ((steps[activity]?.[kind] ?? 0) === 0) missing.push(`${activity}: ${kind}`);
  }
  for (const one of REACHED_TEARS) if ((tears[one] ?? 0) === 0) missing.push(`tears: ${one}`);
  return missing;
}
