import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomRoot, RandomStream } from "../../src/sim/random.ts";

function take(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.next());
}

describe("sfc32", () => {
  it("agrees with the published algorithm", () => {
    // Reference: PractRand sfc32 in unsigned 64-bit arithmetic, state (1, 2, 3), counter 4.
    let [a, b, c, d] = [1n, 2n, 3n, 4n];
    const mask = 0xffffffffn;
    const expected = Array.from({ length: 50 }, () => {
      const out = (a + b + d) & mask;
      d = (d + 1n) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = ((((c << 21n) | (c >> 11n)) & mask) + out) & mask;
      return Number(out);
    });
    expect(take(new RandomStream(1, 2, 3, 4), 50)).toEqual(expected);
  });
});

describe("streams of a seed", () => {
  it("keep their values from release to release", () => {
    const root = new RandomRoot("1");
    expect(take(root.stream("network-jitter", 3), 4)).toEqual([
      2173084134, 3405904697, 2315756706, 462902247,
    ]);
    expect(take(root.stream("program", 0, 2), 2)).toEqual([1220561883, 2662023192]);
  });

  it("do not depend on which other streams are made or drawn from", () => {
    const alone = take(new RandomRoot("s").stream("fault", 7, 1), 20);
    const root = new RandomRoot("s");
    take(root.stream("fault", 6), 5);
    const stream = root.stream("fault", 7, 1);
    const drawn: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      take(root.stream("fault", count), 3);
      drawn.push(stream.next());
    }
    expect(drawn).toEqual(alone);
  });

  it("differ by seed, purpose and entity, also where seedrandom alone would not tell seeds apart", () => {
    const texts = ["", "1", "11", "111", "a", "aa", "\u0100", "\u0000", "1:1"];
    const roots = texts.map((text) => new RandomRoot(text));
    const firsts = roots.flatMap((root) => [
      root.stream("a").next(),
      root.stream("b").next(),
      root.stream("a", 1).next(),
      root.stream("a", 0, 1).next(),
      root.stream("a", 1, 1).next(),
      root.stream("a", -1).next(),
    ]);
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("fork into independent copies", () => {
    const stream = new RandomRoot("s").stream("x");
    take(stream, 3);
    const fork = stream.fork();
    const expected = take(fork.fork(), 10);
    take(stream, 4);
    expect(take(fork, 10)).toEqual(expected);
  });
});

describe("integers below a bound", () => {
  it("are integers within it, for every bound up to 2^53", () => {
    const root = new RandomRoot("below");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.nat(1000), (bound, entity) => {
        const value = root.stream("below", entity).below(bound);
        expect(Number.isSafeInteger(value) && value >= 0 && value < bound).toBe(true);
      }),
    );
    expect(() => root.stream("x").below(0)).toThrow("from 1 to 2^53");
  });

  it("are uniform where taking a remainder would not be", () => {
    // 3 * 2^30 possible values: a plain remainder of 2^32 would give the lowest third twice as often.
    const stream = new RandomRoot("bias").stream("x");
    const counts = [0, 0, 0];
    for (let count = 0; count < 30_000; count += 1) {
      const third = Math.floor(stream.below(3 * 2 ** 30) / 2 ** 30);
      counts[third] = (counts[third] ?? 0) + 1;
    }
    // Standard deviation 82: these bounds are more than six of them wide.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    const wide = new RandomRoot("bias").stream("wide");
    let lowCount = 0;
    for (let count = 0; count < 30_000; count += 1) if (wide.below(3 * 2 ** 51) < 2 ** 51) lowCount += 1;
    expect(Math.abs(lowCount - 10_000)).toBeLessThan(500);
  });
});
