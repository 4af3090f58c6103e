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

/**
 * What one disk does wrong, at once, for a while, or in its next operations. `filePrefix`: only with files whose name
 * starts with it ("" = any). Where nothing can be harmed by an operation, the fault waits for the next one.
 */
export type DiskFault =
  /** Sectors of files at rest cannot be read any more; a file can again when it is written anew. */
  | {
      readonly kind: "latent-error";
      readonly host: HostId;
      readonly filePrefix: string;
      readonly sectorCount: number;
    }
  /** Each read fails with this probability (parts per million) while it lasts; the file itself is sound. */
  | {
      readonly kind: "read-error";
      readonly host: HostId;
      readonly filePrefix: string;
      readonly ratePpm: number;
      readonly lastsNs: number;
    }
  /** The next writes are acknowledged, but only some of their sectors are stored. */
  | {
      readonly kind: "torn-write";
      readonly host: HostId;
      readonly filePrefix: string;
      readonly writeCount: number;
      /** Armed no longer than this; undefined: until it has struck so often. */
      readonly lastsNs?: number | undefined;
    }
  /** The next writes are acknowledged and nothing is stored: the file stays as it was. */
  | {
      readonly kind: "lost-write";
      readonly host: HostId;
      readonly filePrefix: string;
      readonly writeCount: number;
      /** Armed no longer than this; undefined: until it has struck so often. */
      readonly lastsNs?: number | undefined;
    }
  /** The next writes are acknowledged and land in another file. */
  | {
      readonly kind: "misdirected-write";
      readonly host: HostId;
      readonly filePrefix: string;
      readonly writeCount: number;
      /** Armed no longer than this; undefined: until it has struck so often. */
      readonly lastsNs?: number | undefined;
    }
  /** The next flushes fail. `cache` "dropped": what they should have covered, no later flush makes durable either. */
  | {
      readonly kind: "failed-flush";
      readonly host: HostId;
      readonly flushCount: number;
      readonly cache: "kept" | "dropped";
      readonly lastsNs?: number | undefined;
    }
  /** No more than `freeBytes` beyond what the disk holds now: a write that needs more fails. */
  | {
      readonly kind: "disk-full";
      readonly host: HostId;
      readonly freeBytes: number;
      readonly lastsNs: number;
    }
  /** Every operation takes `factor` times as long. */
  | {
      readonly kind: "slow-disk";
      readonly host: HostId;
      readonly factor: number;
      readonly lastsNs: number;
    };

/** What one server does wrong while it stays up. */
export type ServerFault =
  /** Nothing goes on for a while; messages that come meanwhile wait, or are lost. */
  | {
      readonly kind: "pause";
      readonly host: HostId;
      readonly messages: "wait" | "lost";
      readonly lastsNs: number;
    }
  /** Work of the processor takes `factor` times as long. */
  | { readonly kind: "slow-server"; readonly host: HostId; readonly factor: number; readonly lastsNs: number }
  /** The clock is stepped. */
  | {
      readonly kind: "clock-step";
      readonly host: HostId;
      readonly direction: "forward" | "back";
      readonly byNs: number;
    }
  /** While a million nanoseconds pass, the clock goes on by `driftPpm` more, or fewer. */
  | {
      readonly kind: "clock-drift";
      readonly host: HostId;
      readonly driftPpm: number;
      readonly lastsNs: number;
    };

/** The links that a fault is of: from these hosts to those; undefined: from any, to any. */
export interface FaultLinks {
  readonly from?: readonly HostId[] | undefined;
  readonly to?: readonly HostId[] | undefined;
}

/** What goes wrong with messages between different hosts, for a while. Rates are parts per million of the messages. */
export type LinkFault =
  /** Messages arrive a second time, up to `byNs` later. */
  | (FaultLinks & {
      readonly kind: "duplication";
      readonly ratePpm: number;
      readonly byNs: number;
      readonly lastsNs: number;
    })
  /** Messages are held back, up to `byNs`, so that later ones overtake them. */
  | (FaultLinks & {
      readonly kind: "reordering";
      readonly ratePpm: number;
      readonly byNs: number;
      readonly lastsNs: number;
    })
  /** Every message arrives later by `byNs`. */
  | (FaultLinks & { readonly kind: "delay"; readonly byNs: number; readonly lastsNs: number })
  /** No message arrives until the fault ends; then all do. */
  | (FaultLinks & { readonly kind: "clog"; readonly lastsNs: number })
  /** One bit of a message's payload is flipped; a message without payload is lost. */
  | (FaultLinks & { readonly kind: "corruption"; readonly ratePpm: number; readonly lastsNs: number })
  /** A host's link carries no more than this, in each direction. */
  | {
      readonly kind: "limited-bandwidth";
      readonly host: HostId;
      readonly bandwidthBytesPerSecond: number;
      readonly lastsNs: number;
    };

/** What a fault does, whenever it strikes. */
export type FaultAction =
  | DiskFault
  | ServerFault
  | LinkFault
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
  /** A host that is down comes up. */
  | { readonly kind: "restart"; readonly host: HostId }
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
