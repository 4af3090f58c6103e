/**
 * How many member bytes were rebuilt in a run, from the notes of the servers that did it.
 *
 * A blank server tells when a whole checkpoint is rebuilt: then it has rebuilt all members of its position in the
 * placement. A scrub tells each member. Not covered: what was rebuilt of a checkpoint that was retired before it was
 * whole, and manifests.
 */
import type { ClusterPlacement } from "../core/protocol/attempt-placement.ts";
import type { RunHistory } from "../sim/history.ts";
import { declusteredOverOf } from "./facts/holdings.ts";
import { keyId, stateId } from "./facts/order.ts";
import { geometryOf, membersAt } from "./oracle/geometry.ts";

/** What the members of a group are, as far as counting needs it. */
export interface GroupShape {
  readonly k: number;
  readonly m: number;
  readonly subsegmentBytes: number;
  /** Left out: rotated. */
  readonly placement?: ClusterPlacement | undefined;
}

/** Group and member of the note that tells of a whole checkpoint (src/core/protocol/server-repair.ts). */
const WHOLE_CHECKPOINT = -1;

export function rebuiltMemberBytes(history: Pick<RunHistory, "events">, shape: GroupShape): number {
  const placements = new Map<string, readonly { readonly slot: number }[]>();
  const imageBytes = new Map<string, number>();
  let memberCount = 0;
  for (const event of history.events) {
    if (event.kind === "image-taken") {
      imageBytes.set(stateId(event.ballot, event.sequence), event.image.length);
    }
    if (event.kind !== "note") continue;
    const { note } = event;
    if (note.kind === "attempt-started") {
      placements.set(keyId(note.key), note.placement);
    } else if (note.kind === "repaired" && note.group >= 0) {
      memberCount += 1;
    } else if (note.kind === "repaired" && note.member === WHOLE_CHECKPOINT) {
      const placement = placements.get(keyId(note.key)) ?? [];
      const position = placement.findIndex(({ slot }) => slot === note.slot);
      if (position < 0) continue;
      const geometry = geometryOf({
        k: shape.k,
        m: shape.m,
        subsegmentBytes: shape.subsegmentBytes,
        width: placement.length,
        declusteredOver: declusteredOverOf(shape.placement, shape, placement),
        imageBytes: imageBytes.get(stateId(note.key.ballot, note.key.sequence)) ?? 0,
      });
      memberCount += membersAt(geometry, position).length;
    }
  }
  return memberCount * shape.subsegmentBytes;
}
