/**
 * When two schemes may be said to differ.
 *
 * The one rule about times: they are called longer or shorter only when a rank test over all pairs says that chance
 * alone does that less than once in a hundred times (rank-test.ts). Otherwise they overlap, or are too few to tell;
 * medians alone are not enough, and "no difference" is never claimed. Which schemes may be ranked at all is settled in
 * src/verify/compare-contest.ts.
 */
import { contestSchemes } from "../verify/compare-contest.ts";
import type { Contest } from "../verify/compare-contest.ts";
import { countWord } from "../verify/count-word.ts";
import type { CompareRow, TimeSample } from "../verify/result.ts";
import { listText } from "./number-words.ts";
import { compareRanks } from "./rank-test.ts";

export function contestPhrase(contest: Contest): string {
  return `Of ${contestSchemes(contest.tolerance)}`;
}

export interface Difference {
  readonly kind: "shorter" | "longer" | "overlap" | "too-few";
  /** The share of pairs, one time of each, in which the changed one is longer. */
  readonly longerShare: number;
}

/** How `changed` differs from `base`. */
export function differenceOf(base: TimeSample, changed: TimeSample): Difference {
  const { longerShare, isSignificant, isTooFew } = compareRanks(base.times, changed.times);
  if (isTooFew) return { kind: "too-few", longerShare };
  if (!isSignificant) return { kind: "overlap", longerShare };
  return { kind: longerShare > 0.5 ? "longer" : "shorter", longerShare };
}

/** Whether `upper` is longer than `lower` beyond chance. */
export function isLonger(upper: TimeSample, lower: TimeSample): boolean {
  return differenceOf(lower, upper).kind === "longer";
}

/** "in 97 of 100 pairs", "in 77 to 95 of 100 pairs"; every pair or none only when it is so. */
export function pairsText(shares: readonly number[]): string {
  const hundredths = shares.map((share) => {
    const rounded = Math.round(share * 100);
    if (rounded === 100 && share < 1) return 99;
    return rounded === 0 && share > 0 ? 1 : rounded;
  });
  const least = Math.min(...hundredths);
  const most = Math.max(...hundredths);
  if (least === 100) return "in every pair";
  return `in ${least === most ? String(least) : `${least} to ${most}`} of 100 pairs`;
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
