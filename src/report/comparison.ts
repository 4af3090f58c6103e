/**
 * When two schemes may be said to differ, and which of them may be compared at all.
 *
 * Schemes are ranked only within one tolerance: it says nothing that a scheme which survives less costs less.
 * Times are called different only when their spreads are apart; medians alone are not enough.
 */
import type { CompareRow, Spread } from "../verify/result.ts";
import { countWord, listText } from "./number-words.ts";

/** Schemes of one tolerance, at least one loss and at least two schemes. */
export interface Contest {
  readonly tolerance: number;
  readonly rows: readonly CompareRow[];
}

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

/** "the loss of any one server", "the loss of any two servers". */
export function lossPhrase(tolerance: number): string {
  if (tolerance === 0) return "no loss of a server";
  return `the loss of any ${countWord(tolerance)} server${tolerance === 1 ? "" : "s"}`;
}

export function contestPhrase(contest: Contest): string {
  return `Of the schemes that survive ${lossPhrase(contest.tolerance)}`;
}

/** Whether all but the slowest hundredth of `lower` lies below everything of `upper`. */
export function isClearlyLower(lower: Spread, upper: Spread): boolean {
  return lower.p99 < upper.min;
}

export type Difference = "shorter" | "longer" | "none-seen";

/** How `changed` differs from `base`. */
export function differenceOf(base: Spread, changed: Spread): Difference {
  if (isClearlyLower(changed, base)) return "shorter";
  return isClearlyLower(base, changed) ? "longer" : "none-seen";
}

export interface Extremes {
  readonly lowest: CompareRow;
  readonly highest: CompareRow;
}

/** The rows with the least and the most; rows without the value are left out. */
export function extremesOf(
  rows: readonly CompareRow[],
  valueOf: (row: CompareRow) => number | undefined,
): Extremes | undefined {
  const known = rows.filter((row) => valueOf(row) !== undefined);
  let lowest = known[0];
  let highest = known[0];
  for (const row of known) {
    if (lowest === undefined || (valueOf(row) ?? 0) < (valueOf(lowest) ?? 0)) lowest = row;
    if (highest === undefined || (valueOf(row) ?? 0) > (valueOf(highest) ?? 0)) highest = row;
  }
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
}

/** Names for a sentence; long lists are counted instead. */
export function schemeList(schemes: readonly string[], totalCount: number): string {
  if (schemes.length === totalCount && totalCount > 1) return `all ${countWord(totalCount)} schemes`;
  return listText(schemes);
}
