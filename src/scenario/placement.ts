/**
 * How a scenario places: its words turned into what the cluster is configured with.
 *
 * Servers in no domain are a domain each. Does not cover: whether it can be placed (check.ts, plan.ts ask the core).
 */
import type { ClusterPlacement } from "../core/protocol/attempt-placement.ts";
import type { PlacementKind } from "../core/redundancy/placement.ts";
import type { Scenario } from "./scenario.ts";

/** Undefined: rotated, whatever domains there are. `kind`: in place of the scenario's own. */
export function clusterPlacementOf(
  scenario: Pick<Scenario, "servers" | "domains" | "placement" | "domainsApart">,
  kind: PlacementKind = scenario.placement ?? "rotated",
): ClusterPlacement | undefined {
  if (scenario.domainsApart !== true) return kind === "rotated" ? undefined : { kind };
  const domainOf = new Map<string, string>();
  for (const [domain, names] of Object.entries(scenario.domains ?? {})) {
    for (const name of names) domainOf.set(name, domain);
  }
  // No domain has the name of a server.
  return { kind, slotDomains: scenario.servers.backups.map((name) => domainOf.get(name) ?? name) };
}
