/**
 * The faults of one strike: a set of lost servers, and a combination of the tears of those whose disks are kept.
 *
 * Servers whose disks are kept come back. Tears are crossed: every tear of one disk with every tear of the others.
 *
 * Invariant: the strikes of a step depend on the state of disks alone, and stand in an order that never changes.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import type { FaultAction, KeptOnCrash } from "../../sim/faults.ts";
import type { World } from "../../sim/world.ts";
import type { CaseTears } from "../verify-result.ts";
import type { LossSet } from "./loss-sets.ts";
import { combinationCount, combinationOf, tearsOf } from "./tears.ts";

/** Longer than a takeover takes, so that a restore waits for those who come back. */
export const BACK_AFTER_NS = 26_000_000;
/** Longer than a restorer takes to see that it waits. */
export const OPERATOR_AFTER_NS = 31_000_001;

export interface StrikeTargets {
  readonly slotHosts: readonly HostId[];
  readonly productionHost: HostId;
  /** undefined where the former has no host of its own. */
  readonly formerHost: HostId | undefined;
}

/** By slot: every tear of its disk at one step; none where the server is down. */
export type SlotTears = readonly (readonly KeptOnCrash[])[];

export function slotTearsIn(world: World, slotHosts: readonly HostId[]): SlotTears {
  return slotHosts.map((host) => (world.isUp(host) ? tearsOf(world.atRisk(host)) : []));
}

function tearCounts({ keptSlots }: LossSet, tears: SlotTears): number[] {
  return keptSlots.map((slot) => tears[slot]?.length ?? 0);
}

/** How many strikes a set gives at a step; 0 where a server that should keep its disk is down already. */
export function strikeCount(set: LossSet, tears: SlotTears): number {
  return combinationCount(tearCounts(set, tears));
}

/** Which class of tears a strike of this set belongs to; "nothing-durable" comes on top of it. */
export function tearClassOf(set: LossSet, tears: SlotTears): Exclude<CaseTears, "nothing-durable"> {
  if (set.keptSlots.length === 0) return "lost-only";
  const tornCount = tearCounts(set, tears).filter((count) => count > 1).length;
  if (tornCount === 0) return "kept-at-rest";
  return tornCount === 1 ? "one-torn" : "several-torn";
}

/** The faults of one strike, in the order in which they come; `variant` is below `strikeCount`. */
export function strikeActions(
  set: LossSet,
  variant: number,
  targets: StrikeTargets,
  tears: SlotTears,
): FaultAction[] {
  const actions: FaultAction[] = [];
  const { slotHosts, productionHost, formerHost } = targets;
  if (set.losesProduction) actions.push({ kind: "permanent-loss", host: productionHost });
  if (set.losesFormer && formerHost !== undefined) actions.push({ kind: "permanent-loss", host: formerHost });
  for (const slot of set.lostSlots) actions.push({ kind: "permanent-loss", host: slotHosts[slot] as HostId });
  const combination = combinationOf(variant, tearCounts(set, tears));
  for (const [index, slot] of set.keptSlots.entries()) {
    actions.push({
      kind: "crash",
      host: slotHosts[slot] as HostId,
      disk: "kept",
      restartAfterNs: BACK_AFTER_NS,
      keeps: tears[slot]?.[combination[index] as number] as KeptOnCrash,
    });
  }
  return actions;
}

/** The operator's restore that follows a strike: on the first slot that is left; `goneSlots` were lost before it. */
export function operatorAction(
  set: LossSet,
  targets: StrikeTargets,
  goneSlots: readonly number[],
): FaultAction | undefined {
  const lost = [...goneSlots, ...set.lostSlots].sort((a, b) => a - b);
  const left = targets.slotHosts.find((_, slot) => !lost.includes(slot));
  if (!set.operator || left === undefined) return undefined;
  const lostHosts = lost.map((slot) => targets.slotHosts[slot] as HostId);
  return { kind: "operator-restore", host: left, lostHosts, acceptOlder: false };
}
