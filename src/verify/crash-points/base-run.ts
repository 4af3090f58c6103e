/**
 * A base with all that its cases share: the world at its start, the sets of lost servers, whom a strike hits.
 */
import { assert } from "../../core/assertion.ts";
import type { ClusterConfiguration } from "../../core/protocol/cluster.ts";
import { resolvePlan, type RunPlan } from "../../scenario/plan.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { HostProgram } from "../../sim/host-program.ts";
import type { World } from "../../sim/world.ts";
import { prepareRun, type RunEngines } from "../run.ts";
import { BEFORE_PRELUDE_NS, scenarioOfBase } from "./base-scenario.ts";
import type { CrashBase } from "./chunk.ts";
import { type ControlRule, controlRule } from "./expected.ts";
import { type LossSet, type LossSetOptions, lossSets } from "./loss-sets.ts";
import { type VisitStep, walkSteps, type WalkOptions } from "./steps.ts";
import type { StrikeTargets } from "./strikes.ts";

/** Changes what the hosts run: for planted bugs. */
export type Plant = (configuration: ClusterConfiguration, program: HostProgram) => HostProgram;

export interface BaseRunOptions {
  readonly plant?: Plant | undefined;
  /** Filled with worlds that other bases of the same cell can go on from. */
  readonly quietWorlds?: Map<string, World> | undefined;
}

export class BaseRun {
  readonly base: CrashBase;
  readonly scenario: Scenario;
  readonly plan: RunPlan;
  readonly targets: StrikeTargets;
  readonly rule: ControlRule;
  readonly setOptions: LossSetOptions;
  /** At its start, or just before the fault of its own. A fork that the caller may use up. */
  readonly begin: () => World;

  constructor(base: CrashBase, engines: RunEngines, options: BaseRunOptions = {}) {
    this.base = base;
    this.scenario = scenarioOfBase(base);
    const resolved = resolvePlan(this.scenario, {}, this.scenario.seed);
    assert(resolved.ok, "a base has a plan");
    this.plan = resolved.plan;
    this.begin = startOf(this, engines, options);
    const { hosts, scheme, former } = this.plan;
    this.rule = controlRule(hosts.slots.length, scheme.tolerance);
    const hasOwnFormer = former === "dedicated";
    this.targets = {
      slotHosts: hosts.slots,
      productionHost: hosts.production,
      formerHost: hasOwnFormer ? hosts.former : undefined,
    };
    const isDouble = base.phase === "double";
    this.setOptions = {
      slotCount: hosts.slots.length,
      goneSlots: base.first?.disk === "lost" ? [base.first.slot] : [],
      struckCountMax: isDouble ? 1 : scheme.tolerance + 1,
      hasProduction: !isDouble && base.phase !== "restore",
      hasOwnFormer,
      controlTolerance: this.rule.tolerance,
    };
  }

  /** Made when first asked for: counting does without. */
  get sets(): readonly LossSet[] {
    return lossSets(this.setOptions);
  }

  walk(visit: VisitStep, options: Pick<WalkOptions, "skipCrash" | "endCrash"> = {}): void {
    const { base, targets, plan } = this;
    const hosts = plan.hosts.names.map((_, host) => host);
    walkSteps({ base, targets, hosts, visit, ...options }, this.begin());
  }
}

/** Bases that differ in nothing but the fault of their own are the same world until it strikes. */
function startOf(
  run: Pick<BaseRun, "base" | "scenario" | "plan">,
  engines: RunEngines,
  options: BaseRunOptions,
): () => World {
  const { base, scenario, plan } = run;
  const { plant, quietWorlds } = options;
  if (plan.faults.length === 0 || quietWorlds === undefined) {
    const { world } = prepareRun(scenario, engines, { plant });
    if (plan.faults.length > 0) world.runUntil(BEFORE_PRELUDE_NS);
    return () => world.fork();
  }
  // Scrubs have a timer of their own.
  const name = JSON.stringify({ ...base, harmedSlot: 0, phase: base.phase === "scrub" });
  let quiet = quietWorlds.get(name);
  if (quiet === undefined) {
    quiet = prepareRun(scenario, engines, { plant, withoutFaults: true }).world;
    quiet.runUntil(BEFORE_PRELUDE_NS);
    quietWorlds.set(name, quiet);
  }
  const unharmed = quiet;
  return () => {
    const world = unharmed.fork();
    for (const fault of plan.faults) world.addFault(fault);
    return world;
  };
}
