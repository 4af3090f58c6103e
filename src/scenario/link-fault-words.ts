/** Faults of links in words. */
import type { HostId } from "../core/protocol/environment.ts";
import type { FaultLinks, LinkFault } from "../sim/faults.ts";
import { milliseconds } from "./fault-time-words.ts";

function linkWords({ from, to }: FaultLinks, name: (host: HostId) => string): string {
  const sender = from === undefined ? "" : ` from ${from.map(name).join(", ")}`;
  const receiver = to === undefined ? "" : ` to ${to.map(name).join(", ")}`;
  return `${sender}${receiver}`;
}

/** Goes on from the fault's moment. */
export function linkFaultWords(fault: LinkFault, name: (host: HostId) => string): string {
  const lasts = ` for ${milliseconds(fault.lastsNs)}`;
  if (fault.kind === "limited-bandwidth") {
    return `the link of ${name(fault.host)} carries ${fault.bandwidthBytesPerSecond / 1e6} MB/s${lasts}`;
  }
  const messages = `messages${linkWords(fault, name)}`;
  switch (fault.kind) {
    case "duplication":
      return `${fault.ratePpm / 1e4} % of ${messages} arrive twice, up to ${milliseconds(fault.byNs)} apart,${lasts}`;
    case "reordering":
      return `${fault.ratePpm / 1e4} % of ${messages} are held back by up to ${milliseconds(fault.byNs)}${lasts}`;
    case "delay":
      return `${messages} arrive ${milliseconds(fault.byNs)} later${lasts}`;
    case "clog":
      return `${messages} are held back${lasts}`;
    case "corruption":
      return `${fault.ratePpm / 1e4} % of ${messages} are altered${lasts}`;
  }
}
