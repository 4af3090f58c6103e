/**
 * The times of one row of a comparison: their spread, and the times themselves, so that two rows can be compared
 * honestly later on.
 *
 * Invariant: at most TIMES_KEPT_MAX times are kept, so that a comparison over thousands of seeds still gives a page of
 * a sane size. Fewer times never make a difference look surer than it is.
 */
import type { TimeSample } from "./result.ts";
import { spreadOf } from "./spread.ts";

/** 3 kinds of time x some 50 rows x 9 digits: 350 kB. */
export const TIMES_KEPT_MAX = 256;

/** undefined for no times. The spread is of all of them. */
export function sampleOf(times: readonly number[]): TimeSample | undefined {
  const spread = spreadOf(times);
  if (spread === undefined) return undefined;
  return { ...spread, times: thinned([...times].sort((a, b) => a - b)) };
}

/** Evenly spaced ranks, the first and the last among them. */
function thinned(sorted: readonly number[]): readonly number[] {
  if (sorted.length <= TIMES_KEPT_MAX) return sorted;
  const last = sorted.length - 1;
  return Array.from(
    { length: TIMES_KEPT_MAX },
    (_, index) => sorted[Math.round((index * last) / (TIMES_KEPT_MAX - 1))] ?? 0,
  );
}
