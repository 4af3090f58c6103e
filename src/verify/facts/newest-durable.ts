/** The newest checkpoint that was durable as a fact: of a whole run, and what a restore owes. */
import type { AttemptFact, CheckpointFacts } from "./checkpoints.ts";
import { orderBallots, orderKeys } from "./order.ts";
import type { VerdictFact } from "./restores.ts";

/** Undefined when nothing ever was. */
export function newestDurable({ durable }: Pick<CheckpointFacts, "durable">): AttemptFact | undefined {
  return durable.reduce<AttemptFact | undefined>(
    (newest, one) => (newest === undefined || orderKeys(one.key, newest.key) > 0 ? one : newest),
    undefined,
  );
}

/** Before a verdict, and made by an older incarnation. Undefined when nothing was durable. The newest one is never retired, so it must still be there. */
export function newestDurableBefore(facts: CheckpointFacts, verdict: VerdictFact): AttemptFact | undefined {
  let newest: AttemptFact | undefined;
  for (const attempt of facts.durable) {
    if (attempt.durableIndex >= verdict.index) break;
    if (orderBallots(attempt.key.ballot, verdict.ballot) >= 0) continue;
    if (newest === undefined || orderKeys(attempt.key, newest.key) > 0) newest = attempt;
  }
  return newest;
}
