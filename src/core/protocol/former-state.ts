/**
 * What the former knows: the one attempt that it works on, the groups under way, and how far each server of the placement is.
 *
 * Not covered: what it does (former.ts).
 */
import { type CheckpointKey, compareKeys } from "../checkpoint/key.ts";
import type { SegmentEntry } from "../checkpoint/image.ts";
import type { Layout } from "../redundancy/layout.ts";
import type { HostId } from "./environment.ts";
import type { FormDoneMessage, PlacedSlot } from "./messages.ts";

export interface Piece {
  readonly member: number;
  readonly position: number;
  readonly digest: string;
  readonly bytes: Uint8Array;
  received: boolean;
}

export interface OpenGroup {
  readonly group: number;
  readonly pieces: readonly Piece[];
  missingCount: number;
}

export interface PositionProgress {
  stored: boolean;
  /** Whether anything was heard from this server about this attempt since the last tick. */
  heard: boolean;
  silentTicks: number;
}

export interface FormerAttempt {
  readonly key: CheckpointKey;
  readonly requester: HostId;
  readonly placement: readonly PlacedSlot[];
  readonly segments: readonly SegmentEntry[];
  readonly layout: Layout;
  nextGroup: number;
  /** Groups that came before their turn, within the window. */
  readonly early: Record<string, Uint8Array>;
  chain: string;
  readonly memberDigests: (readonly string[])[];
  readonly openGroups: OpenGroup[];
  readonly positions: PositionProgress[];
  /** Set when all groups are with their servers. */
  manifest: Uint8Array | undefined;
}

export interface FormerState {
  /** Nonce of this start of the former. */
  boot: number;
  attempt: FormerAttempt | undefined;
  /** How the last attempt ended, to be told again when the message about it was lost. */
  done: { readonly key: CheckpointKey; readonly outcome: FormDoneMessage["outcome"] } | undefined;
}

export function createFormer(): FormerState {
  return { boot: 0, attempt: undefined, done: undefined };
}

/** The attempt under way, if it is the one of this key. */
export function attemptOf(state: FormerState, key: CheckpointKey): FormerAttempt | undefined {
  return state.attempt !== undefined && compareKeys(state.attempt.key, key) === 0 ? state.attempt : undefined;
}
