/**
 * The history of a run: what checkers judge. Facts come from the simulator (it knows each disk), claims from the notes
 * of the roles. Checkers never look into roles.
 */
import type { Ballot, CheckpointKey } from "../core/checkpoint/key.ts";
import type { Note } from "../core/protocol/notes.ts";
import type { HostId } from "../core/protocol/environment.ts";

import type { Fault, FaultAction } from "./faults.ts";
import type { FlippedBit } from "./file-store.ts";
import type { WorkloadJudgement } from "./software.ts";

/** What one host's disk holds of one checkpoint, seen by the simulator: it knows what was written and what a read gives. */
export interface HoldingFact {
  readonly host: HostId;
  readonly slot: number;
  /** Host is up and can be reached from the judging host, both ways. */
  readonly reachable: boolean;
  /** A read gives a whole manifest, exactly as it was written, that says what is so of the image taken. */
  readonly manifestIntact: boolean;
  /** The manifest is intact and a crash would leave it. The World always fills this in. */
  readonly manifestFlushed?: boolean;
  /** "group/member" of members that a read gives exactly as they were written, and that are what the image makes them. */
  readonly intactMembers: readonly string[];
  /** Those of them that a crash would leave. The World always fills this in. */
  readonly flushedMembers?: readonly string[];
  /** Those that a read gives as they were written, and that have other bytes than the image gives them. The World always fills this in. */
  readonly wrongMembers?: readonly string[];
}

export interface KeyHoldings {
  readonly key: CheckpointKey;
  /** One fact for each slot. */
  readonly holdings: readonly HoldingFact[];
}

/** Faults of the network have host -1. */
export type HistoryEvent = { readonly atNs: number; readonly host: HostId } & (
  | {
      readonly kind: "note";
      readonly note: Note;
      /** note "stored": the simulator's own look at the disk */ readonly flushedOnDisk?: boolean;
      /** note "stored": files of members of that checkpoint on that disk that a crash would leave whole */ readonly flushedMemberCount?: number;
      /** note "verdict" that names a key: what could be read of it at that moment */ readonly holdings?: readonly HoldingFact[];
      /** note "verdict": the same for every key of which any disk held a file, oldest first */ readonly holdingsByKey?: readonly KeyHoldings[];
    }
  /** The software handed over an image; `image` is the run's own copy, independent of all buffers in the system. */
  | {
      readonly kind: "image-taken";
      readonly ballot: Ballot;
      readonly sequence: number;
      readonly image: Uint8Array;
      readonly segmentNames: readonly string[];
    }
  | {
      readonly kind: "software-started";
      readonly ballot: Ballot;
      readonly key: CheckpointKey | undefined;
      readonly image: Uint8Array | undefined;
      readonly refusedBySoftware: string | undefined;
    }
  | { readonly kind: "software-stopped"; readonly ballot: Ballot; readonly reason: "crash" | "fenced" }
  | {
      readonly kind: "output-released";
      readonly ballot: Ballot;
      readonly sequence: number;
      readonly output: string;
    }
  | {
      readonly kind: "fault";
      readonly fault: Fault;
      /** Whether there was anything for it to do; how often it then bit is in `reach`. */
      readonly bit: boolean;
      /** kind "bit-rot": what was flipped */ readonly flippedBits?: readonly FlippedBit[];
    }
  /** Files on this host's disk no longer read as they were written: what a fault of the disk did, at the moment it did. */
  | { readonly kind: "damage"; readonly fault: FaultAction; readonly files: readonly string[] }
  | { readonly kind: "host-up"; readonly diskKept: boolean }
  | {
      readonly kind: "host-down";
      readonly diskLost: boolean;
      /** The disk stays, and no flush had made anything on it durable. */ readonly nothingDurable?: true;
    }
);

export interface RunCosts {
  /** Bytes that crossed the network between different hosts, by kind and phase. */
  readonly networkBytes: Readonly<
    Record<
      "take" | "restore" | "repair" | "control" | "application",
      { readonly image: number; readonly member: number; readonly manifest: number; readonly other: number }
    >
  >;
  /** Bytes written to disks. */
  readonly diskWrittenBytes: { readonly member: number; readonly manifest: number; readonly control: number };
  readonly eventCount: number;
  readonly messageCount: number;
  readonly queueDepthMax: number;
}

export interface RunHistory {
  readonly events: readonly HistoryEvent[];
  readonly costs: RunCosts;
  readonly endNs: number;
  /** Rolling digest over integer event fields: 16 hex characters. */
  readonly digest: string;
  /** Disks at the end: for every manifest found anywhere, who holds what. */
  readonly finalHoldings: readonly KeyHoldings[];
  /** "events": the bound on events was met before the end, so the run is undecided. Every World fills this in. */
  readonly endReason?: "duration" | "events";
  readonly judgement: WorkloadJudgement;
  /** How often each fault of the plan really bit (docs/faults.md), in the order of the plan. Every World fills this in. */
  readonly reach?: readonly number[];
}
