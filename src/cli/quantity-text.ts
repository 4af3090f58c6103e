/**
 * Bytes and times as a terminal shows them: short, with ordinary spaces, so that they can be searched for and copied.
 */
import { bytesText } from "../report/number-words.ts";

/** The words of the page with ordinary spaces. */
export function plain(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, " ");
}

export function bytes(value: number): string {
  return value === 1 ? "1 byte" : plain(bytesText(value));
}

/** Milliseconds with three significant digits or so; seconds from ten seconds on. */
export function time(valueNs: number): string {
  if (valueNs >= 10e9) return `${(valueNs / 1e9).toFixed(1)} s`;
  const milliseconds = valueNs / 1e6;
  if (milliseconds >= 100) return `${milliseconds.toFixed(0)} ms`;
  if (milliseconds >= 10) return `${milliseconds.toFixed(1)} ms`;
  return `${milliseconds.toFixed(2)} ms`;
}

/** Bytes for each byte of the image. */
export function perImageByte(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}

/** "1 file", "3 files". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
