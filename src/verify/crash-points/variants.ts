/**
 * The combinations of tears of one set that belong to a share: what they leave on each kept disk hashes to the share's
 * residue for that disk. Equal states have equal disks, so equal states lie in one share.
 */
import { assert } from "../../core/assertion.ts";
import type { World } from "../../sim/world.ts";
import type { LossSet } from "./loss-sets.ts";
import type { SlotTears, StrikeTargets } from "./strikes.ts";
import { combinationOf } from "./tears.ts";

export interface ShareOptions {
  /** At the step, not struck. */
  readonly world: World;
  readonly set: LossSet;
  readonly tears: SlotTears;
  readonly share: { readonly modulus: number; readonly index: number };
  readonly targets: StrikeTargets;
}

/** Numbers of combinations, as `strikeActions` takes them. */
export function variantsOfShare({ world, set, tears, share, targets }: ShareOptions): number[] {
  const { keptSlots } = set;
  assert(keptSlots.length > 0, "only sets with kept disks are cut into shares");
  const residues = combinationOf(
    share.index,
    keptSlots.map(() => share.modulus),
  );
  let variants = [0];
  let weight = 1;
  for (const [index, slot] of keptSlots.entries()) {
    const host = targets.slotHosts[slot] as number;
    const slotTears = tears[slot] ?? [];
    const own = [...slotTears.keys()].filter((tear) => {
      const keeps = slotTears[tear];
      assert(keeps !== undefined, "every tear of the list is there");
      return world.diskRemains(host, keeps) % share.modulus === residues[index];
    });
    variants = own.flatMap((tear) => variants.map((number) => number + tear * weight));
    weight *= slotTears.length;
  }
  return variants;
}
