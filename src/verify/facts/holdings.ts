/** What disks hold of one checkpoint, asked of the oracle: which of its groups can be decoded. */
import type { CheckpointKey } from "../../core/checkpoint/key.ts";
import type { ClusterPlacement } from "../../core/protocol/attempt-placement.ts";
import type { HoldingFact, RunHistory } from "../../sim/history.ts";
import { recoveryOracleOf } from "../oracle/generator.ts";
import { dataCountIn, type Geometry, geometryOf } from "../oracle/geometry.ts";
import type { RunContext } from "../promises/promise.ts";
import { orderKeys } from "./order.ts";

type PlacedSlots = readonly { readonly slot: number }[];

/** See GeometryOptions. A placement that keeps domains apart has as many servers of each domain that it uses. */
export function declusteredOverOf(
  setting: ClusterPlacement | undefined,
  { k, m }: { readonly k: number; readonly m: number },
  placement: PlacedSlots,
): number | undefined {
  if (setting?.kind !== "declustered" || placement.length === k + m) return undefined;
  const { slotDomains } = setting;
  if (slotDomains === undefined) return placement.length;
  return new Set(placement.map(({ slot }) => slotDomains[slot])).size;
}

/** `placement`: of the attempt; left out where only the counts of groups and members matter, not where they lie. */
export function geometryIn(context: RunContext, imageBytes: number, placement?: PlacedSlots): Geometry {
  const { k, m } = context.scheme;
  const { subsegmentBytes, width } = context;
  if (placement === undefined) return geometryOf({ k, m, width, subsegmentBytes, imageBytes });
  const declusteredOver = declusteredOverOf(context.placement, context.scheme, placement);
  return geometryOf({ k, m, width: placement.length, declusteredOver, subsegmentBytes, imageBytes });
}

/** What the disks that exist hold of a checkpoint at the end of the run. */
export function holdingsAtEnd(
  history: Pick<RunHistory, "finalHoldings">,
  wanted: CheckpointKey,
): readonly HoldingFact[] {
  return history.finalHoldings.find(({ key }) => orderKeys(key, wanted) === 0)?.holdings ?? [];
}

/** Every "group/member" that is intact on any of these disks. */
export function intactOn(holdings: readonly HoldingFact[]): ReadonlySet<string> {
  const intact = new Set<string>();
  for (const holding of holdings) for (const member of holding.intactMembers) intact.add(member);
  return intact;
}

export function isGroupRecoverable(
  context: RunContext,
  geometry: Geometry,
  intact: ReadonlySet<string>,
  group: number,
): boolean {
  const oracle = recoveryOracleOf(context.scheme.text);
  return oracle.isRecoverable(dataCountIn(geometry, group), (member) => intact.has(`${group}/${member}`));
}

/** Ascending; empty when the whole checkpoint can be decoded. */
export function unrecoverableGroups(
  context: RunContext,
  geometry: Geometry,
  intact: ReadonlySet<string>,
): number[] {
  const groups: number[] = [];
  for (let group = 0; group < geometry.groupCount; group += 1) {
    if (!isGroupRecoverable(context, geometry, intact, group)) groups.push(group);
  }
  return groups;
}
