/**
 * The exact share of server losses that a placement survives, by enumeration of every set of lost servers.
 *
 * Group g starts at position g mod width, so only min(groupCount, width) groups differ. A set of lost servers is survived
 * when every group is decodable by the rank oracle. Nothing is sampled or approximated.
 */
import { type RecoveryOracle, xorRecoveryOracle } from "./rank.ts";

/** 2^16 sets times 16 groups is the most that is enumerated. */
export const SURVIVAL_WIDTH_MAX = 16;

export interface SurvivalOptions {
  readonly k: number;
  readonly m: number;
  /** k + m .. SURVIVAL_WIDTH_MAX; anything else is a bug and throws RangeError. */
  readonly width: number;
  readonly groupCount: number;
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
  const { k, m, width, groupCount } = options;
  if (!Number.isInteger(width) || width < k + m || width > SURVIVAL_WIDTH_MAX) {
    throw new RangeError(`the width ${width} must be ${k + m}..${SURVIVAL_WIDTH_MAX}`);
  }
  const oracle = options.oracle ?? xorRecoveryOracle(k, m);
  const offsetCount = Math.min(groupCount, width);
  const full = survivedPatterns(oracle, k, m, k);
  // A short group beyond the first `width` shares its servers with a full one, which asks for more.
  const lastDataCount = groupCount <= width ? (options.lastDataCount ?? k) : k;
  const last = lastDataCount === k ? full : survivedPatterns(oracle, k, m, lastDataCount);
  const survived = new Array<number>(width + 1).fill(0);
  const sets = new Array<number>(width + 1).fill(0);
  const memberMask = 2 ** (k + m) - 1;
  for (let lost = 0; lost < 2 ** width; lost += 1) {
    let lostCount = 0;
    for (let rest = lost; rest !== 0; rest &= rest - 1) lostCount += 1;
    let isSurvived = true;
    for (let offset = 0; offset < offsetCount && isSurvived; offset += 1) {
      // Bit j of the rotated set: the server at position (offset + j) mod width, which holds member j.
      const rotated = (lost >>> offset) | (lost << (width - offset));
      const patterns = offset === groupCount - 1 ? last : full;
      isSurvived = patterns[rotated & memberMask] === true;
    }
    sets[lostCount] = (sets[lostCount] as number) + 1;
    if (isSurvived) survived[lostCount] = (survived[lostCount] as number) + 1;
  }
  return sets.map((setCount, j) => ({ survivedCount: survived[j] as number, setCount }));
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
