import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bytesText,
  combinationCount,
  counted,
  countText,
  factorText,
  listText,
  ratioText,
  shareText,
  timeText,
  timeUnitFor,
} from "../../src/report/number-words.ts";

describe("numbers in words", () => {
  test("counts are grouped by thousands", () => {
    expect([0, 999, 1000, 1234567].map(countText)).toStrictEqual([
      "0",
      "999",
      "1\u202f000",
      "1\u202f234\u202f567",
    ]);
    expect([counted(1, "run"), counted(2, "run"), counted(0, "run")]).toStrictEqual([
      "1 run",
      "2 runs",
      "0 runs",
    ]);
  });

  test("ratios keep two decimals, and small ones two digits", () => {
    expect([0, 1, 4 / 3, 12.5, 0.25, 0.0123, 0.0064, 0.00012, 1e-9, undefined].map(ratioText)).toStrictEqual([
      "0",
      "1.00",
      "1.33",
      "12.50",
      "0.25",
      "0.012",
      "0.0064",
      "0.00012",
      "<0.00001",
      "–",
    ]);
  });

  test("a ratio above zero is never printed as zero", () => {
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, max: 1e6, noNaN: true }), (ratio) => {
        expect(Number(ratioText(ratio).replace("<", ""))).toBeGreaterThan(0);
      }),
    );
  });

  test("only all is 100 % and only none is 0 %", () => {
    expect([0, 1, 20 / 28, 1e-9, 1 - 1e-9, undefined].map(shareText)).toStrictEqual([
      "0\u00a0%",
      "100\u00a0%",
      "71.4\u00a0%",
      "<0.1\u00a0%",
      ">99.9\u00a0%",
      "–",
    ]);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }),
        (share) => {
          expect(["0\u00a0%", "0.0\u00a0%", "100\u00a0%", "100.0\u00a0%"]).not.toContain(shareText(share));
        },
      ),
    );
  });

  test("times take the unit in which the largest has two to five digits", () => {
    const texts = [950, 41_600, 41_600_000, 260_500_000, 21_000_000_000].map((timeNs) =>
      timeText(timeNs, timeUnitFor(timeNs)),
    );
    expect(texts).toStrictEqual([
      "950\u00a0ns",
      "41.60\u00a0µs",
      "41.60\u00a0ms",
      "260.5\u00a0ms",
      "21.00\u00a0s",
    ]);
  });

  test("bytes, factors and lists", () => {
    expect([512, 4 * 1024 * 1024, 1536, 0].map(bytesText)).toStrictEqual([
      "512\u00a0bytes",
      "4\u00a0MiB",
      "1.5\u00a0KiB",
      "0\u00a0bytes",
    ]);
    expect([1.91, 1.04, 0.58, 12.4].map(factorText)).toStrictEqual(["1.9", "1.04", "0.58", "12"]);
    expect([listText([]), listText(["a"]), listText(["a", "b", "c"])]).toStrictEqual(["", "a", "a, b and c"]);
  });

  test("the number of sets follows Pascal's rule", () => {
    expect(combinationCount(8, 2)).toBe(28);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(40), (count, wanted) => {
        const chosen = 1 + (wanted % count);
        expect(combinationCount(count, chosen)).toBe(
          combinationCount(count - 1, chosen - 1) +
            (chosen === count ? 0 : combinationCount(count - 1, chosen)),
        );
      }),
    );
  });
});
