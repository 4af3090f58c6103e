/** What a restore owes: the newest checkpoint that was durable as a fact before a verdict, made by an older incarnation. */
import type { AttemptFact, CheckpointFacts } from "./checkpoints.ts";
import { orderBallots, orderKeys } from "./order.ts";
import type { VerdictFact } from "./restores.ts";

/** Undefined when nothing was durable. The newest one is never retired, so it must still be there. */
export function newestDurableBefore(facts: CheckpointFacts, verdict: VerdictFact): AttemptFact | undefined {
  let newest: AttemptFact | undefined;
  for (const attempt of facts.durable) {
    if (attempt.durableIndex >= verdict.index) break;
    if (orderBallots(attempt.key.ballot, verdict.ballot) >= 0) continue;
    if (newest === undefined || orderKeys(attempt.key, newest.key) > 0) newest = attempt;
  }
  return newest;
}
