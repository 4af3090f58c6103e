/** Thresholds of a scenario in words with units, for the page and the terminal. */
import type { ThresholdName } from "../scenario/scenario.ts";
import { NO_VALUE, shareText } from "./number-words.ts";

interface Quantity {
  readonly words: string;
  readonly valueText: (value: number) => string;
}

function millisecondsText(value: number): string {
  return `${Number(value.toFixed(1))}\u00a0ms`;
}

function bytesEachText(value: number): string {
  return `${Number(value.toFixed(2))} for each byte`;
}

const QUANTITIES: Readonly<Record<ThresholdName, Quantity>> = {
  restoreMsP50: { words: "time to restore, median", valueText: millisecondsText },
  restoreMsP99: { words: "time to restore, 99th percentile", valueText: millisecondsText },
  durableMsP50: { words: "time to durable, median", valueText: millisecondsText },
  durableMsP99: { words: "time to durable, 99th percentile", valueText: millisecondsText },
  networkBytesPerImageByte: { words: "bytes sent for a checkpoint", valueText: bytesEachText },
  storedBytesPerImageByte: { words: "bytes stored for a checkpoint", valueText: bytesEachText },
  restoredShare: { words: "share of the restores that succeeded", valueText: shareText },
};

/** What a name that is not known here is shown as: itself, and its values with few digits. */
function quantityOf(name: string): Quantity {
  const known = Object.hasOwn(QUANTITIES, name) ? QUANTITIES[name as ThresholdName] : undefined;
  return known ?? { words: name, valueText: (value) => String(Number(value.toFixed(3))) };
}

export function thresholdQuantity(name: string): string {
  return quantityOf(name).words;
}

/** A value that only just misses a limit must not be shown as the limit itself: `limits` are those it is held against. */
export function thresholdValue(
  name: string,
  value: number | undefined,
  limits: readonly number[] = [],
): string {
  if (value === undefined) return NO_VALUE;
  const { valueText } = quantityOf(name);
  const text = valueText(value);
  const looksLikeLimit = limits.some((limit) => limit !== value && valueText(limit) === text);
  return looksLikeLimit ? `${text} (${String(value)})` : text;
}
