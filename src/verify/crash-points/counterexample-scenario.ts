/**
 * A case as an ordinary scenario: the base, every fault of its plan as it struck, and its own end.
 *
 * Invariant: running it gives the case again, event by event, with the same digest.
 */
import type { Fault } from "../../sim/faults.ts";
import { writtenFault } from "../../scenario/fault-forms.ts";
import type { Scenario } from "../../scenario/scenario.ts";

export function scenarioOfCase(
  base: Scenario,
  hostNames: readonly string[],
  faults: readonly Fault[],
  endNs: number,
): Scenario {
  const nameOf = (host: number): string => hostNames[host] ?? `host ${host}`;
  return { ...base, faults: faults.map((fault) => writtenFault(fault, nameOf)), durationNs: endNs };
}
