/** Collects what a checker checked and found; keeps violations in the order in which they were found, each once. */
import type { RunHistory } from "../../sim/history.ts";
import type { PromiseJudgement } from "./promise.ts";

export class Findings {
  private checkedCount: number = 0;
  private readonly violations: Set<string> = new Set();

  /** One thing was checked; it may be found to violate the promise by any number of sentences. */
  checked(count: number = 1): void {
    this.checkedCount += count;
  }

  violated(sentence: string): void {
    this.violations.add(sentence);
  }

  judgement(): PromiseJudgement {
    return { checkedCount: this.checkedCount, violations: [...this.violations] };
  }
}

/** Takes over what the workload found by its own means. */
export function addWorkloadViolations(
  findings: Findings,
  history: RunHistory,
  promise: RunHistory["judgement"]["violations"][number]["promise"],
): void {
  for (const violation of history.judgement.violations) {
    if (violation.promise !== promise) continue;
    findings.checked();
    findings.violated(violation.message);
  }
}
