/**
 * Which exit code a result has. A broken promise weighs more than an undecided run, and that more than a missed threshold.
 */
import type { CompareResult, RunResult } from "../verify/result.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_THRESHOLD_MISSED, EXIT_UNDECIDED } from "./exit-code.ts";

export function runExitCode(result: Pick<RunResult, "verdict" | "thresholds">): number {
  if (result.verdict === "broken") return EXIT_PROMISE_BROKEN;
  if (result.verdict === "undecided") return EXIT_UNDECIDED;
  return result.thresholds.every((threshold) => threshold.met) ? EXIT_OK : EXIT_THRESHOLD_MISSED;
}

/** A row's `brokenCount` counts undecided runs too; that of the promises tells which it was. */
export function compareExitCode(result: {
  readonly promises: readonly Pick<CompareResult["promises"][number], "brokenCount">[];
  readonly rows: readonly Pick<CompareResult["rows"][number], "brokenCount">[];
  readonly thresholds: CompareResult["thresholds"];
}): number {
  if (result.promises.some((promise) => promise.brokenCount > 0)) return EXIT_PROMISE_BROKEN;
  if (result.rows.some((row) => row.brokenCount > 0)) return EXIT_UNDECIDED;
  return result.thresholds.every((threshold) => threshold.met) ? EXIT_OK : EXIT_THRESHOLD_MISSED;
}
