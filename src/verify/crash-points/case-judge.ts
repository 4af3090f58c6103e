/**
 * Judges executed cases: every promise, and the outcome, which must be one of those that the oracle allows. Adds up what it
 * found, and writes the first few broken cases down.
 */
import type { Scenario } from "../../scenario/scenario.ts";
import { writeScenario } from "../../scenario/write.ts";
import type { Fault } from "../../sim/faults.ts";
import type { RunHistory } from "../../sim/history.ts";
import { judgePromises, type RunContext } from "../promises/index.ts";
import type { PromiseId } from "../result.ts";
import type { CaseTears } from "../verify-result.ts";
import type { BaseRun } from "./base-run.ts";
import type { FinishedCase } from "./case-run.ts";
import type { CaseOutcome, ChunkResult, ChunkViolation } from "./chunk.ts";
import { scenarioOfCase } from "./counterexample-scenario.ts";
import { expectedOutcomes } from "./expected.ts";
import type { LossSet } from "./loss-sets.ts";
import { outcomeMessage } from "./outcome.ts";
import { ReachCounter } from "./reach.ts";
import type { Step } from "./steps.ts";

const VIOLATION_COUNT_MAX = 3;

export interface ExecutedCase {
  readonly scenario: Scenario;
  readonly digest: string;
  readonly outcome: CaseOutcome | undefined;
}

export interface JudgedCase {
  readonly step: Pick<Step, "activity" | "kinds">;
  readonly set: LossSet;
  /** Come back, and nothing on their disks was certain to stay. */
  readonly blankSlots: readonly number[];
  readonly tears: readonly CaseTears[];
  readonly struckAtNs: number;
  readonly struckAtEvent: number;
  /** The whole plan of the case. */
  readonly faults: readonly Fault[];
}

export class CaseJudge {
  private readonly base: BaseRun;
  private readonly onCase: ((seen: ExecutedCase) => void) | undefined;
  private readonly outcomes: Record<CaseOutcome, number> = {
    restored: 0,
    refused: 0,
    waiting: 0,
    unneeded: 0,
  };
  private readonly checkedCounts: Partial<Record<PromiseId, number>> = {};
  private readonly reach: ReachCounter = new ReachCounter();
  private readonly violations: ChunkViolation[] = [];
  private wentOnCount: number = 0;
  private foretoldCount: number = 0;
  private brokenCount: number = 0;

  constructor(base: BaseRun, onCase: ((seen: ExecutedCase) => void) | undefined) {
    this.base = base;
    this.onCase = onCase;
  }

  judge(judged: JudgedCase, finished: FinishedCase, context: RunContext): void {
    const { base } = this;
    const { step, set, blankSlots, struckAtNs, struckAtEvent } = judged;
    const { history, isLost, wentOn } = finished;
    this.reach.addCase(step.activity, step.kinds, judged.tears);
    const { phase } = base.base;
    const { goneSlots } = base.setOptions;
    const right = expectedOutcomes(
      { phase, rule: base.rule, set, goneSlots, blankSlots, struckAtNs, isLost },
      history,
      context,
    );
    if (right.length === 1) this.foretoldCount += 1;
    const allowed: string[] = leavesOnlyBlank(base, judged) ? [...right, "silent"] : [...right];
    const outcome = finished.outcome ?? "silent";
    if (outcome !== "silent") this.outcomes[outcome] += 1;
    else if (allowed.includes(outcome)) this.outcomes.waiting += 1;
    if (wentOn) this.wentOnCount += 1;
    const broken = this.brokenPromise(history, context);
    const scenario = (): Scenario =>
      scenarioOfCase(base.scenario, base.plan.hosts.names, judged.faults, history.endNs);
    this.onCase?.({ scenario: scenario(), digest: history.digest, outcome: finished.outcome });
    const isWrong = !allowed.includes(outcome);
    if (broken === undefined && !isWrong) return;
    const found = broken ?? { promise: "decidability", message: outcomeMessage(outcome, allowed) };
    this.add(
      found,
      scenario,
      history,
      isWrong ? { strikeAtEvent: struckAtEvent, right: allowed } : undefined,
    );
  }

  /** A run in which nothing went wrong, and to which nobody did anything. */
  judgeUndisturbed(history: RunHistory, context: RunContext): void {
    const { base } = this;
    const broken = this.brokenPromise(history, context);
    if (broken === undefined) return;
    const { names } = base.plan.hosts;
    this.add(broken, () => scenarioOfCase(base.scenario, names, [], history.endNs), history, undefined);
  }

  found(): Omit<ChunkResult, "id" | "scheme" | "width" | "counts"> {
    const { outcomes, wentOnCount, foretoldCount, brokenCount, checkedCounts, violations } = this;
    const reach = this.reach.reach();
    return { outcomes, wentOnCount, foretoldCount, brokenCount, reach, checkedCounts, violations };
  }

  private brokenPromise(
    history: RunHistory,
    context: RunContext,
  ): { readonly promise: PromiseId; readonly message: string } | undefined {
    let broken: { readonly promise: PromiseId; readonly message: string } | undefined;
    for (const { id, checkedCount, violations } of judgePromises(history, context)) {
      this.checkedCounts[id] = (this.checkedCounts[id] ?? 0) + checkedCount;
      const [message] = violations;
      if (message !== undefined) broken ??= { promise: id, message };
    }
    return broken;
  }

  private add(
    { promise, message }: { readonly promise: PromiseId; readonly message: string },
    scenario: () => Scenario,
    { digest }: RunHistory,
    outcome: ChunkViolation["outcome"],
  ): void {
    this.brokenCount += 1;
    if (this.violations.length >= VIOLATION_COUNT_MAX) return;
    this.violations.push({ promise, message, scenarioText: writeScenario(scenario()), digest, outcome });
  }
}

/** Blank servers left alone have nobody to ask: that they say nothing is all they can do. */
function leavesOnlyBlank({ base, setOptions }: BaseRun, { set, blankSlots }: JudgedCase): boolean {
  const lost = [...setOptions.goneSlots, ...set.lostSlots];
  const blank = base.phase === "repair" ? [...blankSlots, base.harmedSlot] : blankSlots;
  const left = Array.from({ length: setOptions.slotCount }, (_, slot) => slot).filter(
    (slot) => !lost.includes(slot),
  );
  return left.every((slot) => blank.includes(slot));
}
