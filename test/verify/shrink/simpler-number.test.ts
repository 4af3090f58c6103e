import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rounder, simpler } from "../../../src/verify/shrink/simpler-number.ts";

/** Digits that are left when the noughts at the end are taken away, by way of the text. */
function digits(value: number): number {
  return value === 0 ? 0 : String(value).replace(/0+$/, "").length;
}

const number = fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 5_000_000_000 }));

describe("simpler numbers", () => {
  it("are never below the least one, and simpler: fewer digits, or as many and smaller", () => {
    fc.assert(
      fc.property(number, fc.nat({ max: 20 }), (value, least) => {
        for (const one of simpler(value, least)) {
          expect(one).toBeGreaterThanOrEqual(least);
          // The least one is the end of every descent, whatever its digits.
          if (one === least) continue;
          const isRounder = digits(one) < digits(value);
          expect(isRounder || (digits(one) === digits(value) && one < value), `${value}: ${one}`).toBe(true);
        }
      }),
    );
  });

  it("taken again and again come to an end, and soon", () => {
    fc.assert(
      fc.property(number, fc.array(fc.nat(), { minLength: 1 }), (value, choices) => {
        let at = value;
        let count = 0;
        for (let offered = simpler(at, 0); offered.length > 0; offered = simpler(at, 0)) {
          const choice = choices[count % choices.length] ?? 0;
          at = offered[choice % offered.length] ?? 0;
          count += 1;
        }
        expect(at).toBe(0);
        expect(count).toBeLessThan(200);
      }),
    );
  });

  it("reach every threshold but for its roundness: the smallest number with so few digits that is above it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (start, a) => {
          const threshold = Math.min(start, a);
          let at = start;
          for (;;) {
            const next = simpler(at, 0).find((one) => one >= threshold);
            if (next === undefined) break;
            at = next;
          }
          // One digit is enough for some number above any threshold.
          expect(digits(at)).toBe(1);
          const before = simpler(at, 0).filter((one) => one > 0);
          for (const one of before) expect(one).toBeLessThan(threshold);
        },
      ),
    );
  });

  it("rounded ones have fewer digits", () => {
    expect(rounder(3420, 0)).toEqual([3000, 4000, 3400, 3500]);
    expect(rounder(4000, 0)).toEqual([]);
    expect(simpler(1000, 0)).toEqual([0, 500, 900]);
    expect(simpler(7, 1)).toEqual([1, 3, 6]);
    expect(simpler(1, 1)).toEqual([]);
  });
});
