/**
 * Output commit: what left the cluster stays true. An output that was released depends on a state; that state must be
 * durable before, and part of every state that is restored later.
 */
import { factsOf } from "../facts/facts.ts";
import { orderBallots } from "../facts/order.ts";
import { ballotText, hostText, timeText } from "../facts/words.ts";
import { addWorkloadViolations, Findings } from "./judgement.ts";
import type { PromiseChecker } from "./promise.ts";

export const outputCommit: PromiseChecker = {
  id: "output-commit",
  claim: "No output that was released is lost by a restore.",
  checks: [
    "Every output, at its release: a checkpoint of the same incarnation that is not older than the output's state is durable as a fact.",
    "Every later start of a newer incarnation: the lineage of its state contains the output's state.",
    "The workload's own account of what its clients were told.",
  ],
  doesNotCheck: [
    "Starts after more than f slots were unrepaired at one moment, and starts that used an operator's way out.",
    "What the outputs say.",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    for (const [index, event] of history.events.entries()) {
      if (event.kind !== "output-released") continue;
      const { ballot, sequence } = event;
      findings.checked();
      const output = `the output of state ${sequence} of incarnation ${ballotText(ballot)}`;
      const isCovered = facts.durable.some(
        ({ key, durableIndex }) =>
          durableIndex < index && orderBallots(key.ballot, ballot) === 0 && key.sequence >= sequence,
      );
      if (!isCovered) {
        findings.violated(
          `At ${timeText(event.atNs)} ${hostText(context, event.host)} released ${output} before it was durable.`,
        );
      }
      for (const start of facts.starts) {
        if (start.index < index || orderBallots(start.ballot, ballot) <= 0 || facts.isFlagged(start.ballot))
          continue;
        if (facts.timeline.unrepairedCountMax(start.atNs) > context.quorum.tolerance) continue;
        findings.checked();
        if (facts.contains(start.key, ballot, sequence)) continue;
        findings.violated(
          `At ${timeText(start.atNs)} ${hostText(context, start.host)} started incarnation ${ballotText(start.ballot)} without the state of ${output}, released at ${timeText(event.atNs)}.`,
        );
      }
    }
    addWorkloadViolations(findings, history, "output-commit");
    return findings.judgement();
  },
};
