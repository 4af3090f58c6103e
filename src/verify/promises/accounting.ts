/**
 * Accounting: in a run without faults the byte counters equal the closed form, not nearly but exactly.
 */
import type { AttemptFact } from "../facts/checkpoints.ts";
import { type Facts, factsOf } from "../facts/facts.ts";
import { declusteredOverOf, geometryIn } from "../facts/holdings.ts";
import { orderBallots, stateId } from "../facts/order.ts";
import type { HistoryEvent, RunHistory } from "../../sim/history.ts";
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
    "Manifest bytes sent while taking: no more than the servers write, since each is written once.",
    "Restores after the loss of the production server alone: no more member bytes are sent than the subsegments of what was restored.",
  ],
  doesNotCheck: [
    "Other runs with faults, losses or restores, and restores that took as long as half a retry period or more.",
    "Headers, and the length of manifests.",
    "Attempts that were not durable when the history ended: each widens the exact figure to a range by at most its own cost. Cut the history at an idle moment to have none.",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    if (!context.faultFree) {
      checkRestoreReads(findings, history, context, facts);
      return findings.judgement();
    }
    const { attempts, durable, restores } = facts;
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
    const { manifest } = networkBytes.take;
    // Attempts that the end of the run cuts off were sent, and not written by all. Twice the mean is more than any of them.
    const openCount = attempts.length - durable.length;
    const openBytesMax = (2 * openCount * diskWrittenBytes.manifest) / durable.length;
    if (manifest > diskWrittenBytes.manifest + openBytesMax) {
      findings.violated(
        `Manifest bytes sent for ${count}: ${manifest}, more than the ${diskWrittenBytes.manifest} that the servers wrote: some were sent again without need.`,
      );
    }
    const elsewhere = networkBytes.restore.member + networkBytes.repair.member;
    if (elsewhere > 0)
      findings.violated(`${elsewhere} member bytes were sent to restore or repair without any fault.`);
    return findings.judgement();
  },
};

/**
 * What a restore may read: as many members of a group as it has data subsegments. Judged where nothing went wrong but the
 * loss of the production server, and where no question was due to be asked again.
 */
function checkRestoreReads(findings: Findings, history: RunHistory, context: RunContext, facts: Facts): void {
  const { restores, timeline } = facts;
  if (context.lossPpm > 0 || history.events.some((event) => isOtherTrouble(event, context))) return;
  let bytesMax = 0;
  for (const { ballot, verdicts } of restores) {
    const [only] = verdicts;
    if (only?.verdict.kind !== "restored" || verdicts.length > 1) return;
    const heldAt = history.events.find(
      (event) =>
        event.kind === "note" &&
        event.note.kind === "promises-held" &&
        orderBallots(event.note.ballot, ballot) === 0,
    )?.atNs;
    if (heldAt === undefined || only.atNs - heldAt >= context.retryNs / 2) return;
    const { key } = only.verdict;
    const image = facts.images.get(stateId(key.ballot, key.sequence))?.[0]?.image;
    if (image === undefined || timeline.damagedWithin(heldAt, only.atNs)) return;
    bytesMax += geometryIn(context, image.length).subsegmentCount * context.subsegmentBytes;
  }
  if (restores.length === 0) return;
  findings.checked();
  const { member } = history.costs.networkBytes.restore;
  if (member <= bytesMax) return;
  findings.violated(
    `Member bytes sent for ${restores.length} restores: ${member}, although ${bytesMax} are enough to decode.`,
  );
}

function isOtherTrouble(event: HistoryEvent, context: RunContext): boolean {
  if (event.kind === "damage") return true;
  if (event.kind === "host-down") return event.host !== context.productionHost;
  if (event.kind !== "fault") return false;
  const { fault } = event;
  if (fault.kind !== "crash" && fault.kind !== "permanent-loss") return true;
  return fault.host !== context.productionHost;
}

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
    declusteredOver: declusteredOverOf(context.placement, context.scheme, attempt.placement),
    subsegmentBytes: context.subsegmentBytes,
    imageBytes: attempt.imageBytes,
    formerPositions,
    formerIsWithSoftware: context.formerHost === context.productionHost,
  });
}
