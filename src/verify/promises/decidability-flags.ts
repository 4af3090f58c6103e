/**
 * The part of decidability that is about an operator's ways out: whoever used one is told so by the result (R14).
 *
 * What is demanded follows from the operator's command, which is a fact, and from disks. "few-complete" is not demanded: which
 * servers were complete is known from their own words only.
 */
import type { CheckpointKey } from "../../core/checkpoint/key.ts";
import type { VerdictFlag } from "../../core/protocol/notes.ts";
import type { RunHistory } from "../../sim/history.ts";
import type { Facts } from "../facts/facts.ts";
import { newestDurableBefore } from "../facts/newest-durable.ts";
import { orderKeys } from "../facts/order.ts";
import { type RestoreFact, restoreOfVerdict, type VerdictFact } from "../facts/restores.ts";
import { keyText, restoreText } from "../facts/words.ts";
import type { Findings } from "./judgement.ts";
import type { RunContext } from "./promise.ts";

export function checkFlags(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
): void {
  const { verdict } = fact;
  const restore = restoreOfVerdict(facts, fact);
  if (verdict.kind !== "restored" || restore === undefined) return;
  const violated = (what: string): void =>
    findings.violated(`${restoreText(context, fact)} gave ${keyText(verdict.key)} ${what}.`);
  if (!restore.operator) {
    if (verdict.flags.length > 0) violated(`flagged as ${verdict.flags.join(", ")}, without any operator`);
    return;
  }
  findings.checked();
  const declaredLost = hostsDeclaredLost(history, restore);
  const isFlagged = (flag: VerdictFlag): boolean => verdict.flags.includes(flag);
  if (context.slotHosts.some((host) => declaredLost.has(host)) && !isFlagged("declared-lost"))
    violated("without saying that servers were declared lost");
  const newer = newestSeen(context, facts, fact, declaredLost);
  if (newer !== undefined && orderKeys(newer, verdict.key) > 0 && !isFlagged("accepted-older"))
    violated(`without saying that it passed over ${keyText(newer)}`);
}

/** By the command that this restore carries out: the last one before it that its host heard. */
function hostsDeclaredLost(history: RunHistory, restore: RestoreFact): ReadonlySet<number> {
  let lostHosts: readonly number[] = [];
  for (const event of history.events.slice(0, restore.startedIndex)) {
    if (event.kind !== "fault" || !event.bit || event.fault.kind !== "operator-restore") continue;
    if (event.fault.host === restore.host) ({ lostHosts } = event.fault);
  }
  return new Set(lostHosts);
}

/**
 * The newest durable checkpoint, if the restore must have seen it: a server of its placement that never lost anything, and was
 * not declared lost, has its manifest, and every other one has it as well or is not repaired yet, so that none can refute it.
 */
function newestSeen(
  context: RunContext,
  facts: Facts,
  fact: VerdictFact,
  declaredLost: ReadonlySet<number>,
): CheckpointKey | undefined {
  const newest = newestDurableBefore(facts, fact);
  const found = fact.holdingsByKey?.find(
    ({ key }) => newest !== undefined && orderKeys(key, newest.key) === 0,
  );
  if (newest === undefined || found === undefined) return undefined;
  const holds = (slot: number): boolean =>
    found.holdings.some((one) => one.slot === slot && one.manifestIntact);
  const slots = newest.placement.map(({ slot }) => slot);
  const isWitness = (slot: number): boolean => {
    const host = context.slotHosts[slot];
    const isAsked = host !== undefined && !declaredLost.has(host);
    return isAsked && holds(slot) && !facts.timeline.isUnrepaired(slot, 0, fact.atNs);
  };
  const mayRefute = (slot: number): boolean => !holds(slot) && !facts.timeline.isUnrepaired(slot, fact.atNs);
  return slots.some(isWitness) && !slots.some(mayRefute) ? newest.key : undefined;
}
