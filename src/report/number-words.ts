/**
 * Numbers as a person reads them: ratios, times, shares and counts, always with the same digits for the same
 * value. Written without the engine's locale functions, so that one result gives one page everywhere.
 *
 * Invariant: rounding never turns "almost all" into "all" nor "nearly none" into "none".
 */

const THOUSANDS_SEPARATOR = "\u202f";

/** What stands where there is no value. */
export const NO_VALUE = "\u2013";

/** 1234567 -> "1 234 567" (narrow no-break spaces). */
export function countText(count: number): string {
  const digits = String(Math.round(count));
  return digits.replace(/\B(?=(\d{3})+$)/g, THOUSANDS_SEPARATOR);
}

/** "1 run", "3 runs". */
export function counted(count: number, singular: string, plural: string = `${singular}s`): string {
  return `${countText(count)} ${count === 1 ? singular : plural}`;
}

/** Bytes for each byte of the checkpoint. Two decimals; values below 0.1 get as many as show two digits. */
export function ratioText(ratio: number | undefined): string {
  if (ratio === undefined) return NO_VALUE;
  if (ratio === 0) return "0";
  if (ratio >= 0.095) return ratio.toFixed(2);
  for (let decimals = 3; decimals <= 6; decimals += 1) {
    const text = ratio.toFixed(decimals);
    if (Number(text) * 10 ** decimals >= 10) return text;
  }
  return "<0.00001";
}

/** A share 0..1 in per cent. Exactly 0 and 1 are said as such, and nothing else is rounded to them. */
export function shareText(share: number | undefined): string {
  if (share === undefined) return NO_VALUE;
  if (share <= 0) return "0\u00a0%";
  if (share >= 1) return "100\u00a0%";
  const text = (share * 100).toFixed(1);
  if (text === "0.0") return "<0.1\u00a0%";
  if (text === "100.0") return ">99.9\u00a0%";
  return `${text}\u00a0%`;
}

const BYTE_UNITS: readonly string[] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function bytesText(bytes: number): string {
  let value = bytes;
  let unitIndex = 0;
  while (value >= 1024 && unitIndex < BYTE_UNITS.length - 1) {
    value /= 1024;
    unitIndex += 1;
  }
  const digits = unitIndex === 0 ? countText(value) : trimmed(value.toFixed(2));
  return `${digits}\u00a0${BYTE_UNITS[unitIndex] ?? ""}`;
}

/** "2.50" -> "2.5", "4.00" -> "4". */
function trimmed(text: string): string {
  return text.replace(/\.?0+$/, "");
}

/** One unit for a whole chart and its tables, so that its numbers can be compared by eye. */
export interface TimeUnit {
  readonly name: "ns" | "\u00b5s" | "ms" | "s";
  readonly nanoseconds: number;
  readonly decimals: number;
}

/** The unit in which the largest time of a chart has two to five digits before the point; milliseconds from one of them. */
export function timeUnitFor(largestNs: number): TimeUnit {
  if (largestNs >= 20e9) return { name: "s", nanoseconds: 1e9, decimals: largestNs >= 200e9 ? 1 : 2 };
  if (largestNs >= 1e6) return { name: "ms", nanoseconds: 1e6, decimals: largestNs >= 100e6 ? 1 : 2 };
  if (largestNs >= 10e3) return { name: "\u00b5s", nanoseconds: 1e3, decimals: largestNs >= 100e3 ? 1 : 2 };
  return { name: "ns", nanoseconds: 1, decimals: 0 };
}

/** Without the unit, for a column whose header names it. */
export function timeDigits(timeNs: number | undefined, unit: TimeUnit): string {
  return timeNs === undefined ? NO_VALUE : (timeNs / unit.nanoseconds).toFixed(unit.decimals);
}

export function timeText(timeNs: number, unit: TimeUnit): string {
  return `${timeDigits(timeNs, unit)}\u00a0${unit.name}`;
}

/** How many times as much: "1.4", "12". */
export function factorText(factor: number): string {
  return factor >= 10 ? countText(factor) : factor.toFixed(factor < 1.1 ? 2 : 1);
}

/** "a", "a and b", "a, b and c". */
export function listText(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** The number of ways to choose `chosen` of `count` servers; exact for the widths that a cluster has. */
export function combinationCount(count: number, chosen: number): number {
  let result = 1;
  for (let index = 1; index <= chosen; index += 1) result = (result * (count - chosen + index)) / index;
  return Math.round(result);
}
