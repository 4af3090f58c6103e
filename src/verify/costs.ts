/**
 * What one run cost, measured from its history: bytes stored and sent, and times to durable.
 *
 * All bytes are those that the simulated ones stand for: with a `scale` in the scenario bytes of images and members count
 * so many times. Manifests, control records, headers and the software's own messages stand for themselves.
 */
import type { RunHistory } from "../sim/history.ts";
import { stateId } from "./facts/order.ts";
import { rebuiltMemberBytes, type GroupShape } from "./rebuilt.ts";
import type { RunCostResult } from "./result.ts";

/** Length of the largest image that the software handed over; 0 when it handed over none. */
export function largestImageBytes(history: Pick<RunHistory, "events">): number {
  let bytes = 0;
  for (const event of history.events) {
    if (event.kind === "image-taken") bytes = Math.max(bytes, event.image.length);
  }
  return bytes;
}

/** Member bytes on all disks of the best-kept checkpoint at the end: counted files, not a formula. */
function storedMemberBytes(history: RunHistory, subsegmentBytes: number): number {
  let memberCount = 0;
  for (const { holdings } of history.finalHoldings) {
    const count = holdings.reduce((sum, holding) => sum + holding.intactMembers.length, 0);
    memberCount = Math.max(memberCount, count);
  }
  return memberCount * subsegmentBytes;
}

/** From "checkpoint taken" to "known durable", for each checkpoint that came so far; `beforeRestore`: a first part. */
function durableTimes(history: Pick<RunHistory, "events">): { all: number[]; beforeRestore: number[] } {
  const takenAtNs = new Map<string, number>();
  const times: number[] = [];
  let beforeCount: number | undefined;
  for (const event of history.events) {
    if (event.kind !== "note") continue;
    const { note } = event;
    if (note.kind === "checkpoint-taken") {
      takenAtNs.set(stateId(note.ballot, note.sequence), event.atNs);
    } else if (note.kind === "restore-started") {
      beforeCount ??= times.length;
    } else if (note.kind === "known-durable") {
      const taken = takenAtNs.get(stateId(note.key.ballot, note.key.sequence));
      if (taken !== undefined) times.push(event.atNs - taken);
    }
  }
  return { all: times, beforeRestore: times.slice(0, beforeCount) };
}

/** `scale`: how many bytes one byte of an image or a member stands for. */
export function costsOf(history: RunHistory, shape: GroupShape, scale: number): RunCostResult {
  const { subsegmentBytes } = shape;
  const { costs } = history;
  const { all: durableNs, beforeRestore: durableBeforeRestoreNs } = durableTimes(history);
  const durableCount = durableNs.length;
  const total = (phase: keyof typeof costs.networkBytes): number => {
    const { image, member, manifest, other } = costs.networkBytes[phase];
    return scale * (image + member) + manifest + other;
  };
  const perCheckpoint = (bytes: number): number => (durableCount === 0 ? 0 : bytes / durableCount);
  const { member, manifest, control } = costs.diskWrittenBytes;
  return {
    scale,
    imageBytes: scale * largestImageBytes(history),
    durableCount,
    durableNs,
    durableBeforeRestoreNs,
    storedMemberBytesPerCheckpoint: scale * storedMemberBytes(history, subsegmentBytes),
    networkBytes: {
      take: total("take"),
      restore: total("restore"),
      repair: total("repair"),
      control: total("control"),
    },
    takeImageBytesPerCheckpoint: perCheckpoint(scale * costs.networkBytes.take.image),
    takeMemberBytesPerCheckpoint: perCheckpoint(scale * costs.networkBytes.take.member),
    rebuiltMemberBytes: scale * rebuiltMemberBytes(history, shape),
    diskWrittenBytes: scale * member + manifest + control,
    eventCount: costs.eventCount,
    messageCount: costs.messageCount,
    virtualNs: history.endNs,
  };
}
