/**
 * Bounded: queues, messages, events and retries stay under limits that the scenario's settings give.
 */
import type { Ballot, CheckpointKey } from "../../core/checkpoint/key.ts";
import type { HistoryEvent, RunHistory } from "../../sim/history.ts";
import type { AttemptFact } from "../facts/checkpoints.ts";
import { type Facts, factsOf } from "../facts/facts.ts";
import { keyId, orderBallots, orderKeys, stateId } from "../facts/order.ts";
import { runningAtEnd } from "../facts/running.ts";
import { ballotText, keyText, slotText } from "../facts/words.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";

export const bounded: PromiseChecker = {
  id: "bounded",
  claim: "Queues, retries, memory and messages stay under stated limits.",
  checks: [
    "The deepest event queue, the number of events and the number of messages of the run, against limits that follow from its length, its period of asking again, and what was taken, rebuilt and restored in it.",
    "The number of attempts at each checkpoint, and of restores in the run.",
    "At the end of a run that was quiet for the bound: no server that is up holds files of a checkpoint older than those to be kept.",
  ],
  doesNotCheck: [
    "Memory of the process (the queue's depth stands for it).",
    "Growth that stays below the limits, which are several times what a run without trouble needs.",
    "Files left for a durable checkpoint that the production server was never told of.",
    "Files left on servers that are away or not repaired, on a network that loses messages, or after more than f slots were unrepaired at once.",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    const { attempts, restores } = facts;
    const { limits } = context;
    const compare = (what: string, count: number, limit: number): void => {
      findings.checked();
      if (count > limit) findings.violated(`${what}: ${count}, the limit is ${limit}.`);
    };
    compare("Deepest event queue", history.costs.queueDepthMax, limits.queueDepthMax);
    compare("Events", history.costs.eventCount, limits.eventCountMax);
    const rebuiltCount = history.events.filter(isRebuilt).length;
    const eachCount = attempts.length + rebuiltCount + restores.length;
    const messageCountMax = limits.messageCountRun + eachCount * limits.messageCountEach;
    compare("Messages", history.costs.messageCount, messageCountMax);
    compare("Restores started", restores.length, limits.restoreCountMax);
    const attemptsOf = new Map<string, AttemptFact[]>();
    for (const attempt of attempts) {
      const id = stateId(attempt.key.ballot, attempt.key.sequence);
      attemptsOf.set(id, [...(attemptsOf.get(id) ?? []), attempt]);
    }
    for (const tries of attemptsOf.values()) {
      const { ballot, sequence } = (tries[0] as AttemptFact).key;
      const what = `Attempts at checkpoint ${sequence} of incarnation ${ballotText(ballot)}`;
      compare(what, tries.length, limits.attemptCountMax);
    }
    checkLeftBehind(findings, history, context, facts);
    return findings.judgement();
  },
};

function isRebuilt(event: HistoryEvent): boolean {
  return event.kind === "note" && event.note.kind === "repaired";
}

/** Where nothing disturbs, disks hold the checkpoints that are to be kept and what is newer, and nothing else. */
function checkLeftBehind(findings: Findings, history: RunHistory, context: RunContext, facts: Facts): void {
  if (context.lossPpm > 0 || history.endNs - facts.timeline.lastDisturbanceNs < context.bounds.redundancyNs)
    return;
  if (facts.timeline.isUnreliable(history.endNs - context.bounds.redundancyNs, history.endNs)) return;
  const running = runningAtEnd(history);
  if (running === undefined || facts.timeline.unrepairedCountMax(history.endNs) > context.quorum.tolerance)
    return;
  const kept = keptKeys(history, facts, running.ballot, history.endNs - context.bounds.settleNs);
  const oldest = kept[context.retentionCount - 1];
  if (oldest === undefined) return;
  for (const { key, holdings } of history.finalHoldings) {
    if (orderKeys(key, oldest) >= 0) continue;
    for (const holding of holdings) {
      const isThere = holding.manifestIntact || holding.intactMembers.length > 0;
      if (!facts.timeline.answers(holding.slot, running.host, history.endNs)) continue;
      findings.checked();
      if (!isThere) continue;
      findings.violated(
        `At the end ${slotText(context, holding.slot)} still has files of ${keyText(key)}, although ${context.retentionCount} newer ones have long been durable.`,
      );
    }
  }
}

/**
 * Durable checkpoints of this incarnation of which it knew so by `untilNs`, newest first, one for each state. Of one that
 * became durable while its former went down with the news, it may never hear; it retires nothing for it then.
 */
function keptKeys(history: RunHistory, facts: Facts, ballot: Ballot, untilNs: number): CheckpointKey[] {
  const known = new Set<string>();
  for (const event of history.events) {
    if (event.atNs <= untilNs && event.kind === "note" && event.note.kind === "known-durable")
      known.add(keyId(event.note.key));
  }
  const keys = facts.durable
    .filter(({ key }) => orderBallots(key.ballot, ballot) === 0 && known.has(keyId(key)))
    .map(({ key }) => key)
    .sort((a, b) => orderKeys(b, a));
  return keys.filter((key, index) => keys[index - 1]?.sequence !== key.sequence);
}
