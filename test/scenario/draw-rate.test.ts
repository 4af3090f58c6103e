/** Moments at a rate: the law of their number and of the times between them. */
import { describe, expect, it } from "vitest";
import { drawExponential, drawMoments } from "../../src/scenario/draw-rate.ts";
import { RandomRoot } from "../../src/sim/random.ts";

const HOUR_NS = 3_600_000_000_000;

describe("an exponential variate", () => {
  it("has mean and variance 1, and exceeds n with probability e to the minus n", () => {
    const random = new RandomRoot("exponential").stream("test");
    const draws = Array.from({ length: 100_000 }, () => drawExponential(random));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(1, 1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    for (const limit of [0.1, 0.5, 1, 2, 3]) {
      const share = draws.filter((draw) => draw > limit).length / draws.length;
      expect(Math.abs(share - Math.exp(-limit)), `above ${limit}`).toBeLessThan(0.01);
    }
  });
});

describe("moments at a rate", () => {
  it("lie in the range, ascend, and are as many as the rate says, with the variance of a Poisson process", () => {
    const counts: number[] = [];
    for (let seed = 0; seed < 2_000; seed += 1) {
      const random = new RandomRoot("rate").stream("test", seed);
      const moments = drawMoments(20, { fromNs: HOUR_NS, toNs: 2 * HOUR_NS }, random);
      counts.push(moments.length);
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
      for (const atNs of moments) {
        expect(Number.isSafeInteger(atNs)).toBe(true);
        expect(atNs).toBeGreaterThanOrEqual(HOUR_NS);
        expect(atNs).toBeLessThanOrEqual(2 * HOUR_NS);
      }
    }
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(Math.abs(mean - 20)).toBeLessThan(0.5);
    expect(Math.abs(variance - 20)).toBeLessThan(2.5);
  });
});
