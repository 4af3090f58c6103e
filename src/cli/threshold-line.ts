/** A threshold of a scenario, what it came to, and whether it was met, as one line of a terminal. */
import { thresholdQuantity, thresholdValue } from "../report/threshold-words.ts";
import type { ThresholdResult } from "../verify/result.ts";
import { plain } from "./quantity-text.ts";

export function thresholdLine({ name, value, min, max, met }: ThresholdResult): string {
  const limits = [
    ...(min === undefined ? [] : [`at least ${thresholdValue(name, min)}`]),
    ...(max === undefined ? [] : [`at most ${thresholdValue(name, max)}`]),
  ].join(" and ");
  const known = [min, max].filter((limit) => limit !== undefined);
  const found = value === undefined ? "no value" : thresholdValue(name, value, known);
  return plain(`${met ? "met" : "MISSED"}: ${thresholdQuantity(name)} is ${found}, expected ${limits}`);
}
