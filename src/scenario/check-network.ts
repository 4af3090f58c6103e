/** Whether the links, uplinks and clocks of a scenario are those of servers and domains that it has. */
import { checkList } from "./check-faults.ts";
import type { FieldPath, Report } from "./error.ts";
import type { ScenarioLatency } from "./scenario.ts";
import type { ScenarioDraft } from "./schema.ts";
import { ANY_BACKUP } from "./targets.ts";

export function checkNetwork(draft: ScenarioDraft, report: Report): void {
  const { network, domains = {}, clocks = [] } = draft;
  checkTail(network, ["network"], report);
  for (const [index, link] of (network.links ?? []).entries()) {
    const path = ["network", "links", index];
    checkTail(link, path, report);
    checkServers(draft, link.from, [...path, "from"], report);
    checkServers(draft, link.to, [...path, "to"], report);
  }
  for (const domain of Object.keys(network.uplinks ?? {})) {
    if (Object.hasOwn(domains, domain)) continue;
    const known = Object.keys(domains).join(", ");
    const words = known === "" ? "and this scenario has none" : `(${known})`;
    report(["network", "uplinks", domain], "unknown-server", `must be a domain ${words}, not "${domain}"`);
  }
  const seen = new Set<string>();
  for (const [index, { target }] of clocks.entries()) {
    const path = ["clocks", index, "target"];
    checkServers(draft, target, path, report);
    for (const [place, name] of target.entries()) {
      if (seen.has(name))
        report([...path, place], "duplicate", `must not name "${name}" a second time: it has one clock`);
      seen.add(name);
    }
  }
}

function checkTail(latency: ScenarioLatency, path: FieldPath, report: Report): void {
  if (latency.latencyTailNs === undefined || latency.latencyJitterNs > 0) return;
  report([...path, "tail"], "contradiction", "is given, but jitter, its scale, is 0");
}

/** Words that the seed resolves are for faults: a cluster is the same for every seed. */
function checkServers(draft: ScenarioDraft, names: readonly string[], path: FieldPath, report: Report): void {
  const place = names.indexOf(ANY_BACKUP);
  if (place >= 0)
    report([...path, place], "unknown-server", `must not be "${ANY_BACKUP}": only faults draw one`);
  checkList(draft, names, path, report);
}
