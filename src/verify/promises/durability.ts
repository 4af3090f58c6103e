/**
 * Durability: what the simulator saw flushed everywhere must come back, as long as losses stay within the tolerance.
 */
import { type AttemptFact, isStoreTrue } from "../facts/checkpoints.ts";
import { factsOf } from "../facts/facts.ts";
import { newestDurableBefore } from "../facts/newest-durable.ts";
import { ballotId, keyId, orderBallots, orderKeys } from "../facts/order.ts";
import { keyText, slotText, timeText } from "../facts/words.ts";
import type { HistoryEvent } from "../../sim/history.ts";
import type { Facts } from "../facts/facts.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";

export const durability: PromiseChecker = {
  id: "durability",
  claim:
    "While at most f slots are unrepaired at any moment, a restore yields the newest durable checkpoint or a newer one.",
  checks: [
    "Every acknowledgement of a store: the manifest and as many members as belong there are flushed on that server's disk at that moment.",
    "Every retirement on a server: as many checkpoints of the retiring incarnation as are to be kept, none below the floor, were durable as a fact before it.",
    "Every verdict 'restored' or 'refused': no older incarnation had made a newer checkpoint durable, as a fact, before it.",
  ],
  doesNotCheck: [
    "Verdicts after more than f slots were unrepaired at one moment (nothing is promised then), counted carefully: see timeline.ts.",
    "Verdicts that used an operator's way out, which are flagged to the user; refusals of an operator's restore, which may rest on servers declared lost (decidability judges them).",
    "What older incarnations make durable after the verdict (fencing does).",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    const flushedBefore = new Set<string>();
    const attempts = new Map<string, AttemptFact>();
    for (const attempt of facts.attempts) {
      const id = keyId(attempt.key);
      if (!attempts.has(id)) attempts.set(id, attempt);
    }
    for (const event of history.events) {
      if (event.kind !== "note" || event.note.kind !== "stored") continue;
      const { slot, life, key } = event.note;
      const id = keyId(key);
      const isTrue = isStoreTrue(event, attempts.get(id), context);
      if (isTrue === undefined) continue;
      findings.checked();
      const acknowledgement = `${slot} ${life.number} ${life.nonce} ${id}`;
      if (isTrue) {
        flushedBefore.add(acknowledgement);
        continue;
      }
      // Said again, after rot bit: what is written over the rotten file is a repair, and not what was acknowledged.
      if (flushedBefore.has(acknowledgement) && facts.timeline.isUnrepaired(slot, event.atNs)) continue;
      findings.violated(
        `At ${timeText(event.atNs)} ${slotText(context, slot)} acknowledged ${keyText(key)} before it was flushed.`,
      );
    }
    checkRetirements(findings, history.events, facts, context);
    const operatorBallots = new Set(
      facts.restores.filter(({ operator }) => operator).map(({ ballot }) => ballotId(ballot)),
    );
    for (const fact of facts.verdicts) {
      if (fact.verdict.kind === "waiting") continue;
      if (fact.verdict.kind === "restored" && fact.verdict.flags.length > 0) continue;
      if (fact.verdict.kind === "refused" && operatorBallots.has(ballotId(fact.ballot))) continue;
      if (facts.timeline.unrepairedCountMax(fact.atNs) > context.quorum.tolerance) continue;
      const newest = newestDurableBefore(facts, fact)?.key;
      const yielded = fact.verdict.kind === "restored" ? fact.verdict.key : undefined;
      // A refusal where nothing was durable is right, but it says nothing about durability.
      if (yielded === undefined && newest === undefined) continue;
      findings.checked();
      if (newest === undefined || (yielded !== undefined && orderKeys(yielded, newest) >= 0)) continue;
      const result = yielded === undefined ? "was refused" : `gave ${keyText(yielded)}`;
      findings.violated(
        `At ${timeText(fact.atNs)} a restore ${result}, although ${keyText(newest)} was durable.`,
      );
    }
    return findings.judgement();
  },
};

/** What is dropped before enough newer ones are durable is missed when the newest is lost (R7, R10). */
function checkRetirements(
  findings: Findings,
  events: readonly HistoryEvent[],
  facts: Facts,
  context: RunContext,
): void {
  const judged = new Set<string>();
  for (const [index, event] of events.entries()) {
    if (event.kind !== "note" || event.note.kind !== "retired") continue;
    const { floor, slot } = event.note;
    // Durable once is durable for the next server that is told the same.
    if (judged.has(keyId(floor))) continue;
    judged.add(keyId(floor));
    findings.checked();
    const kept = new Set<number>();
    for (const { key, durableIndex } of facts.durable) {
      const isOwn = orderBallots(key.ballot, floor.ballot) === 0;
      if (isOwn && durableIndex < index && orderKeys(key, floor) >= 0) kept.add(key.sequence);
    }
    if (kept.size >= context.retentionCount) continue;
    findings.violated(
      `At ${timeText(event.atNs)} ${slotText(context, slot)} retired everything before ${keyText(floor)} with ${kept.size} of ${context.retentionCount} checkpoints to keep durable.`,
    );
  }
}
