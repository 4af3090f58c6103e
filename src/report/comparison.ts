/**
 * When two schemes may be said to differ, and which of them may be compared at all.
 *
 * Schemes are ranked only within one tolerance: it says nothing that a scheme which survives less costs less.
 * Times are called different only when their spreads are apart; medians alone are not enough.
 */
import type { CompareRow, Spread } from "../verify/result.ts";
import { combinationCount, countWord, listText } from "./number-words.ts";

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

/** Spreads of equal times are apart by chance less often than this. */
const CHANCE_MAX = 0.01;

/**
 * Whether everything of `lower` lies below everything of `upper`, and both hold enough times for that to mean
 * something: a and b times of one distribution lie apart, in either order, in 2 of C(a + b, a) cases.
 */
export function isClearlyLower(lower: Spread, upper: Spread): boolean {
  const chance = 2 / combinationCount(lower.count + upper.count, lower.count);
  return lower.max < upper.min && chance < CHANCE_MAX;
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
