/**
 * Bounded: queues, messages, events and retries stay under limits that the scenario's settings give.
 */
import type { AttemptFact } from "../facts/checkpoints.ts";
import { factsOf } from "../facts/facts.ts";
import { stateId } from "../facts/order.ts";
import { ballotText } from "../facts/words.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker } from "./promise.ts";

export const bounded: PromiseChecker = {
  id: "bounded",
  claim: "Queues, retries, memory and messages stay under stated limits.",
  checks: [
    "The deepest event queue, the number of events and the number of messages of the run.",
    "The number of attempts at each checkpoint, and of restores in the run.",
  ],
  doesNotCheck: ["Memory of the process (the queue's depth stands for it)."],
  check(history, context) {
    const findings = new Findings();
    const { attempts, restores } = factsOf(history, context);
    const { limits } = context;
    const compare = (what: string, count: number, limit: number): void => {
      findings.checked();
      if (count > limit) findings.violated(`${what}: ${count}, the limit is ${limit}.`);
    };
    compare("Deepest event queue", history.costs.queueDepthMax, limits.queueDepthMax);
    compare("Events", history.costs.eventCount, limits.eventCountMax);
    compare("Messages", history.costs.messageCount, limits.messageCountMax);
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
    return findings.judgement();
  },
};
