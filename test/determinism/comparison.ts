/**
 * Compares what engines replied with each other, with the golden digests and with themselves, and says what is wrong.
 */
import { canonicalJson } from "../../src/scenario/canonical.ts";
import type { GoldenCases } from "./golden.ts";
import type { CaseReply } from "./job.ts";

export interface EngineReplies {
  readonly id: string;
  readonly replies: readonly CaseReply[];
}

/** A case that went another way on this engine than on the first one. */
export interface Mismatch {
  readonly engine: string;
  readonly name: string;
  readonly words: string;
}

/** Outcomes as one text; equal texts, equal runs. */
function outcomeText(reply: CaseReply | undefined): string {
  if (reply === undefined) return "no reply";
  return reply.ok ? canonicalJson(reply.outcome) : `error: ${reply.error}`;
}

/** In words, what another reply would have to be equal to. */
function shortly(reply: CaseReply | undefined): string {
  if (reply === undefined) return "no reply";
  if (!reply.ok) return reply.error;
  const { digest, eventCount, result } = reply.outcome;
  return `digest ${digest} after ${eventCount} events, result ${result}`;
}

/** Every case of every engine after the first whose outcome is not that of the first one. */
export function mismatchesOf(engines: readonly EngineReplies[]): Mismatch[] {
  const [reference, ...others] = engines;
  if (reference === undefined) return [];
  return others.flatMap(({ id, replies }) =>
    reference.replies.flatMap((expected, index): Mismatch[] => {
      const reply = replies[index];
      if (outcomeText(reply) === outcomeText(expected)) return [];
      const words = `${reference.id}: ${shortly(expected)}; ${id}: ${shortly(reply)}`;
      return [{ engine: id, name: expected.name, words }];
    }),
  );
}

/** Runs that failed, or that went another way when they were run again in the same process. */
export function ownProblems({ id, replies }: EngineReplies): string[] {
  return replies.flatMap((reply): string[] => {
    if (!reply.ok) return [`${reply.name} on ${id}: ${reply.error}`];
    const { repeated, outcome, name } = reply;
    if (repeated === undefined || canonicalJson(repeated) === canonicalJson(outcome)) return [];
    return [
      `${name} on ${id}: not the same when run twice: ${shortly(reply)}; then ${shortly({ ...reply, outcome: repeated })}`,
    ];
  });
}

/** The digests of an engine in the form of the golden file; runs that failed are left out. */
export function goldenCasesOf({ replies }: EngineReplies): GoldenCases {
  return Object.fromEntries(
    replies.flatMap((reply) =>
      reply.ok ? [[reply.name, { digest: reply.outcome.digest, eventCount: reply.outcome.eventCount }]] : [],
    ),
  );
}

/** Kinds of faults that bit in no run, among those that the scenarios of the corpus ask for. */
export function unreachedFaults(asked: ReadonlySet<string>, { replies }: EngineReplies): string[] {
  const bitten = new Set(replies.flatMap((reply) => (reply.ok ? reply.outcome.bitten : [])));
  return [...asked].toSorted().filter((kind) => !bitten.has(kind));
}
