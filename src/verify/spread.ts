/** Minimum, median and 99th percentile of figures, by nearest rank: always one of the figures themselves. */
import type { Spread } from "./result.ts";

/** undefined for no figures. `figures` is not changed. */
export function spreadOf(figures: readonly number[]): Spread | undefined {
  const sorted = [...figures].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted[sorted.length - 1];
  if (min === undefined || max === undefined) return undefined;
  const rank = (percent: number): number => sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? max;
  return { min, p50: rank(50), p99: rank(99), max, count: sorted.length };
}
