/** What disks hold of one checkpoint, asked of the oracle: which of its groups can be decoded. */
import type { HoldingFact } from "../../sim/history.ts";
import { recoveryOracleOf } from "../oracle/generator.ts";
import { dataCountIn, type Geometry, geometryOf } from "../oracle/geometry.ts";
import type { RunContext } from "../promises/promise.ts";

export function geometryIn(context: RunContext, imageBytes: number, width: number): Geometry {
  const { k, m } = context.scheme;
  return geometryOf({ k, m, width, subsegmentBytes: context.subsegmentBytes, imageBytes });
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
