/** The cluster of a scenario in words, for the part of a report that says what was run. */
import { explicitAction } from "../scenario/fault-forms.ts";
import { actionWords } from "../scenario/fault-words.ts";
import { writeDuration, writeSize } from "../scenario/quantity.ts";
import type {
  Scenario,
  ScenarioClock,
  ScenarioFault,
  ScenarioLatency,
  ScenarioLinkLatency,
  ScenarioTargets,
  ScenarioTimes,
  ScenarioWorkload,
} from "../scenario/scenario.ts";
import { quantileNs } from "../sim/quantiles.ts";
import type { CompareResult } from "./result.ts";

/** Settings are said as a scenario says them, to the last digit: "200 µs", "12289 B". */
function spaced(quantity: string): string {
  return quantity.replace(/(?<=[0-9])(?=[A-Za-z])/, " ").replace(" us", " µs");
}

function durationText(ns: number): string {
  return spaced(writeDuration(ns));
}

function bytesText(bytes: number): string {
  return spaced(writeSize(bytes));
}

function workloadText(workload: ScenarioWorkload): string {
  const every = `a checkpoint every ${durationText(workload.checkpointEveryNs)}`;
  switch (workload.kind) {
    case "ledger":
      return (
        `a SQLite ledger of at least ${bytesText(workload.imageBytesMin)} with ${workload.accountCount} accounts; ` +
        `${workload.clientCount} clients post ${workload.transferCount} transfers each; ${every}`
      );
    case "files":
      return `${workload.paths.length} files of the user; ${every}`;
    case "synthetic":
      return `a synthetic image of ${bytesText(workload.imageBytes)}; ${every}`;
  }
}

function momentText({ at, atEvent, perHour }: ScenarioFault): string {
  if (perHour !== undefined) return `${perHour} times an hour`;
  if (at === undefined) return `right after event ${atEvent}`;
  const from = durationText(at.fromNs);
  return at.fromNs === at.toNs ? `at ${from}` : `at a moment between ${from} and ${durationText(at.toNs)}`;
}

function faultText(fault: ScenarioFault): string {
  const words = faultWords(fault);
  if (fault.toleranceMin === 0) return words;
  const losses = fault.toleranceMin === 1 ? "a lost server" : `${fault.toleranceMin} lost servers`;
  return `${words} (only for schemes that survive ${losses})`;
}

/** People read "some backup server", not the scenario's word for it. */
function nameText(target: string): string {
  return target === "any-backup" ? "some backup server" : target;
}

function targetText(targets: ScenarioTargets): string {
  const { target, someCount, withinNs } = targets;
  const names = (typeof target === "string" ? [target] : target).map(nameText).join(", ");
  const some = someCount === undefined ? names : `${someCount} of ${names}`;
  return withinNs === undefined ? some : `${some}, within ${durationText(withinNs)},`;
}

/** A run's words for the fault, with the scenario's words for the servers. */
function faultWords(fault: ScenarioFault): string {
  const names: string[] = [];
  const hostOf = (name: string): number => names.push(nameText(name)) - 1;
  const targeted = "target" in fault && fault.kind !== "operator-restore" ? targetText(fault) : undefined;
  const host = hostOf(targeted ?? ("target" in fault ? String(fault.target) : ""));
  return `${momentText(fault)}, ${actionWords(explicitAction(fault, host, hostOf), names)}`;
}

function rateText(bytesPerSecond: number): string {
  return bytesPerSecond >= 1e9 ? `${bytesPerSecond / 1e9} GB/s` : `${bytesPerSecond / 1e6} MB/s`;
}

function protocolText(scenario: Scenario): string {
  const { subsegmentBytes, retentionCount, windowGroups, attemptCountMax } = scenario;
  const kept =
    retentionCount === 1
      ? "the newest durable checkpoint is"
      : `the newest ${retentionCount} durable checkpoints are`;
  return (
    `subsegments of ${bytesText(subsegmentBytes)}; ${kept} kept; at most ${windowGroups} groups on their way at once; ` +
    `at most ${attemptCountMax} attempts at a checkpoint${placementText(scenario)}`
  );
}

function placementText({ placement, domainsApart }: Scenario): string {
  const declustered = placement === undefined ? "" : "; groups declustered over the servers used";
  return `${declustered}${domainsApart === true ? "; failure domains kept apart" : ""}`;
}

function timesText(times: ScenarioTimes): string {
  const scrub = times.scrubNs === 0 ? "no scrubbing" : `a scrub every ${durationText(times.scrubNs)}`;
  return (
    `a heartbeat every ${durationText(times.heartbeatNs)}; the first backup server takes over after ` +
    `${durationText(times.takeoverNs)} without one, each further one ${durationText(times.takeoverStaggerNs)} later; ` +
    `what is not answered is sent again after ${durationText(times.retryNs)}, and a server silent for more than ` +
    `${times.silentTicksMax} such times is left out; ${scrub}; a fresh checkpoint when a server of the newest one is ` +
    `silent for ${durationText(times.refreshNs)}`
  );
}

function latencyText(latency: ScenarioLatency): string {
  const { latencyNs, latencyJitterNs, latencyTailNs, latencyQuantiles } = latency;
  if (latencyQuantiles !== undefined) {
    const medianText = durationText(quantileNs(latencyQuantiles, 0.5));
    const mostText = durationText(latencyNs + latencyJitterNs);
    return `${medianText} one way for half of the messages, ${durationText(latencyNs)} to ${mostText} as measured`;
  }
  const fixed = `${durationText(latencyNs)} one way`;
  if (latencyJitterNs === 0) return fixed;
  if (latencyTailNs === undefined) return `${fixed} plus up to ${durationText(latencyJitterNs)}`;
  return `${fixed} plus a heavy-tailed part of scale ${durationText(latencyJitterNs)}, at most ${durationText(latencyTailNs)}`;
}

function linkText({ from, to, symmetric, ...latency }: ScenarioLinkLatency): string {
  return `${from.join(", ")} ${symmetric ? "and" : "to"} ${to.join(", ")}: ${latencyText(latency)}`;
}

function clockText({ target, offsetNs, driftPpm }: ScenarioClock): string {
  const away = durationText(Math.abs(offsetNs));
  const offset = offsetNs === 0 ? [] : [`${away} ${offsetNs > 0 ? "ahead" : "behind"}`];
  const drift = driftPpm === 0 ? [] : [`${Math.abs(driftPpm)} ppm too ${driftPpm > 0 ? "fast" : "slow"}`];
  return `clocks of ${target.join(", ")}: ${[...offset, ...drift].join(" and ")}`;
}

/** Every size, figure and time that follows is one of what the bytes stand for. */
function scaleText(scale: number): string {
  if (scale === 1) return "";
  return `, each byte of which stands for ${scale} in all sizes, costs and times`;
}

export function clusterWords(scenario: Scenario): CompareResult["cluster"] {
  const { network, disk, processor, servers, times, scale = 1 } = scenario;
  const gigabits = (network.bandwidthBytesPerSecond * 8) / 1e9;
  return {
    production: servers.production,
    backups: servers.backups,
    network: [
      `each link ${gigabits} Gb/s, ${latencyText(network)}`,
      ...(network.links ?? []).map(linkText),
      ...Object.entries(network.uplinks ?? {}).map(
        ([domain, rate]) => `the servers of ${domain} share ${(rate * 8) / 1e9} Gb/s to all others`,
      ),
    ].join("; "),
    disk: `${disk.bandwidthBytesPerSecond / 1e6} MB/s, ${durationText(disk.latencyNs)} an access, ${durationText(disk.flushNs)} a flush`,
    processor:
      `parity computed at ${rateText(processor.encodeBytesPerSecond)}, lost members computed again at ` +
      `${rateText(processor.decodeBytesPerSecond)}, digests taken at ${rateText(processor.digestBytesPerSecond)}`,
    protocol: protocolText(scenario),
    times: [timesText(times), ...(scenario.clocks ?? []).map(clockText)].join("; "),
    subsegmentBytes: scale * scenario.subsegmentBytes,
    retentionCount: scenario.retentionCount,
    takeoverNs: times.takeoverNs,
    workload: `${workloadText(scenario.workload)}${scaleText(scale)}; a run lasts ${durationText(scenario.durationNs)}`,
    faults: scenario.faults.map(faultText),
  };
}
