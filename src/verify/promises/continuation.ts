/**
 * Continuation: the workload compares what the restarted software became with an independent account.
 */
import { addWorkloadViolations, Findings } from "./judgement.ts";
import type { PromiseChecker } from "./promise.ts";

export const continuation: PromiseChecker = {
  id: "continuation",
  claim:
    "Software restarted from a checkpoint ends in the state that an uninterrupted run from that point ends in.",
  checks: [
    "Every instance that was started from a checkpoint and still runs at the end: the workload compares its state by its own means.",
  ],
  doesNotCheck: [
    "Instances that were fenced or lost before the end, and those that were started from nothing.",
    "Of a ledger, restarted instances but the newest one.",
  ],
  check(history) {
    const findings = new Findings();
    findings.checked(history.judgement.continuationCount);
    addWorkloadViolations(findings, history, "continuation");
    return findings.judgement();
  },
};
