import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes, isSum } from "../../src/sim/byte-sums.ts";

/** `count` runs of `length` bytes, `strideBytes` apart, from `offset` on; and their sum. */
function runs(length: number, count: number, strideBytes: number, offset: number, seed: number) {
  const source = new Uint8Array(offset + (count - 1) * strideBytes + length);
  let state = seed | 1;
  for (let index = 0; index < source.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    source[index] = state >>> 24;
  }
  const sum = new Uint8Array(length);
  for (let run = 0; run < count; run += 1) {
    for (let index = 0; index < length; index += 1) {
      sum[index] = (sum[index] as number) ^ (source[offset + run * strideBytes + index] as number);
    }
  }
  return { source, sum };
}

const shapes = fc.record({
  length: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 65_000, max: 150_000 })),
  count: fc.integer({ min: 1, max: 9 }),
  gap: fc.integer({ min: 0, max: 70 }),
  offset: fc.integer({ min: 0, max: 70 }),
  seed: fc.integer(),
  place: fc.nat(),
  bit: fc.integer({ min: 0, max: 7 }),
});

describe("isSum", () => {
  it("holds for the sum of the runs, at any length, offset and number, and for no other bytes", () => {
    fc.assert(
      fc.property(shapes, ({ length, count, gap, offset, seed, place, bit }) => {
        const { source, sum } = runs(length, count, length + gap, offset, seed);
        expect(isSum(sum, source, offset, count, length + gap)).toBe(true);
        const flipped = place % length;
        sum[flipped] = (sum[flipped] as number) ^ (1 << bit);
        expect(isSum(sum, source, offset, count, length + gap)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("is wrong where the runs reach beyond the source", () => {
    const { source, sum } = runs(1000, 2, 1000, 0, 1);
    expect(isSum(sum, source, 0, 2, 1000)).toBe(true);
    expect(isSum(sum, source, 1, 2, 1000)).toBe(false);
    expect(isSum(sum, source, 0, 3, 1000)).toBe(false);
  });

  it("takes more runs than the kernel's list has room for", () => {
    const { source, sum } = runs(640, 300, 640, 0, 7);
    expect(isSum(sum, source, 0, 300, 640)).toBe(true);
    sum[639] = (sum[639] as number) ^ 1;
    expect(isSum(sum, source, 0, 300, 640)).toBe(false);
  });
});

describe("equalBytes", () => {
  it("tells views of any place and length apart by their bytes alone", () => {
    const { source } = runs(5000, 1, 0, 0, 3);
    const copy = new Uint8Array(6000);
    copy.set(source, 13);
    expect(equalBytes(source, copy.subarray(13, 5013))).toBe(true);
    expect(equalBytes(source, copy.subarray(13, 5012))).toBe(false);
    expect(equalBytes(source, copy.subarray(12, 5012))).toBe(false);
    expect(equalBytes(source, source)).toBe(true);
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });
});
