/**
 * A configuration of the model checker: a small cluster, what may happen to it, and how often at most on one path.
 *
 * Plain JSON data, so that a counterexample carries its whole configuration. All bounds are per path unless they say
 * otherwise. Time does not exist: an armed timer may fire at any moment, as often as its bound allows.
 */
import { assert } from "../../core/assertion.ts";
import type { ClusterPlacement } from "../../core/protocol/attempt-placement.ts";
import type { ClusterConfiguration, FormerPlace } from "../../core/protocol/cluster.ts";
import { quorumOf, type Quorum } from "../../core/protocol/cluster.ts";
import type { MessageType } from "../../core/protocol/messages.ts";
import { parseScheme } from "../../core/redundancy/scheme.ts";
import type { FileKind } from "../../sim/file-kind.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";

/**
 * "at-once": every operation of a disk completes before anything else happens. "flushes": each flush is a choice, reads
 * and writes complete as soon as the flushes before them have. "all": each operation is a choice.
 */
export type StorageSteps = "at-once" | "flushes" | "all";

/**
 * What a crash leaves of what was written or removed and not flushed. "unflushed-any": of each file by itself the old
 * bytes, the new ones, or a part of the new ones; each way is a choice.
 */
export type DiskFate = "unflushed-lost" | "unflushed-kept" | "unflushed-any" | "disk-lost";

/** `count`: how often at most on one path, 1 .. 7. */
export type FaultChoice =
  | {
      readonly kind: "crash";
      readonly host: number;
      readonly disk: DiskFate;
      /** Whether the host may come up again. */
      readonly returns: boolean;
      readonly count: number;
    }
  /** Bits flip in one file at rest; each file of the kind is a choice. */
  | { readonly kind: "rot"; readonly host: number; readonly files: FileKind; readonly count: number }
  /** The next write or flush fails, and says so. */
  | { readonly kind: "storage-fails"; readonly host: number; readonly count: number };

/** An operator's restore, once: it goes to the restorer of `host`. */
export interface OperatorChoice {
  readonly host: number;
  readonly lostSlots: readonly number[];
  readonly acceptOlder: boolean;
}

export interface InterleavingConfiguration {
  readonly name: string;
  /** What it is there for, in one sentence. */
  readonly story: string;
  /** Index is the host; names of the kind "P", "A". */
  readonly hostNames: readonly string[];
  readonly slotHosts: readonly number[];
  readonly productionHost: number;
  readonly formerPlace: FormerPlace;
  readonly formerHost: number;
  readonly scheme: string;
  readonly width: number;
  /** Undefined: rotated, in no racks. */
  readonly placement: ClusterPlacement | undefined;
  /** Redundancy groups of a checkpoint. */
  readonly groupCount: number;
  readonly retentionCount: number;
  readonly attemptCountMax: number;
  readonly silentTicksMax: number;
  /** Beats of silence after which R13 asks for a fresh checkpoint. */
  readonly refreshBeats: number;
  readonly storage: StorageSteps;
  /** Checkpoints that the software takes, over all incarnations; 0 .. 7. */
  readonly checkpointCountMax: number;
  /** Deliveries that leave the message in flight; 0 .. 7. */
  readonly duplicateCountMax: number;
  /** Firings of a timer on each host, by its name; a timer that is not named never fires. */
  readonly timers: Readonly<Record<string, number>>;
  /** Hosts on which timers other than a watch may fire. */
  readonly timerHosts: readonly number[];
  /** Hosts whose watch may fire, that is, which may start to restore; each as often as `timers` says. */
  readonly watchHosts: readonly number[];
  /** Firings of a watch over all hosts; 0 .. 7. */
  readonly restoreCountMax: number;
  readonly faults: readonly FaultChoice[];
  readonly operator: OperatorChoice | undefined;
  /** Types that arrive at once, or late when the receiver is down just then. All others arrive in any order, at any time. */
  readonly promptTypes: readonly MessageType[];
  /** Types of which every message is lost. */
  readonly lostTypes: readonly MessageType[];
  /** Hosts that beats reach. */
  readonly beatHosts: readonly number[];
  /** Types that travel like all others even from a host to itself; the rest is heard there at once. */
  readonly slowSelfTypes: readonly MessageType[];
  /** The software asks for its first checkpoint before anything else happens. */
  readonly beginsWithCheckpoint: boolean;
  /** The software asks for a checkpoint only when it was told that one is wanted. */
  readonly checkpointsOnDemand: boolean;
  /** Whether the random numbers that one host draws rise or fall: of two lives or ballots the later may be the lower one. */
  readonly randomNumbers: "rising" | "falling";
}

const SUBSEGMENT_BYTES = 8;
const TICK_NS = 1000;

/** Length of the software's image: whole groups. */
export function imageBytesOf(
  { groupCount }: InterleavingConfiguration,
  { scheme }: ClusterConfiguration,
): number {
  return groupCount * scheme.k * SUBSEGMENT_BYTES;
}

export function clusterOf(configuration: InterleavingConfiguration): ClusterConfiguration {
  const parsed = parseScheme(configuration.scheme);
  assert(parsed.ok, "a configuration names a scheme that exists");
  return {
    slotHosts: configuration.slotHosts,
    productionHost: configuration.productionHost,
    formerPlace: configuration.formerPlace,
    formerHost: configuration.formerHost,
    scheme: parsed.scheme,
    width: configuration.width,
    ...(configuration.placement === undefined ? {} : { placement: configuration.placement }),
    subsegmentBytes: SUBSEGMENT_BYTES,
    retentionCount: configuration.retentionCount,
    windowGroups: 2,
    attemptCountMax: configuration.attemptCountMax,
    // Delays say nothing here; only their ratios do: how many beats make a silence (R13).
    times: {
      heartbeatNs: TICK_NS,
      takeoverNs: 10 * TICK_NS,
      takeoverStaggerNs: 5 * TICK_NS,
      retryNs: 2 * TICK_NS,
      silentTicksMax: configuration.silentTicksMax,
      scrubNs: "server.scrub" in configuration.timers ? TICK_NS : 0,
      refreshNs: configuration.refreshBeats * TICK_NS,
    },
    digests: MODEL_DIGESTS,
  };
}

export function quorumOfConfiguration(configuration: InterleavingConfiguration): Quorum {
  return quorumOf(configuration.slotHosts.length, clusterOf(configuration).scheme.tolerance);
}

function faultText(fault: FaultChoice): string {
  switch (fault.kind) {
    case "crash":
      return `${fault.disk}${fault.returns ? "" : ", stays down"}`;
    case "rot":
      return `rot of a ${fault.files} file`;
    case "storage-fails":
      return "disk operation fails";
  }
}

function placementText({ placement, groupCount }: InterleavingConfiguration): string {
  const groups = groupCount === 1 ? "" : `, ${groupCount} groups`;
  if (placement === undefined) return groups;
  return ` ${placement.kind}${placement.slotDomains === undefined ? "" : " in racks"}${groups}`;
}

/** The bounds in words, for the table. */
export function boundsText(configuration: InterleavingConfiguration): string {
  const { checkpointCountMax, restoreCountMax, duplicateCountMax, faults, storage } = configuration;
  const parts = [
    `${configuration.scheme} on ${configuration.slotHosts.length}${placementText(configuration)}`,
    `${checkpointCountMax} checkpoints`,
    `${restoreCountMax} restores`,
  ];
  const name = (host: number): string => configuration.hostNames[host] ?? String(host);
  for (const fault of faults) parts.push(`${name(fault.host)} ${faultText(fault)} x${fault.count}`);
  if (configuration.operator !== undefined) parts.push("1 operator's restore");
  if (configuration.checkpointsOnDemand) parts.push("checkpoints only when wanted");
  if (configuration.randomNumbers === "falling") parts.push("random numbers fall");
  const timers = Object.entries(configuration.timers).filter(([timer]) => timer !== "server.watch");
  if (timers.length > 0) {
    const onHosts = configuration.timerHosts.map(name).join(" ");
    parts.push(`timers on ${onHosts}: ${timers.map(([timer, count]) => `${timer} x${count}`).join(" ")}`);
  }
  if (duplicateCountMax > 0) parts.push(`${duplicateCountMax} duplicates`);
  parts.push(`storage ${storage}`);
  if (configuration.promptTypes.length > 0) parts.push(`prompt: ${configuration.promptTypes.join(" ")}`);
  if (!configuration.lostTypes.includes("beat")) {
    parts.push(`beats reach ${configuration.beatHosts.map(name).join(" ")}`);
  }
  if (configuration.slowSelfTypes.length > 0)
    parts.push(`slow to itself: ${configuration.slowSelfTypes.join(" ")}`);
  if (configuration.lostTypes.length > 0) parts.push(`lost: ${configuration.lostTypes.join(" ")}`);
  return parts.join(", ");
}
