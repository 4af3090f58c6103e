/**
 * The two forms of a fault, and the way from one to the other: with names, as a scenario has it, and with indexes of hosts,
 * as a run has it.
 *
 * Invariant: writing an explicit fault down and drawing it again gives the same fault, so a plan can be shrunk and replayed.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault, FaultAction, FaultLinks } from "../sim/faults.ts";
import { DISK_FILE_PREFIXES, diskFilesOf } from "./disk-files.ts";
import type { ScenarioFault, ScenarioFaultMoment, ScenarioLinkFault, TargetedFault } from "./scenario.ts";

/** The fault of one host; `host` stands for the targets, and is not used by faults of the network. */
export function explicitAction(
  fault: ScenarioFault,
  host: HostId,
  hostOf: (name: string) => HostId,
): FaultAction {
  switch (fault.kind) {
    case "crash": {
      const { kind, disk, restartAfterNs, keeps } = fault;
      const crash = { kind, host, disk, restartAfterNs };
      return keeps === undefined ? crash : { ...crash, keeps };
    }
    case "permanent-loss":
    case "restart":
      return { kind: fault.kind, host };
    case "partition": {
      const from = [...new Set(fault.from.map(hostOf))];
      // A server always reaches itself.
      const to = [...new Set(fault.to.map(hostOf))].filter((each) => !from.includes(each));
      return { kind: fault.kind, from, to, symmetric: fault.symmetric, healAfterNs: fault.healAfterNs };
    }
    case "loss":
      return { kind: fault.kind, ratePpm: fault.ratePpm, lastsNs: fault.lastsNs };
    case "bit-rot": {
      const filePrefix = DISK_FILE_PREFIXES[fault.files];
      return { kind: fault.kind, host, filePrefix, bitCount: fault.bitCount };
    }
    case "operator-restore": {
      const { kind, acceptOlder } = fault;
      return { kind, host, lostHosts: fault.lost.map(hostOf), acceptOlder };
    }
    default:
      return "target" in fault ? explicitTargeted(fault, host) : explicitLink(fault, hostOf);
  }
}

/** What is no parameter of the fault but its moment, and whom it strikes. */
const FRAME: ReadonlySet<string> = new Set([
  "at",
  "atEvent",
  "perHour",
  "during",
  "toleranceMin",
  "target",
  "someCount",
  "withinNs",
]);

/** The parameters of a fault, without its moment and without the servers it strikes. */
export function parametersOf(
  fault: ScenarioFault & (TargetedFault | ScenarioLinkFault),
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fault).filter(([name]) => !FRAME.has(name)));
}

function explicitLink(
  fault: ScenarioFault & ScenarioLinkFault,
  hostOf: (name: string) => HostId,
): FaultAction {
  const { from, to, ...parameters } = parametersOf(fault);
  const hosts = (names: unknown): HostId[] => [...new Set((names as readonly string[]).map(hostOf))];
  // `WrittenLink` (scenario.ts) says that these are the fields of the action.
  return {
    ...parameters,
    ...(from === undefined ? {} : { from: hosts(from) }),
    ...(to === undefined ? {} : { to: hosts(to) }),
  } as FaultAction;
}

function explicitTargeted(fault: ScenarioFault & TargetedFault, host: HostId): FaultAction {
  const { files, ...parameters } = parametersOf(fault);
  const action =
    files === undefined ? parameters : { ...parameters, filePrefix: DISK_FILE_PREFIXES[files as "any"] };
  // `Written` (scenario.ts) says that these are the fields of the action.
  return { ...action, host } as FaultAction;
}

/** The fault as a scenario writes it: one target, one moment, nothing left to draw. */
export function writtenFault(fault: Fault, nameOf: (host: HostId) => string): ScenarioFault {
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
    case "restart":
      return { ...common, kind: fault.kind, target: nameOf(fault.host) };
    case "partition": {
      const { kind, from, to, symmetric, healAfterNs } = fault;
      return { ...common, kind, from: from.map(nameOf), to: to.map(nameOf), symmetric, healAfterNs };
    }
    case "loss":
      return { ...common, kind: fault.kind, ratePpm: fault.ratePpm, lastsNs: fault.lastsNs };
    case "bit-rot": {
      const { kind, host, filePrefix, bitCount } = fault;
      return { ...common, kind, target: nameOf(host), files: diskFilesOf(filePrefix), bitCount };
    }
    case "operator-restore": {
      const { kind, host, lostHosts, acceptOlder } = fault;
      return { ...common, kind, target: nameOf(host), lost: lostHosts.map(nameOf), acceptOlder };
    }
    default: {
      const written = "host" in fault ? writtenTargeted(fault, nameOf) : writtenLink(fault, nameOf);
      return { ...common, ...written } as ScenarioFault;
    }
  }
}

function writtenLink(
  fault: Fault & FaultLinks,
  nameOf: (host: HostId) => string,
): Readonly<Record<string, unknown>> {
  const { atNs: _atNs, atEvent: _atEvent, from, to, ...parameters } = fault;
  return {
    ...parameters,
    ...(from === undefined ? {} : { from: from.map(nameOf) }),
    ...(to === undefined ? {} : { to: to.map(nameOf) }),
  };
}

function writtenTargeted(
  fault: Extract<Fault, { readonly host: HostId }>,
  nameOf: (host: HostId) => string,
): Readonly<Record<string, unknown>> {
  const { atNs: _atNs, atEvent: _atEvent, host, ...parameters } = fault;
  const written = { ...parameters, target: nameOf(host) };
  if (!("filePrefix" in written)) return written;
  const { filePrefix, ...rest } = written;
  return { ...rest, files: diskFilesOf(filePrefix) };
}
