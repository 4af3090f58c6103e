/**
 * What a world is made of: the settings of its network, disks and processors, and the options of a run.
 *
 * Times are integer nanoseconds, sizes bytes. Checking what people wrote is the scenario layer's; a bad value here is a bug.
 */
import { assert, assertionFailed } from "../core/assertion.ts";
import type { ClusterConfiguration } from "../core/protocol/cluster.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault, FaultLinks } from "./faults.ts";
import type { HostProgram } from "./host-program.ts";
import { assertLatency, type Latency, type LinkLatency } from "./latency.ts";
import type { WorkloadRun } from "./software.ts";
import type { WorldBuffers } from "./world-buffers.ts";

export interface UplinkSettings {
  /** The servers that share it; a server is in one domain at the most. */
  readonly hosts: readonly HostId[];
  /** Each direction. */
  readonly bandwidthBytesPerSecond: number;
}

/** The latency is that of every link that `links` does not name. */
export interface NetworkSettings extends Latency {
  /** Links with a latency of their own; of several for one pair of hosts the last one counts. Default: none. */
  readonly links?: readonly LinkLatency[];
  /** Uplinks that the hosts of a domain share. Default: none. */
  readonly uplinks?: readonly UplinkSettings[];
  /** Each host's link, each direction. */
  readonly bandwidthBytesPerSecond: number;
  /** Base rate of lost messages, parts per million. */
  readonly lossPpm: number;
}

/**
 * What a crash leaves of writes that no flush covered. "flushed-only": nothing. "random": each of them that had
 * completed is there or not, and the one under way is absent or cut short at a sector boundary. "sectors": each sector of
 * each of them is there or not, over what the file held before.
 */
export type CrashKeeps = "flushed-only" | "random" | "sectors";

export interface DiskSettings {
  readonly latencyNs: number;
  readonly bandwidthBytesPerSecond: number;
  readonly flushNs: number;
  /** Default "random". */
  readonly crashKeeps?: CrashKeeps;
}

export interface ProcessorSettings {
  readonly encodeBytesPerSecond: number;
  readonly decodeBytesPerSecond: number;
  readonly digestBytesPerSecond: number;
}

/** The clock of one server as it is from the start. */
export interface ClockSettings {
  readonly host: HostId;
  /** So much more than virtual time it reads at the start; below 0: less. */
  readonly offsetNs: number;
  /** How much faster it runs, parts per million; below 0: slower. */
  readonly driftPpm: number;
}

export interface WorldOptions {
  /** Any text; equal seeds and equal options give equal runs. */
  readonly seed: string;
  readonly configuration: ClusterConfiguration;
  /** Hosts of the cluster are 0 .. hostCount - 1; the workload's clients follow from hostCount on. */
  readonly hostCount: number;
  /** Names of the cluster's hosts, for messages to people. */
  readonly hostNames: readonly string[];
  readonly network: NetworkSettings;
  readonly disk: DiskSettings;
  readonly processor: ProcessorSettings;
  /** Hosts that are not named have exact clocks. Default: none is named. */
  readonly clocks?: readonly ClockSettings[];
  /**
   * How many bytes one byte of an image or a member stands for, in the time that network, disks and processors take for
   * it; an integer from 1. Manifests, control records, headers and the software's own messages stand for themselves.
   * Default 1.
   */
  readonly scale?: number;
  readonly faults: readonly Fault[];
  readonly workload: WorkloadRun;
  /** The run ends when virtual time would pass this. */
  readonly durationNs: number;
  /** The run ends, undecided, after this many events. */
  readonly eventCountMax: number;
  /** What the hosts run; default: the core's host functions. */
  readonly program?: HostProgram;
  /** Tables to use again; the caller releases them when the world is done with. Default: the world's own. */
  readonly buffers?: WorldBuffers | undefined;
  /** Records the full trace (World.trace). The run is the same. */
  readonly traced?: boolean;
}

/** Nanoseconds that `bytes` take at a rate, rounded up. */
export function transferNs(bytes: number, bytesPerSecond: number): number {
  return Math.ceil((bytes * 1e9) / bytesPerSecond);
}

const MILLION = 1_000_000;

/** Asserts that the options describe a world. */
export function assertWorldOptions(options: WorldOptions): void {
  const { network, disk, processor, configuration } = options;
  assert(isCount(options.hostCount) && options.hostCount >= 1, "a world has hosts");
  assert(options.hostNames.length === options.hostCount, "every host has a name");
  assert(isCount(options.durationNs), "durationNs is an integer of nanoseconds");
  assert(options.eventCountMax >= 0, "eventCountMax is a count");
  for (const latency of [network, ...(network.links ?? [])]) assertLatency(latency);
  for (const ns of [disk.latencyNs, disk.flushNs]) {
    assert(isCount(ns), "times are integer nanoseconds, not negative");
  }
  const { scale = 1, clocks = [] } = options;
  assert(isCount(scale) && scale >= 1, "one byte stands for at least one");
  const rates = [
    network.bandwidthBytesPerSecond,
    disk.bandwidthBytesPerSecond,
    processor.encodeBytesPerSecond,
    processor.decodeBytesPerSecond,
    processor.digestBytesPerSecond,
    ...(network.uplinks ?? []).map(({ bandwidthBytesPerSecond }) => bandwidthBytesPerSecond),
  ];
  for (const rate of rates) assert(rate > 0, "rates are positive");
  assert(network.lossPpm >= 0 && network.lossPpm <= MILLION, "lossPpm is 0 to one million");
  for (const host of [...configuration.slotHosts, configuration.productionHost, configuration.formerHost]) {
    assert(isCount(host) && host < options.hostCount, "the configuration names hosts of the world");
  }
  for (const { host, offsetNs, driftPpm } of clocks) {
    assert(isCount(host) && host < options.hostCount, "clocks are those of hosts of the world");
    assert(Number.isSafeInteger(offsetNs), "an offset is an integer of nanoseconds");
    assert(Number.isSafeInteger(driftPpm) && driftPpm > -MILLION, "a clock never stands still");
  }
  for (const fault of options.faults) assertFault(fault, options);
}

/** Asserts that the world has what the fault strikes. */
export function assertFault(fault: Fault, options: WorldOptions): void {
  const allCount = options.hostCount + options.workload.clients.length;
  assert(
    isCount(fault.atEvent ?? fault.atNs ?? -1),
    "faults happen at integer nanoseconds or after a count of events",
  );
  const own: number[] = [];
  switch (fault.kind) {
    case "partition":
      for (const host of [...fault.from, ...fault.to]) {
        if (!isCount(host) || host >= allCount)
          assertionFailed(`a partition names host ${host} of ${allCount}`);
      }
      break;
    case "delay":
    case "clog":
      assertLinks(fault, allCount);
      break;
    case "duplication":
    case "reordering":
    case "corruption":
      assertLinks(fault, allCount);
      assert(fault.ratePpm >= 0 && fault.ratePpm <= MILLION, "ratePpm is 0 to one million");
      break;
    case "loss":
      assert(fault.ratePpm >= 0 && fault.ratePpm <= MILLION, "ratePpm is 0 to one million");
      break;
    case "crash":
      assert(fault.keeps === undefined || fault.disk === "kept", "a disk that is lost keeps nothing");
      own.push(fault.host);
      break;
    case "operator-restore":
      own.push(fault.host, ...fault.lostHosts);
      break;
    case "read-error":
      assert(fault.ratePpm >= 0 && fault.ratePpm <= MILLION, "ratePpm is 0 to one million");
      own.push(fault.host);
      break;
    case "clock-drift":
      assert(Number.isSafeInteger(fault.driftPpm) && fault.driftPpm > -MILLION, "a clock never stands still");
      own.push(fault.host);
      break;
    case "slow-disk":
    case "slow-server":
      assert(isCount(fault.factor) && fault.factor >= 1, "a factor is an integer from 1");
      own.push(fault.host);
      break;
    default:
      own.push(fault.host);
  }
  for (const host of own) {
    if (!isCount(host) || host >= options.hostCount) assertionFailed(`a fault names host ${host}`);
  }
}

function assertLinks({ from = [], to = [] }: FaultLinks, allCount: number): void {
  for (const host of [...from, ...to]) {
    assert(isCount(host) && host < allCount, "a fault of links names hosts of the world");
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
