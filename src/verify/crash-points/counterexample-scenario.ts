/**
 * A case as an ordinary scenario: the base, every fault of its plan as it struck, and its own end.
 *
 * Invariant: running it gives the case again, event by event, with the same digest.
 */
import type { Fault } from "../../sim/faults.ts";
import { DISK_FILE_PREFIXES } from "../../scenario/disk-files.ts";
import type { Scenario, ScenarioFault, ScenarioFaultMoment } from "../../scenario/scenario.ts";

export function scenarioOfCase(
  base: Scenario,
  hostNames: readonly string[],
  faults: readonly Fault[],
  endNs: number,
): Scenario {
  const nameOf = (host: number): string => hostNames[host] ?? `host ${host}`;
  return { ...base, faults: faults.map((fault) => writtenFault(fault, nameOf)), durationNs: endNs };
}

function writtenFault(fault: Fault, nameOf: (host: number) => string): ScenarioFault {
  const moment: ScenarioFaultMoment =
    fault.atEvent === undefined
      ? { at: { fromNs: fault.atNs, toNs: fault.atNs } }
      : { atEvent: fault.atEvent };
  const common = { ...moment, toleranceMin: 0 };
  switch (fault.kind) {
    case "crash": {
      const { kind, host, disk, restartAfterNs, keeps } = fault;
      const crash = { ...common, kind, target: nameOf(host), disk, restartAfterNs };
      return keeps === undefined ? crash : { ...crash, keeps };
    }
    case "permanent-loss":
      return { ...common, kind: fault.kind, target: nameOf(fault.host) };
    case "partition": {
      const { kind, from, to, symmetric, healAfterNs } = fault;
      return { ...common, kind, from: from.map(nameOf), to: to.map(nameOf), symmetric, healAfterNs };
    }
    case "loss":
      return { ...common, kind: fault.kind, ratePpm: fault.ratePpm, lastsNs: fault.lastsNs };
    case "bit-rot": {
      const { kind, host, filePrefix, bitCount } = fault;
      return { ...common, kind, target: nameOf(host), files: filesOf(filePrefix), bitCount };
    }
    case "operator-restore": {
      const { kind, host, lostHosts, acceptOlder } = fault;
      return { ...common, kind, target: nameOf(host), lost: lostHosts.map(nameOf), acceptOlder };
    }
  }
}

type Files = keyof typeof DISK_FILE_PREFIXES;

function filesOf(filePrefix: string): Files {
  const names = Object.keys(DISK_FILE_PREFIXES) as Files[];
  return names.find((name) => DISK_FILE_PREFIXES[name] === filePrefix) ?? "any";
}
