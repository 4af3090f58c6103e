/**
 * The exact share of server losses that a placement survives, by enumeration of every set of lost servers.
 *
 * A set of lost servers is survived when every group is decodable by the rank oracle. Groups with the same members on the same
 * positions are looked at once: rotated, only min(groupCount, width) differ. Nothing is sampled or approximated.
 */
import { BLOCK_COUNT } from "./blocks.ts";
import { geometryOf, positionOf } from "./geometry.ts";
import { type RecoveryOracle, xorRecoveryOracle } from "./rank.ts";

/** 2^16 sets times 16 groups is the most that is enumerated. */
export const SURVIVAL_WIDTH_MAX = 16;

export interface SurvivalOptions {
  readonly k: number;
  readonly m: number;
  /** k + m .. SURVIVAL_WIDTH_MAX; anything else is a bug and throws RangeError. */
  readonly width: number;
  readonly groupCount: number;
  /** See GeometryOptions; rotated when left out. */
  readonly declusteredOver?: number | undefined;
  /** Real subsegments of the last group, 1..k; k when left out. */
  readonly lastDataCount?: number;
  /** The code; the XOR scheme (k, m) when left out. */
  readonly oracle?: RecoveryOracle;
}

export interface SurvivalCount {
  readonly survivedCount: number;
  readonly setCount: number;
}

/** For j = 0..width: how many of the C(width, j) sets of j lost servers leave every group decodable. */
export function survivalCounts(options: SurvivalOptions): SurvivalCount[] {
  const { k, m, width } = options;
  if (!Number.isInteger(width) || width < k + m || width > SURVIVAL_WIDTH_MAX) {
    throw new RangeError(`the width ${width} must be ${k + m}..${SURVIVAL_WIDTH_MAX}`);
  }
  const oracle = options.oracle ?? xorRecoveryOracle(k, m);
  const { lastDataCount = k } = options;
  const full = survivedPatterns(oracle, k, m, k);
  const last = lastDataCount === k ? full : survivedPatterns(oracle, k, m, lastDataCount);
  const groups = differentGroups(options, lastDataCount).map(({ positions, isShort }) => ({
    positions,
    patterns: isShort ? last : full,
  }));
  const survived = new Array<number>(width + 1).fill(0);
  const sets = new Array<number>(width + 1).fill(0);
  for (let lost = 0; lost < 2 ** width; lost += 1) {
    let lostCount = 0;
    for (let rest = lost; rest !== 0; rest &= rest - 1) lostCount += 1;
    const isSurvived = groups.every(({ positions, patterns }) => {
      let pattern = 0;
      for (let member = 0; member < positions.length; member += 1) {
        pattern |= ((lost >>> (positions[member] as number)) & 1) << member;
      }
      return patterns[pattern];
    });
    sets[lostCount] = (sets[lostCount] as number) + 1;
    if (isSurvived) survived[lostCount] = (survived[lostCount] as number) + 1;
  }
  return sets.map((setCount, j) => ({ survivedCount: survived[j] as number, setCount }));
}

/** Each way in which members lie once; a short last group by itself, since it asks for less than a full one does. */
function differentGroups(
  { k, m, width, groupCount, declusteredOver }: SurvivalOptions,
  lastDataCount: number,
): readonly { readonly positions: readonly number[]; readonly isShort: boolean }[] {
  const geometry = geometryOf({
    k,
    m,
    width,
    declusteredOver,
    subsegmentBytes: 1,
    imageBytes: groupCount * k,
  });
  const different = new Map<string, { positions: number[]; isShort: boolean }>();
  // After so many groups the positions come again, and a short group where a full one lies too asks for nothing more.
  const groupCycle = declusteredOver === undefined ? width : width * BLOCK_COUNT;
  for (let group = 0; group < Math.min(groupCount, groupCycle); group += 1) {
    const positions = Array.from({ length: k + m }, (_, member) => positionOf(geometry, group, member));
    const isShort = group === groupCount - 1 && lastDataCount < k;
    const name = positions.join();
    if (!isShort || !different.has(name)) different.set(name, { positions, isShort });
  }
  return [...different.values()];
}

/** The same as shares 0..1, one for each j = 0..width. */
export function survivalShares(options: SurvivalOptions): number[] {
  return survivalCounts(options).map(({ survivedCount, setCount }) => survivedCount / setCount);
}

/** [set of lost members as bits] -> the group is decodable. */
function survivedPatterns(oracle: RecoveryOracle, k: number, m: number, dataCount: number): boolean[] {
  const patterns: boolean[] = [];
  for (let lost = 0; lost < 2 ** (k + m); lost += 1) {
    patterns.push(oracle.isRecoverable(dataCount, (member) => ((lost >>> member) & 1) === 0));
  }
  return patterns;
}
