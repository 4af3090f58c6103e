import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseDuration,
  parseRate,
  parseSize,
  type QuantityResult,
  writeDuration,
  writeRate,
  writeSize,
} from "../../src/scenario/quantity.ts";

const KINDS = [
  { name: "duration", parse: parseDuration, write: writeDuration },
  { name: "size", parse: parseSize, write: writeSize },
  { name: "rate", parse: parseRate, write: writeRate },
];

function codeOf(result: QuantityResult): string {
  return result.ok ? `ok ${result.value}` : result.error.code;
}

describe("quantities", () => {
  it.each([
    ["200us", 200_000],
    ["1.5ms", 1_500_000],
    ["2 s", 2_000_000_000],
    ["1min", 60_000_000_000],
    ["7ns", 7],
    ["0", 0],
    [0, 0],
    ["9007199254740991ns", Number.MAX_SAFE_INTEGER],
  ])("reads the duration %s", (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  it.each([
    [65536, 65_536],
    ["65536", 65_536],
    ["64KiB", 65_536],
    ["1.5KiB", 1_536],
    ["4MiB", 4_194_304],
    ["2GiB", 2_147_483_648],
    ["3B", 3],
  ])("reads the size %s", (text, value) => {
    expect(parseSize(text)).toEqual({ ok: true, value });
  });

  it.each([
    ["10Gb/s", 1_250_000_000],
    ["500MB/s", 500_000_000],
    ["1.2kb/s", 150],
    ["5GB/s", 5_000_000_000],
  ])("reads the rate %s", (text, value) => {
    expect(parseRate(text)).toEqual({ ok: true, value });
  });

  it.each([
    [parseDuration, "200", "quantity-malformed"],
    [parseDuration, 200, "quantity-malformed"],
    [parseDuration, "200 us ago", "quantity-malformed"],
    [parseDuration, "200US", "quantity-malformed"],
    [parseDuration, "", "quantity-malformed"],
    [parseDuration, "1e3us", "quantity-malformed"],
    [parseDuration, "-1s", "quantity-negative"],
    [parseDuration, "0.5ns", "quantity-fractional"],
    [parseDuration, "9007199254740992ns", "quantity-out-of-range"],
    [parseSize, "64KB", "quantity-malformed"],
    [parseSize, "0x40", "quantity-malformed"],
    [parseSize, -1, "quantity-negative"],
    [parseSize, "-64KiB", "quantity-negative"],
    [parseSize, 1.5, "quantity-fractional"],
    [parseSize, "0.3B", "quantity-fractional"],
    [parseSize, 2 ** 53, "quantity-out-of-range"],
    [parseSize, "8388608GiB", "quantity-out-of-range"],
    [parseSize, Number.POSITIVE_INFINITY, "quantity-out-of-range"],
    [parseSize, Number.NaN, "quantity-fractional"],
    [parseRate, "10Gb", "quantity-malformed"],
    [parseRate, "1b/s", "quantity-malformed"],
    [parseRate, "0.001kb/s", "quantity-fractional"],
  ] as const)("%o refuses %s as %s", (parse, text, code) => {
    expect(codeOf(parse(text))).toBe(code);
  });

  it.each(KINDS)("a $name that is written reads back as the same number", ({ parse, write }) => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(parse(write(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it.each(KINDS)("any text is read as a $name or refused with words, never by an exception", ({ parse }) => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^-?[0-9]{1,40}\.?[0-9]{0,40}[a-zA-Z/]{0,4}$/)),
        (value) => {
          const result = parse(value);
          if (result.ok) {
            expect(Number.isSafeInteger(result.value) && result.value >= 0).toBe(true);
          } else {
            expect(result.error.message).toMatch(/^must /);
          }
        },
      ),
    );
  });
});
