/**
 * One explicit fault in words, for results and reports: "at 312.5 ms production is lost for good".
 */
import type { HostId } from "../core/protocol/environment.ts";
import { diskFilesWord } from "./disk-files.ts";
import type { Fault, FaultAction, KeptOnCrash } from "../sim/faults.ts";
import { diskFaultWords } from "./disk-fault-words.ts";
import { milliseconds } from "./fault-time-words.ts";
import { linkFaultWords } from "./link-fault-words.ts";
import { serverFaultWords } from "./server-fault-words.ts";

function rot(count: number): string {
  return count === 1 ? "1 bit rots" : `${count} bits rot`;
}

function keptWords(keeps: KeptOnCrash | undefined): string {
  if (keeps === undefined) return "";
  const completed = keeps.completed === "all" ? "all" : "nothing";
  const { inFlightBytes } = keeps;
  const torn =
    inFlightBytes === undefined ? "" : ` and the first ${inFlightBytes} bytes of a write under way`;
  return ` (with ${completed} of what was written and not flushed${torn})`;
}

export function faultWords(fault: Fault, names: readonly string[]): string {
  const at = fault.atEvent === undefined ? `at ${milliseconds(fault.atNs)}` : `after event ${fault.atEvent}`;
  return `${at} ${actionWords(fault, names)}`;
}

/** What the fault does, without its moment. */
export function actionWords(fault: FaultAction, names: readonly string[]): string {
  const name = (host: HostId): string => names[host] ?? `host ${host}`;
  const list = (hosts: readonly HostId[]): string => hosts.map(name).join(", ");
  switch (fault.kind) {
    case "crash": {
      const disk = fault.disk === "kept" ? `keeps its disk${keptWords(fault.keeps)}` : "loses its disk";
      const back =
        fault.restartAfterNs === undefined
          ? "stays down"
          : `is back after ${milliseconds(fault.restartAfterNs)}`;
      return `${name(fault.host)} crashes, ${disk} and ${back}`;
    }
    case "permanent-loss":
      return `${name(fault.host)} is lost for good`;
    case "restart":
      return `${name(fault.host)} comes up again`;
    case "partition": {
      const between = fault.symmetric
        ? `between ${list(fault.from)} and ${list(fault.to)} the network is cut`
        : `the network is cut one way, from ${list(fault.from)} to ${list(fault.to)}`;
      const heal = fault.healAfterNs === undefined ? "" : ` for ${milliseconds(fault.healAfterNs)}`;
      return `${between}${heal}`;
    }
    case "loss":
      return `${fault.ratePpm / 1e4} % of messages are lost for ${milliseconds(fault.lastsNs)}`;
    case "bit-rot": {
      const files = fault.filePrefix === "" ? "" : ` in its ${diskFilesWord(fault.filePrefix)}`;
      return `${rot(fault.bitCount)} on the disk of ${name(fault.host)}${files}`;
    }
    case "operator-restore": {
      const lost = fault.lostHosts.length === 0 ? "" : `, declaring ${list(fault.lostHosts)} lost`;
      const older = fault.acceptOlder ? ", accepting an older checkpoint" : "";
      return `the operator starts a restore on ${name(fault.host)}${lost}${older}`;
    }
    case "duplication":
    case "reordering":
    case "delay":
    case "clog":
    case "corruption":
    case "limited-bandwidth":
      return linkFaultWords(fault, name);
    case "pause":
    case "slow-server":
    case "clock-step":
    case "clock-drift":
      return serverFaultWords(fault, name(fault.host));
    default:
      return diskFaultWords(fault, name(fault.host));
  }
}
