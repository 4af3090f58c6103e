/**
 * From a scenario and a seed to everything that one run is told: hosts by index, explicit faults, settings.
 *
 * Deterministic: equal scenarios, overrides and seeds give equal plans. Does not cover: the workload's bytes.
 */
import { type ClusterPlacement, placeAttempt } from "../core/protocol/attempt-placement.ts";
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { PlacementKind } from "../core/redundancy/placement.ts";
import { parseScheme, type Scheme, type SchemeErrorCode } from "../core/redundancy/scheme.ts";
import type { Fault } from "../sim/faults.ts";
import type { ClockSettings, NetworkSettings } from "../sim/settings.ts";
import { drawFaults } from "./draw-faults.ts";
import { faultWords } from "./fault-words.ts";
import { healedPlan } from "./heal.ts";
import { hostsOf, type RunHosts } from "./hosts.ts";
import { clusterPlacementOf } from "./placement.ts";
import { possibleFaults } from "./possible-faults.ts";
import { clocksOf, networkOf } from "./run-parts.ts";
import type { Scenario, ScenarioFault } from "./scenario.ts";
import { drawSwarm } from "./swarm.ts";

export interface RunOverrides {
  readonly scheme?: string | undefined;
  readonly former?: FormerPlace | undefined;
  /** "own": k + m of the scheme, whatever the scenario says. */
  readonly width?: number | "own" | undefined;
  readonly placement?: PlacementKind | undefined;
}

export interface RunPlan {
  /** The scenario as it was given, without the overrides. */
  readonly scenario: Scenario;
  readonly seed: string;
  readonly scheme: Scheme;
  readonly former: FormerPlace;
  readonly width: number;
  /** Undefined: rotated, whatever failure domains there are. */
  readonly placement: ClusterPlacement | undefined;
  /** Declustered over so many failure domains while every server is there; undefined: rotated. */
  readonly declusteredOver: number | undefined;
  readonly hosts: RunHosts;
  readonly network: NetworkSettings;
  readonly clocks: readonly ClockSettings[];
  readonly faults: readonly Fault[];
  /** The same in words, one for each fault. */
  readonly faultWords: readonly string[];
}

export interface PlanError {
  readonly code: SchemeErrorCode | "too-few-servers" | "width-too-small" | "domains-not-placeable";
  /** Which of the overrides (or of the scenario's fields) does not fit. */
  readonly field: "scheme" | "former" | "width" | "placement";
  /** Goes on from "FIELD: ". */
  readonly message: string;
}

export type PlanResult =
  { readonly ok: true; readonly plan: RunPlan } | { readonly ok: false; readonly error: PlanError };

/** What every seed's plan of a scenario has in common, and the faults that the scheme is meant to meet. */
type SettledResult =
  | {
      readonly ok: true;
      readonly common: Omit<RunPlan, "seed" | "faults" | "faultWords">;
      readonly meant: readonly ScenarioFault[];
    }
  | { readonly ok: false; readonly error: PlanError };

function failure(field: PlanError["field"], code: PlanError["code"], message: string): SettledResult {
  return { ok: false, error: { code, field, message } };
}

/** Scenarios are never changed, and one is run many times, mostly under the same overrides. */
const latest: WeakMap<Scenario, { readonly overrides: string; readonly result: SettledResult }> =
  new WeakMap();

function settledFor(scenario: Scenario, overrides: RunOverrides): SettledResult {
  const text = JSON.stringify(overrides);
  const known = latest.get(scenario);
  if (known?.overrides === text) return known.result;
  const result = settle(scenario, overrides);
  latest.set(scenario, { overrides: text, result });
  return result;
}

/** `seed` overrides nothing in the scenario's hash: it is named beside it in every result. */
export function resolvePlan(scenario: Scenario, overrides: RunOverrides, seed: string): PlanResult {
  const result = settledFor(scenario, overrides);
  if (!result.ok) return result;
  const { common, meant } = result;
  const { hosts, scheme } = common;
  const circumstances = { scenario, hosts, tolerance: scheme.tolerance };
  const drawn = [...drawFaults(meant, hosts, seed, scenario.durationNs), ...drawSwarm(circumstances, seed)];
  const healed = scenario.healAtNs === undefined ? drawn : healedPlan(drawn, scenario.healAtNs);
  const faults = possibleFaults(healed, scenario.durationNs);
  const words = faults.map((fault) => faultWords(fault, hosts.names));
  return { ok: true, plan: { ...common, seed, faults, faultWords: words } };
}

function settle(scenario: Scenario, overrides: RunOverrides): SettledResult {
  const parsed = parseScheme(overrides.scheme ?? scenario.scheme);
  if (!parsed.ok) return failure("scheme", parsed.error.code, parsed.error.message);
  const { scheme } = parsed;
  const serverCount = scenario.servers.backups.length;
  const memberCount = scheme.k + scheme.m;
  if (memberCount > serverCount) {
    const words = `${scheme.text} needs ${memberCount} backup servers, and there are ${serverCount}`;
    return failure("scheme", "too-few-servers", words);
  }
  const wanted = overrides.width ?? scenario.width;
  const width = wanted === undefined || wanted === "own" ? memberCount : wanted;
  if (width < memberCount) {
    const words = `must be at least ${memberCount} for ${scheme.text}, not ${width}`;
    return failure("width", "width-too-small", words);
  }
  if (width > serverCount) {
    const words = `must be at most ${serverCount}, the number of backup servers, not ${width}`;
    return failure("width", "too-few-servers", words);
  }
  const former = overrides.former ?? scenario.former;
  const hosts = hostsOf(scenario, former);
  const placement = clusterPlacementOf(scenario, overrides.placement);
  const placed = placeAttempt({ scheme, width, placement }, [...hosts.slots.keys()]);
  if (!placed.ok) return failure("placement", placed.reason, placed.message);
  const common = {
    scenario,
    scheme,
    former,
    width,
    placement,
    declusteredOver: placed.declusteredOver,
    hosts,
    network: networkOf(scenario, hosts),
    clocks: clocksOf(scenario, hosts),
  };
  const meant = scenario.faults.filter((fault) => fault.toleranceMin <= scheme.tolerance);
  return { ok: true, common, meant };
}
