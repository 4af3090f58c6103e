/**
 * How a run ended for its software, and what the disks still hold of the newest checkpoint that was durable: facts of the
 * simulator and the matrix rank oracle, whatever the roles believe.
 */
import type { CheckpointKey } from "../../core/checkpoint/key.ts";
import type { RunHistory } from "../../sim/history.ts";
import { factsOf } from "../facts/facts.ts";
import { geometryIn, holdingsAtEnd, intactOn, unrecoverableGroups } from "../facts/holdings.ts";
import { newestDurable, newestDurableBefore } from "../facts/newest-durable.ts";
import { orderBallots, orderKeys } from "../facts/order.ts";
import type { RunContext } from "../promises/promise.ts";

/**
 * `older`: it runs, but from a checkpoint older than the newest durable one, which an operator had accepted. `silent`: it does
 * not run, and there is no verdict.
 */
export type RunEnd = "running" | "older" | "refused" | "waiting" | "silent";

export function runEndOf(history: RunHistory, context: RunContext): RunEnd {
  const facts = factsOf(history, context);
  const last = facts.verdicts.reduce<(typeof facts.verdicts)[number] | undefined>(
    (newest, one) => (newest === undefined || orderBallots(one.ballot, newest.ballot) >= 0 ? one : newest),
    undefined,
  );
  if (isRunning(history)) {
    if (last?.verdict.kind !== "restored") return "running";
    const newest = newestDurableBefore(facts, last);
    return newest !== undefined && orderKeys(last.verdict.key, newest.key) < 0 ? "older" : "running";
  }
  if (last === undefined || last.verdict.kind === "restored") return "silent";
  return last.verdict.kind;
}

export function isRunning(history: Pick<RunHistory, "events">): boolean {
  let runningCount = 0;
  for (const event of history.events) {
    if (event.kind === "software-started" && event.refusedBySoftware === undefined) runningCount += 1;
    else if (event.kind === "software-stopped") runningCount -= 1;
  }
  return runningCount > 0;
}

export interface NewestOnDisks {
  /** The newest checkpoint that was durable as a fact; undefined: none ever was. */
  readonly key: CheckpointKey | undefined;
  /** Some disk still has its manifest whole. */
  readonly hasManifest: boolean;
  /** Groups that cannot be decoded from what all the disks together hold, wherever they are. */
  readonly lostGroups: readonly number[];
}

/** At the end of this history. Servers that are down, paused or cut off count with their disks. */
export function newestOnDisks(history: RunHistory, context: RunContext): NewestOnDisks {
  const newest = newestDurable(factsOf(history, context));
  if (newest?.imageBytes === undefined) return { key: undefined, hasManifest: false, lostGroups: [] };
  const found = holdingsAtEnd(history, newest.key);
  const geometry = geometryIn(context, newest.imageBytes);
  return {
    key: newest.key,
    hasManifest: found.some(({ manifestIntact }) => manifestIntact),
    lostGroups: unrecoverableGroups(context, geometry, intactOn(found)),
  };
}

/** No disk that exists, and no software, holds the newest durable state any more. */
export function isLost(history: RunHistory, context: RunContext): boolean {
  return !isRunning(history) && isGone(newestOnDisks(history, context));
}

/** Nothing that comes back, heals or is declared gives it back. Where nothing was durable there is nothing to give back. */
export function isGone({ hasManifest, lostGroups }: NewestOnDisks): boolean {
  return !hasManifest || lostGroups.length > 0;
}
