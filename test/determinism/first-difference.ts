/**
 * Finds the first event of a run in which two engines differ, by running it again on both under observation.
 *
 * The digest of a mark rolls over all events before it, so that marks are equal up to the difference and never again after
 * it: the first unequal one brackets the event. Each pass takes marks that lie closer together within the bracket; the last
 * takes every event, in words.
 *
 * Does not cover: a difference that no event shows, such as one in judging; then there is none to be found.
 */
import type { CaseReply, JobCase, Mark, Watch } from "./job.ts";

/** Runs one case on one engine. */
export type RunCase = (jobCase: JobCase) => Promise<CaseReply>;

/** Marks in one pass. Two passes find one event among a million. */
const MARK_COUNT = 1024;

export type Difference =
  | {
      readonly kind: "event";
      /** Number of the event, from 1. */
      readonly event: number;
      /** What each engine did in it; undefined: there the run had ended. */
      readonly words: readonly [readonly string[] | undefined, readonly string[] | undefined];
    }
  /** One of them did not finish the run. */
  | { readonly kind: "error"; readonly words: readonly [string | undefined, string | undefined] }
  /** The same events and effects, and yet another digest or result: something outside handlers and events. */
  | { readonly kind: "after-the-events" };

async function runBoth(
  jobCase: JobCase,
  engines: readonly [RunCase, RunCase],
  watch: Watch,
): Promise<readonly [CaseReply, CaseReply]> {
  const watched = { ...jobCase, isRepeated: false, watch };
  const [a, b] = await Promise.all([engines[0](watched), engines[1](watched)]);
  return [a, b];
}

/** Index of the first mark that is not the same in both; the length of the shorter list when one only ends earlier. */
function firstUnequal(a: readonly Mark[], b: readonly Mark[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    if (a[index]?.digest !== b[index]?.digest) return index;
  }
  return shorter;
}

/** Where a run broke off, its error stands in place of the event. */
function wordsAt(reply: CaseReply, index: number): readonly string[] | undefined {
  return reply.marks[index]?.words ?? (reply.ok ? undefined : [reply.error]);
}

/** `eventCount`: events of the longer run; both runs are known to differ. */
export async function firstDifference(
  jobCase: JobCase,
  engines: readonly [RunCase, RunCase],
  eventCount: number,
): Promise<Difference> {
  let afterEvent = 0;
  let toEvent = eventCount;
  for (;;) {
    const everyEvents = Math.max(1, Math.ceil((toEvent - afterEvent) / MARK_COUNT));
    const inWords = everyEvents === 1;
    const [a, b] = await runBoth(jobCase, engines, { everyEvents, afterEvent, toEvent, inWords });
    const index = firstUnequal(a.marks, b.marks);
    if (inWords) {
      const mark = a.marks[index] ?? b.marks[index];
      if (mark !== undefined) {
        return { kind: "event", event: mark.event, words: [wordsAt(a, index), wordsAt(b, index)] };
      }
      if (a.ok && b.ok) return { kind: "after-the-events" };
      return { kind: "error", words: [a.ok ? undefined : a.error, b.ok ? undefined : b.error] };
    }
    // Marks lie at multiples of everyEvents; the last stretch may have none at its end.
    const lastEqual = a.marks[index - 1];
    const unequal = a.marks[index] ?? b.marks[index];
    afterEvent = lastEqual?.event ?? afterEvent;
    toEvent = unequal?.event ?? toEvent;
  }
}

const LINES_SHOWN_MAX = 30;
const LINE_CHARACTERS_MAX = 400;

/** What both did in the event, line by line; equal lines once, unequal ones under the names of the engines. */
export function differenceLines(difference: Difference, names: readonly [string, string]): string[] {
  if (difference.kind === "after-the-events") {
    return [
      "every event and every effect of a handler is the same: the difference is in what is made of them",
    ];
  }
  if (difference.kind === "error") {
    return names.map((name, index) => `${name}: ${difference.words[index] ?? "finished the run"}`);
  }
  const [a, b] = difference.words;
  const lines: string[] = [`first event that differs: number ${difference.event}`];
  const count = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let index = 0; index < count && lines.length < LINES_SHOWN_MAX; index += 1) {
    const [left, right] = [a?.[index], b?.[index]];
    if (left === right) lines.push(`    ${clipped(left)}`);
    else lines.push(`  ${names[0]}: ${clipped(left)}`, `  ${names[1]}: ${clipped(right)}`);
  }
  return lines;
}

function clipped(line: string | undefined): string {
  if (line === undefined) return "nothing more";
  return line.length > LINE_CHARACTERS_MAX ? `${line.slice(0, LINE_CHARACTERS_MAX)} …` : line;
}
