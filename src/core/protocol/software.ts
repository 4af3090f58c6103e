/**
 * Up-calls from the protocol to the software that is checkpointed, and the commands that come down from it.
 *
 * Invariant: outputs of the software that depend on a state may leave only after `durable` named a sequence that is
 * not older than that state (output commit, rule R10).
 */
import type { Ballot, CheckpointKey } from "../checkpoint/key.ts";
import type { Segment } from "../checkpoint/image.ts";

export type CheckpointFailure =
  | "too-few-servers" // fewer than the placement width joined and answering
  | "domains-not-placeable" // enough servers, but no placement on them keeps failure domains apart
  | "former-lost" // the former stopped answering (R12)
  | "attempts-exhausted" // every attempt met a silent or refusing server
  | "image-too-large" // more groups than a manifest may list
  | "fenced"; // a higher ballot exists: this incarnation is over

export type SoftwareEvent =
  /** Start from the bytes of one checkpoint. The host's production role already runs under `ballot`. */
  | {
      readonly kind: "start";
      readonly ballot: Ballot;
      readonly key: CheckpointKey;
      readonly segments: readonly Segment[];
    }
  /** The checkpoint with this sequence is known durable: outputs up to it may leave. */
  | { readonly kind: "durable"; readonly sequence: number }
  | { readonly kind: "failed"; readonly sequence: number; readonly reason: CheckpointFailure }
  /** A fresh full checkpoint is wanted soon (R13, or the first one after a restore). */
  | { readonly kind: "wanted" }
  /** This incarnation is over; the software must stop and release nothing more. */
  | { readonly kind: "fenced" };
