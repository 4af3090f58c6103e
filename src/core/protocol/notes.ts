/**
 * What roles tell an observer: facts and claims for histories, logs and checkers. Notes never influence the protocol.
 *
 * A note says what its role believes. Whether it is true is for checkers to find out from other evidence.
 */
import type { Ballot, CheckpointKey, Life } from "../checkpoint/key.ts";
import type { Segment } from "../checkpoint/image.ts";
import type { PlacedSlot } from "./messages.ts";
import type { CheckpointFailure } from "./software.ts";

/** The three verdicts of a restore (promise "decidability"). */
export type Verdict =
  | { readonly kind: "restored"; readonly key: CheckpointKey; readonly flags: readonly VerdictFlag[] }
  | {
      readonly kind: "refused";
      readonly reason: "no-checkpoint" | "unrecoverable";
      readonly key: CheckpointKey | undefined;
      /** Groups that cannot be decoded, ascending; at most 64 are named. */
      readonly groups: readonly number[];
      readonly slots: readonly number[];
    }
  | { readonly kind: "waiting"; readonly key: CheckpointKey | undefined; readonly slots: readonly number[] };

/**
 * Operator's ways out that were used. "few-complete": fewer complete servers promised than a restore without an operator
 * needs (R14), so that what the lost ones held may have been newer.
 */
export type VerdictFlag = "declared-lost" | "few-complete" | "accepted-older";

export type Note =
  // production
  | { readonly kind: "incarnation-started"; readonly ballot: Ballot }
  | {
      readonly kind: "checkpoint-taken";
      readonly ballot: Ballot;
      readonly sequence: number;
      readonly segments: readonly Segment[];
    }
  | {
      readonly kind: "attempt-started";
      readonly key: CheckpointKey;
      readonly placement: readonly PlacedSlot[];
      readonly formerHost: number;
    }
  | { readonly kind: "known-durable"; readonly key: CheckpointKey }
  | {
      readonly kind: "checkpoint-failed";
      readonly ballot: Ballot;
      readonly sequence: number;
      readonly reason: CheckpointFailure;
    }
  | { readonly kind: "fenced"; readonly ballot: Ballot; readonly by: Ballot }
  | { readonly kind: "degraded"; readonly ballot: Ballot; readonly slots: readonly number[] } // empty: no longer degraded
  // backup server
  | { readonly kind: "started"; readonly slot: number; readonly life: Life; readonly joined: boolean } // again, on its own disk
  | { readonly kind: "stored"; readonly slot: number; readonly life: Life; readonly key: CheckpointKey }
  | { readonly kind: "promised"; readonly slot: number; readonly life: Life; readonly ballot: Ballot }
  | { readonly kind: "retired"; readonly slot: number; readonly floor: CheckpointKey }
  | { readonly kind: "joined"; readonly slot: number; readonly life: Life }
  | { readonly kind: "complete"; readonly slot: number; readonly life: Life }
  | {
      readonly kind: "rot-found";
      readonly slot: number;
      readonly key: CheckpointKey;
      readonly group: number;
      readonly member: number;
    } // group -1: the manifest
  | {
      readonly kind: "repaired";
      readonly slot: number;
      readonly key: CheckpointKey;
      readonly group: number;
      readonly member: number;
    }
  | { readonly kind: "repair-waiting"; readonly slot: number; readonly key: CheckpointKey }
  | { readonly kind: "scrubbed"; readonly slot: number; readonly memberCount: number }
  | { readonly kind: "storage-failed"; readonly slot: number }
  // restorer
  | { readonly kind: "restore-started"; readonly ballot: Ballot; readonly operator: boolean }
  | { readonly kind: "promises-held"; readonly ballot: Ballot; readonly slots: readonly number[] }
  | { readonly kind: "verdict"; readonly ballot: Ballot; readonly verdict: Verdict }
  | { readonly kind: "restore-abandoned"; readonly ballot: Ballot; readonly by: Ballot };
