/**
 * Combinations: how members of a group that are missing follow from those that are there.
 *
 * The unknowns are the missing data members, at most as many as there are redundancy members for anything solvable, so the
 * system that is eliminated is small whatever k is: the redundancy members at hand, restricted to the missing columns. What
 * was done to the rows is tracked, so that each missing member becomes a list of coefficients over members at hand.
 * A member can follow although others do not (a local group of an LRC): each is asked for by itself.
 *
 * Everything here is about coefficients; bytes are combined by combine.ts.
 */

import { assert } from "../assertion.ts";
import { addMultiple, inverse, multiply } from "./field.ts";
import { codingOf, type Scheme } from "./scheme.ts";

/** Member `wanted` is the sum of coefficients[i] times member sources[i]. No coefficient is 0. */
export interface Combination {
  readonly wanted: number;
  /** Members at hand, ascending. Empty when the member is zero whatever the data. */
  readonly sources: readonly number[];
  readonly coefficients: readonly number[];
}

/** One row of the eliminated system. */
interface SolvedRow {
  /** Index into `missing` of the unknown that this row starts with. */
  readonly pivot: number;
  /** Over `missing`: 1 at the pivot, 0 at other rows' pivots. */
  readonly unknowns: Uint8Array;
  /** Over the m redundancy members: the sum of these is `unknowns` of the missing data plus what is known. */
  readonly redundancy: Uint8Array;
}

/** What a set of members at hand says about the rest of its group. */
export interface Solution {
  /** True when every data member is there or follows. */
  readonly isComplete: boolean;
  /** Missing data members that do not follow. Ascending; empty when complete. */
  readonly undetermined: readonly number[];
  /** How a member follows, or undefined when it does not. A member at hand is its own source. */
  combinationOf(wanted: number): Combination | undefined;
}

/** True for a real subsegment or a redundancy member, false for an implicit zero, which is never stored. */
export function existsInGroup(scheme: Scheme, dataCount: number, member: number): boolean {
  return member < dataCount || (member >= scheme.k && member < scheme.k + scheme.m);
}

/**
 * Eliminates once for all wanted members. `isAtHand`: length k + m; what it says of implicit zeros does not matter.
 * `dataCount` 1..k.
 */
export function solveGroup(scheme: Scheme, dataCount: number, isAtHand: readonly boolean[]): Solution {
  const { rows } = codingOf(scheme);
  const missing: number[] = [];
  for (let member = 0; member < dataCount; member += 1) {
    if (isAtHand[member] !== true) missing.push(member);
  }
  const solved = eliminate(scheme, rows, missing, isAtHand);
  const determined = new Set<number>();
  for (const { pivot, unknowns } of solved) {
    if (unknowns.every((coefficient, index) => coefficient === 0 || index === pivot)) determined.add(pivot);
  }
  const undetermined = missing.filter((_, index) => !determined.has(index));

  const combinationOf = (wanted: number): Combination | undefined => {
    assert(existsInGroup(scheme, dataCount, wanted), "only members that exist are asked for");
    if (isAtHand[wanted] === true) return { wanted, sources: [wanted], coefficients: [1] };
    // What is wanted as a sum over all data, then rewritten until it names only members at hand.
    const data = new Uint8Array(dataCount);
    const redundancy = new Uint8Array(scheme.m);
    if (wanted < scheme.k) data[wanted] = 1;
    else data.set((rows[wanted - scheme.k] as Uint8Array).subarray(0, dataCount));
    for (const row of solved) {
      const factor = data[missing[row.pivot] as number] as number;
      if (factor === 0) continue;
      // The row's redundancy members contain known data too, which cancel against what is added here.
      addMultiple(redundancy, row.redundancy, factor);
      row.redundancy.forEach((coefficient, index) => {
        const part = multiply(factor, coefficient);
        if (part !== 0) addMultiple(data, (rows[index] as Uint8Array).subarray(0, dataCount), part);
      });
    }
    if (missing.some((member) => data[member] !== 0)) return undefined;
    const sources: number[] = [];
    const coefficients: number[] = [];
    const take = (coefficient: number, member: number): void => {
      if (coefficient === 0) return;
      sources.push(member);
      coefficients.push(coefficient);
    };
    data.forEach(take);
    redundancy.forEach((coefficient, index) => take(coefficient, scheme.k + index));
    return { wanted, sources, coefficients };
  };
  return { isComplete: undetermined.length === 0, undetermined, combinationOf };
}

/** Reduced row echelon form of the redundancy rows at hand over the missing columns; rows in order of members. */
function eliminate(
  scheme: Scheme,
  rows: readonly Uint8Array[],
  missing: readonly number[],
  isAtHand: readonly boolean[],
): SolvedRow[] {
  const solved: SolvedRow[] = [];
  for (let index = 0; index < scheme.m && solved.length < missing.length; index += 1) {
    if (isAtHand[scheme.k + index] !== true) continue;
    const row = rows[index] as Uint8Array;
    const unknowns = Uint8Array.from(missing, (member) => row[member] as number);
    const redundancy = new Uint8Array(scheme.m);
    redundancy[index] = 1;
    for (const earlier of solved) {
      const factor = unknowns[earlier.pivot] as number;
      addMultiple(unknowns, earlier.unknowns, factor);
      addMultiple(redundancy, earlier.redundancy, factor);
    }
    const pivot = unknowns.findIndex((coefficient) => coefficient !== 0);
    if (pivot < 0) continue;
    const scale = inverse(unknowns[pivot] as number);
    for (const list of [unknowns, redundancy]) {
      list.forEach((coefficient, at) => (list[at] = multiply(coefficient, scale)));
    }
    for (const earlier of solved) {
      const factor = earlier.unknowns[pivot] as number;
      addMultiple(earlier.unknowns, unknowns, factor);
      addMultiple(earlier.redundancy, redundancy, factor);
    }
    solved.push({ pivot, unknowns, redundancy });
  }
  return solved;
}
