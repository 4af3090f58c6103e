/**
 * The faults of this simulator as plain data: a plan is a list from which any entry can be taken away.
 *
 * Hosts are named by index. Times are integer nanoseconds of virtual time since the start of the run. A fault strikes at
 * a moment, or right after the n-th event of the run: the same run whatever the clock says, and every step can be named.
 */
import type { HostId } from "../core/protocol/environment.ts";

/** `atEvent` n: right after the n-th event that is executed, before the next; 0: before the first. */
export type FaultMoment =
  | { readonly atNs: number; readonly atEvent?: undefined }
  | { readonly atEvent: number; readonly atNs?: undefined };

/**
 * What is left on the disk of what no flush had covered, instead of a random choice. `completed`: the writes and removals
 * that had completed. `inFlightBytes`: the write under way is on the disk, cut to this many bytes (or whole when that is
 * more than it has); undefined: the file is as it was before.
 */
export interface KeptOnCrash {
  readonly completed: "all" | "none";
  readonly inFlightBytes?: number | undefined;
}

/** What a fault does, whenever it strikes. */
export type FaultAction =
  /** Memory is lost; the disk keeps what was flushed. `restartAfterNs` undefined: stays down. */
  | {
      readonly kind: "crash";
      readonly host: HostId;
      readonly disk: "kept" | "lost";
      readonly restartAfterNs: number | undefined;
      /** Only with a disk that is kept. */
      readonly keeps?: KeptOnCrash | undefined;
    }
  /** Never comes back, disk lost. */
  | { readonly kind: "permanent-loss"; readonly host: HostId }
  /** Messages from any host of `from` to any host of `to` are lost; `symmetric` also the other way. */
  | {
      readonly kind: "partition";
      readonly from: readonly HostId[];
      readonly to: readonly HostId[];
      readonly symmetric: boolean;
      readonly healAfterNs: number | undefined;
    }
  /** Each message between different hosts is lost with this probability (parts per million) while it lasts. */
  | { readonly kind: "loss"; readonly ratePpm: number; readonly lastsNs: number }
  /** Flips `bitCount` random bits in files at rest on this host whose name starts with `filePrefix` ("" = any). */
  | {
      readonly kind: "bit-rot";
      readonly host: HostId;
      readonly filePrefix: string;
      readonly bitCount: number;
    }
  /** The operator starts a restore on this host (R14). */
  | {
      readonly kind: "operator-restore";
      readonly host: HostId;
      readonly lostHosts: readonly HostId[];
      readonly acceptOlder: boolean;
    };

export type Fault = FaultMoment & FaultAction;
