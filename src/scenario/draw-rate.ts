/**
 * Moments of something that happens at a constant rate, each by itself: a Poisson process.
 *
 * The times between two moments are exponential. They are drawn by von Neumann's method ("Various techniques used in
 * connection with random digits", 1951), which needs comparisons only and no logarithm: a logarithm differs between engines.
 */
import type { RandomStream } from "../sim/random.ts";
import type { MomentRange } from "./scenario.ts";

const HOUR_NS = 3_600_000_000_000;
const TWO_32 = 0x1_0000_0000;

/**
 * An exponential variate with mean 1. A row of uniform draws goes down for a while; its first one is accepted when the row
 * has an odd length, and otherwise one is added and another row is drawn.
 */
export function drawExponential(random: RandomStream): number {
  for (let whole = 0; ; whole += 1) {
    const first = random.next();
    let last = first;
    let length = 1;
    for (;;) {
      const next = random.next();
      if (next >= last) break;
      last = next;
      length += 1;
    }
    if (length % 2 === 1) return whole + first / TWO_32;
  }
}

/** Ascending, within the range, both ends included; `perHour` is above 0. */
export function drawMoments(perHour: number, during: MomentRange, random: RandomStream): number[] {
  const meanNs = HOUR_NS / perHour;
  const moments: number[] = [];
  for (let atNs = during.fromNs; ;) {
    atNs += drawExponential(random) * meanNs;
    if (atNs > during.toNs) return moments;
    moments.push(Math.round(atNs));
  }
}
