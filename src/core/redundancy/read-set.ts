/**
 * Read sets: which members of a group to read so that as few as possible are read.
 *
 * A member that is wanted and available is read itself. Of the others, one in a local group whose other members are all
 * available costs that group; anything else costs as many members as the group has data, which then give everything.
 */

import { assert, assertionFailed } from "../assertion.ts";
import { existsInGroup } from "./combination.ts";
import { inverse, multiply } from "./field.ts";
import { codingOf, type Scheme } from "./scheme.ts";

/**
 * The fewest members that must be read to obtain the wanted ones, ascending, without repeats; undefined when the wanted
 * ones cannot be obtained. Prefers the wanted members themselves, then data, then redundancy.
 * `available`: length k + m (anything else is a bug); what it says of implicit zeros does not matter.
 * A wanted implicit zero costs no read; with nothing wanted the answer is the empty list. No member is read that follows from
 * others that are: what is wanted beyond them is computed (`rebuildMember`).
 */
export function readSetFor(
  scheme: Scheme,
  dataCount: number,
  available: readonly boolean[],
  wanted: readonly number[],
): readonly number[] | undefined {
  const memberCount = scheme.k + scheme.m;
  assert(available.length === memberCount, "availability is given for each of k + m members");
  const canRead = (member: number): boolean =>
    available[member] === true && existsInGroup(scheme, dataCount, member);
  const direct = new Set<number>();
  const lost: number[] = [];
  for (const member of wanted) {
    if (!Number.isInteger(member) || member < 0 || member >= memberCount) {
      assertionFailed(`wanted member ${member} is outside 0..${memberCount - 1}`);
    }
    if (!existsInGroup(scheme, dataCount, member)) continue;
    if (canRead(member)) direct.add(member);
    else lost.push(member);
  }
  const local = localReads(scheme, dataCount, canRead, lost);
  const first = ascending(direct);
  if (local !== undefined) {
    for (const member of local) direct.add(member);
    return independent(scheme, dataCount, ascending(direct)).sort((a, b) => a - b);
  }
  // Ascending order is data first, then redundancy.
  const others = Array.from({ length: memberCount }, (_, member) => member).filter(
    (member) => canRead(member) && !direct.has(member),
  );
  const chosen = independent(scheme, dataCount, [...first, ...others]);
  if (chosen.length === dataCount) return chosen.sort((a, b) => a - b);
  return undefined;
}

function ascending(members: ReadonlySet<number>): number[] {
  return [...members].sort((a, b) => a - b);
}

/** What local groups have to read for all lost members, or undefined when one of them is beyond its group. */
function localReads(
  scheme: Scheme,
  dataCount: number,
  canRead: (member: number) => boolean,
  lost: readonly number[],
): ReadonlySet<number> | undefined {
  const reads = new Set<number>();
  const { localGroups } = codingOf(scheme);
  for (const member of lost) {
    const group = localGroups.find((members) => members.includes(member));
    if (group === undefined) return undefined;
    for (const other of group) {
      if (other === member || !existsInGroup(scheme, dataCount, other)) continue;
      if (!canRead(other)) return undefined;
      reads.add(other);
    }
  }
  return reads;
}

/** The candidates, in order, without those that follow from the ones before them; at most dataCount of them. */
function independent(scheme: Scheme, dataCount: number, candidates: readonly number[]): number[] {
  // Where every member but data is needed for its own sake, there is nothing to eliminate.
  const { k, m, tolerance } = scheme;
  if (tolerance === m) return candidates.slice(0, dataCount);
  const { rows } = codingOf(scheme);
  const chosen: number[] = [];
  const basis: { readonly pivot: number; readonly vector: Uint8Array }[] = [];
  for (const member of candidates) {
    if (chosen.length === dataCount) break;
    const vector = new Uint8Array(dataCount);
    if (member < k) vector[member] = 1;
    else vector.set((rows[member - k] as Uint8Array).subarray(0, dataCount));
    for (const { pivot, vector: earlier } of basis) {
      const factor = vector[pivot] as number;
      if (factor === 0) continue;
      for (let at = 0; at < dataCount; at += 1) {
        vector[at] = (vector[at] as number) ^ multiply(factor, earlier[at] as number);
      }
    }
    const pivot = vector.findIndex((coefficient) => coefficient !== 0);
    if (pivot < 0) continue;
    const scale = inverse(vector[pivot] as number);
    for (let at = 0; at < dataCount; at += 1) vector[at] = multiply(vector[at] as number, scale);
    basis.push({ pivot, vector });
    chosen.push(member);
  }
  return chosen;
}
