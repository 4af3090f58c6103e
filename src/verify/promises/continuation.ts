/**
 * Continuation: the workload compares what the restarted software became with an independent account.
 */
import { factsOf } from "../facts/facts.ts";
import { addWorkloadViolations, Findings } from "./judgement.ts";
import type { PromiseChecker } from "./promise.ts";

export const continuation: PromiseChecker = {
  id: "continuation",
  claim:
    "Software restarted from a checkpoint ends in the state that an uninterrupted run from that point ends in.",
  checks: [
    "In runs with a restart: everything that the workload compares by its own means at the end of the run.",
  ],
  doesNotCheck: ["Runs without a restart.", "What the workload does not count as compared."],
  check(history, context) {
    const findings = new Findings();
    const { starts } = factsOf(history, context);
    if (starts.some(({ key }) => key !== undefined)) {
      for (const count of Object.values(history.judgement.checkedCounts)) findings.checked(count);
    }
    addWorkloadViolations(findings, history, "continuation");
    return findings.judgement();
  },
};
