/**
 * Accounting: in a run without faults the byte counters equal the closed form, not nearly but exactly.
 */
import type { AttemptFact } from "../facts/checkpoints.ts";
import { factsOf } from "../facts/facts.ts";
import { type CheckpointCost, checkpointCost } from "../oracle/closed-form.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";

export const accounting: PromiseChecker = {
  id: "accounting",
  claim: "In fault-free runs, member bytes stored and sent equal the closed form exactly.",
  checks: [
    "Member bytes written to disks = (subsegments + groups x m) x subsegment size, over all durable checkpoints.",
    "Member bytes sent while taking = the same without what the former's own server stores.",
    "Image bytes sent to the former = the image's length when the former runs elsewhere than the software, otherwise 0.",
    "No member bytes are sent for restore or repair.",
  ],
  doesNotCheck: [
    "Runs with faults, losses or restores.",
    "Manifests and headers, which are counted apart.",
    "Attempts that were not durable when the history ended: each widens the exact figure to a range by at most its own cost. Cut the history at an idle moment to have none.",
  ],
  check(history, context) {
    const findings = new Findings();
    if (!context.faultFree) return findings.judgement();
    const { attempts, durable, restores } = factsOf(history, context);
    if (restores.length > 0 || durable.length === 0) return findings.judgement();
    const low = { storedMemberBytes: 0, sentMemberBytes: 0, sentImageBytes: 0 };
    const high = { ...low };
    for (const attempt of attempts) {
      const cost = costOf(attempt, context);
      if (cost === undefined) continue;
      add(high, cost);
      if (attempt.durableIndex === undefined) continue;
      add(low, cost);
      findings.checked();
    }
    const { networkBytes, diskWrittenBytes } = history.costs;
    const count = `${durable.length} durable checkpoints`;
    const compare = (what: string, bytes: number, field: keyof CheckpointCost): void => {
      if (bytes >= low[field] && bytes <= high[field]) return;
      const expected = low[field] === high[field] ? `${low[field]}` : `${low[field]} to ${high[field]}`;
      findings.violated(`${what} for ${count}: ${bytes} bytes, the closed form gives ${expected}.`);
    };
    compare("Member bytes written", diskWrittenBytes.member, "storedMemberBytes");
    compare("Member bytes sent", networkBytes.take.member, "sentMemberBytes");
    compare("Image bytes sent", networkBytes.take.image, "sentImageBytes");
    const elsewhere = networkBytes.restore.member + networkBytes.repair.member;
    if (elsewhere > 0)
      findings.violated(`${elsewhere} member bytes were sent to restore or repair without any fault.`);
    return findings.judgement();
  },
};

type Sum = { -readonly [Field in keyof CheckpointCost]: number };

function add(sum: Sum, cost: CheckpointCost): void {
  sum.storedMemberBytes += cost.storedMemberBytes;
  sum.sentMemberBytes += cost.sentMemberBytes;
  sum.sentImageBytes += cost.sentImageBytes;
}

/** Undefined when no image was taken under the attempt's name. */
function costOf(attempt: AttemptFact, context: RunContext): CheckpointCost | undefined {
  if (attempt.imageBytes === undefined) return undefined;
  const formerPositions: number[] = [];
  for (const [position, { slot }] of attempt.placement.entries()) {
    if (context.slotHosts[slot] === context.formerHost) formerPositions.push(position);
  }
  return checkpointCost({
    k: context.scheme.k,
    m: context.scheme.m,
    width: attempt.placement.length,
    subsegmentBytes: context.subsegmentBytes,
    imageBytes: attempt.imageBytes,
    formerPositions,
    formerIsWithSoftware: context.formerHost === context.productionHost,
  });
}
