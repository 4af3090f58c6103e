/**
 * The code: from k data subsegments to m redundancy members and back, one path for every scheme.
 *
 * All of it follows from the coding matrix (family.ts): redundancy is what the rows say, and what is missing is what
 * elimination says (combination.ts). In a short group the subsegments from `dataCount` on are implicit zeros: their columns
 * fall away, and they are passed as undefined.
 *
 * Inputs are never changed, by a failed call neither. Results alias inputs wherever the bytes are the same; buffers are
 * immutable after hand-over.
 * Does not cover: digests. A wrong byte in a member gives wrong bytes here; checkpoint/reassemble.ts verifies.
 */

import { assert, assertionFailed } from "../assertion.ts";
import { type Combination, existsInGroup, solveGroup } from "./combination.ts";
import { combine } from "./combine.ts";
import { codingOf, type Scheme } from "./scheme.ts";

/** What is wrong with members in themselves. `member` names the one at fault. */
export type MemberError =
  | {
      readonly code: "unequal-lengths";
      /** The first member whose length differs from the first one present. */
      readonly member: number;
      readonly bytes: number;
      readonly expectedBytes: number;
    }
  | {
      /** A group of members without bytes; the first of them. */
      readonly code: "empty-member";
      readonly member: number;
    }
  | {
      /** An implicit zero that was handed in, or asked for. */
      readonly code: "member-does-not-exist";
      readonly member: number;
    }
  | {
      /** No integer 0..k+m−1. */
      readonly code: "member-out-of-range";
      readonly member: number;
    }
  | {
      /** Two buffers for one place of the group. */
      readonly code: "member-presented-twice";
      readonly member: number;
    };

export type DecodeError =
  | MemberError
  | {
      readonly code: "too-few-members";
      /** The members asked for that do not follow from those handed in. */
      readonly members: readonly number[];
      /** Members of the group that were handed in. */
      readonly have: number;
      /** Members that decoding needs at least: the group's data count. */
      readonly need: number;
    }
  | {
      /** Enough members by number, which say nothing of these. Never with `rs`, where any k members do. */
      readonly code: "undetermined-members";
      readonly members: readonly number[];
      readonly have: number;
      readonly need: number;
    }
  | MemberCountError;

/** Another number of members than the group has, or than it may have. */
export interface MemberCountError {
  readonly code: "wrong-member-count";
  readonly have: number;
  /** All of them (decoding), or at most so many and at least one (encoding). */
  readonly need: number;
}

export type EncodeResult =
  | { readonly ok: true; readonly redundancy: Uint8Array[] }
  | { readonly ok: false; readonly error: MemberError | MemberCountError };

export type DecodeResult =
  { readonly ok: true; readonly data: Uint8Array[] } | { readonly ok: false; readonly error: DecodeError };

export type RebuildResult =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: DecodeError };

/** One member as a caller found it. */
export interface PresentedMember {
  readonly member: number;
  readonly bytes: Uint8Array;
}

export type PresentResult =
  | { readonly ok: true; readonly members: (Uint8Array | undefined)[] }
  | { readonly ok: false; readonly error: MemberError };

function checkDataCount(scheme: Scheme, dataCount: number): void {
  if (!Number.isInteger(dataCount) || dataCount < 1 || dataCount > scheme.k) {
    assertionFailed(`data count ${dataCount} is outside 1..${scheme.k}`);
  }
}

function isInGroup(scheme: Scheme, member: number): boolean {
  return Number.isInteger(member) && member >= 0 && member < scheme.k + scheme.m;
}

/** The first member present that is empty or as long as no other. */
function unevenMember(members: readonly (Uint8Array | undefined)[]): MemberError | undefined {
  let expectedBytes = -1;
  for (const [member, bytes] of members.entries()) {
    if (bytes === undefined) continue;
    if (expectedBytes >= 0 && bytes.length !== expectedBytes) {
      return { code: "unequal-lengths", member, bytes: bytes.length, expectedBytes };
    }
    if (bytes.length === 0) return { code: "empty-member", member };
    expectedBytes = bytes.length;
  }
  return undefined;
}

/** The error that the members handed in have in themselves, or undefined when they are well formed. */
function malformedMembers(
  scheme: Scheme,
  dataCount: number,
  members: readonly (Uint8Array | undefined)[],
): DecodeError | undefined {
  const need = scheme.k + scheme.m;
  if (members.length !== need) return { code: "wrong-member-count", have: members.length, need };
  for (let member = 0; member < need; member += 1) {
    if (members[member] !== undefined && !existsInGroup(scheme, dataCount, member)) {
      return { code: "member-does-not-exist", member };
    }
  }
  return unevenMember(members);
}

/**
 * Members in the order of their group, from members as they were found: length k + m, undefined where none was presented.
 * Errors: `member-out-of-range`, `member-does-not-exist`, `member-presented-twice`, `unequal-lengths`, `empty-member`.
 */
export function presentMembers(
  scheme: Scheme,
  dataCount: number,
  presented: readonly PresentedMember[],
): PresentResult {
  checkDataCount(scheme, dataCount);
  const members = new Array<Uint8Array | undefined>(scheme.k + scheme.m).fill(undefined);
  const failure =
    (code: "member-out-of-range" | "member-does-not-exist" | "member-presented-twice") =>
    (member: number): PresentResult => ({ ok: false, error: { code, member } });
  for (const { member, bytes } of presented) {
    if (!isInGroup(scheme, member)) return failure("member-out-of-range")(member);
    if (!existsInGroup(scheme, dataCount, member)) return failure("member-does-not-exist")(member);
    if (members[member] !== undefined) return failure("member-presented-twice")(member);
    members[member] = bytes;
  }
  const uneven = unevenMember(members);
  return uneven === undefined ? { ok: true, members } : { ok: false, error: uneven };
}

/**
 * The m redundancy members of a group.
 * `data`: its real subsegments, 1..k of them.
 * A redundancy member that is a copy (k = 1, or a short group of one) is that very view; the others are fresh.
 * Errors: `wrong-member-count`, `unequal-lengths`, `empty-member`.
 */
export function tryEncodeGroup(scheme: Scheme, data: readonly Uint8Array[]): EncodeResult {
  const dataCount = data.length;
  if (dataCount < 1 || dataCount > scheme.k) {
    return { ok: false, error: { code: "wrong-member-count", have: dataCount, need: scheme.k } };
  }
  const uneven = unevenMember(data);
  if (uneven !== undefined) return { ok: false, error: uneven };
  const rows = codingOf(scheme).rows.map((row) => row.subarray(0, dataCount));
  return { ok: true, redundancy: combine(rows, data, (data[0] as Uint8Array).length) };
}

/** `tryEncodeGroup` for callers that made the subsegments themselves: malformed ones are a bug. */
export function encodeGroup(scheme: Scheme, data: readonly Uint8Array[]): Uint8Array[] {
  checkDataCount(scheme, data.length);
  const result = tryEncodeGroup(scheme, data);
  if (!result.ok) {
    assertionFailed(`subsegments of a group have equal lengths above 0: ${JSON.stringify(result.error)}`);
  }
  return result.redundancy;
}

/** The bytes of members that follow from others, of which at least one is there. */
function compute(
  members: readonly (Uint8Array | undefined)[],
  combinations: readonly Combination[],
): Uint8Array[] {
  const used = new Set<number>();
  for (const { sources } of combinations) for (const member of sources) used.add(member);
  const columns = [...used];
  const rows = combinations.map(({ sources, coefficients }) => {
    const row = new Uint8Array(columns.length);
    sources.forEach((member, index) => (row[columns.indexOf(member)] = coefficients[index] as number));
    return row;
  });
  const sources = columns.map((member) => members[member] as Uint8Array);
  const { length } = members.find((bytes) => bytes !== undefined) as Uint8Array;
  return combine(rows, sources, length);
}

/**
 * Gives back the group's `dataCount` data subsegments (1..k) from any members that determine them; see `recoverable`.
 * `members`: length k + m, undefined where missing and for implicit zeros.
 * Subsegments that were present are the same views; rebuilt ones are fresh, or a view of a member that is a copy.
 * Errors: `wrong-member-count`, `member-does-not-exist`, `unequal-lengths`, `empty-member`, `too-few-members`,
 * `undetermined-members`.
 */
export function decodeGroup(
  scheme: Scheme,
  dataCount: number,
  members: readonly (Uint8Array | undefined)[],
): DecodeResult {
  checkDataCount(scheme, dataCount);
  const malformed = malformedMembers(scheme, dataCount, members);
  if (malformed !== undefined) return { ok: false, error: malformed };
  const isAtHand = members.map((bytes) => bytes !== undefined);
  const missing: number[] = [];
  for (let member = 0; member < dataCount; member += 1) if (isAtHand[member] !== true) missing.push(member);
  const data = members.slice(0, dataCount);
  if (missing.length > 0) {
    const solution = solveGroup(scheme, dataCount, isAtHand);
    if (!solution.isComplete) {
      return { ok: false, error: insufficient(members, dataCount, solution.undetermined) };
    }
    const combinations = missing.map((member) => solution.combinationOf(member) as Combination);
    for (const [index, bytes] of compute(members, combinations).entries()) {
      data[missing[index] as number] = bytes;
    }
  }
  return { ok: true, data: data as Uint8Array[] };
}

function insufficient(
  members: readonly (Uint8Array | undefined)[],
  need: number,
  undetermined: readonly number[],
): DecodeError {
  const have = members.filter((bytes) => bytes !== undefined).length;
  if (have < need) return { code: "too-few-members", members: undetermined, have, need };
  return { code: "undetermined-members", members: undetermined, have, need };
}

/**
 * Gives one member, data or redundancy, from members of its group that determine it; when it is present, that very view.
 * An implicit zero gives `member-does-not-exist`, since it is never stored; no member of the group, `member-out-of-range`.
 * Aliasing and the other errors are those of `decodeGroup`.
 */
export function rebuildMember(
  scheme: Scheme,
  dataCount: number,
  members: readonly (Uint8Array | undefined)[],
  wanted: number,
): RebuildResult {
  checkDataCount(scheme, dataCount);
  if (!isInGroup(scheme, wanted)) {
    return { ok: false, error: { code: "member-out-of-range", member: wanted } };
  }
  const malformed = malformedMembers(scheme, dataCount, members);
  if (malformed !== undefined) return { ok: false, error: malformed };
  if (!existsInGroup(scheme, dataCount, wanted)) {
    return { ok: false, error: { code: "member-does-not-exist", member: wanted } };
  }
  const present = members[wanted];
  if (present !== undefined) return { ok: true, bytes: present };
  const isAtHand = members.map((bytes) => bytes !== undefined);
  const combination = solveGroup(scheme, dataCount, isAtHand).combinationOf(wanted);
  // A redundancy member over implicit zeros alone follows from nothing, but its length has to come from somewhere.
  if (combination === undefined || isAtHand.every((is) => !is)) {
    return { ok: false, error: insufficient(members, dataCount, [wanted]) };
  }
  return { ok: true, bytes: compute(members, [combination])[0] as Uint8Array };
}

/** True when the available members give back all data, by the rank of what they say. `available`: length k + m. */
export function recoverable(scheme: Scheme, dataCount: number, available: readonly boolean[]): boolean {
  checkDataCount(scheme, dataCount);
  assert(available.length === scheme.k + scheme.m, "availability is given for each of k + m members");
  // Where any k members do, counting them is enough; the proof compares it with the rank of every pattern.
  if (scheme.tolerance === scheme.m) {
    let have = 0;
    for (let member = 0; member < available.length; member += 1) {
      if (available[member] === true && existsInGroup(scheme, dataCount, member)) have += 1;
    }
    return have >= dataCount;
  }
  return solveGroup(scheme, dataCount, available).isComplete;
}
