/**
 * One line about how far `protect` or `reassemble` is.
 */
import type { Progress } from "../node/progress.ts";
import { bytes } from "./quantity-text.ts";

export function progressLine(progress: Progress): string {
  return `${progress.phase}: ${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}`;
}
