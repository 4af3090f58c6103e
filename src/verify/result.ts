/**
 * What a run and a comparison return: plain JSON data that the command line prints and the report draws.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { CheckpointFailure } from "../core/protocol/software.ts";
import type { PlacementKind } from "../core/redundancy/placement.ts";

export type PromiseId =
  | "integrity"
  | "durability"
  | "output-commit"
  | "fencing"
  | "decidability"
  | "redundancy-restored"
  | "placement"
  | "accounting"
  | "continuation"
  | "bounded";

export interface PromiseResult {
  readonly id: PromiseId;
  /** "not-exercised": the run gave this checker nothing to check. "not-promised": beyond budget. */
  readonly status: "held" | "broken" | "not-exercised" | "not-promised";
  /** How many things were checked. */
  readonly checkedCount: number;
  /** One sentence a violation, with names of servers and virtual times; empty when held. */
  readonly violations: readonly string[];
}

export interface RestoreResult {
  readonly verdict: "restored" | "refused" | "waiting";
  readonly flags: readonly string[];
  /** Words for people: what was restored, or who is waited for, or which groups are lost. */
  readonly detail: string;
  /** From the loss of the production server (or the operator's command) to the running software, if it came to that. */
  readonly restoreNs: number | undefined;
  /** From the restorer's start to the verdict. */
  readonly reassembleNs: number | undefined;
  readonly restoredOn: string | undefined;
}

/** A checkpoint that was taken and given up: the one before it stays the newest. */
export interface FailedCheckpoint {
  readonly sequence: number;
  readonly takenAtNs: number;
  readonly failedAtNs: number;
  readonly reason: CheckpointFailure;
  /** Servers that reported meanwhile that their disks refused a write or a flush, such as full ones. */
  readonly storageFailedOn: readonly string[];
}

/** All bytes are those that the simulated ones stand for. */
export interface RunCostResult {
  /** How many bytes one simulated byte of an image or a member stands for; all others stand for themselves. */
  readonly scale: number;
  readonly imageBytes: number;
  readonly durableCount: number;
  /** Per durable checkpoint. */
  readonly durableNs: readonly number[];
  /** Those of them that were durable before the first restore began: server and former are where the scenario puts them. */
  readonly durableBeforeRestoreNs: readonly number[];
  readonly storedMemberBytesPerCheckpoint: number;
  readonly networkBytes: {
    readonly take: number;
    readonly restore: number;
    readonly repair: number;
    readonly control: number;
  };
  /** Bytes sent while taking, per durable checkpoint: image bytes to the former, member bytes to the servers. */
  readonly takeImageBytesPerCheckpoint: number;
  readonly takeMemberBytesPerCheckpoint: number;
  /** Member bytes that blank servers and scrubs computed again from those of the others; 0: none had to be. */
  readonly rebuiltMemberBytes: number;
  readonly diskWrittenBytes: number;
  readonly eventCount: number;
  readonly messageCount: number;
  readonly virtualNs: number;
}

export interface RunResult {
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly version: string;
  readonly seed: string;
  readonly digest: string;
  readonly scheme: string;
  readonly former: FormerPlace;
  readonly width: number;
  /** Left out: rotated, whatever failure domains there are. */
  readonly placement?: PlacementKind;
  /** Declustered over so many failure domains, the width where there are none. Left out: rotated. */
  readonly declusteredOver?: number;
  readonly subsegmentBytes: number;
  readonly verdict: "held" | "broken" | "undecided";
  /** Why the run decides nothing, in sentences; empty unless the verdict could not be "held". */
  readonly undecided: readonly string[];
  readonly promises: readonly PromiseResult[];
  readonly restores: readonly RestoreResult[];
  readonly failedCheckpoints: readonly FailedCheckpoint[];
  readonly costs: RunCostResult;
  readonly workload: Readonly<Record<string, number>>;
  /** The explicit fault plan that the seed drew, in words. */
  readonly faults: readonly string[];
  /** How often each of these faults really bit (docs/faults.md says what one bite is), in the same order. */
  readonly reach: readonly FaultReach[];
  readonly thresholds: readonly ThresholdResult[];
}

export interface FaultReach {
  readonly kind: string;
  /** 0: the fault found nothing to harm. */
  readonly biteCount: number;
}

export interface ThresholdResult {
  readonly name: string;
  readonly value: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly met: boolean;
}

/** Minimum, median and the 99th percentile (nearest rank) over runs. Times in nanoseconds. */
export interface Spread {
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

/** A spread with the times it was taken from. */
export interface TimeSample extends Spread {
  /** Ascending. Many times are thinned evenly by rank (compare-times.ts); the shortest and the longest are kept. */
  readonly times: readonly number[];
}

export interface CompareRow {
  readonly scheme: string;
  /** Data subsegments and redundancy members of a whole group. */
  readonly k: number;
  readonly m: number;
  readonly former: FormerPlace;
  readonly width: number;
  /** "declustered": over the common width too. */
  readonly widthKind: "own" | "common" | "declustered";
  readonly tolerance: number;
  readonly runCount: number;
  readonly brokenCount: number;
  readonly imageBytes: number;
  /** Member bytes stored for one checkpoint over its image bytes. */
  readonly storedBytesPerImageByte: number;
  /** Bytes on the network for one durable checkpoint over its image bytes: to the former, and to the servers. */
  readonly takeImageBytesPerImageByte: number;
  readonly takeMemberBytesPerImageByte: number;
  /** Median over the runs with faults that restored: bytes of all its restores over their number. */
  readonly restoreBytesPerImageByte: number | undefined;
  /** Runs with faults in which members were rebuilt; what follows is of these runs only. */
  readonly rebuiltRunCount: number;
  /** All bytes sent for repairs over all member bytes rebuilt. */
  readonly repairBytesPerRebuiltByte: number | undefined;
  /** Median: member bytes rebuilt in one run, of all retained checkpoints together. */
  readonly rebuiltBytesPerImageByte: number | undefined;
  /** Heartbeats and retirements for one durable checkpoint, in the run without faults. */
  readonly controlBytesPerImageByte: number;
  /**
   * Over the checkpoints that were durable before a run's first restore, in all runs, the one without faults too: after
   * a takeover the program may run on the former's own server, and the place that the row names is no more.
   */
  readonly durableNs: TimeSample | undefined;
  /** From the loss of the production server until the software runs again, over all restores of the runs with faults. */
  readonly restoreNs: TimeSample | undefined;
  /** The part of it from the start of the restorer to the verified image. */
  readonly reassembleNs: TimeSample | undefined;
  readonly restoredCount: number;
  readonly refusedCount: number;
  readonly waitingCount: number;
  /** survival[j] = exact share of the C(width, j) sets of j lost servers of the placement that leave every group decodable. */
  readonly survival: readonly number[];
  readonly digests: readonly string[];
}

export interface CompareResult {
  readonly scenario: string;
  readonly title: string;
  readonly scenarioHash: string;
  readonly version: string;
  readonly seed: string;
  readonly seedCount: number;
  readonly runCount: number;
  readonly wallSeconds: number;
  /** One sentence. */
  readonly verdict: string;
  readonly rows: readonly CompareRow[];
  readonly promises: readonly {
    readonly id: PromiseId;
    readonly heldCount: number;
    readonly brokenCount: number;
    readonly checkedCount: number;
  }[];
  /** The first few broken runs, with the command that replays each. */
  readonly broken: readonly {
    readonly seed: string;
    readonly command: string;
    readonly violations: readonly string[];
  }[];
  readonly command: string;
  readonly cluster: {
    readonly production: string;
    readonly backups: readonly string[];
    readonly network: string;
    readonly disk: string;
    readonly processor: string;
    /** How checkpoints are cut and kept, and how losses are noticed. */
    readonly protocol: string;
    readonly times: string;
    readonly subsegmentBytes: number;
    readonly retentionCount: number;
    readonly takeoverNs: number;
    readonly workload: string;
    readonly faults: readonly string[];
  };
  readonly thresholds: readonly ThresholdResult[];
}
