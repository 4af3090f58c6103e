/**
 * A scenario with everything that its seed draws written out: each fault at its moment on its server, no rates and no swarm.
 *
 * Invariant: it runs as the scenario itself does, with the same digest (faults draw from streams that depend on what they are
 * and not on where they came from). Thresholds and comparisons are left out, for they change no run.
 */
import { writtenFault } from "../../scenario/fault-forms.ts";
import { resolvePlan } from "../../scenario/plan.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { PlanRefused } from "../run.ts";

/** Throws PlanRefused when the scenario asks for something that its cluster cannot have. */
export function explicitScenario(scenario: Scenario, seed: string = scenario.seed): Scenario {
  const planned = resolvePlan(scenario, {}, seed);
  if (!planned.ok) throw new PlanRefused(`${planned.error.field}: ${planned.error.message}`);
  const { faults, hosts, former } = planned.plan;
  const { swarm: _swarm, ...rest } = scenario;
  const { servers } = scenario;
  const nameOf = (host: number): string => hosts.names[host] ?? `host ${host}`;
  return {
    ...rest,
    seed,
    formerServer: former === "backup" ? scenario.formerServer : undefined,
    servers: { ...servers, dedicatedFormer: former === "dedicated" ? servers.dedicatedFormer : undefined },
    faults: faults.map((fault) => writtenFault(fault, nameOf)),
    expect: {},
    compare: undefined,
  };
}
