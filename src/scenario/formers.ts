/**
 * The places of the former that some run of a scenario uses: its own, and those that it compares.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { Scenario } from "./scenario.ts";

export function formersOf(scenario: Scenario): readonly FormerPlace[] {
  return [...new Set([scenario.former, ...(scenario.compare?.formers ?? [])])];
}
