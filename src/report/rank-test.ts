/**
 * Whether the times of one sample are longer than those of another, by the test of Mann and Whitney: every time of the
 * one is paired with every time of the other, and the share of pairs in which the second is longer is compared with
 * what chance gives to two samples of one distribution. It asks nothing of the shape of the distributions.
 *
 * Small samples are judged exactly: all ways to deal the times out to two samples of these sizes are counted, ties as
 * half. Larger ones by the normal approximation, corrected for ties and for continuity (Mann and Whitney 1947).
 * Not covered: times of one run share its faults, and are taken as independent all the same.
 */

/** A difference is called one when chance alone makes it this seldom, to either side. */
export const CHANCE_MAX = 0.01;

/** The deviation that a normal variable passes, to either side, with the chance CHANCE_MAX. */
const NORMAL_DEVIATION = 2.5758;

/** Up to this many times together are judged exactly: some 10^6 additions. */
const EXACT_COUNT_MAX = 40;

export interface RankComparison {
  /** The share of pairs in which the second is longer; pairs of equal times count half. */
  readonly longerShare: number;
  readonly isSignificant: boolean;
  /** No order of so few times could be told from chance. */
  readonly isTooFew: boolean;
}

export function compareRanks(base: readonly number[], changed: readonly number[]): RankComparison {
  const pairCount = base.length * changed.length;
  if (pairCount === 0) return { longerShare: 0.5, isSignificant: false, isTooFew: true };
  const ranks = doubledRanks(base, changed);
  // Twice the number of pairs in which `changed` is longer, from the sum of its ranks.
  const doubledSum = sumOf(ranks.changed) - changed.length * (changed.length + 1);
  const longerShare = doubledSum / 2 / pairCount;
  const isTooFew = 2 / combinations(base.length + changed.length, base.length) >= CHANCE_MAX;
  if (isTooFew) return { longerShare, isSignificant: false, isTooFew };
  const isSignificant =
    base.length + changed.length <= EXACT_COUNT_MAX
      ? exactChance([...ranks.base, ...ranks.changed], changed.length, sumOf(ranks.changed)) < CHANCE_MAX
      : isBeyondNormal(ranks, doubledSum / 2);
  return { longerShare, isSignificant, isTooFew };
}

interface Ranks {
  readonly base: readonly number[];
  readonly changed: readonly number[];
  /** How many times are equal, for each time that occurs more than once. */
  readonly tieCounts: readonly number[];
}

/** Twice the rank of each time among all of them, from 2; equal times share the middle of their ranks. */
function doubledRanks(base: readonly number[], changed: readonly number[]): Ranks {
  const all = [...base, ...changed].sort((left, right) => left - right);
  const rankOf = new Map<number, number>();
  const tieCounts: number[] = [];
  for (let first = 0; first < all.length;) {
    const value = all[first] ?? 0;
    let next = first + 1;
    while (next < all.length && all[next] === value) next += 1;
    rankOf.set(value, first + 1 + next);
    if (next - first > 1) tieCounts.push(next - first);
    first = next;
  }
  const ranks = (times: readonly number[]): readonly number[] => times.map((time) => rankOf.get(time) ?? 0);
  return { base: ranks(base), changed: ranks(changed), tieCounts };
}

/** The share of all choices of `chosenCount` ranks whose sum lies at least as far from the middle as `sum` does. */
function exactChance(ranks: readonly number[], chosenCount: number, sum: number): number {
  const total = sumOf(ranks);
  // ways[count][s]: choices of `count` of the ranks seen so far with sum s.
  const ways = Array.from({ length: chosenCount + 1 }, () => new Float64Array(total + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let count = chosenCount; count >= 1; count -= 1) {
      const before = ways[count - 1];
      const after = ways[count];
      if (before === undefined || after === undefined) continue;
      for (let s = total; s >= rank; s -= 1) after[s] = (after[s] ?? 0) + (before[s - rank] ?? 0);
    }
  }
  const middle = (chosenCount * (ranks.length + 1) * 2) / 2;
  const distance = Math.abs(sum - middle);
  let far = 0;
  let all = 0;
  ways[chosenCount]?.forEach((count, s) => {
    all += count;
    if (Math.abs(s - middle) >= distance) far += count;
  });
  return far / all;
}

function isBeyondNormal({ base, changed, tieCounts }: Ranks, longerCount: number): boolean {
  const count = base.length + changed.length;
  const pairCount = base.length * changed.length;
  const ties = sumOf(tieCounts.map((tied) => tied * tied * tied - tied));
  const variance = (pairCount / 12) * (count + 1 - ties / (count * (count - 1)));
  const distance = Math.abs(longerCount - pairCount / 2) - 0.5;
  return variance > 0 && distance / Math.sqrt(variance) > NORMAL_DEVIATION;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Grows without bound, which is as good as exact here: it is only asked whether it is large. */
function combinations(count: number, chosen: number): number {
  let result = 1;
  for (let index = 1; index <= Math.min(chosen, count - chosen); index += 1) {
    result = (result * (count - index + 1)) / index;
    if (result > 1e12) return result;
  }
  return result;
}
