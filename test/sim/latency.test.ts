/** Latencies of links: what each distribution gives, and which link has which. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawJitterNs, latencyNsMax } from "../../src/sim/latency.ts";
import { quantileNs, quantilesProblem } from "../../src/sim/quantiles.ts";
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

describe("a latency that was measured", () => {
  const POINTS = [
    { share: 0, ns: 20_000 },
    { share: 0.5, ns: 60_000 },
    { share: 0.9, ns: 100_000 },
    { share: 0.99, ns: 1_000_000 },
    { share: 1, ns: 9_000_000 },
  ];
  const MEASURED = { latencyNs: 20_000, latencyJitterNs: 8_980_000, latencyQuantiles: POINTS };
  const drawn = (): number[] => draws(MEASURED).map((ns) => ns + MEASURED.latencyNs);

  it("gives at each share what was measured, and between two points what lies straight between them", () => {
    for (const { share, ns } of POINTS.slice(0, -1)) expect(quantileNs(POINTS, share)).toBe(ns);
    expect(quantileNs(POINTS, 0.25)).toBe(40_000);
    expect(quantileNs(POINTS, 0.7)).toBe(80_000);
    expect(quantileNs(POINTS, 1 - 2 ** -32)).toBeLessThan(9_000_000);
  });

  it("is drawn with the measured share at or below each length", () => {
    const all = drawn();
    for (const [share, ns] of [
      ...POINTS.map(({ share, ns }) => [share, ns] as const),
      [0.7, 80_000] as const,
    ]) {
      const below = all.filter((each) => each <= ns).length / DRAW_COUNT;
      const deviation = Math.sqrt((share * (1 - share)) / DRAW_COUNT);
      expect(Math.abs(below - share), `at most ${ns} ns`).toBeLessThanOrEqual(4 * deviation + 1 / DRAW_COUNT);
    }
  });

  it("has the mean and the variance of the straight pieces", () => {
    let mean = 0;
    let square = 0;
    for (const [index, { share, ns }] of POINTS.entries()) {
      const before = POINTS[index - 1];
      if (before === undefined) continue;
      const weight = share - before.share;
      mean += (weight * (before.ns + ns)) / 2;
      square += (weight * (before.ns ** 2 + before.ns * ns + ns ** 2)) / 3;
    }
    const deviation = Math.sqrt(square - mean ** 2);
    const all = drawn();
    const drawnMean = all.reduce((sum, ns) => sum + ns, 0) / DRAW_COUNT;
    expect(Math.abs(drawnMean - mean)).toBeLessThan((4 * deviation) / Math.sqrt(DRAW_COUNT));
    const drawnVariance = all.reduce((sum, ns) => sum + (ns - drawnMean) ** 2, 0) / DRAW_COUNT;
    expect(Math.sqrt(drawnVariance) / deviation).toBeGreaterThan(0.9);
    expect(Math.sqrt(drawnVariance) / deviation).toBeLessThan(1.1);
  });

  it("lies between its ends, whatever was measured", () => {
    const steps = fc.array(
      fc.record({ share: fc.integer({ min: 1, max: 1e6 }), ns: fc.integer({ min: 0, max: 1e12 }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 1e12 }), fc.nat(0xffff_ffff), (gaps, firstNs, word) => {
        const whole = gaps.reduce((sum, { share }) => sum + share, 0);
        let [shares, ns] = [0, firstNs];
        const points = [{ share: 0, ns }];
        for (const gap of gaps) {
          shares += gap.share;
          ns += gap.ns;
          points.push({ share: shares / whole, ns });
        }
        expect(quantilesProblem(points)).toBeUndefined();
        const drawnNs = quantileNs(points, word / 2 ** 32);
        expect(Number.isSafeInteger(drawnNs)).toBe(true);
        expect(drawnNs).toBeGreaterThanOrEqual(firstNs);
        expect(drawnNs).toBeLessThanOrEqual(ns);
      }),
    );
  });

  it("decides how late a message arrives, and the longest latency", () => {
    const bench = new NetworkBench({ links: [{ from: [0], to: [1], ...MEASURED }] });
    for (let count = 0; count < 50; count += 1) bench.send(0, 1, `m${count}`, 1);
    const moments = bench.run().map(({ atNs }) => atNs);
    expect(new Set(moments).size).toBeGreaterThan(25);
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(20_000);
    expect(latencyNsMax(MEASURED)).toBe(9_000_000);
  });

  it("is no distribution when its points do not ascend from 0 to 1", () => {
    const problem = (...points: [number, number][]): string | undefined =>
      quantilesProblem(points.map(([share, ns]) => ({ share, ns })))?.message;
    expect(problem([0, 5], [1, 5])).toBeUndefined();
    expect(problem([0.1, 5], [1, 6])).toBe("must be 0 at the first point");
    expect(problem([0, 5], [0.9, 6])).toBe("must be 1 at the last point");
    expect(problem([0, 5])).toBe("must be 1 at the last point");
    expect(problem([0, 5], [0.5, 6], [0.5, 7], [1, 8])).toBe("must be above that of the point before, 0.5");
    expect(problem([0, 5], [0.5, 4], [1, 8])).toBe("must not be less than that of the point before");
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
