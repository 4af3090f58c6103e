/**
 * What the outcome of a case must be, computed from the placement, the losses and the facts: must restore, must refuse, must
 * wait. Written from docs/protocol.md and from the rank oracle; nothing of the core's decoder or quorum code is used.
 *
 * Where more than one outcome is right, all of them are returned: a checkpoint that was not durable yet may be restored or
 * passed over; a restore that had its promises before more servers were lost may go on with them. Then the promise checkers
 * are the only judges.
 */
import { type AttemptFact, checkpointFacts } from "../facts/checkpoints.ts";
import { geometryIn } from "../facts/holdings.ts";
import { orderKeys } from "../facts/order.ts";
import { recoveryOracleOf } from "../oracle/generator.ts";
import { dataCountIn, membersAt } from "../oracle/geometry.ts";
import type { RunHistory } from "../../sim/history.ts";
import type { RunContext } from "../promises/promise.ts";
import type { CaseOutcome, PhaseId } from "./chunk.ts";
import type { LossSet } from "./loss-sets.ts";

export interface ControlRule {
  readonly slotCount: number;
  /** f of docs/protocol.md. */
  readonly tolerance: number;
  /** Promises that a restore needs. */
  readonly promiseCount: number;
}

/** f = min(tolerance, floor((N - 1) / 2)), q = max(N - f, f + 1); two slots with tolerance: f = 1, both must promise. */
export function controlRule(slotCount: number, schemeTolerance: number): ControlRule {
  if (slotCount === 2 && schemeTolerance >= 1) return { slotCount, tolerance: 1, promiseCount: 2 };
  const tolerance = Math.min(schemeTolerance, Math.floor((slotCount - 1) / 2));
  return { slotCount, tolerance, promiseCount: Math.max(slotCount - tolerance, tolerance + 1) };
}

/** Enough servers are left, now or later, that a restore gets its promises without help. */
export function canDecide(rule: ControlRule, lostCount: number): boolean {
  const leftCount = rule.slotCount - lostCount;
  return leftCount >= rule.promiseCount && lostCount <= rule.tolerance;
}

export interface ExpectedOptions {
  readonly phase: PhaseId;
  readonly rule: ControlRule;
  readonly set: LossSet;
  /** Lost for ever before the strike. */
  readonly goneSlots: readonly number[];
  /** Come back, or will, and nothing on their disks was certain to stay: they may have to join again, blank. */
  readonly blankSlots: readonly number[];
  readonly struckAtNs: number;
  /** The strike took the software. */
  readonly isLost: boolean;
}

/** Every outcome that is right; one alone is foretold. */
export function expectedOutcomes(
  options: ExpectedOptions,
  history: RunHistory,
  context: RunContext,
): readonly CaseOutcome[] {
  const { phase, rule, set, goneSlots, blankSlots, struckAtNs, isLost } = options;
  const lostSlots = [...goneSlots, ...set.lostSlots];
  // Software that survived the strike may have been restored before it.
  if (!isLost && set.operator) return ["restored", "refused"];
  if (!isLost) return phase === "restore" || phase === "double" ? ["restored"] : ["unneeded"];
  // A slot that is blank or rotten may or may not be whole again in time: only the checkers know.
  const isWhole = phase !== "repair" && phase !== "scrub";
  const { attempts, durable } = checkpointFacts(history, context);
  const newest = durable
    .filter(({ durableNs }) => durableNs <= struckAtNs)
    .reduce<AttemptFact | undefined>(
      (best, one) => (best === undefined || orderKeys(one.key, best.key) > 0 ? one : best),
      undefined,
    );
  if (set.operator) {
    if (newest === undefined || !isWhole) return ["restored", "refused"];
    // The operator's restore cannot tell an attempt that was cut short from a durable checkpoint that lost its members.
    const isNewestOfAll = attempts.every(
      ({ key, atNs }) => atNs > struckAtNs || orderKeys(key, newest.key) <= 0,
    );
    if (!isNewestOfAll || phase === "restore" || phase === "double") return ["restored", "refused"];
    return isRecoverable(newest, context, lostSlots) ? ["restored"] : ["refused"];
  }
  if (!canDecide(rule, lostSlots.length)) {
    // With promises collected before the losses a restore may still come to its end.
    return phase === "restore" || phase === "double" ? ["restored", "refused", "waiting"] : ["waiting"];
  }
  if (!isWhole && lostSlots.length > 0) return ["restored", "waiting", "refused"];
  // A server that comes back blank may join in time, or be one too many that is missing.
  if (!canDecide(rule, lostSlots.length + blankSlots.length)) return ["restored", "waiting", "refused"];
  if (!isWhole) return ["restored"];
  return newest === undefined ? ["restored", "refused"] : ["restored"];
}

/** Whether the members on the slots that are left have full rank, group by group. */
function isRecoverable(attempt: AttemptFact, context: RunContext, lostSlots: readonly number[]): boolean {
  const { text } = context.scheme;
  const { placement, imageBytes = 0 } = attempt;
  const geometry = geometryIn(context, imageBytes, placement);
  const left = new Set<string>();
  for (const [position, { slot }] of placement.entries()) {
    if (!lostSlots.includes(slot)) for (const member of membersAt(geometry, position)) left.add(member);
  }
  // The manifest lies on every server of the placement; without it nothing can be decoded.
  if (placement.every(({ slot }) => lostSlots.includes(slot))) return false;
  for (let group = 0; group < geometry.groupCount; group += 1) {
    const isHeld = (member: number): boolean => left.has(`${group}/${member}`);
    if (!recoveryOracleOf(text).isRecoverable(dataCountIn(geometry, group), isHeld)) return false;
  }
  return true;
}
