/**
 * A distribution that was measured: lengths of time by the share of samples that are no longer.
 *
 * Model. Points (q, x) with q ascending from 0 to 1 and x never descending. Between two points the distribution function is
 * straight, so for u even on [0, 1) and the points (q₀, x₀), (q₁, x₁) around it
 *
 *     x = x₀ + (x₁ - x₀) (u - q₀) / (q₁ - q₀)
 *
 * is drawn from it. Four operations of arithmetic, which every engine computes alike.
 *
 * Does not cover: what lies between the points of the one that was measured, and samples that depend on those before them.
 */
import { assert } from "../core/assertion.ts";

export interface QuantilePoint {
  /** Of the samples, 0 .. 1. */
  readonly share: number;
  /** No more than this: integer nanoseconds. */
  readonly ns: number;
}

/** In whole nanoseconds, rounded down. `share` is at least 0 and less than 1. */
export function quantileNs(points: readonly QuantilePoint[], share: number): number {
  // The last point at or below the share: there is one, for the first is 0, and one behind it, for the last is 1.
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((points[middle] as QuantilePoint).share <= share) low = middle;
    else high = middle;
  }
  const from = points[low] as QuantilePoint;
  const to = points[high] as QuantilePoint;
  return Math.floor(from.ns + ((to.ns - from.ns) * (share - from.share)) / (to.share - from.share));
}

/** The first thing that makes the points no distribution, by its place; undefined: nothing. */
export function quantilesProblem(
  points: readonly QuantilePoint[],
): { readonly index: number; readonly field: "share" | "ns"; readonly message: string } | undefined {
  for (const [index, { share, ns }] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined && share !== 0)
      return { index, field: "share", message: "must be 0 at the first point" };
    if (before !== undefined && share <= before.share)
      return { index, field: "share", message: `must be above that of the point before, ${before.share}` };
    if (before !== undefined && ns < before.ns)
      return { index, field: "ns", message: "must not be less than that of the point before" };
    if (index === points.length - 1 && share !== 1)
      return { index, field: "share", message: "must be 1 at the last point" };
  }
  return undefined;
}

export function assertQuantiles(points: readonly QuantilePoint[]): void {
  assert(points.length >= 2, "a distribution has two points at the least");
  for (const { ns } of points) assert(Number.isSafeInteger(ns) && ns >= 0, "times are integer nanoseconds");
  assert(quantilesProblem(points) === undefined, "points of a distribution ascend from 0 to 1");
}
