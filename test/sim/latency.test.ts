/** Latencies of links: what each distribution gives, and which link has which. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawJitterNs, latencyNsMax } from "../../src/sim/latency.ts";
import { RandomRoot } from "../../src/sim/random.ts";
import { LATENCY_NS, NetworkBench } from "./network-bench.ts";

const SCALE_NS = 100_000;
const TAIL_NS = 10_000_000;
const HEAVY = { latencyNs: 0, latencyJitterNs: SCALE_NS, latencyTailNs: TAIL_NS };
const DRAW_COUNT = 20_000;

function draws(latency: Parameters<typeof drawJitterNs>[0], count: number = DRAW_COUNT): number[] {
  const random = new RandomRoot("latency").stream("test");
  return Array.from({ length: count }, () => drawJitterNs(latency, random));
}

/** Of the bounded distribution: 1 - (1 - (J / (J + x))²) / (1 - (J / (J + T))²). */
function shareAbove(ns: number): number {
  const at = (SCALE_NS / (SCALE_NS + ns)) ** 2;
  const end = (SCALE_NS / (SCALE_NS + TAIL_NS)) ** 2;
  return 1 - (1 - at) / (1 - end);
}

describe("the random part of a latency", () => {
  it("is nothing without jitter, and nothing is drawn for it", () => {
    const random = new RandomRoot("latency").stream("test");
    expect(drawJitterNs({ latencyNs: 5, latencyJitterNs: 0 }, random)).toBe(0);
    expect(random.next()).toBe(new RandomRoot("latency").stream("test").next());
  });

  it("is even between 0 and the jitter without a tail", () => {
    const drawn = draws({ latencyNs: 0, latencyJitterNs: 3 }, 4_000);
    for (const ns of [0, 1, 2, 3]) {
      const count = drawn.filter((each) => each === ns).length;
      // Four standard deviations of a binomial with 4,000 draws of a quarter.
      expect(Math.abs(count - 1_000)).toBeLessThan(4 * Math.sqrt(4_000 * 0.25 * 0.75));
    }
  });

  it("with a tail has the stated share above any length, and never more than the tail", () => {
    const drawn = draws(HEAVY);
    for (const ns of [10_000, 41_421, 100_000, 1_000_000, 5_000_000]) {
      const expected = shareAbove(ns);
      const share = drawn.filter((each) => each > ns).length / DRAW_COUNT;
      const deviation = Math.sqrt((expected * (1 - expected)) / DRAW_COUNT);
      expect(Math.abs(share - expected), `above ${ns} ns`).toBeLessThan(4 * deviation + 1 / DRAW_COUNT);
    }
    expect(Math.max(...drawn)).toBeGreaterThan(TAIL_NS / 10);
  });

  it("lies between 0 and the tail, whatever scale and tail are", () => {
    const span = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(span, span, fc.string(), (latencyJitterNs, latencyTailNs, seed) => {
        const random = new RandomRoot(seed).stream("test");
        const ns = drawJitterNs({ latencyNs: 0, latencyJitterNs, latencyTailNs }, random);
        expect(Number.isSafeInteger(ns)).toBe(true);
        expect(ns).toBeGreaterThanOrEqual(0);
        expect(ns).toBeLessThanOrEqual(latencyTailNs);
      }),
    );
  });
});

describe("links with a latency of their own", () => {
  const links = [
    { from: [0, 1], to: [2], latencyNs: 7_000, latencyJitterNs: 0 },
    { from: [1], to: [2, 3], latencyNs: 9_000, latencyJitterNs: 0 },
  ];
  const latencyOf = (from: number, to: number): number => {
    const bench = new NetworkBench({ links });
    bench.send(from, to, "a", 100);
    return (bench.run()[0]?.atNs ?? 0) - 100;
  };

  it("have it in their direction only; the last one of several counts; all others have the common one", () => {
    expect(latencyOf(0, 2)).toBe(7_000);
    expect(latencyOf(1, 2)).toBe(9_000);
    expect(latencyOf(1, 3)).toBe(9_000);
    expect(latencyOf(2, 0)).toBe(LATENCY_NS);
    expect(latencyOf(3, 2)).toBe(LATENCY_NS);
  });

  it("and tails count for the longest latency", () => {
    expect(latencyNsMax({ latencyNs: 10, latencyJitterNs: 5 }, links)).toBe(9_000);
    expect(latencyNsMax(HEAVY, links)).toBe(TAIL_NS);
  });
});
