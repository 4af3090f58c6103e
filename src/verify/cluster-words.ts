/** The cluster of a scenario in words, for the part of a report that says what was run. */
import type { Scenario, ScenarioFault, ScenarioWorkload } from "../scenario/scenario.ts";
import type { CompareResult } from "./result.ts";

const NS_PER_US = 1e3;
const NS_PER_MS = 1e6;

function durationText(ns: number): string {
  return ns >= NS_PER_MS ? `${ns / NS_PER_MS} ms` : `${ns / NS_PER_US} µs`;
}

function bytesText(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  return bytes >= 2 ** 10 ? `${bytes / 2 ** 10} KiB` : `${bytes} B`;
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

function momentText({ at }: ScenarioFault): string {
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

function faultWords(fault: ScenarioFault): string {
  const when = momentText(fault);
  switch (fault.kind) {
    case "crash": {
      const back =
        fault.restartAfterNs === undefined
          ? "stays down"
          : `is back after ${durationText(fault.restartAfterNs)}`;
      return `${when}, ${nameText(fault.target)} crashes (disk ${fault.disk}) and ${back}`;
    }
    case "permanent-loss":
      return `${when}, ${nameText(fault.target)} is lost for good`;
    case "partition": {
      const way = fault.symmetric ? "and" : "cannot be heard by";
      const heal = fault.healAfterNs === undefined ? "" : ` for ${durationText(fault.healAfterNs)}`;
      return `${when}, a partition: ${fault.from.join(", ")} ${way} ${fault.to.join(", ")}${heal}`;
    }
    case "loss":
      return `${when}, ${fault.ratePpm} of a million messages are lost for ${durationText(fault.lastsNs)}`;
    case "bit-rot":
      return `${when}, ${fault.bitCount} bits rot on ${nameText(fault.target)} (${fault.files})`;
    case "operator-restore":
      return `${when}, the operator restores on ${fault.target}`;
  }
}

export function clusterWords(scenario: Scenario): CompareResult["cluster"] {
  const { network, disk, servers } = scenario;
  const gigabits = (network.bandwidthBytesPerSecond * 8) / 1e9;
  return {
    production: servers.production,
    backups: servers.backups,
    network: `each link ${gigabits} Gb/s, ${durationText(network.latencyNs)} one way plus up to ${durationText(network.latencyJitterNs)}`,
    disk: `${disk.bandwidthBytesPerSecond / 1e6} MB/s, ${durationText(disk.latencyNs)} an access, ${durationText(disk.flushNs)} a flush`,
    workload: workloadText(scenario.workload),
    faults: scenario.faults.map(faultText),
  };
}
