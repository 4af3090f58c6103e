/**
 * How far a long command is, in one line. Drawn by hand: a bar of fixed width needs no package.
 */
import type { Progress } from "../node/progress.ts";
import { bytes } from "./quantity-text.ts";

const BAR_WIDTH = 24;

/** `[######..................]`; full only when all is done. */
export function progressBar(done: number, total: number): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
  return `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}]`;
}

export function progressLine(progress: Progress): string {
  const { doneBytes, totalBytes } = progress;
  return `${progressBar(doneBytes, totalBytes)} ${progress.phase}: ${bytes(doneBytes)} of ${bytes(totalBytes)}`;
}
