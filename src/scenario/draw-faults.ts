/**
 * Draws explicit faults from a scenario's: moments from ranges, servers from words.
 *
 * Invariant: what one fault draws depends on the seed and on that fault alone (and on how many equal ones stand before
 * it), so taking one fault out of a scenario shifts no other; nor do the scheme and the place of the former, so that
 * schemes are compared under the same faults.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault, FaultAction, FaultMoment } from "../sim/faults.ts";
import { hashText } from "../sim/integer-hash.ts";
import { RandomRoot } from "../sim/random.ts";
import { canonicalJson } from "./canonical.ts";
import { DISK_FILE_PREFIXES } from "./disk-files.ts";
import type { RunHosts } from "./hosts.ts";
import type { MomentRange, ScenarioFault } from "./scenario.ts";
import { ANY_BACKUP, FORMER_WORD } from "./targets.ts";

/** In the order of the scenario, not of time. */
export function drawFaults(faults: readonly ScenarioFault[], hosts: RunHosts, seed: string): Fault[] {
  const root = new RandomRoot(seed);
  const seenCounts = new Map<string, number>();
  return faults.map((fault) => {
    const text = canonicalJson(fault);
    const seenCount = seenCounts.get(text) ?? 0;
    seenCounts.set(text, seenCount + 1);
    const stream = (purpose: string) => root.stream(purpose, hashText(text), seenCount);
    const anySlot = stream("fault-server").below(hosts.slots.length);
    const when: FaultMoment =
      fault.at === undefined
        ? { atEvent: fault.atEvent }
        : { atNs: drawMoment(fault.at, (count) => stream("fault-moment").below(count)) };
    return { ...when, ...explicitAction(fault, (name) => hostOf(name, hosts, anySlot)) };
  });
}

function drawMoment(range: MomentRange, below: (count: number) => number): number {
  return range.fromNs + below(range.toNs - range.fromNs + 1);
}

function hostOf(name: string, hosts: RunHosts, anySlot: number): HostId {
  if (name === ANY_BACKUP) return hosts.slots[anySlot] ?? hosts.production;
  if (name === FORMER_WORD) return hosts.former;
  const host = hosts.names.indexOf(name);
  if (host < 0) throw new Error(`a checked scenario names a server that does not exist: ${name}`);
  return host;
}

function explicitAction(fault: ScenarioFault, hostOfName: (name: string) => HostId): FaultAction {
  switch (fault.kind) {
    case "crash": {
      const { kind, disk, restartAfterNs, keeps } = fault;
      const crash = { kind, host: hostOfName(fault.target), disk, restartAfterNs };
      return keeps === undefined ? crash : { ...crash, keeps };
    }
    case "permanent-loss":
      return { kind: fault.kind, host: hostOfName(fault.target) };
    case "partition": {
      const from = [...new Set(fault.from.map(hostOfName))];
      // A server always reaches itself.
      const to = [...new Set(fault.to.map(hostOfName))].filter((host) => !from.includes(host));
      return { kind: fault.kind, from, to, symmetric: fault.symmetric, healAfterNs: fault.healAfterNs };
    }
    case "loss":
      return { kind: fault.kind, ratePpm: fault.ratePpm, lastsNs: fault.lastsNs };
    case "bit-rot": {
      const filePrefix = DISK_FILE_PREFIXES[fault.files];
      return { kind: fault.kind, host: hostOfName(fault.target), filePrefix, bitCount: fault.bitCount };
    }
    case "operator-restore": {
      const lostHosts = fault.lost.map(hostOfName);
      return {
        kind: fault.kind,
        host: hostOfName(fault.target),
        lostHosts,
        acceptOlder: fault.acceptOlder,
      };
    }
  }
}
