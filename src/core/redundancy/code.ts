/**
 * The code: from k data subsegments to m redundancy members and back, one path for mirror, stripe and parity.
 *
 * Every redundancy row of the coding matrix is the all-ones row: a redundancy member is the XOR of the group's data.
 * With k = 1 that is a copy, with m = 0 there is none, with m = 1 it is parity. For k > 1 and m > 1 equal rows could not
 * decode, so such a scheme is refused by an assertion. In a short group the subsegments from `dataCount` on are implicit
 * zeros: they add nothing to an XOR and are passed as undefined.
 *
 * Inputs are never changed. Results alias inputs wherever the bytes are the same; buffers are immutable after hand-over.
 * Does not cover: digests. A wrong byte in a member gives wrong bytes here; checkpoint/reassemble.ts verifies.
 */

import { assert, assertionFailed } from "../assertion.ts";
import type { Scheme } from "./scheme.ts";
import { xorOf } from "./xor.ts";

export type DecodeError =
  | {
      readonly code: "too-few-members";
      /** Members of the group that were handed in. */
      readonly have: number;
      /** Members that decoding needs: the group's data count. */
      readonly need: number;
    }
  | {
      readonly code: "unequal-lengths";
      /** The first member whose length differs from the first one present. */
      readonly member: number;
      readonly bytes: number;
      readonly expectedBytes: number;
    }
  | { readonly code: "wrong-member-count"; readonly have: number; readonly need: number }
  | {
      readonly code: "member-does-not-exist";
      /** An implicit zero that was handed in, or asked for. */
      readonly member: number;
    };

export type DecodeResult =
  { readonly ok: true; readonly data: Uint8Array[] } | { readonly ok: false; readonly error: DecodeError };

export type RebuildResult =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: DecodeError };

function checkScheme(scheme: Scheme): void {
  assert(scheme.k === 1 || scheme.m <= 1, "equal redundancy rows decode only with k = 1 or m <= 1");
}

function checkDataCount(scheme: Scheme, dataCount: number): void {
  if (!Number.isInteger(dataCount) || dataCount < 1 || dataCount > scheme.k) {
    assertionFailed(`data count ${dataCount} is outside 1..${scheme.k}`);
  }
}

function exists(scheme: Scheme, dataCount: number, member: number): boolean {
  return member < dataCount || (member >= scheme.k && member < scheme.k + scheme.m);
}

/**
 * The m redundancy members of a group.
 * `data`: its real subsegments, 1..k of them, of equal length (anything else is a bug).
 * With one subsegment (k = 1, or a short group) each result is that very view, not a copy; otherwise results are fresh.
 */
export function encodeGroup(scheme: Scheme, data: readonly Uint8Array[]): Uint8Array[] {
  checkScheme(scheme);
  checkDataCount(scheme, data.length);
  const first = data[0] as Uint8Array;
  for (const bytes of data)
    assert(bytes.length === first.length, "subsegments of a group have equal lengths");
  const redundancy: Uint8Array[] = [];
  if (scheme.m === 0) return redundancy;
  const row = data.length === 1 ? first : xorOf(data);
  for (let index = 0; index < scheme.m; index += 1) redundancy.push(row);
  return redundancy;
}

/** The error that the members handed in have in themselves, or undefined when they are well formed. */
function malformedMembers(
  scheme: Scheme,
  dataCount: number,
  members: readonly (Uint8Array | undefined)[],
): DecodeError | undefined {
  const need = scheme.k + scheme.m;
  if (members.length !== need) return { code: "wrong-member-count", have: members.length, need };
  let expectedBytes = -1;
  for (let member = 0; member < need; member += 1) {
    const bytes = members[member];
    if (bytes === undefined) continue;
    if (!exists(scheme, dataCount, member)) return { code: "member-does-not-exist", member };
    if (expectedBytes < 0) expectedBytes = bytes.length;
    else if (bytes.length !== expectedBytes) {
      return { code: "unequal-lengths", member, bytes: bytes.length, expectedBytes };
    }
  }
  return undefined;
}

function countPresent(members: readonly (Uint8Array | undefined)[]): number {
  let count = 0;
  for (const bytes of members) if (bytes !== undefined) count += 1;
  return count;
}

/**
 * Rebuilds one member that is not among well-formed members, of which there are at least dataCount.
 * With one subsegment, any member is a copy. Otherwise m = 1 and exactly the wanted one is missing: the XOR of all
 * existing members of a group is zero, so the wanted one is the XOR of the others, be it data or parity.
 */
function solve(dataCount: number, members: readonly (Uint8Array | undefined)[]): Uint8Array {
  const present: Uint8Array[] = [];
  for (const bytes of members) {
    if (bytes === undefined) continue;
    if (dataCount === 1) return bytes;
    present.push(bytes);
  }
  assert(present.length === dataCount, "exactly one member is missing");
  return xorOf(present);
}

/**
 * Gives back the group's `dataCount` data subsegments (1..k) from any dataCount of its members.
 * `members`: length k + m, undefined where missing and for implicit zeros.
 * Subsegments that were present are the same views; rebuilt ones are fresh, or with dataCount = 1 a view of a copy.
 * Errors: `wrong-member-count`, `member-does-not-exist`, `unequal-lengths`, `too-few-members`.
 */
export function decodeGroup(
  scheme: Scheme,
  dataCount: number,
  members: readonly (Uint8Array | undefined)[],
): DecodeResult {
  checkScheme(scheme);
  checkDataCount(scheme, dataCount);
  const malformed = malformedMembers(scheme, dataCount, members);
  if (malformed !== undefined) return { ok: false, error: malformed };
  const have = countPresent(members);
  if (have < dataCount) return { ok: false, error: { code: "too-few-members", have, need: dataCount } };
  const data: Uint8Array[] = [];
  for (let member = 0; member < dataCount; member += 1) {
    data.push(members[member] ?? solve(dataCount, members));
  }
  return { ok: true, data };
}

/**
 * Gives one member, data or redundancy, from any dataCount members of its group; when it is present, that very view.
 * `wanted` is 0..k+m−1; an implicit zero gives `member-does-not-exist`, since it is never stored.
 * Aliasing and the other errors are those of `decodeGroup`.
 */
export function rebuildMember(
  scheme: Scheme,
  dataCount: number,
  members: readonly (Uint8Array | undefined)[],
  wanted: number,
): RebuildResult {
  checkScheme(scheme);
  checkDataCount(scheme, dataCount);
  checkWanted(scheme, wanted);
  const malformed = malformedMembers(scheme, dataCount, members);
  if (malformed !== undefined) return { ok: false, error: malformed };
  if (!exists(scheme, dataCount, wanted)) {
    return { ok: false, error: { code: "member-does-not-exist", member: wanted } };
  }
  const present = members[wanted];
  if (present !== undefined) return { ok: true, bytes: present };
  const have = countPresent(members);
  if (have < dataCount) return { ok: false, error: { code: "too-few-members", have, need: dataCount } };
  return { ok: true, bytes: solve(dataCount, members) };
}

function checkWanted(scheme: Scheme, wanted: number): void {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted >= scheme.k + scheme.m) {
    assertionFailed(`wanted member ${wanted} is outside 0..${scheme.k + scheme.m - 1}`);
  }
}

/**
 * The fewest members that must be read to obtain the wanted ones, ascending, without repeats; undefined when the wanted
 * ones cannot be obtained. Prefers the wanted members themselves, then data, then redundancy.
 * `available`: length k + m (anything else is a bug); what it says of implicit zeros does not matter.
 * A wanted implicit zero costs no read; with nothing wanted the answer is the empty list. Never more than dataCount
 * members: what is wanted beyond them is computed (`rebuildMember`).
 */
export function readSetFor(
  scheme: Scheme,
  dataCount: number,
  available: readonly boolean[],
  wanted: readonly number[],
): readonly number[] | undefined {
  checkScheme(scheme);
  checkDataCount(scheme, dataCount);
  const memberCount = scheme.k + scheme.m;
  assert(available.length === memberCount, "availability is given for each of k + m members");
  const chosen: boolean[] = new Array<boolean>(memberCount).fill(false);
  let chosenCount = 0;
  let mustDecode = false;
  for (const member of wanted) {
    checkWanted(scheme, member);
    if (!exists(scheme, dataCount, member) || chosen[member] === true) continue;
    if (available[member] === true) {
      chosen[member] = true;
      chosenCount += 1;
    } else {
      mustDecode = true;
    }
  }
  if (mustDecode) {
    // Ascending order is data first, then redundancy.
    for (let member = 0; member < memberCount && chosenCount < dataCount; member += 1) {
      if (chosen[member] === true || available[member] !== true || !exists(scheme, dataCount, member))
        continue;
      chosen[member] = true;
      chosenCount += 1;
    }
    if (chosenCount < dataCount) return undefined;
  }
  const readSet: number[] = [];
  // Once dataCount members are read, everything else of the group can be computed, further wanted members too.
  const readCountMax = Math.min(chosenCount, dataCount);
  for (let member = 0; member < memberCount && readSet.length < readCountMax; member += 1) {
    if (chosen[member] === true) readSet.push(member);
  }
  return readSet;
}

/** True when the available members give back all data: at least dataCount of the existing ones. `available`: length k + m. */
export function recoverable(scheme: Scheme, dataCount: number, available: readonly boolean[]): boolean {
  checkScheme(scheme);
  checkDataCount(scheme, dataCount);
  assert(available.length === scheme.k + scheme.m, "availability is given for each of k + m members");
  let have = 0;
  for (let member = 0; member < available.length; member += 1) {
    if (available[member] === true && exists(scheme, dataCount, member)) have += 1;
  }
  return have >= dataCount;
}
