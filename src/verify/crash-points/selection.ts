/**
 * Which cases of a base a profile executes: exactly as many as it wants, spread over all steps and all sets.
 *
 * Case i is selected when i * p mod total < wanted, with p a prime that does not divide the total: that is a bijection, so
 * the count is exact; and neighbours in time, and in the list of sets, are far apart.
 */
import { assertionFailed } from "../../core/assertion.ts";

const PRIMES: readonly number[] = [104_729, 99_991, 7919, 15_485_863, 611_953];

export interface Selection {
  readonly total: number;
  readonly wanted: number;
  readonly step: number;
}

/** `total` may be undefined when everything is wanted. */
export function selectionOf(total: number | undefined, wanted: number | undefined): Selection {
  if (total === undefined || wanted === undefined || total <= wanted)
    return { total: Infinity, wanted: Infinity, step: 1 };
  const step = PRIMES.find((prime) => total % prime !== 0);
  if (step === undefined) assertionFailed("one of the primes does not divide the number of cases");
  return { total, wanted, step };
}

export function isSelected({ total, wanted, step }: Selection, caseIndex: number): boolean {
  return total === Infinity || (caseIndex * step) % total < wanted;
}
