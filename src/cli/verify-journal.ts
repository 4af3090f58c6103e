/**
 * The finished pieces of a long verification in a file, one JSON text a line, so that it can be stopped and go on.
 *
 * How many cases a cell has is written too, when it has been counted: a later start does not count again.
 *
 * The first line names the profile and a fingerprint of the code: results of other code are not the results of this one. That
 * of a shard says which one it is, so that `ckptlab merge` can put the shards together.
 * A piece is written when it ends; a last line that was cut short (the process was ended while it wrote) is dropped and
 * its piece runs again. One process writes a journal at a time; two at once are not detected.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { BaseCount } from "../verify/crash-points/index.ts";
import { shardWords } from "../verify/shard.ts";
import type { Shard } from "../verify/verify-result.ts";
import type { PartId, TimedResult, VerifyProfile } from "../verify/verify-task.ts";
import { accepted, type Checked, fileErrorWords, refused } from "./input-error.ts";

export interface JournalHead {
  readonly journal: "ckptlab verify";
  readonly profile: VerifyProfile;
  readonly code: string;
  /** Shards only: what was dealt out. Left out when every part was. */
  readonly only?: PartId | undefined;
  readonly shard?: Shard | undefined;
}

interface JournalLine {
  readonly id: string;
  readonly timed: TimedResult;
}

/** `counts`: cases and pieces of each base of a cell, in turn. */
interface CountLine {
  readonly cell: string;
  readonly counts: readonly (readonly [cases: number, pieces: number])[];
}

export interface Journal {
  /** By id of the task. */
  readonly finished: ReadonlyMap<string, TimedResult>;
  /** By name of the cell. */
  readonly counts: ReadonlyMap<string, readonly BaseCount[]>;
  add(id: string, timed: TimedResult): void;
  addCounts(cell: string, counts: readonly BaseCount[]): void;
}

function lineOf(value: JournalHead | JournalLine | CountLine): string {
  return `${JSON.stringify(value)}\n`;
}

/** Makes the file, or reads the one that is there. Nothing else is written before the first piece ends. */
export function openJournal(file: string, head: Omit<JournalHead, "journal">): Checked<Journal> {
  const at = `--resume ${file}:`;
  return withFileErrors(at, () => {
    if (!existsSync(file)) writeFileSync(file, lineOf({ journal: "ckptlab verify", ...head }));
    const text = readFileSync(file, "utf8");
    const read = journalOf(text, at, (found) => otherThan(head, found));
    if (!read.ok) return read;
    // What was cut short would run into the next line.
    if (wholeLines(text).length < text.length) truncateSync(file, Buffer.byteLength(wholeLines(text)));
    return accepted({
      ...read.value,
      add: (id, timed) => appendFileSync(file, lineOf({ id, timed })),
      addCounts: (cell, counts) => {
        const pairs = counts.map(({ cases, pieces }) => [cases, pieces] as const);
        appendFileSync(file, lineOf({ cell, counts: pairs }));
      },
    });
  });
}

/** Reads a journal, of whatever code, and leaves it as it is. */
export function readJournal(file: string): Checked<ReadJournal> {
  return withFileErrors(`${file}:`, () => journalOf(readFileSync(file, "utf8"), `${file}:`, () => undefined));
}

function withFileErrors<T>(at: string, work: () => Checked<T>): Checked<T> {
  try {
    return work();
  } catch (error) {
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    return refused(`${at} ${words}`);
  }
}

/** Why results of a journal with the head `found` are not those that are asked for; undefined: they are. */
function otherThan(head: Omit<JournalHead, "journal">, found: JournalHead): string | undefined {
  if (found.profile !== head.profile) return `it is of profile ${found.profile}`;
  if (found.code !== head.code) return "it was written by other code; its results say nothing about this one";
  const wordsOf = ({ shard, only }: Omit<JournalHead, "journal">): string =>
    shard === undefined ? "no shard" : `shard ${shardWords(shard)} of ${only ?? "every part"}`;
  return wordsOf(found) === wordsOf(head) ? undefined : `it is of ${wordsOf(found)}`;
}

export interface ReadJournal extends Pick<Journal, "finished" | "counts"> {
  readonly head: JournalHead;
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function journalOf(
  text: string,
  at: string,
  refusal: (head: JournalHead) => string | undefined,
): Checked<ReadJournal> {
  const [first = "", ...lines] = wholeLines(text).split("\n").slice(0, -1);
  const head = parsed(first) as JournalHead | undefined;
  if (head?.journal !== "ckptlab verify") return refused(`${at} it is no journal of ckptlab verify`);
  const reason = refusal(head);
  if (reason !== undefined) return refused(`${at} ${reason}`);
  const finished = new Map<string, TimedResult>();
  const counts = new Map<string, readonly BaseCount[]>();
  for (const [index, line] of lines.entries()) {
    const entry = parsed(line) as Partial<JournalLine & CountLine> | undefined;
    if (typeof entry?.cell === "string" && entry.counts !== undefined) {
      counts.set(
        entry.cell,
        entry.counts.map(([cases, pieces]) => ({ cases, pieces })),
      );
      continue;
    }
    if (typeof entry?.id !== "string" || entry.timed === undefined) {
      return refused(`${at} line ${index + 2} makes no sense`);
    }
    finished.set(entry.id, entry.timed);
  }
  return accepted({ head, finished, counts });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
