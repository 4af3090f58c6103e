/**
 * Who can be lost at one step, and with which disks: every set of backup servers up to a size, alone and together with the
 * production server and with a former that has a host of its own, with every assignment of "lost" and "kept".
 *
 * Invariant: the list depends on its options alone and stands in an order that never changes. How many strikes it gives at a
 * step is computed in closed form (`strikeCountOf`), which a test compares with the list.
 */
import { assert } from "../../core/assertion.ts";

export interface LossSet {
  readonly losesProduction: boolean;
  readonly lostSlots: readonly number[];
  /** Come back, with what their disks kept. */
  readonly keptSlots: readonly number[];
  /** A former with a host of its own goes too. */
  readonly losesFormer: boolean;
  /** The operator declares the lost ones lost. */
  readonly operator: boolean;
}

export interface LossSetOptions {
  readonly slotCount: number;
  /** Lost for ever before this: never struck again. */
  readonly goneSlots: readonly number[];
  /** Slots struck at once, at most. */
  readonly struckCountMax: number;
  /** False: the production server is gone already. */
  readonly hasProduction: boolean;
  readonly hasOwnFormer: boolean;
  /** An operator steps in when more than this many slots are lost for ever. */
  readonly controlTolerance: number;
}

/** Sets of up to `countMax` of these slots, by size and then in order; the empty one first. */
export function slotSets(slots: readonly number[], countMax: number): number[][] {
  const sets: number[][] = [[]];
  let previous: { readonly set: number[]; readonly next: number }[] = [{ set: [], next: 0 }];
  for (let size = 1; size <= Math.min(countMax, slots.length); size += 1) {
    previous = previous.flatMap(({ set, next }) =>
      slots.slice(next).map((slot, offset) => ({ set: [...set, slot], next: next + offset + 1 })),
    );
    sets.push(...previous.map(({ set }) => set));
  }
  return sets;
}

/** Each way to divide a set into lost and kept slots. */
function divisions(set: readonly number[]): [lost: number[], kept: number[]][] {
  return Array.from({ length: 2 ** set.length }, (_, bits): [number[], number[]] => [
    set.filter((__, index) => (bits >> index) % 2 === 0),
    set.filter((__, index) => (bits >> index) % 2 === 1),
  ]);
}

function candidatesOf({ slotCount, goneSlots }: LossSetOptions): number[] {
  return Array.from({ length: slotCount }, (_, slot) => slot).filter((slot) => !goneSlots.includes(slot));
}

const known: Map<string, readonly LossSet[]> = new Map();

/** The whole list, made once for equal options: wide mirrors have thousands. */
export function lossSets(options: LossSetOptions): readonly LossSet[] {
  const name = JSON.stringify(options);
  let sets = known.get(name);
  if (sets === undefined) {
    sets = makeSets(options);
    known.set(name, sets);
  }
  return sets;
}

function makeSets(options: LossSetOptions): LossSet[] {
  const { goneSlots, struckCountMax, hasProduction, hasOwnFormer, controlTolerance } = options;
  const candidates = candidatesOf(options);
  const sets: LossSet[] = [];
  for (const set of slotSets(candidates, struckCountMax)) {
    for (const losesProduction of hasProduction ? [false, true] : [false]) {
      for (const losesFormer of hasOwnFormer ? [false, true] : [false]) {
        // With nobody lost there is no case.
        if (set.length === 0 && !losesProduction && !losesFormer) continue;
        for (const [lostSlots, keptSlots] of divisions(set)) {
          // With no slot left there is nobody to decide.
          if (lostSlots.length === candidates.length) continue;
          const one = { losesProduction, lostSlots, keptSlots, losesFormer };
          sets.push({ ...one, operator: false });
          const isLost = losesProduction || !hasProduction;
          const goneCount = lostSlots.length + goneSlots.length;
          if (isLost && goneCount > controlTolerance && lostSlots.length > 0 && keptSlots.length === 0)
            sets.push({ ...one, operator: true });
        }
      }
    }
  }
  return sets;
}

/** Sums of the products of all sets of 0, 1, ... `countMax` of the factors. */
export function symmetricSums(factors: readonly number[], countMax: number): number[] {
  const sums = [1, ...Array.from({ length: countMax }, () => 0)];
  for (const factor of factors) {
    for (let size = countMax; size >= 1; size -= 1)
      sums[size] = (sums[size] as number) + factor * (sums[size - 1] as number);
  }
  return sums;
}

/**
 * How many strikes all sets together give at a step. `tearCounts`: by slot, the tears of a disk that is kept; 0 where the
 * server is down and cannot be struck again but by losing its disk.
 */
export function strikeCountOf(options: LossSetOptions, tearCounts: readonly number[]): number {
  const { goneSlots, struckCountMax, hasProduction, hasOwnFormer, controlTolerance } = options;
  const candidates = candidatesOf(options);
  const sizeMax = Math.min(struckCountMax, candidates.length);
  const ways = candidates.map((slot) => 1 + (tearCounts[slot] as number));
  const divided = symmetricSums(ways, sizeMax).reduce((sum, count) => sum + count, 0);
  const formerWays = hasOwnFormer ? 2 : 1;
  const allWays = formerWays * (hasProduction ? 2 : 1);
  const allLost = sizeMax === candidates.length && sizeMax > 0 ? 1 : 0;
  let count = allWays * (divided - allLost) - 1;
  // Sets whose disks are all lost, by size: what the operator declares.
  const lostOnly = symmetricSums(
    candidates.map(() => 1),
    sizeMax,
  );
  for (const [size, setCount] of lostOnly.entries()) {
    const isDeclared = size > 0 && size < candidates.length && size + goneSlots.length > controlTolerance;
    if (isDeclared) count += formerWays * setCount;
  }
  assert(Number.isSafeInteger(count), "the number of cases is an exact integer");
  return count;
}
