/** Words for violations: times, servers, incarnations and checkpoints as people read them. */
import type { Ballot, CheckpointKey } from "../../core/checkpoint/key.ts";
import type { RunContext } from "../promises/promise.ts";
import type { VerdictFact } from "./restores.ts";

export function timeText(atNs: number): string {
  return `${(atNs / 1_000_000).toFixed(3)} ms`;
}

export function hostText(context: RunContext, host: number): string {
  return context.hostNames[host] ?? `host ${host}`;
}

export function slotText(context: RunContext, slot: number): string {
  const host = context.slotHosts[slot];
  return host === undefined ? `slot ${slot}` : hostText(context, host);
}

export function slotsText(context: RunContext, slots: readonly number[]): string {
  return slots.length === 0 ? "nobody" : slots.map((slot) => slotText(context, slot)).join(", ");
}

/** `2.r1` is ballot number 2 of restorer 1; an operator's epoch stands before it: `e1.2.r1`. */
export function ballotText(ballot: Ballot): string {
  return `${ballot.epoch > 0 ? `e${ballot.epoch}.` : ""}${ballot.number}.r${ballot.restorer}`;
}

export function keyText(key: CheckpointKey): string {
  return `checkpoint ${key.sequence} of incarnation ${ballotText(key.ballot)} (attempt ${key.attempt})`;
}

/** The restore that came to this verdict, when, and where; a verb follows. */
export function restoreText(context: RunContext, fact: VerdictFact): string {
  return `At ${timeText(fact.atNs)} the restore ${ballotText(fact.ballot)} on ${hostText(context, fact.host)}`;
}
