/**
 * Which rows of a comparison may be ranked against each other, and how a sentence names them.
 *
 * Schemes are ranked only within one tolerance: it says nothing that a scheme which survives less costs less. A
 * tolerance is what a scheme always survives, wherever the losses fall; a scheme of a higher one survives as much and
 * is still another contest, so every phrase here names both ends.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import { countWord } from "./count-word.ts";
import type { CompareRow } from "./result.ts";

/** Schemes of one tolerance, at least one loss and at least two schemes. */
export interface Contest {
  readonly tolerance: number;
  readonly rows: readonly CompareRow[];
}

export const PLACE_PHRASE: Readonly<Record<FormerPlace, string>> = {
  production: "on the production server",
  backup: "on a backup server",
  dedicated: "on a dedicated server",
};

/** The contest with the most schemes; undefined when no two schemes survive equally much. */
export function mainContest(rows: readonly CompareRow[]): Contest | undefined {
  let largest: Contest | undefined;
  for (const tolerance of new Set(rows.map((row) => row.tolerance))) {
    const members = rows.filter((row) => row.tolerance === tolerance);
    if (tolerance < 1 || members.length < 2) continue;
    if (largest === undefined || members.length > largest.rows.length) largest = { tolerance, rows: members };
  }
  return largest;
}

/** "one lost server", "two lost servers". */
export function lossPhrase(tolerance: number): string {
  return `${countWord(tolerance)} lost server${tolerance === 1 ? "" : "s"}`;
}

/** "the schemes that always survive one lost server but not always two" */
export function contestSchemes(tolerance: number): string {
  return `the schemes that always survive ${lossPhrase(tolerance)} but not always ${countWord(tolerance + 1)}`;
}
