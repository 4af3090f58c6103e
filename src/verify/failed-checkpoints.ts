/**
 * Checkpoints of a run that were given up: why, and whose disks refused to store them meanwhile.
 *
 * A server whose storage fails (its disk is full, a flush failed) does not acknowledge; the former then finds it silent and
 * leaves it out. So what the production server says is that servers are missing, and what the servers said is the cause.
 */
import type { CheckpointFailure } from "../core/protocol/software.ts";
import type { RunHistory } from "../sim/history.ts";
import { stateId } from "./facts/order.ts";
import type { FailedCheckpoint } from "./result.ts";

const REASON_WORDS: Readonly<Record<CheckpointFailure, string>> = {
  "too-few-servers": "too few servers answered",
  "domains-not-placeable": "no placement on the servers that answered keeps failure domains apart",
  "former-lost": "the former stopped answering",
  "attempts-exhausted": "every attempt met a server that was silent or refused",
  "image-too-large": "its image has more groups than a manifest may list",
  fenced: "a restore had begun: its incarnation was over",
};

export function failureWords(reason: CheckpointFailure): string {
  return REASON_WORDS[reason];
}

/** In the order in which they were given up. `hostNames`: by host. */
export function failedCheckpointsOf(
  history: Pick<RunHistory, "events">,
  hostNames: readonly string[],
): FailedCheckpoint[] {
  const failed: FailedCheckpoint[] = [];
  const takenAtNs = new Map<string, number>();
  /** When each host reported last that its storage failed. */
  const reportedAtNs = new Map<number, number>();
  for (const event of history.events) {
    if (event.kind !== "note") continue;
    const { note, atNs, host } = event;
    if (note.kind === "storage-failed") reportedAtNs.set(host, atNs);
    else if (note.kind === "checkpoint-taken") takenAtNs.set(stateId(note.ballot, note.sequence), atNs);
    else if (note.kind === "checkpoint-failed") {
      const since = takenAtNs.get(stateId(note.ballot, note.sequence)) ?? 0;
      const hosts = [...reportedAtNs].flatMap(([each, reported]) => (reported >= since ? [each] : []));
      failed.push({
        sequence: note.sequence,
        takenAtNs: since,
        failedAtNs: atNs,
        reason: note.reason,
        storageFailedOn: hosts.sort((a, b) => a - b).map((each) => hostNames[each] ?? ""),
      });
    }
  }
  return failed;
}

/** One sentence without its end: what was not taken, why, and who said what. */
export function failedCheckpointWords({ reason, storageFailedOn }: FailedCheckpoint): string {
  const words = failureWords(reason);
  if (storageFailedOn.length === 0) return words;
  return `${words}; storage failed on ${storageFailedOn.join(", ")}`;
}
