/**
 * Redundancy restored: when the trouble is over, every retained checkpoint can lose f servers again, or the user is told.
 */
import type { Ballot } from "../../core/checkpoint/key.ts";
import type { RunHistory } from "../../sim/history.ts";
import type { AttemptFact } from "../facts/checkpoints.ts";
import { type Facts, factsOf } from "../facts/facts.ts";
import { geometryIn, holdingsAtEnd } from "../facts/holdings.ts";
import { runningAtEnd } from "../facts/running.ts";
import { orderBallots, orderKeys } from "../facts/order.ts";
import { keyText, slotsText } from "../facts/words.ts";
import { membersAt } from "../oracle/geometry.ts";
import { checkAfterHeal } from "./after-heal.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";

export const redundancyRestored: PromiseChecker = {
  id: "redundancy-restored",
  claim:
    "When faults stop and enough servers are up, every retained checkpoint is back at full tolerance within a stated bound; otherwise `degraded` is reported.",
  checks: [
    "At the end of a run that was quiet for the bound: the newest durable checkpoints of the running incarnation (as many as are retained, above every floor) have all members and manifests of their placement intact and flushed on disk.",
    "Where a server of such a placement is down, cut off, or cannot rejoin because more than f slots were unrepaired at once: the last word of the running incarnation on `degraded` names slots.",
    "That last word: it names every slot that is down or cut off, and none that is up, connected and whole.",
    "In a run with a time of healing, beyond the budget too: a checkpoint taken after it becomes durable within the bound, unless the facts rule it out (after-heal.ts).",
  ],
  doesNotCheck: [
    "Runs that end sooner, without running software, or without a durable checkpoint of the running incarnation.",
    "What `degraded` names where the network loses messages all the time.",
    "Files that rotted on servers that do not scrub, unless the server was asked for them since, or read them at a start.",
  ],
  checkBeyond(history, context) {
    const findings = new Findings();
    checkAfterHeal(findings, history, context);
    return findings.judgement();
  },
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    checkAfterHeal(findings, history, context);
    if (history.endNs - facts.timeline.lastDisturbanceNs < context.bounds.redundancyNs)
      return findings.judgement();
    const running = runningAtEnd(history);
    if (running === undefined) return findings.judgement();
    const wasOverwhelmed = facts.timeline.unrepairedCountMax(history.endNs) > context.quorum.tolerance;
    const degradedSlots = lastDegraded(history, running.ballot);
    checkReport(findings, history, context, facts, { host: running.host, degradedSlots });
    for (const attempt of retained(history, context, facts, running.ballot)) {
      findings.checked();
      const lacking = lackingSlots(history, context, facts, attempt);
      if (lacking.length === 0) continue;
      const unavailable = attempt.placement.some(({ slot }) => {
        const host = context.slotHosts[slot];
        return (
          host === undefined ||
          !facts.timeline.isUp(host, history.endNs) ||
          !facts.timeline.isConnected(host, running.host, history.endNs)
        );
      });
      const isExcused = wasOverwhelmed || unavailable;
      if (isExcused && degradedSlots.length > 0) continue;
      const silence = isExcused
        ? ", and this is not reported as degraded"
        : ", though all its servers are up";
      findings.violated(
        `At the end ${keyText(attempt.key)} is not whole on ${slotsText(context, lacking)}${silence}.`,
      );
    }
    return findings.judgement();
  },
};

/** The report names every slot that is away, and none that is back and whole. */
function checkReport(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  report: { readonly host: number; readonly degradedSlots: readonly number[] },
): void {
  const { timeline } = facts;
  const { host, degradedSlots } = report;
  const { endNs } = history;
  if (context.lossPpm > 0 || timeline.isUnreliable(endNs - context.bounds.redundancyNs, endNs)) return;
  const isThere = (slot: number): boolean => {
    const slotHost = context.slotHosts[slot];
    return (
      slotHost !== undefined && timeline.isUp(slotHost, endNs) && timeline.isConnected(slotHost, host, endNs)
    );
  };
  const unnamed = [...context.slotHosts.keys()].filter(
    (slot) => !isThere(slot) && !degradedSlots.includes(slot),
  );
  if (unnamed.length > 0)
    findings.violated(
      `At the end ${slotsText(context, unnamed)} is away, and this is not reported as degraded.`,
    );
  const back = degradedSlots.filter((slot) => isThere(slot) && !timeline.isUnrepaired(slot, endNs));
  if (back.length > 0)
    findings.violated(
      `At the end ${slotsText(context, back)} is reported as degraded, though up, connected and whole.`,
    );
}

function lastDegraded(history: RunHistory, ballot: Ballot): readonly number[] {
  let slots: readonly number[] = [];
  for (const event of history.events) {
    if (event.kind !== "note" || event.note.kind !== "degraded") continue;
    if (orderBallots(event.note.ballot, ballot) === 0) slots = event.note.slots;
  }
  return slots;
}

/**
 * One durable attempt a state, newest first, none below a floor. Until the running incarnation has a durable checkpoint of its
 * own, the one that it was started from is all there is.
 */
function retained(history: RunHistory, context: RunContext, facts: Facts, ballot: Ballot): AttemptFact[] {
  let candidates: AttemptFact[] = facts.durable.filter(({ key }) => orderBallots(key.ballot, ballot) === 0);
  if (candidates.length === 0) {
    const parent = facts.restoredKey(ballot);
    candidates = facts.durable.filter(({ key }) => parent !== undefined && orderKeys(key, parent) === 0);
  }
  candidates.sort((a, b) => orderKeys(b.key, a.key));
  const kept: AttemptFact[] = [];
  for (const attempt of candidates) {
    if (kept.length >= context.retentionCount) break;
    if (kept.some(({ key }) => key.sequence === attempt.key.sequence)) continue;
    const isBelowFloor = history.events.some(
      (event) =>
        event.kind === "note" &&
        event.note.kind === "retired" &&
        orderKeys(attempt.key, event.note.floor) < 0,
    );
    if (!isBelowFloor) kept.push(attempt);
  }
  return kept;
}

/** Slots of the placement whose disk lacks the manifest or any member that belongs there. */
function lackingSlots(
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  attempt: AttemptFact,
): number[] {
  const found = holdingsAtEnd(history, attempt.key);
  const geometry = geometryIn(context, attempt.imageBytes ?? 0, attempt.placement);
  const lacking: number[] = [];
  for (const [position, { slot }] of attempt.placement.entries()) {
    const holding = found.find((one) => one.slot === slot && one.host === context.slotHosts[slot]);
    const intact = new Set(holding?.flushedMembers ?? holding?.intactMembers);
    const hasManifest = holding?.manifestFlushed ?? holding?.manifestIntact ?? false;
    // Without scrubbing nobody looks for rot: a file that is asked for by nobody stays as it is.
    const isExcused = (group: number, member: number): boolean =>
      !context.scrubs && facts.timeline.isHiddenRot(slot, attempt.key, group, member);
    const isLacking = (text: string): boolean => {
      if (intact.has(text)) return false;
      const [group, member] = text.split("/");
      return !isExcused(Number(group), Number(member));
    };
    const isWhole =
      (hasManifest || isExcused(-1, 0)) && !membersAt(geometry, position).some((text) => isLacking(text));
    if (isWhole) continue;
    lacking.push(slot);
  }
  return lacking;
}
