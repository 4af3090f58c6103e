/**
 * Why a run that broke nothing has not shown that its promises hold: a gate must not take it for a success.
 *
 * A promise is not demanded once the faults went beyond what the scheme survives, and nothing is shown by a run that
 * made no checkpoint durable, was cut short, or ended before the software ran again.
 */
import type { RunHistory } from "../sim/history.ts";
import { factsOf } from "./facts/facts.ts";
import { isRunning } from "./loss/run-end.ts";
import type { RunContext } from "./promises/index.ts";

/** One sentence each; empty when the run decides. */
export function undecidedReasons(history: RunHistory, context: RunContext): string[] {
  const reasons: string[] = [];
  if (history.endReason === "events") reasons.push("The run was cut short: it reached the limit of events.");
  const facts = factsOf(history, context);
  if (context.faultFree && facts.durable.length === 0) {
    reasons.push("No checkpoint became durable, though nothing failed.");
  }
  if (context.budget === "within") {
    const { tolerance } = context.quorum;
    const unrepairedCount = facts.timeline.unrepairedCountMax(history.endNs);
    if (unrepairedCount > tolerance) {
      const slots = unrepairedCount === 1 ? "1 backup server was" : `${unrepairedCount} backup servers were`;
      reasons.push(
        `The faults went beyond the budget: ${slots} unrepaired at one moment, and ${tolerance} can be survived. ` +
          "A scenario that means this says `budget: beyond`.",
      );
    }
    if (!isRunning(history)) reasons.push("The software was lost and did not run again before the end.");
  }
  return reasons;
}
