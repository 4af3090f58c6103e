/**
 * The state of a backup server, and the part of it that is on disk: the control record.
 *
 * Durable state of each slot's server (docs/protocol.md): slot, life, lives, promised, joined, complete, floor, and the
 * keys that it holds. A key is held when it stands in the control record: manifest and members were flushed before. So a
 * file that no record names is garbage, and a named file that cannot be read is rot, never a half-finished store.
 *
 * Files: control record `c/0` and `c/1` in turn (one of the two is always whole), manifests `f/<key>`, members
 * `m/<key>/<group>/<member>`.
 */
import {
  BALLOT_ZERO,
  type Ballot,
  type CheckpointKey,
  keyText,
  type Life,
  parseKeyText,
} from "../checkpoint/key.ts";
import { layoutOfManifest, type Manifest } from "../checkpoint/manifest.ts";
import { membersAtPosition, type MemberPlace } from "../redundancy/layout.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment, HostId } from "./environment.ts";
import type { Refusal, WelcomeMessage } from "./messages.ts";
import { createTable, type Table } from "./table.ts";

/** What is flushed before any reply that depends on it. */
export interface ServerControl {
  life: Life;
  /** Newest known life of every slot, the own one included. */
  lives: Life[];
  promised: Ballot;
  joined: boolean;
  complete: boolean;
  floor: CheckpointKey | undefined;
  /** The ballot that set the floor. */
  floorBallot: Ballot;
  /** The operator's restore that joined this server, if it was joined so; it completes when that incarnation retires. */
  joinedByOperator: Ballot | undefined;
  /** Texts of the keys that are held. */
  held: string[];
}

/** A held checkpoint in memory; `manifest` is undefined while it cannot be read from the disk. */
export interface HeldCheckpoint {
  readonly key: CheckpointKey;
  manifestBytes: Uint8Array | undefined;
  manifest: Manifest | undefined;
}

/** An attempt whose pieces are coming in. */
export interface IncomingAttempt {
  readonly key: CheckpointKey;
  readonly former: HostId;
  /** Digests of pieces by "group/member"; `isWritten` once the disk took it. */
  readonly pieces: Table<{ readonly digest: string; isWritten: boolean }>;
  /** A manifest is being made durable. */
  isStoring: boolean;
}

export interface RepairTask {
  readonly key: CheckpointKey;
  readonly group: number; // -1: the manifest itself
  readonly member: number;
}

export interface ActiveRepair {
  readonly task: RepairTask;
  /** Members that came and are good, by member index. */
  readonly members: (Uint8Array | undefined)[];
  readonly asked: boolean[];
  /** Members that cannot be had at present. */
  readonly failed: boolean[];
  silentTicks: number;
}

/** What follows when a storage operation completes. */
export type Continuation =
  | { readonly kind: "ignore" }
  | {
      readonly kind: "piece-written";
      readonly key: CheckpointKey;
      readonly group: number;
      readonly member: number;
      readonly from: HostId;
    }
  | {
      readonly kind: "flushed";
      readonly hasControl: boolean;
      readonly failedFlushCount: number;
      readonly next: AfterFlush[];
    }
  | {
      readonly kind: "fetched";
      readonly from: HostId;
      readonly asker: "restorer" | "repair";
      readonly key: CheckpointKey;
      readonly group: number;
      readonly member: number;
    }
  | {
      readonly kind: "scrub-member";
      readonly key: CheckpointKey;
      readonly group: number;
      readonly member: number;
    }
  | { readonly kind: "scrub-manifest"; readonly key: CheckpointKey }
  | { readonly kind: "scrub-control"; readonly copy: number }
  | { readonly kind: "listed" }
  | { readonly kind: "load-control"; readonly copy: number }
  | { readonly kind: "load-manifest"; readonly key: CheckpointKey };

/** An operation that the disk has not completed yet. */
export interface AwaitedOperation {
  readonly token: string;
  readonly continuation: Continuation;
}

/** Steps that wait for a flush. */
export type AfterFlush =
  | { readonly do: "hold"; readonly key: CheckpointKey; readonly manifest: Uint8Array; readonly from: HostId }
  | { readonly do: "acknowledge"; readonly key: CheckpointKey; readonly from: HostId }
  | { readonly do: "promise"; readonly ballot: Ballot; readonly from: HostId }
  | { readonly do: "welcome"; readonly slot: number; readonly life: Life; readonly from: HostId }
  | { readonly do: "persist"; readonly next: AfterFlush } // once more, to the other copy
  | { readonly do: "control-scrubbed" }
  | { readonly do: "greet" }
  | { readonly do: "joined" }
  | { readonly do: "completed" }
  | { readonly do: "drop"; readonly files: readonly string[]; readonly floor: CheckpointKey }
  | { readonly do: "repaired"; readonly key: CheckpointKey; readonly group: number; readonly member: number }
  | { readonly do: "rebuilt"; readonly key: CheckpointKey };

export interface ServerState {
  readonly slot: number;
  /** loading: reads its disk. greeting: in a new life, collects welcomes (R8). working: joined. */
  phase: "off" | "loading" | "greeting" | "working";
  control: ServerControl;
  held: Table<HeldCheckpoint>;
  incoming: Table<IncomingAttempt>;
  /** In the order in which the operations were issued. */
  continuations: AwaitedOperation[];
  nextToken: number;
  /** A write failed whose flush has not completed yet. */
  hasFailedWrite: boolean;
  /** Flushes that failed: one that was issued before such a failure proves nothing. */
  failedFlushCount: number;
  /** Control records: how many were written, which copy is known to be whole on disk. */
  controlNumber: number;
  controlWholeCopy: number;
  /** A record was written to the other copy, and its flush has not completed. */
  isControlOnItsWay: boolean;
  /** The record in memory says something that no written one does. */
  isControlChanged: boolean;
  /** What waits for the next record. */
  controlWaiting: AfterFlush[];
  loadedControls: (Uint8Array | undefined)[];
  loadingCount: number;
  listedFiles: readonly string[];
  /** Newest welcome of each slot (R8, R9). */
  welcomes: (WelcomeMessage | undefined)[];
  /** Keys that a blank server must rebuild before it is complete, with their manifests. */
  rebuilding: Table<HeldCheckpoint>;
  repairs: RepairTask[];
  activeRepair: ActiveRepair | undefined;
  /** Repairs that found too few members and wait for the next tick. */
  stalledRepairs: RepairTask[];
  isRepairTimerSet: boolean;
  /** Places still to be read in the present scrub pass. */
  scrubPlaces: { readonly key: CheckpointKey; readonly group: number; readonly member: number }[];
  scrubbedCount: number;
  /** The present scrub pass still reads members. */
  isScrubReading: boolean;
  /** Copies of the control record that the present scrub pass has not found good or written again yet. */
  scrubControlCount: number;
}

/** What every handler of this role gets. */
export interface ServerStep {
  readonly cluster: ClusterConfiguration;
  readonly env: Environment;
  readonly state: ServerState;
}

export const INITIAL_LIFE: Life = { number: 1, nonce: 0 };

export function createServer(cluster: ClusterConfiguration, slot: number): ServerState {
  const lives = cluster.slotHosts.map(() => INITIAL_LIFE);
  return {
    slot,
    phase: "off",
    control: {
      life: INITIAL_LIFE,
      lives,
      promised: BALLOT_ZERO,
      joined: false,
      complete: false,
      floor: undefined,
      floorBallot: BALLOT_ZERO,
      joinedByOperator: undefined,
      held: [],
    },
    held: createTable(),
    incoming: createTable(),
    continuations: [],
    nextToken: 0,
    hasFailedWrite: false,
    failedFlushCount: 0,
    controlNumber: 0,
    controlWholeCopy: 1,
    isControlOnItsWay: false,
    isControlChanged: false,
    controlWaiting: [],
    loadedControls: [undefined, undefined],
    loadingCount: 0,
    listedFiles: [],
    welcomes: cluster.slotHosts.map(() => undefined),
    rebuilding: createTable(),
    repairs: [],
    activeRepair: undefined,
    stalledRepairs: [],
    isRepairTimerSet: false,
    scrubPlaces: [],
    scrubbedCount: 0,
    isScrubReading: false,
    scrubControlCount: 0,
  };
}

export function manifestFile(key: CheckpointKey): string {
  return `f/${keyText(key)}`;
}

export function memberFile(key: CheckpointKey, group: number, member: number): string {
  return `m/${keyText(key)}/${group}/${member}`;
}

/** The key that a file of a manifest or member belongs to; undefined for control records and foreign files. */
export function keyOfFile(file: string): CheckpointKey | undefined {
  const parts = file.split("/");
  return (parts[0] === "f" || parts[0] === "m") && parts[1] !== undefined
    ? parseKeyText(parts[1])
    : undefined;
}

/** Files of a checkpoint on this server, as its manifest names them; only the manifest's while that cannot be read. */
export function filesOf(state: ServerState, held: HeldCheckpoint): string[] {
  const files = [manifestFile(held.key)];
  for (const { group, member } of ownMembers(state, held.manifest))
    files.push(memberFile(held.key, group, member));
  return files;
}

/** The members that the manifest places in this server's slot. */
export function ownMembers(state: ServerState, manifest: Manifest | undefined): MemberPlace[] {
  if (manifest === undefined) return [];
  const position = manifest.placement.findIndex((placed) => placed.slot === state.slot);
  return position < 0 ? [] : membersAtPosition(layoutOfManifest(manifest), position);
}

export function refusalOf(state: ServerState): Refusal {
  const { joined, promised, lives } = state.control;
  return { slot: state.slot, joined: joined && state.phase === "working", promised, lives };
}
