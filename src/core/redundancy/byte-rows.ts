/**
 * Rows computed on bytes as symbols, by tables: for what lies behind the last whole block of members, at most 127 bytes.
 *
 * Straight from the definition and slow, which at this length does not matter.
 */

import { multiply } from "./field.ts";

/** target[i] = sum of coefficients[s] times sources[s][i], for i in from..to−1. */
export function combineBytes(
  coefficients: ArrayLike<number>,
  sources: readonly Uint8Array[],
  target: Uint8Array,
  from: number,
  to: number,
): void {
  target.fill(0, from, to);
  for (const [index, source] of sources.entries()) {
    const coefficient = coefficients[index] as number;
    if (coefficient === 0) continue;
    for (let at = from; at < to; at += 1) {
      target[at] = (target[at] as number) ^ multiply(coefficient, source[at] as number);
    }
  }
}
