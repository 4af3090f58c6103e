/**
 * Writes a canonical scenario as YAML that loads to the same scenario: for counterexamples, and for people who want to
 * see every default.
 */
import { stringify } from "yaml";
import type { CounterexampleRecord } from "./counterexample.ts";
import { writeDuration, writeRate, writeSize } from "./quantity.ts";
import type {
  Scenario,
  ScenarioClock,
  ScenarioLatency,
  ScenarioLinkLatency,
  ScenarioProcessor,
  ScenarioWorkload,
} from "./scenario.ts";
import { writtenFields } from "./write-fault.ts";

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

function optionalDuration(valueNs: number | undefined): string | undefined {
  return valueNs === undefined ? undefined : writeDuration(valueNs);
}

function latencyFields(latency: ScenarioLatency): Record<string, unknown> {
  const { latencyNs, latencyJitterNs, latencyTailNs, latencyQuantiles } = latency;
  if (latencyQuantiles !== undefined)
    return { quantiles: latencyQuantiles.map(({ share, ns }) => ({ share, latency: writeDuration(ns) })) };
  return {
    latency: writeDuration(latencyNs),
    jitter: writeDuration(latencyJitterNs),
    tail: optionalDuration(latencyTailNs),
  };
}

function linkFields({ from, to, symmetric, ...latency }: ScenarioLinkLatency): Record<string, unknown> {
  return { from, to, symmetric, ...latencyFields(latency) };
}

function rateFields(rates: Readonly<Record<string, number>> | undefined): Record<string, string> | undefined {
  if (rates === undefined) return undefined;
  return Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, writeRate(rate)]));
}

function clockFields({ target, offsetNs, driftPpm }: ScenarioClock): Record<string, unknown> {
  return {
    target,
    ahead: offsetNs > 0 ? writeDuration(offsetNs) : undefined,
    behind: offsetNs < 0 ? writeDuration(-offsetNs) : undefined,
    driftPpm,
  };
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
      domains: scenario.domains,
      former: scenario.former,
      formerServer: scenario.formerServer,
      scheme: scenario.scheme,
      width: scenario.width,
      placement: scenario.placement,
      domainsApart: scenario.domainsApart,
      subsegment: writeSize(scenario.subsegmentBytes),
      retention: scenario.retentionCount,
      window: scenario.windowGroups,
      attempts: scenario.attemptCountMax,
      network: {
        ...latencyFields(network),
        bandwidth: writeRate(network.bandwidthBytesPerSecond),
        lossPpm: network.lossPpm,
        links: network.links?.map(linkFields),
        uplinks: rateFields(network.uplinks),
      },
      disk: {
        latency: writeDuration(disk.latencyNs),
        bandwidth: writeRate(disk.bandwidthBytesPerSecond),
        flush: writeDuration(disk.flushNs),
        crashKeeps: disk.crashKeeps,
      },
      processor: {
        encode: writeRate(processor.encodeBytesPerSecond),
        decode: writeRate(processor.decodeBytesPerSecond),
        digest: writeRate(processor.digestBytesPerSecond),
        schemes: schemeRatesFields(processor),
      },
      clocks: scenario.clocks?.map(clockFields),
      scale: scenario.scale,
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
      faults: scenario.faults.map(writtenFields),
      healAt: scenario.healAtNs === undefined ? undefined : writeDuration(scenario.healAtNs),
      swarm: scenario.swarm,
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
              declustered: compare.declustered,
              seeds: compare.seedCount,
            },
      counterexample,
    },
    { aliasDuplicateObjects: false },
  );
}
