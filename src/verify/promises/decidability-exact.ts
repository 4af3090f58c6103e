/**
 * The part of decidability that compares each verdict with the algebraic oracle, in all three directions.
 *
 * Holdings are what the simulator saw on disks at the moment of the verdict. A restorer knows what it was told a little before;
 * so where something changed within the settling time (or since the restore began, if that is shorter ago), a verdict is only
 * held to what no change can excuse: naming groups and servers.
 */
import type { CheckpointKey } from "../../core/checkpoint/key.ts";
import type { Verdict } from "../../core/protocol/notes.ts";
import type { HoldingFact, RunHistory } from "../../sim/history.ts";
import type { Facts } from "../facts/facts.ts";
import { geometryIn, intactOn, isGroupRecoverable, unrecoverableGroups } from "../facts/holdings.ts";
import { newestDurableBefore } from "../facts/newest-durable.ts";
import { orderKeys, stateId } from "../facts/order.ts";
import { restoreOfVerdict, type VerdictFact } from "../facts/restores.ts";
import { keyText, restoreText, slotsText, slotText } from "../facts/words.ts";
import type { Geometry } from "../oracle/geometry.ts";
import type { Findings } from "./judgement.ts";
import type { RunContext } from "./promise.ts";

type VerdictOf<Kind extends Verdict["kind"]> = Extract<Verdict, { kind: Kind }>;

export function checkVerdictExact(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
): void {
  const { verdict } = fact;
  if (verdict.kind === "restored") checkRestored(findings, context, facts, fact, verdict);
  else if (verdict.kind === "waiting") checkWaiting(findings, history, context, facts, fact, verdict);
  else if (verdict.reason === "unrecoverable")
    checkUnrecoverable(findings, history, context, facts, fact, verdict);
  else checkNoCheckpoint(findings, history, context, facts, fact);
}

/** From when on the restorer's knowledge may date. */
function knownSinceNs(facts: Facts, fact: VerdictFact, settleNs: number): number {
  const restore = restoreOfVerdict(facts, fact);
  return Math.max(restore?.startedNs ?? 0, fact.atNs - settleNs);
}

function geometryOfKey(context: RunContext, facts: Facts, key: CheckpointKey): Geometry | undefined {
  const image = facts.images.get(stateId(key.ballot, key.sequence))?.[0]?.image;
  return image === undefined ? undefined : geometryIn(context, image.length);
}

/** Members may have been read a while before the verdict: a disk that was damaged since the restore's start may have held more. */
function checkRestored(
  findings: Findings,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
  verdict: VerdictOf<"restored">,
): void {
  const geometry = geometryOfKey(context, facts, verdict.key);
  if (geometry === undefined || fact.holdings === undefined) return;
  if (facts.timeline.damagedWithin(knownSinceNs(facts, fact, Infinity), fact.atNs)) return;
  findings.checked();
  const lost = unrecoverableGroups(context, geometry, intactOn(fact.holdings));
  if (lost.length === 0) return;
  findings.violated(
    `${restoreText(context, fact)} restored ${keyText(verdict.key)}, of which ${groupsText(lost)} cannot be decoded from any disks.`,
  );
}

function checkUnrecoverable(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
  verdict: VerdictOf<"refused">,
): void {
  findings.checked();
  const what = `${restoreText(context, fact)} refused`;
  if (verdict.key === undefined || verdict.groups.length === 0 || verdict.slots.length === 0) {
    findings.violated(
      `${what} a checkpoint as unrecoverable without naming it, its lost groups, and servers.`,
    );
    return;
  }
  const geometry = geometryOfKey(context, facts, verdict.key);
  if (geometry === undefined || fact.holdings === undefined) return;
  const absent = verdict.groups.filter((group) => group < 0 || group >= geometry.groupCount);
  if (absent.length > 0)
    findings.violated(`${what} ${keyText(verdict.key)} for ${groupsText(absent)}, which it does not have.`);
  if (facts.timeline.changedWithin(knownSinceNs(facts, fact, context.bounds.settleNs), fact.atNs)) return;
  findings.checked();
  const declaredLost = declaredLostHosts(history, fact);
  const intact = intactOn(fact.holdings.filter(({ host }) => !declaredLost.has(host)));
  const wrong = verdict.groups.filter(
    (group) => !absent.includes(group) && isGroupRecoverable(context, geometry, intact, group),
  );
  if (wrong.length > 0) {
    findings.violated(
      `${what} ${keyText(verdict.key)}, but ${groupsText(wrong)} can be decoded from disks that still exist.`,
    );
  }
  checkNewestNotBarred(findings, context, facts, fact, { key: verdict.key, declaredLost });
}

/** One that was never durable may be passed over or waited for, but must not stand in the way of the newest that was. */
function checkNewestNotBarred(
  findings: Findings,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
  refused: { readonly key: CheckpointKey; readonly declaredLost: ReadonlySet<number> },
): void {
  const newest = newestDurableBefore(facts, fact);
  if (newest?.imageBytes === undefined || orderKeys(newest.key, refused.key) === 0) return;
  const held = fact.holdingsByKey?.find(({ key }) => orderKeys(key, newest.key) === 0)?.holdings;
  if (held === undefined) return;
  const intact = intactOn(held.filter(({ host }) => !refused.declaredLost.has(host)));
  if (unrecoverableGroups(context, geometryIn(context, newest.imageBytes), intact).length > 0) return;
  findings.violated(
    `${restoreText(context, fact)} refused ${keyText(refused.key)}, while ${keyText(newest.key)}, the newest durable one, can be decoded.`,
  );
}

/** A durable checkpoint leaves its manifest on every server of its placement; one that kept its disk proves that there was one. */
function checkNoCheckpoint(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
): void {
  findings.checked();
  const newest = newestDurableBefore(facts, fact);
  if (newest === undefined) return;
  const declaredLost = declaredLostHosts(history, fact);
  const found = fact.holdingsByKey?.find(({ key }) => orderKeys(key, newest.key) === 0)?.holdings ?? [];
  const sinceNs = knownSinceNs(facts, fact, context.bounds.settleNs);
  const isSettled = !facts.timeline.changedWithin(sinceNs, fact.atNs);
  const witness = newest.placement.find(({ slot }) => {
    const host = context.slotHosts[slot];
    if (host === undefined || declaredLost.has(host)) return false;
    const holding = found.find((one) => one.slot === slot);
    // What was rebuilt on a blank disk since the restorer asked is nothing that it could have been told.
    return (
      (isSettled && holding?.manifestIntact === true) || !facts.timeline.isUnrepaired(slot, 0, fact.atNs)
    );
  });
  if (witness === undefined) return;
  findings.violated(
    `${restoreText(context, fact)} found no checkpoint, but ${keyText(newest.key)} was durable and ${slotText(context, witness.slot)} has a disk that can tell.`,
  );
}

function checkWaiting(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
  verdict: VerdictOf<"waiting">,
): void {
  findings.checked();
  if (verdict.slots.length === 0) {
    findings.violated(`${restoreText(context, fact)} waits without naming anybody.`);
    return;
  }
  const sinceNs = knownSinceNs(facts, fact, context.bounds.settleNs);
  if (context.lossPpm > 0 || facts.timeline.isUnreliable(sinceNs, fact.atNs)) return;
  findings.checked();
  const unreachable = new Set((fact.holdings ?? []).filter(isOutOfReach).map(({ slot }) => slot));
  const answers = (slot: number): boolean =>
    !unreachable.has(slot) &&
    facts.timeline.answers(slot, fact.host, sinceNs, fact.atNs) &&
    !isLoadingAt(history, context, slot, sinceNs);
  const wrong = verdict.slots.filter(answers);
  if (wrong.length === 0) return;
  const named = slotsText(context, wrong);
  const others = wrong.length < verdict.slots.length ? " among others" : "";
  findings.violated(
    `${restoreText(context, fact)} waits for ${named}${others}, up, repaired and connected for as long as it could take to know.`,
  );
}

/** It came up, and had not yet read its disk at this moment: what it was asked then it never heard. */
function isLoadingAt(history: RunHistory, context: RunContext, slot: number, atNs: number): boolean {
  let isLoading = false;
  for (const event of history.events) {
    if (event.atNs > atNs) break;
    if (event.kind === "host-up" && event.host === context.slotHosts[slot]) isLoading = true;
    if (event.kind === "note" && event.note.kind === "started" && event.note.slot === slot) isLoading = false;
  }
  return isLoading;
}

function isOutOfReach(holding: HoldingFact): boolean {
  return !holding.reachable;
}

/** Hosts that an operator had declared lost before the verdict. */
function declaredLostHosts(history: RunHistory, fact: VerdictFact): ReadonlySet<number> {
  const hosts = new Set<number>();
  for (const event of history.events.slice(0, fact.index)) {
    if (event.kind !== "fault" || event.fault.kind !== "operator-restore") continue;
    for (const host of event.fault.lostHosts) hosts.add(host);
  }
  return hosts;
}

function groupsText(groups: readonly number[]): string {
  const named = groups.slice(0, 8).join(", ");
  return `group${groups.length === 1 ? "" : "s"} ${named}${groups.length > 8 ? ` and ${groups.length - 8} more` : ""}`;
}
