import { describe, expect, test } from "vitest";
import { shownCommand } from "../../src/report/command-words.ts";
import { thresholdQuantity, thresholdValue } from "../../src/report/threshold-words.ts";

describe("thresholds in words", () => {
  test("values are rounded and have units", () => {
    expect(thresholdValue("restoreMsP99", 41.711639)).toBe("41.7\u00a0ms");
    expect(thresholdValue("restoreMsP99", 1000)).toBe("1000\u00a0ms");
    expect(thresholdValue("restoredShare", 1)).toBe("100\u00a0%");
    expect(thresholdValue("storedBytesPerImageByte", 1.34375)).toBe("1.34 for each byte");
    expect(thresholdValue("durableMsP50", undefined)).toBe("–");
    expect(thresholdQuantity("durableMsP50")).toBe("time to durable, median");
  });

  test("a value that misses its limit by less than the rounding is shown whole", () => {
    expect(thresholdValue("restoreMsP99", 500.01, [500])).toBe("500\u00a0ms (500.01)");
    expect(thresholdValue("restoreMsP99", 500, [500])).toBe("500\u00a0ms");
  });

  test("a name that is not known, even one of every object, is shown as it is", () => {
    expect(thresholdQuantity("toString")).toBe("toString");
    expect(thresholdValue("somethingNew", 1.23456)).toBe("1.235");
  });
});

test("commands are shown as the README writes them, once", () => {
  expect(shownCommand("ckptlab run a.yaml")).toBe("npx ckptlab run a.yaml");
  expect(shownCommand("npx ckptlab run a.yaml")).toBe("npx ckptlab run a.yaml");
});
