/**
 * Writes a canonical scenario as YAML that loads to the same scenario: for counterexamples, and for people who want to
 * see every default.
 */
import { stringify } from "yaml";
import type { CounterexampleRecord } from "./counterexample.ts";
import { writeDuration, writeRate, writeSize } from "./quantity.ts";
import type {
  MomentRange,
  Scenario,
  ScenarioFault,
  ScenarioProcessor,
  ScenarioWorkload,
} from "./scenario.ts";

function momentText(moment: MomentRange): string {
  if (moment.fromNs === moment.toNs) return writeDuration(moment.fromNs);
  return `${writeDuration(moment.fromNs)}..${writeDuration(moment.toNs)}`;
}

function optionalDuration(valueNs: number | undefined): string | undefined {
  return valueNs === undefined ? undefined : writeDuration(valueNs);
}

function faultFields(fault: ScenarioFault): Record<string, unknown> {
  const toleranceMin = fault.toleranceMin === 0 ? undefined : fault.toleranceMin;
  const at = fault.at === undefined ? undefined : momentText(fault.at);
  const common = { at, atEvent: fault.atEvent, toleranceMin, kind: fault.kind };
  switch (fault.kind) {
    case "crash":
      return {
        ...common,
        target: fault.target,
        disk: fault.disk,
        restartAfter: optionalDuration(fault.restartAfterNs),
        keeps: fault.keeps,
      };
    case "permanent-loss":
      return { ...common, target: fault.target };
    case "partition":
      return {
        ...common,
        from: fault.from,
        to: fault.to,
        symmetric: fault.symmetric,
        healAfter: optionalDuration(fault.healAfterNs),
      };
    case "loss":
      return { ...common, ratePpm: fault.ratePpm, lasts: writeDuration(fault.lastsNs) };
    case "bit-rot":
      return { ...common, target: fault.target, files: fault.files, bits: fault.bitCount };
    case "operator-restore":
      return { ...common, target: fault.target, lost: fault.lost, acceptOlder: fault.acceptOlder };
  }
}

function workloadFields(workload: ScenarioWorkload): Record<string, unknown> {
  const checkpointEvery = writeDuration(workload.checkpointEveryNs);
  switch (workload.kind) {
    case "ledger":
      return {
        kind: workload.kind,
        accounts: workload.accountCount,
        image: writeSize(workload.imageBytesMin),
        clients: workload.clientCount,
        transferEvery: writeDuration(workload.transferEveryNs),
        transfers: workload.transferCount,
        checkpointEvery,
      };
    case "files":
      return { kind: workload.kind, paths: workload.paths, checkpointEvery };
    case "synthetic":
      return {
        kind: workload.kind,
        image: writeSize(workload.imageBytes),
        contentSeed: workload.contentSeed,
        checkpointEvery,
      };
  }
}

function schemeRatesFields({ schemeRates }: ScenarioProcessor): Record<string, unknown> | undefined {
  if (schemeRates === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(schemeRates).map(([scheme, rates]) => [
      scheme,
      { encode: writeRate(rates.encodeBytesPerSecond), decode: writeRate(rates.decodeBytesPerSecond) },
    ]),
  );
}

/**
 * The YAML text; fields that are undefined are left out. Loading it gives an equal scenario, and the counterexample's
 * record when there is one.
 */
export function writeScenario(scenario: Scenario, counterexample?: CounterexampleRecord): string {
  const { network, disk, processor, times, compare } = scenario;
  return stringify(
    {
      name: scenario.name,
      title: scenario.title,
      seed: scenario.seed,
      servers: scenario.servers,
      former: scenario.former,
      formerServer: scenario.formerServer,
      scheme: scenario.scheme,
      width: scenario.width,
      subsegment: writeSize(scenario.subsegmentBytes),
      retention: scenario.retentionCount,
      window: scenario.windowGroups,
      attempts: scenario.attemptCountMax,
      network: {
        latency: writeDuration(network.latencyNs),
        jitter: writeDuration(network.latencyJitterNs),
        bandwidth: writeRate(network.bandwidthBytesPerSecond),
        lossPpm: network.lossPpm,
      },
      disk: {
        latency: writeDuration(disk.latencyNs),
        bandwidth: writeRate(disk.bandwidthBytesPerSecond),
        flush: writeDuration(disk.flushNs),
      },
      processor: {
        encode: writeRate(processor.encodeBytesPerSecond),
        decode: writeRate(processor.decodeBytesPerSecond),
        digest: writeRate(processor.digestBytesPerSecond),
        schemes: schemeRatesFields(processor),
      },
      times: {
        heartbeat: writeDuration(times.heartbeatNs),
        takeover: writeDuration(times.takeoverNs),
        stagger: writeDuration(times.takeoverStaggerNs),
        retry: writeDuration(times.retryNs),
        silentTicksMax: times.silentTicksMax,
        scrub: writeDuration(times.scrubNs),
        refresh: writeDuration(times.refreshNs),
      },
      workload: workloadFields(scenario.workload),
      faults: scenario.faults.map(faultFields),
      duration: writeDuration(scenario.durationNs),
      budget: scenario.budget,
      expect: scenario.expect,
      compare:
        compare === undefined
          ? undefined
          : {
              schemes: compare.schemes,
              formers: compare.formers,
              commonWidth: compare.commonWidth,
              seeds: compare.seedCount,
            },
      counterexample,
    },
    { aliasDuplicateObjects: false },
  );
}
