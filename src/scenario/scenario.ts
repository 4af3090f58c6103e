/**
 * A scenario in its canonical form: checked, with every default filled in, names where people wrote names.
 *
 * The YAML form is described by schema.ts; load.ts turns one into the other. The canonical form is plain JSON data and
 * is what the scenario hash is taken over.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { DiskFault, FaultLinks, KeptOnCrash, LinkFault, ServerFault } from "../sim/faults.ts";
import type { QuantilePoint } from "../sim/quantiles.ts";
import type { DiskFiles } from "./disk-files.ts";

/** One-way latency: what is certain, and a random part (latency.ts of the simulator). */
export interface ScenarioLatency {
  readonly latencyNs: number;
  /** Width of the random part; with a tail its scale. */
  readonly latencyJitterNs: number;
  /** The most that the random part comes to. Left out: no tail. */
  readonly latencyTailNs?: number;
  /** Of the whole latency, which then lies between `latencyNs` and that and the jitter. Left out: none. */
  readonly latencyQuantiles?: readonly QuantilePoint[];
}

/** Links with a latency of their own, by names of servers. */
export interface ScenarioLinkLatency extends ScenarioLatency {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly symmetric: boolean;
}

/** The latency is that of every link that `links` does not name; of several for one pair the last one counts. */
export interface ScenarioNetwork extends ScenarioLatency {
  readonly links?: readonly ScenarioLinkLatency[];
  /** By name of the domain: what its servers share to all others, each direction, in bytes a second. */
  readonly uplinks?: Readonly<Record<string, number>>;
  /** Each server's link, each direction, in bytes a second. */
  readonly bandwidthBytesPerSecond: number;
  /** Base rate of lost messages, parts per million. */
  readonly lossPpm: number;
}

export interface ScenarioDisk {
  readonly latencyNs: number;
  readonly bandwidthBytesPerSecond: number;
  readonly flushNs: number;
  /** Left out: "random" (settings.ts of the simulator). */
  readonly crashKeeps?: "flushed-only" | "sectors";
}

export interface ScenarioProcessor {
  readonly encodeBytesPerSecond: number;
  readonly decodeBytesPerSecond: number;
  readonly digestBytesPerSecond: number;
  /** By canonical text of the scheme: what encoding and decoding cost with it, where it was measured. */
  readonly schemeRates?: Readonly<
    Record<string, { readonly encodeBytesPerSecond: number; readonly decodeBytesPerSecond: number }>
  >;
}

/** How the clocks of some servers are off from the start. */
export interface ScenarioClock {
  readonly target: readonly string[];
  /** So much more than virtual time they read at the start; below 0: less. */
  readonly offsetNs: number;
  /** How much faster they run, parts per million; below 0: slower. */
  readonly driftPpm: number;
}

export interface ScenarioTimes {
  readonly heartbeatNs: number;
  readonly takeoverNs: number;
  readonly takeoverStaggerNs: number;
  readonly retryNs: number;
  readonly silentTicksMax: number;
  readonly scrubNs: number;
  readonly refreshNs: number;
}

export type ScenarioWorkload =
  /** A SQLite ledger; `imageBytesMin`: the starting image is filled to at least this size. */
  | {
      readonly kind: "ledger";
      readonly accountCount: number;
      readonly imageBytesMin: number;
      readonly clientCount: number;
      readonly transferEveryNs: number;
      readonly transferCount: number;
      readonly checkpointEveryNs: number;
    }
  /** The user's own files; paths as the scenario gave them, relative to the scenario's folder. */
  | { readonly kind: "files"; readonly paths: readonly string[]; readonly checkpointEveryNs: number }
  | {
      readonly kind: "synthetic";
      readonly imageBytes: number;
      readonly contentSeed: number;
      readonly checkpointEveryNs: number;
    };

/** A moment, or a range from which the seed draws one. Integer nanoseconds; fromNs <= toNs. */
export interface MomentRange {
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * When a fault strikes. `atEvent` n: right after the n-th event of the run, for counterexamples. `perHour`: so often in an
 * hour of virtual time, on each target by itself; the seed draws the moments before the run, within `during` if given.
 */
export type ScenarioFaultMoment =
  | { readonly at: MomentRange; readonly atEvent?: undefined; readonly perHour?: undefined }
  | { readonly atEvent: number; readonly at?: undefined; readonly perHour?: undefined }
  | {
      readonly perHour: number;
      readonly during?: MomentRange;
      readonly at?: undefined;
      readonly atEvent?: undefined;
    };

/**
 * Whom a fault of servers strikes: names, domains or words (targets.ts), one or several. `someCount`: so many of them, drawn
 * by the seed. `withinNs`: each at a moment of its own, up to so long after the fault's; otherwise all at once.
 */
export interface ScenarioTargets {
  readonly target: string | readonly string[];
  readonly someCount?: number;
  readonly withinNs?: number;
}

/** A fault of servers as the run knows it, with words for the host and for the kind of files. */
type Written<Action> = Action extends { readonly host: HostId }
  ? Omit<Action, "host" | "filePrefix"> &
      ScenarioTargets &
      (Action extends { readonly filePrefix: string } ? { readonly files: DiskFiles } : unknown)
  : never;

/** The links that a fault is of, by names of servers; left out: from any, to any. */
export interface ScenarioLinks {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
}

/** A fault of links as the run knows it, with names for the hosts. */
type WrittenLink<Action> = Action extends FaultLinks & { readonly byNs?: number; readonly kind: string }
  ? Action extends { readonly host: HostId }
    ? never
    : Omit<Action, "from" | "to"> & ScenarioLinks
  : never;

export type ScenarioLinkFault = WrittenLink<LinkFault>;

/** Faults of servers that have the same fields in a scenario and in a run (fault-forms.ts). */
export type TargetedFault = Written<DiskFault | ServerFault | LinkFault>;

/** Targets are server names; "any-backup" lets the seed draw one backup server, "former" is where the former runs. */
export type ScenarioFault = ScenarioFaultMoment & {
  /** Left out of runs whose scheme survives fewer lost servers than this. */
  readonly toleranceMin: number;
} & (
    | (ScenarioTargets & {
        readonly kind: "crash";
        readonly disk: "kept" | "lost";
        readonly restartAfterNs: number | undefined;
        /** What the disk keeps of what was not flushed; left out: the seed draws. */
        readonly keeps?: KeptOnCrash | undefined;
      })
    | (ScenarioTargets & { readonly kind: "permanent-loss" })
    | (ScenarioTargets & { readonly kind: "restart" })
    | {
        readonly kind: "partition";
        readonly from: readonly string[];
        readonly to: readonly string[];
        readonly symmetric: boolean;
        readonly healAfterNs: number | undefined;
      }
    | { readonly kind: "loss"; readonly ratePpm: number; readonly lastsNs: number }
    | (ScenarioTargets & {
        readonly kind: "bit-rot";
        readonly files: DiskFiles;
        readonly bitCount: number;
      })
    | TargetedFault
    | ScenarioLinkFault
    | {
        readonly kind: "operator-restore";
        readonly target: string;
        readonly lost: readonly string[];
        readonly acceptOlder: boolean;
      }
  );

/** Figures a threshold can be put on; all over the runs of one `run` or one row of `compare`. */
export type ThresholdName =
  | "restoreMsP50"
  | "restoreMsP99"
  | "durableMsP50"
  | "durableMsP99"
  | "networkBytesPerImageByte"
  | "storedBytesPerImageByte"
  | "restoredShare";

export interface Threshold {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly seed: string;
  readonly servers: {
    readonly production: string;
    readonly backups: readonly string[];
    readonly dedicatedFormer: string | undefined;
  };
  /** Failure domains, such as racks: names of servers by name of the domain. Left out: none. */
  readonly domains?: Readonly<Record<string, readonly string[]>>;
  readonly former: FormerPlace;
  /** Former on a backup server: which one (default the first). */
  readonly formerServer: string | undefined;
  readonly scheme: string;
  /** Placement width D; undefined: k + m. */
  readonly width: number | undefined;
  /** Left out: rotated. */
  readonly placement?: "declustered";
  /** No domain takes more members of a group than the scheme always survives (at least one). Left out: domains do not matter. */
  readonly domainsApart?: true;
  readonly subsegmentBytes: number;
  readonly retentionCount: number;
  readonly windowGroups: number;
  readonly attemptCountMax: number;
  readonly network: ScenarioNetwork;
  readonly disk: ScenarioDisk;
  readonly processor: ScenarioProcessor;
  /** Left out: every clock is exact. */
  readonly clocks?: readonly ScenarioClock[];
  /** How many bytes one byte of an image or a member stands for in network, disk and processor time. Left out: 1. */
  readonly scale?: number;
  readonly times: ScenarioTimes;
  readonly workload: ScenarioWorkload;
  readonly faults: readonly ScenarioFault[];
  /** Everything that lasts ends at this moment, and servers that are down come up; left out: no such phase. */
  readonly healAtNs?: number;
  /** Faults that the seed draws beside the others, within the budget or beyond it. Left out: none. */
  readonly swarm?: { readonly count: number };
  /** Virtual length of the run. */
  readonly durationNs: number;
  /** "within": every promise must hold. "beyond": integrity, fencing and decidability must. */
  readonly budget: "within" | "beyond";
  readonly expect: Readonly<Partial<Record<ThresholdName, Threshold>>>;
  readonly compare:
    | {
        readonly schemes: readonly string[];
        readonly formers: readonly FormerPlace[];
        /** undefined: only each scheme's own width */ readonly commonWidth: number | undefined;
        /** Every scheme declustered over the common width too. Left out: not. */
        readonly declustered?: true;
        readonly seedCount: number;
      }
    | undefined;
}
