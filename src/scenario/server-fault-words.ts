/** Faults of servers that stay up, in words. */
import type { ServerFault } from "../sim/faults.ts";
import { milliseconds } from "./fault-time-words.ts";

/** Goes on from the fault's moment. */
export function serverFaultWords(fault: ServerFault, name: string): string {
  switch (fault.kind) {
    case "pause": {
      const messages = fault.messages === "lost" ? ", and messages for it are lost" : "";
      return `${name} is paused for ${milliseconds(fault.lastsNs)}${messages}`;
    }
    case "slow-server":
      return `the processor of ${name} is ${fault.factor} times slower for ${milliseconds(fault.lastsNs)}`;
    case "clock-step":
      return `the clock of ${name} is stepped ${fault.direction} by ${milliseconds(fault.byNs)}`;
    case "clock-drift": {
      const pace = fault.driftPpm < 0 ? "slow" : "fast";
      return `the clock of ${name} is ${pace} by ${Math.abs(fault.driftPpm)} millionths for ${milliseconds(fault.lastsNs)}`;
    }
  }
}
