/**
 * The finished pieces of a long verification in a file, one JSON text a line, so that it can be stopped and go on.
 *
 * How many cases a cell has is written too, when it has been counted: a later start does not count again.
 *
 * The first line names the profile and a fingerprint of the code: results of other code are not the results of this one.
 * A piece is written when it ends; a last line that was cut short (the process was ended while it wrote) is dropped and
 * its piece runs again. One process writes a journal at a time; two at once are not detected.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { BaseCount } from "../verify/crash-points/index.ts";
import type { TimedResult, VerifyProfile } from "../verify/verify-task.ts";
import { accepted, type Checked, fileErrorWords, refused } from "./input-error.ts";

export interface JournalHead {
  readonly journal: "ckptlab verify";
  readonly profile: VerifyProfile;
  readonly code: string;
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
  try {
    if (!existsSync(file)) writeFileSync(file, lineOf({ journal: "ckptlab verify", ...head }));
    const read = readJournal(file, head);
    if (!read.ok) return read;
    return accepted({
      ...read.value,
      add: (id, timed) => appendFileSync(file, lineOf({ id, timed })),
      addCounts: (cell, counts) => {
        const pairs = counts.map(({ cases, pieces }) => [cases, pieces] as const);
        appendFileSync(file, lineOf({ cell, counts: pairs }));
      },
    });
  } catch (error) {
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    return refused(`--resume ${file}: ${words}`);
  }
}

type ReadJournal = Pick<Journal, "finished" | "counts">;

function readJournal(file: string, head: Omit<JournalHead, "journal">): Checked<ReadJournal> {
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const [first = "", ...lines] = whole.split("\n").slice(0, -1);
  const found = parsed(first) as Partial<JournalHead> | undefined;
  const at = `--resume ${file}:`;
  if (found?.journal !== "ckptlab verify") return refused(`${at} it is no journal of ckptlab verify`);
  if (found.profile !== head.profile) return refused(`${at} it is of profile ${String(found.profile)}`);
  if (found.code !== head.code) {
    return refused(`${at} it was written by other code; its results say nothing about this one`);
  }
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
  // What was cut short would run into the next line.
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return accepted({ finished, counts });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
