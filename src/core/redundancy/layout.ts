/**
 * Layout: the pure geometry of an image cut into subsegments, groups and members, and of their places on servers.
 *
 * Subsegment i of the image is data member i mod k of group ⌊i / k⌋. Members 0..k−1 are data, k..k+m−1 redundancy.
 * Member j of group g lies at position (g + the place that the block of its round gives it) mod width in the placement's
 * list of servers (block-design.ts; rotated: the place is j itself). So redundancy is spread evenly and no server holds two
 * members of a group (width ≥ k + m).
 * A short last group stores its real subsegments and its redundancy; the missing subsegments are implicit zeros.
 * An image of 0 bytes has no groups.
 *
 * Does not cover: bytes (checkpoint/form.ts, checkpoint/reassemble.ts) and which servers are chosen.
 */

import { assertionFailed } from "../assertion.ts";
import { type Block, blockOf } from "./block-design.ts";
import { GROUP_MEMBERS_MAX, type Scheme } from "./scheme.ts";

/** Plain data. Made by `createLayout` only, which checks that the numbers fit together. */
export interface Layout {
  readonly scheme: Scheme;
  /** True length of the image, 0..2^53−1. */
  readonly imageBytes: number;
  /** Length of every stored member, at least 1; not necessarily a multiple of anything. */
  readonly subsegmentBytes: number;
  /** Number of servers in the placement, k + m..255. */
  readonly width: number;
  /** Left out: rotated. Else declustered over so many failure domains (block-design.ts); position p is in domain p mod this. */
  readonly declusteredOver?: number;
  /** Data subsegments that really exist: ⌈imageBytes / subsegmentBytes⌉. */
  readonly subsegmentCount: number;
  /** Redundancy groups: ⌈subsegmentCount / k⌉. */
  readonly groupCount: number;
}

export interface LayoutOptions {
  readonly scheme: Scheme;
  /** Integer 0..2^53−1. */
  readonly imageBytes: number;
  /** Integer 1..2^53−1. */
  readonly subsegmentBytes: number;
  /** Integer k + m..255; k + m when left out. */
  readonly width?: number;
  /** A divisor of the width, which is the number of failure domains; the width itself where there are none. Rotated when left out. */
  readonly declusteredOver?: number | undefined;
}

export type LayoutError =
  | {
      readonly code:
        | "image-bytes-out-of-range"
        | "subsegment-bytes-out-of-range"
        | "width-out-of-range"
        | "domains-do-not-divide-width"
        | "stored-bytes-out-of-range";
      readonly message: string;
    }
  | {
      readonly code: "too-many-groups";
      readonly message: string;
      /** The smallest power of two, not below the size asked for, with which the image fits the member limit. */
      readonly suggestedSubsegmentBytes: number;
    };

export type LayoutResult =
  { readonly ok: true; readonly layout: Layout } | { readonly ok: false; readonly error: LayoutError };

/** Names one member of one group. */
export interface MemberPlace {
  readonly group: number;
  readonly member: number;
}

/** Most members one checkpoint may have: bounds the manifest, which holds a digest for each of them. */
export const MEMBER_COUNT_MAX: number = 1 << 20;

function failure(code: Exclude<LayoutError["code"], "too-many-groups">, message: string): LayoutResult {
  return { ok: false, error: { code, message } };
}

/** Exact for all safe integers, which ⌈a / b⌉ through floating-point division is not. */
function ceilingDivide(dividend: number, divisor: number): number {
  const remainder = dividend % divisor;
  return (dividend - remainder) / divisor + (remainder === 0 ? 0 : 1);
}

function memberCountOf(scheme: Scheme, imageBytes: number, subsegmentBytes: number): number {
  const subsegmentCount = ceilingDivide(imageBytes, subsegmentBytes);
  return subsegmentCount + ceilingDivide(subsegmentCount, scheme.k) * scheme.m;
}

/**
 * Computes the geometry, or says which number is out of range. Pure; never throws.
 * Errors: a size that is negative, fractional or beyond 2^53−1; a width outside k + m..255; domains that do not divide it;
 * more than MEMBER_COUNT_MAX members (with a better subsegment size); stored bytes beyond 2^53−1.
 */
export function createLayout(options: LayoutOptions): LayoutResult {
  const { scheme, imageBytes, subsegmentBytes, declusteredOver } = options;
  const groupMembers = scheme.k + scheme.m;
  const width = options.width ?? groupMembers;
  if (!Number.isSafeInteger(imageBytes) || imageBytes < 0) {
    return failure("image-bytes-out-of-range", `The image size ${imageBytes} must be an integer 0..2^53-1.`);
  }
  if (!Number.isSafeInteger(subsegmentBytes) || subsegmentBytes < 1) {
    return failure(
      "subsegment-bytes-out-of-range",
      `The subsegment size ${subsegmentBytes} must be an integer 1..2^53-1.`,
    );
  }
  if (!Number.isSafeInteger(width) || width < groupMembers || width > GROUP_MEMBERS_MAX) {
    return failure(
      "width-out-of-range",
      `The width ${width} must be an integer ${groupMembers}..${GROUP_MEMBERS_MAX} for ${scheme.text}.`,
    );
  }
  if (declusteredOver !== undefined && !isDivisor(declusteredOver, width)) {
    return failure(
      "domains-do-not-divide-width",
      `A declustered placement of width ${width} cannot go over ${declusteredOver} failure domains alike.`,
    );
  }
  const memberCount = memberCountOf(scheme, imageBytes, subsegmentBytes);
  if (memberCount > MEMBER_COUNT_MAX) return tooManyGroups(scheme, imageBytes, subsegmentBytes);
  if (!Number.isSafeInteger(memberCount * subsegmentBytes)) return storedBytesOutOfRange(scheme, imageBytes);
  const subsegmentCount = ceilingDivide(imageBytes, subsegmentBytes);
  const groupCount = ceilingDivide(subsegmentCount, scheme.k);
  const layout = { scheme, imageBytes, subsegmentBytes, width, subsegmentCount, groupCount };
  return { ok: true, layout: declusteredOver === undefined ? layout : { ...layout, declusteredOver } };
}

function isDivisor(divisor: number, dividend: number): boolean {
  return Number.isInteger(divisor) && divisor >= 1 && dividend % divisor === 0;
}

function storedBytesOutOfRange(scheme: Scheme, imageBytes: number): LayoutResult {
  return failure(
    "stored-bytes-out-of-range",
    `An image of ${imageBytes} bytes under ${scheme.text} would store more than 2^53-1 bytes.`,
  );
}

function tooManyGroups(scheme: Scheme, imageBytes: number, subsegmentBytes: number): LayoutResult {
  let suggested = 1;
  // Doubling ends after at most 53 steps: with 2^53 bytes a subsegment, one group holds any image.
  while (suggested < subsegmentBytes || memberCountOf(scheme, imageBytes, suggested) > MEMBER_COUNT_MAX) {
    suggested *= 2;
  }
  // A suggestion that would be refused itself is no help; then the image is too large under this scheme at all.
  if (!Number.isSafeInteger(memberCountOf(scheme, imageBytes, suggested) * suggested)) {
    return storedBytesOutOfRange(scheme, imageBytes);
  }
  return {
    ok: false,
    error: {
      code: "too-many-groups",
      message:
        `An image of ${imageBytes} bytes in subsegments of ${subsegmentBytes} under ${scheme.text} has more than ` +
        `${MEMBER_COUNT_MAX} members; use subsegments of ${suggested} bytes or more.`,
      suggestedSubsegmentBytes: suggested,
    },
  };
}

function checkGroup(layout: Layout, group: number): void {
  if (!Number.isInteger(group) || group < 0 || group >= layout.groupCount) {
    assertionFailed(`group ${group} is outside 0..${layout.groupCount - 1}`);
  }
}

function checkMember(layout: Layout, member: number): void {
  if (!Number.isInteger(member) || member < 0 || member >= layout.scheme.k + layout.scheme.m) {
    assertionFailed(`member ${member} is outside 0..${layout.scheme.k + layout.scheme.m - 1}`);
  }
}

function checkPosition(layout: Layout, position: number): void {
  if (!Number.isInteger(position) || position < 0 || position >= layout.width) {
    assertionFailed(`position ${position} is outside 0..${layout.width - 1}`);
  }
}

/** Real data subsegments of the group, 1..k; only the last group may have fewer than k. */
export function dataCountOfGroup(layout: Layout, group: number): number {
  checkGroup(layout, group);
  const left = layout.subsegmentCount - group * layout.scheme.k;
  return Math.min(left, layout.scheme.k);
}

/** True for a real subsegment or a redundancy member, false for an implicit zero, which is never stored. */
export function memberExists(layout: Layout, group: number, member: number): boolean {
  checkMember(layout, member);
  return member >= layout.scheme.k || member < dataCountOfGroup(layout, group);
}

/** Offset in the image of the group's first byte. */
export function offsetOfGroup(layout: Layout, group: number): number {
  checkGroup(layout, group);
  return group * layout.scheme.k * layout.subsegmentBytes;
}

/** Bytes of the image that the group covers: k subsegments, or what is left for the last group. At least 1. */
export function trueBytesOfGroup(layout: Layout, group: number): number {
  const left = layout.imageBytes - offsetOfGroup(layout, group);
  return Math.min(left, layout.scheme.k * layout.subsegmentBytes);
}

/**
 * Bytes of the image in a data member: subsegmentBytes but for the image's last subsegment, whose rest is padding;
 * 0 for an implicit zero. Asked of a redundancy member it is a bug.
 */
export function trueBytesOfData(layout: Layout, group: number, member: number): number {
  checkMember(layout, member);
  if (member >= layout.scheme.k) assertionFailed(`member ${member} is redundancy, not data`);
  const left = trueBytesOfGroup(layout, group) - member * layout.subsegmentBytes;
  return Math.max(0, Math.min(left, layout.subsegmentBytes));
}

/** The position from which the places of the group's block count. */
function startOfGroup(layout: Layout, group: number): number {
  return group % layout.width;
}

function blockOfGroup({ scheme, width, declusteredOver }: Layout, group: number): Block {
  const round = (group - (group % width)) / width;
  return blockOf({ memberCount: scheme.k + scheme.m, width, declusteredOver }, round);
}

/** Index in the placement's list of servers. Also given for implicit zeros. */
export function positionOfMember(layout: Layout, group: number, member: number): number {
  checkGroup(layout, group);
  checkMember(layout, member);
  const place = blockOfGroup(layout, group).places[member] as number;
  return (startOfGroup(layout, group) + place) % layout.width;
}

/** The member that lies at this position, implicit zeros among them; −1 for none. */
function memberPlacedAt(layout: Layout, group: number, position: number): number {
  const distance = (position - startOfGroup(layout, group) + layout.width) % layout.width;
  return blockOfGroup(layout, group).memberAt[distance] as number;
}

/** The member of the group that the server at this position stores, or undefined when it stores none. */
export function memberAtPosition(layout: Layout, group: number, position: number): number | undefined {
  checkPosition(layout, position);
  const dataCount = dataCountOfGroup(layout, group);
  const member = memberPlacedAt(layout, group, position);
  return member >= 0 && (member < dataCount || member >= layout.scheme.k) ? member : undefined;
}

/** Everything the server at this position stores, in order of groups. A fresh array. */
export function membersAtPosition(layout: Layout, position: number): MemberPlace[] {
  checkPosition(layout, position);
  const places: MemberPlace[] = [];
  for (let group = 0; group < layout.groupCount; group += 1) {
    const member = memberAtPosition(layout, group, position);
    if (member !== undefined) places.push({ group, member });
  }
  return places;
}

/** Closed form: real subsegments plus m redundancy members a group. */
export function storedMemberCount(layout: Layout): number {
  return layout.subsegmentCount + layout.groupCount * layout.scheme.m;
}

/** Closed form of the bytes stored on all servers together; every stored member is subsegmentBytes long. */
export function storedMemberBytes(layout: Layout): number {
  return storedMemberCount(layout) * layout.subsegmentBytes;
}

/** Closed form of the bytes stored at one position: no walk over the groups. */
export function storedBytesAtPosition(layout: Layout, position: number): number {
  checkPosition(layout, position);
  const { groupCount, subsegmentCount, width } = layout;
  const { k, m } = layout.scheme;
  // In every whole round each member index lies here once.
  const groupsLeft = groupCount % width;
  let count = ((groupCount - groupsLeft) / width) * (k + m);
  for (const place of blockOfGroup(layout, groupCount - groupsLeft).places) {
    if ((position - place + width) % width < groupsLeft) count += 1;
  }
  if (groupCount > 0) {
    const last = groupCount - 1;
    const member = memberPlacedAt(layout, last, position);
    // An implicit zero; the last group has at least one member that is none.
    if (member < k && member >= subsegmentCount - last * k) count -= 1;
  }
  return count * layout.subsegmentBytes;
}
