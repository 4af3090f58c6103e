/** Spreads by nearest rank, thresholds, and the version that results carry. */
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadOf } from "../../src/verify/spread.ts";
import { VERSION } from "../../src/verify/version.ts";

describe("spreadOf", () => {
  it("is undefined for no figures", () => {
    expect(spreadOf([])).toBeUndefined();
  });

  it("gives nearest ranks", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(spreadOf(hundred)).toEqual({ min: 1, p50: 50, p99: 99, max: 100, count: 100 });
    expect(spreadOf([7])).toEqual({ min: 7, p50: 7, p99: 7, max: 7, count: 1 });
    expect(spreadOf([3, 1, 2])).toEqual({ min: 1, p50: 2, p99: 3, max: 3, count: 3 });
  });

  it("at least half of the figures lie at or below the median, and the figures stay as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), (figures) => {
        const before = [...figures];
        const spread = spreadOf(figures);
        expect(figures).toEqual(before);
        const below = figures.filter((figure) => figure <= (spread?.p50 ?? Number.NaN)).length;
        expect(below * 2).toBeGreaterThanOrEqual(figures.length);
        expect(figures).toContain(spread?.p99);
      }),
    );
  });
});

describe("VERSION", () => {
  it("is the package's", async () => {
    const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
    expect((JSON.parse(text) as { version: string }).version).toBe(VERSION);
  });
});
