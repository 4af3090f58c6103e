/**
 * Placement: a server that is lost must take at most one member of a group with it.
 */
import type { CheckpointKey } from "../../core/checkpoint/key.ts";
import type { HoldingFact } from "../../sim/history.ts";
import type { AttemptFact } from "../facts/checkpoints.ts";
import { type Facts, factsOf } from "../facts/facts.ts";
import { geometryIn } from "../facts/holdings.ts";
import { keyId, orderKeys, stateId } from "../facts/order.ts";
import { hostText, keyText, slotText, timeText } from "../facts/words.ts";
import { BLOCK_COUNT } from "../oracle/blocks.ts";
import { isStoredMember, positionOf } from "../oracle/geometry.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";

export const placement: PromiseChecker = {
  id: "placement",
  claim:
    "No two members of a group lie on one server, where failure domains are kept apart a lost domain takes no more members of a group than the scheme always survives (or one), and with at least as many groups as servers every server of the placement holds at least one data subsegment (a copy counts).",
  checks: [
    "Every attempt: exactly D existing, distinct slots on distinct servers.",
    "Every disk at the end and at every verdict: a group occurs at most once, and nothing but real subsegments and redundancy is stored.",
    "Every attempt, where domains are kept apart: no domain is to hold more members of a group than the scheme's tolerance, or than one.",
    "The disks at the end and at every verdict, where domains are kept apart: no domain holds more intact members of a group than the scheme's tolerance, or than one.",
    "Every durable checkpoint with at least D groups, at the end: each server of its placement that kept its disk holds a data subsegment.",
  ],
  doesNotCheck: [
    "Domains that a scenario names without asking that they be kept apart.",
    "Servers whose disk was lost or rotted, for the data subsegment.",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    for (const attempt of facts.attempts) {
      findings.checked();
      const slots = attempt.placement.map(({ slot }) => slot);
      const violated = (how: string): void =>
        findings.violated(`At ${timeText(attempt.atNs)} ${keyText(attempt.key)} was placed on ${how}`);
      const unknown = slots.filter((slot) => context.slotHosts[slot] === undefined);
      if (unknown.length > 0) violated(`slot ${unknown.join(", ")}, which does not exist.`);
      if (slots.length !== context.width) violated(`${slots.length} slots instead of ${context.width}.`);
      const hosts = slots.map((slot) => context.slotHosts[slot]);
      if (new Set(slots).size !== slots.length || new Set(hosts).size !== hosts.length) {
        violated(`one server twice: ${slots.map((slot) => slotText(context, slot)).join(", ")}.`);
      } else if (unknown.length === 0) checkPlannedDomains(findings, context, attempt);
    }
    for (const { key, holdings } of history.finalHoldings) {
      for (const holding of holdings) checkDisk(findings, facts, context, key, holding);
      checkDomains(findings, context, key, holdings);
      checkDataHeld(findings, facts, context, { key, holdings, endNs: history.endNs });
    }
    for (const { verdict, holdings } of facts.verdicts) {
      if (verdict.key === undefined) continue;
      for (const holding of holdings ?? []) checkDisk(findings, facts, context, verdict.key, holding);
      checkDomains(findings, context, verdict.key, holdings ?? []);
    }
    return findings.judgement();
  },
};

function checkDisk(
  findings: Findings,
  facts: Facts,
  context: RunContext,
  key: CheckpointKey,
  holding: HoldingFact,
): void {
  findings.checked();
  const image = facts.images.get(stateId(key.ballot, key.sequence))?.[0]?.image;
  const geometry = image === undefined ? undefined : geometryIn(context, image.length);
  const memberOfGroup = new Map<string, string>();
  for (const text of [...holding.intactMembers, ...(holding.wrongMembers ?? [])]) {
    const [group = "", member = ""] = text.split("/");
    const other = memberOfGroup.get(group);
    if (other !== undefined) {
      findings.violated(
        `${hostText(context, holding.host)} holds members ${other} and ${member} of group ${group} of ${keyText(key)}.`,
      );
    }
    memberOfGroup.set(group, member);
    if (geometry !== undefined && !isStoredMember(geometry, Number(group), Number(member))) {
      findings.violated(
        `${hostText(context, holding.host)} holds member ${member} of group ${group} of ${keyText(key)}, which should not exist.`,
      );
    }
  }
}

/** Where the members are to lie: what is placed together is together before all of it is stored, and after it was dropped. */
function checkPlannedDomains(findings: Findings, context: RunContext, attempt: AttemptFact): void {
  const slotDomains = context.placement?.slotDomains;
  const { key, placement: placed, imageBytes } = attempt;
  if (slotDomains === undefined || imageBytes === undefined) return;
  const geometry = geometryIn(context, imageBytes, placed);
  const members: string[] = [];
  // Blocks come again after so many groups.
  const groupCount = Math.min(geometry.groupCount, placed.length * BLOCK_COUNT);
  for (let group = 0; group < groupCount; group += 1) {
    for (let member = 0; member < geometry.k + geometry.m; member += 1) {
      if (!isStoredMember(geometry, group, member)) continue;
      const slot = placed[positionOf(geometry, group, member)]?.slot ?? -1;
      members.push(`group ${group} of ${keyText(key)} in domain ${slotDomains[slot] ?? ""}`);
    }
  }
  checkCounts(findings, context, members, "were placed");
}

function checkDomains(
  findings: Findings,
  context: RunContext,
  key: CheckpointKey,
  holdings: readonly HoldingFact[],
): void {
  const slotDomains = context.placement?.slotDomains;
  if (slotDomains === undefined) return;
  const members = holdings.flatMap(({ slot, intactMembers }) =>
    intactMembers.map(
      (text) => `group ${text.split("/")[0] ?? ""} of ${keyText(key)} in domain ${slotDomains[slot] ?? ""}`,
    ),
  );
  checkCounts(findings, context, members, "are");
}

/** `members`: of each its group and its domain. */
function checkCounts(findings: Findings, context: RunContext, members: readonly string[], how: string): void {
  findings.checked();
  const counts = new Map<string, number>();
  for (const name of members) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = Math.max(1, context.scheme.tolerance);
  for (const [name, count] of counts) {
    if (count > most)
      findings.violated(`There ${how} ${count} members of ${name}: at most ${most} may be lost together.`);
  }
}

function checkDataHeld(
  findings: Findings,
  facts: Facts,
  context: RunContext,
  found: { readonly key: CheckpointKey; readonly holdings: readonly HoldingFact[]; readonly endNs: number },
): void {
  const { key, holdings, endNs } = found;
  const attempt = facts.durable.find((durable) => orderKeys(durable.key, key) === 0);
  if (attempt?.imageBytes === undefined) return;
  const { groupCount } = geometryIn(context, attempt.imageBytes);
  if (groupCount < attempt.placement.length) return;
  for (const { slot } of attempt.placement) {
    const holding = holdings.find((one) => one.slot === slot);
    // Without its manifest the checkpoint was retired there, or is gone altogether.
    if (holding === undefined || !holding.manifestIntact) continue;
    if (facts.timeline.isUnrepaired(slot, 0, endNs)) continue;
    findings.checked();
    const holdsData = holding.intactMembers.some((text) => {
      const member = Number(text.split("/")[1]);
      return context.scheme.k === 1 || member < context.scheme.k;
    });
    if (!holdsData)
      findings.violated(
        `${slotText(context, slot)} holds no data subsegment of ${keyText(key)} (${keyId(key)}).`,
      );
  }
}
