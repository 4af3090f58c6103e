/** The rank test against a count of all deals written anew, and on samples whose answer is known. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHANCE_MAX, compareRanks } from "../../src/report/rank-test.ts";

function longerCount(base: readonly number[], changed: readonly number[]): number {
  let count = 0;
  for (const left of base) for (const right of changed) count += right > left ? 1 : right === left ? 0.5 : 0;
  return count;
}

/** The chance of a count at least as far from the middle, by dealing the times out in every way. */
function chanceByDealing(base: readonly number[], changed: readonly number[]): number {
  const all = [...base, ...changed];
  const middle = (base.length * changed.length) / 2;
  const distance = Math.abs(longerCount(base, changed) - middle);
  let dealCount = 0;
  let farCount = 0;
  for (let bits = 0; bits < 1 << all.length; bits += 1) {
    const chosen = all.filter((_, index) => (bits >> index) & 1);
    if (chosen.length !== changed.length) continue;
    const rest = all.filter((_, index) => ((bits >> index) & 1) === 0);
    dealCount += 1;
    if (Math.abs(longerCount(rest, chosen) - middle) >= distance) farCount += 1;
  }
  return farCount / dealCount;
}

function steps(count: number, from: number, step = 1): number[] {
  return Array.from({ length: count }, (_, index) => from + index * step);
}

describe("compareRanks", () => {
  test("samples of up to nine times in all are judged as dealing them out in every way does, ties included", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(sample, sample, (base, changed) => {
        const result = compareRanks(base, changed);
        expect(result.longerShare).toBeCloseTo(
          longerCount(base, changed) / (base.length * changed.length),
          12,
        );
        if (!result.isTooFew) {
          expect(result.isSignificant).toBe(chanceByDealing(base, changed) < CHANCE_MAX);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("turned round it gives the other share and the same certainty, for small and large samples", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sample, sample, (base, changed) => {
        const there = compareRanks(base, changed);
        const back = compareRanks(changed, base);
        expect(there.longerShare + back.longerShare).toBeCloseTo(1, 12);
        expect(back.isSignificant).toBe(there.isSignificant);
        expect(back.isTooFew).toBe(there.isTooFew);
      }),
      { numRuns: 60 },
    );
  });

  test("a sample compared with itself shows nothing; equal times everywhere neither", () => {
    for (const count of [6, 60]) {
      expect(compareRanks(steps(count, 1), steps(count, 1))).toStrictEqual({
        longerShare: 0.5,
        isSignificant: false,
        isTooFew: false,
      });
      expect(compareRanks(steps(count, 7, 0), steps(count, 7, 0)).isSignificant).toBe(false);
    }
  });

  test("few times are too few even when they lie apart", () => {
    // 2 of C(8, 4) = 70 orders is 2.9 %; 2 of C(10, 5) = 252 is 0.8 %.
    expect(compareRanks(steps(4, 1), steps(4, 100))).toMatchObject({ isTooFew: true, isSignificant: false });
    expect(compareRanks(steps(5, 1), steps(5, 100))).toMatchObject({ isTooFew: false, isSignificant: true });
    expect(compareRanks([], steps(5, 100))).toMatchObject({ isTooFew: true, longerShare: 0.5 });
  });

  test("spreads that overlap and still differ are told apart", () => {
    // A quarter of the second sample is as short as the first.
    const base = steps(30, 4100, 10);
    const changed = [...steps(8, 4105, 10), ...steps(22, 6400, 10)];
    const { longerShare, isSignificant } = compareRanks(base, changed);
    expect(isSignificant).toBe(true);
    expect(longerShare).toBeGreaterThan(0.73);
    expect(longerShare).toBeLessThan(0.85);
  });

  test("the exact judgement and the approximation agree where the one gives way to the other", () => {
    for (let shift = 0; shift <= 14; shift += 1) {
      const small = compareRanks(steps(20, 0), steps(20, shift + 0.5));
      const large = compareRanks(steps(20, 0), [...steps(20, shift + 0.5), 10 + shift]);
      // z of these shifts: 3 gives 1.1 and 12 gives 4; in between they pass the limit within one step of each other.
      if (shift <= 3 || shift >= 12) expect(large.isSignificant, `shift ${shift}`).toBe(small.isSignificant);
    }
    expect(compareRanks(steps(20, 0), steps(20, 12.5)).isSignificant).toBe(true);
    expect(compareRanks(steps(20, 0), steps(20, 3.5)).isSignificant).toBe(false);
  });
});
