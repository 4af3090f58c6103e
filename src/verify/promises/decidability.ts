/**
 * Decidability: every loss of the software leads to a verdict in time, the verdict is exact, and waiting ends when the servers
 * named answer. The parts are in decidability-time.ts (in time, never silent), decidability-exact.ts (exact, both ways) and
 * decidability-flags.ts (an operator's ways out are told).
 */
import { factsOf } from "../facts/facts.ts";
import { checkVerdictExact } from "./decidability-exact.ts";
import { checkFlags } from "./decidability-flags.ts";
import {
  checkNeverSilent,
  checkRestoreInTime,
  checkStartFollows,
  checkWaitingGoesOn,
} from "./decidability-time.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker } from "./promise.ts";

export const decidability: PromiseChecker = {
  id: "decidability",
  claim:
    "Three verdicts, each within a bound: restored; refused with groups and servers named; waiting with servers named. Exact both ways, never a silent hang.",
  checks: [
    "Every restore that is not superseded, abandoned or crashed has a verdict within the bound, and 'restored' is followed by a start.",
    "Restored: every group of the checkpoint was decodable, by matrix rank, from the members intact on disks.",
    "Refused as unrecoverable: groups and servers are named, and each group named is undecodable from all disks that still exist.",
    "Refused for want of a checkpoint: no durable checkpoint can have left a manifest anywhere.",
    "Waiting: servers are named, and each of them was down, cut off or not yet repaired a little before.",
    "Waiting goes on: a new verdict within the bound once at most f slots are down, cut off or not yet repaired (for an operator's restore: none of those named).",
    "Restored by an operator: servers that were declared lost, and a newer durable checkpoint that was passed over, are flagged. No other restore has a flag.",
    "Never silent: while no software runs and no restore is under way, one starts within the bound if any repaired slot's server is up.",
  ],
  doesNotCheck: [
    "Exactness of verdicts that fall into the settling time after a change that the restorer cannot know yet.",
    "Whether waiting is justified while the network loses messages, and whether it goes on where it always loses more than a tenth.",
    "Slots that the operator declared lost count as lost, whatever their disks hold.",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    for (const restore of facts.restores) {
      checkRestoreInTime(findings, history, context, facts, restore);
      checkStartFollows(findings, history, context, facts, restore);
      checkWaitingGoesOn(findings, history, context, facts, restore);
    }
    for (const verdict of facts.verdicts) {
      checkVerdictExact(findings, history, context, facts, verdict);
      checkFlags(findings, history, context, facts, verdict);
    }
    checkNeverSilent(findings, history, context, facts);
    return findings.judgement();
  },
};
