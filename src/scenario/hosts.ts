/**
 * The servers of one run by index: host 0 is the production server, slot s is host s + 1, a dedicated former comes last.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { HostId } from "../core/protocol/environment.ts";
import { DEDICATED_FORMER_NAME_DEFAULT } from "./defaults.ts";
import type { Scenario } from "./scenario.ts";

export interface RunHosts {
  /** Names by host index. */
  readonly names: readonly string[];
  readonly production: HostId;
  /** slots[slot] is the host of that slot. */
  readonly slots: readonly HostId[];
  readonly former: HostId;
}

export function hostsOf(scenario: Scenario, former: FormerPlace): RunHosts {
  const { production, backups, dedicatedFormer } = scenario.servers;
  const names = [production, ...backups];
  const slots = backups.map((_, slot) => slot + 1);
  if (former === "production") return { names, production: 0, slots, former: 0 };
  if (former === "backup") {
    const slot = scenario.formerServer === undefined ? 0 : backups.indexOf(scenario.formerServer);
    return { names, production: 0, slots, former: slot + 1 };
  }
  // The check of names keeps "former" free of other servers.
  names.push(dedicatedFormer ?? DEDICATED_FORMER_NAME_DEFAULT);
  return { names, production: 0, slots, former: names.length - 1 };
}
