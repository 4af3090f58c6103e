/**
 * What can strike at one step: every set of lost servers, with disks lost or kept, with every way to tear what is under way.
 *
 * Sets have up to tolerance + 1 backup servers, alone and together with the production server. A server whose disk is kept
 * comes back. Torn writes: what had completed stays or vanishes; the write under way is absent, cut at each boundary of a
 * sector, cut once inside one, or whole. Where several servers of a set have their disks kept, their tears are paired off, so
 * that each server's own are all visited; not every combination of them is.
 *
 * Invariant: the strikes of a step depend on the state of disks alone, and stand in an order that never changes.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import type { DiskAtRisk } from "../../sim/disk.ts";
import type { FaultAction, KeptOnCrash } from "../../sim/faults.ts";
import { SECTOR_BYTES } from "../../sim/sectors.ts";

/** Longer than a takeover takes, so that a restore waits for those who come back. */
export const BACK_AFTER_NS = 26_000_000;
/** Longer than a restorer takes to see that it waits. */
export const OPERATOR_AFTER_NS = 31_000_001;

/** Who is lost, and how; where each write is torn depends on the step. */
export interface LossSet {
  /** Sets of the same servers have the same number. */
  readonly number: number;
  readonly losesProduction: boolean;
  readonly lostSlots: readonly number[];
  readonly keptSlots: readonly number[];
  /** A former with a host of its own goes too. */
  readonly losesFormer: boolean;
  /** The operator declares the lost ones lost. */
  readonly operator: boolean;
}

export interface StrikeTargets {
  readonly slotHosts: readonly HostId[];
  readonly productionHost: HostId;
  /** undefined where the former has no host of its own. */
  readonly formerHost: HostId | undefined;
}

export interface LossSetOptions {
  readonly slotCount: number;
  /** Slots lost at once, at most. */
  readonly lostCountMax: number;
  /** undefined: the production server is gone already. */
  readonly hasProduction: boolean;
  readonly hasOwnFormer: boolean;
  /** Every assignment of "lost" and "kept" to the servers of a set, and not only all of one kind. */
  readonly mixed: boolean;
  /** An operator steps in when more than this many slots are lost for ever. */
  readonly controlTolerance: number;
}

/** Slot sets of up to `countMax`, by size and then in order; the empty one first. */
export function slotSets(slotCount: number, countMax: number): number[][] {
  const sets: number[][] = [[]];
  let previous: number[][] = [[]];
  for (let size = 1; size <= Math.min(countMax, slotCount); size += 1) {
    const next: number[][] = [];
    for (const set of previous) {
      for (let slot = (set.at(-1) ?? -1) + 1; slot < slotCount; slot += 1) next.push([...set, slot]);
    }
    sets.push(...next);
    previous = next;
  }
  return sets;
}

/** Each way to divide a set into lost and kept slots; uniform ones only when not mixed. */
function divisions(set: readonly number[], mixed: boolean): [lost: number[], kept: number[]][] {
  const divided: [number[], number[]][] = [];
  for (let bits = 0; bits < 2 ** set.length; bits += 1) {
    if (!mixed && bits !== 0 && bits !== 2 ** set.length - 1) continue;
    divided.push([
      set.filter((_, index) => (bits >> index) % 2 === 0),
      set.filter((_, index) => (bits >> index) % 2 === 1),
    ]);
  }
  return divided;
}

export function lossSets(options: LossSetOptions): LossSet[] {
  const { slotCount, lostCountMax, hasProduction, hasOwnFormer, mixed, controlTolerance } = options;
  const sets: LossSet[] = [];
  let number = 0;
  for (const set of slotSets(slotCount, lostCountMax)) {
    for (const losesProduction of hasProduction ? [false, true] : [false]) {
      // With nobody lost there is no case; with no slot left there is nobody to decide.
      if (set.length === 0 && !losesProduction) continue;
      const formers = hasOwnFormer && set.length === 0 ? [false, true] : [false];
      for (const losesFormer of formers) {
        for (const [lostSlots, keptSlots] of divisions(set, mixed)) {
          if (lostSlots.length === slotCount) continue;
          const one = { number, losesProduction, lostSlots, keptSlots, losesFormer };
          sets.push({ ...one, operator: false });
          const isLost = losesProduction || !hasProduction;
          if (isLost && lostSlots.length > controlTolerance && keptSlots.length === 0)
            sets.push({ ...one, operator: true });
        }
        number += 1;
      }
    }
  }
  if (hasOwnFormer) {
    const nobody = { losesProduction: false, lostSlots: [], keptSlots: [], operator: false };
    sets.push({ ...nobody, number, losesFormer: true });
  }
  return sets;
}

/** Every way in which a crash now can leave a disk that is kept. */
export function tearsOf({
  completedCount,
  inFlightBytes,
}: Pick<DiskAtRisk, "completedCount" | "inFlightBytes">): KeptOnCrash[] {
  const completed: KeptOnCrash["completed"][] = completedCount > 0 ? ["none", "all"] : ["none"];
  if (inFlightBytes === undefined) return completed.map((kept) => ({ completed: kept }));
  const cuts: (number | undefined)[] = [undefined, 0];
  for (let bytes = SECTOR_BYTES; bytes < inFlightBytes; bytes += SECTOR_BYTES) cuts.push(bytes);
  const inside = Math.floor((inFlightBytes - 1) / SECTOR_BYTES) * SECTOR_BYTES + 7;
  if (inside > 0 && inside < inFlightBytes) cuts.push(inside);
  if (inFlightBytes > 0) cuts.push(inFlightBytes);
  return completed.flatMap((kept) =>
    cuts.map((bytes) =>
      bytes === undefined ? { completed: kept } : { completed: kept, inFlightBytes: bytes },
    ),
  );
}

/**
 * How many strikes a set gives at a step, with these disks. None where a disk that is kept holds nothing durable yet: to
 * lose such a server is to lose its disk, and that is in another set.
 */
export function strikeCount(set: LossSet, riskOf: (slot: number) => DiskAtRisk): number {
  let count = 1;
  for (const slot of set.keptSlots) {
    const risk = riskOf(slot);
    if (risk.durableCount === 0) return 0;
    count = Math.max(count, tearsOf(risk).length);
  }
  return count;
}

/** The faults of one strike, in the order in which they come; `variant` is below `strikeCount`. */
export function strikeActions(
  set: LossSet,
  variant: number,
  targets: StrikeTargets,
  riskOf: (slot: number) => DiskAtRisk,
): FaultAction[] {
  const actions: FaultAction[] = [];
  const { slotHosts, productionHost, formerHost } = targets;
  if (set.losesProduction) actions.push({ kind: "permanent-loss", host: productionHost });
  if (set.losesFormer && formerHost !== undefined) actions.push({ kind: "permanent-loss", host: formerHost });
  for (const slot of set.lostSlots) actions.push({ kind: "permanent-loss", host: slotHosts[slot] as HostId });
  for (const slot of set.keptSlots) {
    const tears = tearsOf(riskOf(slot));
    actions.push({
      kind: "crash",
      host: slotHosts[slot] as HostId,
      disk: "kept",
      restartAfterNs: BACK_AFTER_NS,
      keeps: tears[variant % tears.length] as KeptOnCrash,
    });
  }
  return actions;
}

/** The operator's restore that follows a strike: on the first slot that is left. */
export function operatorAction(set: LossSet, targets: StrikeTargets): FaultAction | undefined {
  const left = targets.slotHosts.find((_, slot) => !set.lostSlots.includes(slot));
  if (!set.operator || left === undefined) return undefined;
  const lostHosts = set.lostSlots.map((slot) => targets.slotHosts[slot] as HostId);
  return { kind: "operator-restore", host: left, lostHosts, acceptOlder: false };
}
