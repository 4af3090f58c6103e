/**
 * From names to hosts for what a run's world is made of: links and uplinks of its network, and its clocks.
 *
 * A dedicated former that this run does not have is left out. Does not cover: faults (draw-faults.ts).
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { ClockSettings, NetworkSettings } from "../sim/settings.ts";
import type { RunHosts } from "./hosts.ts";
import type { Scenario } from "./scenario.ts";
import { FORMER_WORD } from "./targets.ts";

export function networkOf({ network, domains = {} }: Scenario, hosts: RunHosts): NetworkSettings {
  const { links, uplinks, ...common } = network;
  return {
    ...common,
    ...(links === undefined
      ? {}
      : {
          links: links.flatMap(({ from, to, symmetric, ...latency }) => {
            const there = { ...latency, from: hostsNamed(from, hosts), to: hostsNamed(to, hosts) };
            return symmetric ? [there, { ...latency, from: there.to, to: there.from }] : [there];
          }),
        }),
    ...(uplinks === undefined
      ? {}
      : {
          uplinks: Object.entries(uplinks).map(([domain, bandwidthBytesPerSecond]) => ({
            hosts: hostsNamed(domains[domain] ?? [], hosts),
            bandwidthBytesPerSecond,
          })),
        }),
  };
}

export function clocksOf({ clocks = [] }: Scenario, hosts: RunHosts): ClockSettings[] {
  return clocks.flatMap(({ target, offsetNs, driftPpm }) =>
    hostsNamed(target, hosts).map((host) => ({ host, offsetNs, driftPpm })),
  );
}

function hostsNamed(names: readonly string[], hosts: RunHosts): HostId[] {
  const found = names.map((name) => (name === FORMER_WORD ? hosts.former : hosts.names.indexOf(name)));
  return [...new Set(found.filter((host) => host >= 0))];
}
