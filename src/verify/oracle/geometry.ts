/**
 * Where every member of a checkpoint has to lie, written down again from the design and not taken from the core.
 *
 * Subsegment i is data member i mod k of group floor(i / k). Member j of group g lies at position (g + distance) mod width: the
 * distance is j itself, or comes from the table of blocks of a declustered placement (blocks.ts).
 * A short last group has only its real subsegments and its m redundancy members. No bytes: no groups.
 */

import { blockOfRound } from "./blocks.ts";

export interface GeometryOptions {
  readonly k: number;
  readonly m: number;
  readonly width: number;
  /** Undefined: rotated. Else declustered over so many failure domains; the width itself where there are none. */
  readonly declusteredOver?: number | undefined;
  readonly subsegmentBytes: number;
  readonly imageBytes: number;
}

export interface Geometry extends GeometryOptions {
  readonly subsegmentCount: number;
  readonly groupCount: number;
}

export function geometryOf(options: GeometryOptions): Geometry {
  // Field by field: it is asked for often, and spreading an object is slow.
  const { k, m, width, declusteredOver, subsegmentBytes, imageBytes } = options;
  const subsegmentCount = roundedUp(imageBytes, subsegmentBytes);
  const groupCount = roundedUp(subsegmentCount, k);
  return { k, m, width, declusteredOver, subsegmentBytes, imageBytes, subsegmentCount, groupCount };
}

/** Where this member of this group lies, implicit zeros among them. */
export function positionOf(
  { k, m, width, declusteredOver }: Geometry,
  group: number,
  member: number,
): number {
  if (declusteredOver === undefined) return (group + member) % width;
  const block = blockOfRound(k + m, width, declusteredOver, Math.floor(group / width));
  return (group + (block[member] as number)) % width;
}

/** Division with the remainder taken first: exact for every safe integer. */
function roundedUp(dividend: number, divisor: number): number {
  const remainder = dividend % divisor;
  return (dividend - remainder) / divisor + (remainder > 0 ? 1 : 0);
}

/** Real subsegments of a group, 1..k. */
export function dataCountIn(geometry: Geometry, group: number): number {
  return Math.min(geometry.k, geometry.subsegmentCount - group * geometry.k);
}

/** A real subsegment or a redundancy member of an existing group. */
export function isStoredMember(geometry: Geometry, group: number, member: number): boolean {
  if (group < 0 || group >= geometry.groupCount || member < 0) return false;
  return member < geometry.k ? member < dataCountIn(geometry, group) : member < geometry.k + geometry.m;
}

/** "group/member" of everything that the server at this position stores, in order of groups. */
export function membersAt(geometry: Geometry, position: number): string[] {
  const members: string[] = [];
  for (let group = 0; group < geometry.groupCount; group += 1) {
    for (let member = 0; member < geometry.k + geometry.m; member += 1) {
      if (positionOf(geometry, group, member) === position && isStoredMember(geometry, group, member)) {
        members.push(`${group}/${member}`);
      }
    }
  }
  return members;
}

/** [position]: how many members the server there stores. */
export function memberCounts(geometry: Geometry): number[] {
  const counts = new Array<number>(geometry.width).fill(0);
  for (let group = 0; group < geometry.groupCount; group += 1) {
    for (let member = 0; member < geometry.k + geometry.m; member += 1) {
      const position = positionOf(geometry, group, member);
      if (isStoredMember(geometry, group, member)) counts[position] = (counts[position] as number) + 1;
    }
  }
  return counts;
}
