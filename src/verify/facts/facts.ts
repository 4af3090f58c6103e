/** All facts of one run, gathered once however many checkers ask. */
import type { RunHistory } from "../../sim/history.ts";
import type { RunContext } from "../promises/promise.ts";
import { type CheckpointFacts, checkpointFacts } from "./checkpoints.ts";
import { type RestoreFacts, restoreFacts } from "./restores.ts";
import { Timeline } from "./timeline.ts";

export interface Facts extends CheckpointFacts, RestoreFacts {
  readonly timeline: Timeline;
}

const gathered: WeakMap<RunHistory, { readonly context: RunContext; readonly facts: Facts }> = new WeakMap();

/** The same history and context give the same facts; both are immutable. */
export function factsOf(history: RunHistory, context: RunContext): Facts {
  const known = gathered.get(history);
  if (known !== undefined && known.context === context) return known.facts;
  const { attempts, durable, images } = checkpointFacts(history, context);
  const { starts, restores, verdicts, restoredKey, contains, isFlagged } = restoreFacts(history);
  const timeline = new Timeline(history, context);
  const facts: Facts = {
    attempts,
    durable,
    images,
    starts,
    restores,
    verdicts,
    restoredKey,
    contains,
    isFlagged,
    timeline,
  };
  gathered.set(history, { context, facts });
  return facts;
}
