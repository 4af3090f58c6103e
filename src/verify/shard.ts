/**
 * A part of a verification for one machine of several: which pieces of the plan a shard takes, and how the shards become one
 * verification again.
 *
 * Invariant: the shards of a plan hold each of its pieces exactly once, and their counts of pieces differ by one at most. What
 * the merged shards give is what one run of the whole plan gives, for it is added up by the same code.
 *
 * Does not cover: files; who runs a shard, and where its finished pieces are kept.
 */
import { assert } from "../core/assertion.ts";
import type { Shard } from "./verify-result.ts";
import type { PartId, TimedResult, VerifyPlan, VerifyProfile } from "./verify-task.ts";

export function shardWords({ number, count }: Shard): string {
  return `${number}/${count}`;
}

/**
 * Dealt out in rounds, and each round begins one shard later: neighbours in a plan take turns (places of the former among
 * others), and a shard would otherwise get all of one kind.
 */
function isDealtTo({ number, count }: Shard, index: number): boolean {
  return (index + Math.floor(index / count)) % count === number - 1;
}

/** The pieces of a shard, in the order of the plan. What is said of cells and cases is still of the whole plan. */
export function shardOfPlan(plan: VerifyPlan, shard: Shard): VerifyPlan {
  const { number, count } = shard;
  assert(number >= 1 && number <= count, "a shard's number is one of their count");
  assert(plan.shard === undefined, "a shard is not dealt out again");
  const roundCount = Math.floor(plan.taskCount / count);
  const fromRound = roundCount * count;
  let taskCount = roundCount;
  for (let index = fromRound; index < plan.taskCount; index += 1) if (isDealtTo(shard, index)) taskCount += 1;
  return {
    ...plan,
    shard,
    taskCount,
    tasks: {
      *[Symbol.iterator]() {
        let index = 0;
        for (const task of plan.tasks) {
          if (isDealtTo(shard, index)) yield task;
          index += 1;
        }
      },
    },
  };
}

/** What a shard left behind: where it belongs to, and its finished pieces by id. */
export interface ShardRecord {
  /** How it is called in errors. */
  readonly name: string;
  readonly profile: VerifyProfile;
  /** Fingerprint of the code that ran. */
  readonly code: string;
  /** undefined: every part. */
  readonly only: PartId | undefined;
  readonly shard: Shard;
  readonly finished: ReadonlyMap<string, TimedResult>;
}

export type ShardErrorCode =
  | "other-code"
  | "other-profile"
  | "other-parts"
  | "other-count"
  | "doubled-shard"
  | "missing-shard"
  | "unfinished-shard";

export interface ShardError {
  readonly code: ShardErrorCode;
  readonly message: string;
}

/** undefined: these are all the shards of one verification by the code with this fingerprint. */
export function checkShards(records: readonly ShardRecord[], code: string): ShardError | undefined {
  const [first] = records;
  assert(first !== undefined, "there is a shard");
  const partWords = (only: PartId | undefined): string => only ?? "every part";
  const names = new Map<number, string>();
  for (const { name, profile, code: own, only, shard } of records) {
    if (own !== code) {
      const message = `${name} was written by other code; its results say nothing about this one`;
      return { code: "other-code", message };
    }
    if (profile !== first.profile) {
      const message = `${name} is of profile ${profile}, and ${first.name} of profile ${first.profile}`;
      return { code: "other-profile", message };
    }
    if (only !== first.only) {
      const message = `${name} is of ${partWords(only)}, and ${first.name} of ${partWords(first.only)}`;
      return { code: "other-parts", message };
    }
    if (shard.count !== first.shard.count) {
      const message = `${name} is shard ${shardWords(shard)}, and ${first.name} is shard ${shardWords(first.shard)}`;
      return { code: "other-count", message };
    }
    const other = names.get(shard.number);
    if (other !== undefined) {
      const message = `${other} and ${name} are both shard ${shardWords(shard)}`;
      return { code: "doubled-shard", message };
    }
    names.set(shard.number, name);
  }
  const { count } = first.shard;
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((each) => !names.has(each));
  if (missing.length === 0) return undefined;
  const words = missing.map((number) => shardWords({ number, count })).join(", ");
  return { code: "missing-shard", message: `none of these files is shard ${words}` };
}

export type MergedShards =
  | { readonly ok: true; readonly finished: ReadonlyMap<string, TimedResult> }
  | { readonly ok: false; readonly error: ShardError };

/** The finished pieces of all shards of `plan`, for `verifyAll` to add up. `records` have passed `checkShards`. */
export function mergeShards(plan: VerifyPlan, records: readonly ShardRecord[]): MergedShards {
  const finished = new Map<string, TimedResult>();
  for (const { name, shard, finished: own } of records) {
    const { tasks, taskCount } = shardOfPlan(plan, shard);
    const doneCount = finished.size;
    for (const { id } of tasks) {
      const timed = own.get(id);
      if (timed !== undefined) finished.set(id, timed);
    }
    const missingCount = taskCount - (finished.size - doneCount);
    if (missingCount === 0) continue;
    const message = `${name} lacks ${missingCount} of the ${taskCount} pieces of shard ${shardWords(shard)}; run it again with the same file`;
    return { ok: false, error: { code: "unfinished-shard", message } };
  }
  return { ok: true, finished };
}
