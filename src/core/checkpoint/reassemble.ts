/**
 * Reassembling: from members back to the image's bytes, one group at a time; the inverse of form.ts.
 *
 * Nothing is passed on unverified: every member handed in is checked against its digest in the manifest and treated as
 * missing when it differs; every decoded member is checked likewise; the whole-image digest is taken again on the bytes
 * that go out, and compared at the end.
 *
 * Does not cover: which members to fetch (readSetFor in redundancy/code.ts) and where from.
 */

import { assert } from "../assertion.ts";
import type { GroupArena } from "../redundancy/arena.ts";
import { type DecodeResult, decodeGroup } from "../redundancy/code.ts";
import { dataCountOfGroup, type Layout, memberExists, trueBytesOfData } from "../redundancy/layout.ts";
import type { Digests } from "./digests.ts";
import { linkImageDigest } from "./image-digest.ts";
import type { Manifest } from "./manifest.ts";

export interface GroupError {
  /**
   * `group-unrecoverable`: fewer than `need` good members, or (`lrc` only) good members that do not determine the data.
   * `decoded-digest-mismatch`: enough good members, but what they decode to contradicts the manifest.
   */
  readonly code: "group-unrecoverable" | "decoded-digest-mismatch";
  readonly group: number;
  /** Members handed in whose length or digest was wrong. Ascending. */
  readonly corrupt: readonly number[];
  /** Members that exist and were not handed in. Ascending. */
  readonly missing: readonly number[];
  /** Good members. */
  readonly have: number;
  /** Good members that decoding needs. */
  readonly need: number;
}

export interface ReassembledGroup {
  readonly ok: true;
  /** The true bytes of the group's data subsegments, in order; the image's last one is trimmed. Views where possible. */
  readonly bytes: Uint8Array[];
  /** The chain of image-digest.ts after this group, taken on `bytes`. */
  readonly chain: string;
  /** Data members that had to be decoded. Ascending. */
  readonly rebuilt: number[];
  /** Members handed in whose length or digest was wrong; they were treated as missing. Ascending. */
  readonly corrupt: number[];
}

export type ReassembleGroupResult = ReassembledGroup | { readonly ok: false; readonly error: GroupError };

export interface ReassembleGroupOptions {
  readonly manifest: Manifest;
  /** layoutOfManifest(manifest). */
  readonly layout: Layout;
  readonly group: number;
  /** k + m (anything else is a bug); undefined where missing and for implicit zeros. Never changed, but see `inArena`. */
  readonly members: readonly (Uint8Array | undefined)[];
  /** Where the members lie, when that is an arena: data that is missing or wrong is computed in its place there. */
  readonly inArena?: { readonly arena: GroupArena; readonly place: number };
  /** The chain after the group before: IMAGE_DIGEST_START for group 0. */
  readonly chain: string;
  readonly digests: Digests;
}

export type FinishResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: "image-digest-mismatch";
        readonly expected: string;
        readonly actual: string;
      };
    };

/** True when the bytes are the member that the manifest lists: right length, right digest. False for an implicit zero. */
export function verifyMember(
  manifest: Manifest,
  digests: Digests,
  group: number,
  member: number,
  bytes: Uint8Array,
): boolean {
  const expected = manifest.memberDigests[group]?.[member];
  return bytes.length === manifest.subsegmentBytes && digests.member(bytes) === expected;
}

/**
 * Gives back one group's bytes from any sufficient set of its members, or says why that is impossible.
 * Errors: see GroupError. Inputs are never changed, but for members in an arena; the bytes returned alias the members.
 */
export function reassembleGroup(options: ReassembleGroupOptions): ReassembleGroupResult {
  const { manifest, layout, group, digests } = options;
  const { k, m } = layout.scheme;
  assert(options.members.length === k + m, "members are given for all k + m places of the group");
  const dataCount = dataCountOfGroup(layout, group);
  const good: (Uint8Array | undefined)[] = [];
  const corrupt: number[] = [];
  const missing: number[] = [];
  let have = 0;
  let lastGood: Uint8Array | undefined;
  let lastGoodDigest: string | undefined;
  const isGood = (member: number, bytes: Uint8Array): boolean => {
    const expected = manifest.memberDigests[group]?.[member];
    // Copies are often the same buffer; then its digest is known already.
    if (bytes === lastGood && expected === lastGoodDigest) return true;
    if (!verifyMember(manifest, digests, group, member, bytes)) return false;
    lastGood = bytes;
    lastGoodDigest = expected;
    return true;
  };
  for (let member = 0; member < k + m; member += 1) {
    const bytes = options.members[member];
    if (bytes === undefined) {
      if (memberExists(layout, group, member)) missing.push(member);
      good.push(undefined);
    } else if (isGood(member, bytes)) {
      have += 1;
      good.push(bytes);
    } else {
      corrupt.push(member);
      good.push(undefined);
    }
  }
  const decoded = decodedData(options, dataCount, good);
  if (!decoded.ok) {
    assert(
      decoded.error.code === "too-few-members" || decoded.error.code === "undetermined-members",
      "verified members are well formed",
    );
    return {
      ok: false,
      error: { code: "group-unrecoverable", group, corrupt, missing, have, need: dataCount },
    };
  }
  const bytesOut: Uint8Array[] = [];
  const rebuilt: number[] = [];
  let chain = options.chain;
  for (let member = 0; member < dataCount; member += 1) {
    const stored = decoded.data[member] as Uint8Array;
    if (good[member] === undefined) {
      rebuilt.push(member);
      if (!isGood(member, stored)) {
        return {
          ok: false,
          error: { code: "decoded-digest-mismatch", group, corrupt, missing, have, need: dataCount },
        };
      }
    }
    const trueBytes = trueBytesOfData(layout, group, member);
    const output = trueBytes === stored.length ? stored : stored.subarray(0, trueBytes);
    // Taken on the output itself, not on the digests above: it must also find members that were put in the wrong order.
    chain = linkImageDigest(digests, chain, digests.member(output));
    bytesOut.push(output);
  }
  return { ok: true, bytes: bytesOut, chain, rebuilt, corrupt };
}

/** Data members 0..dataCount−1 from the good ones. A lost copy is not made again: any other one is it. */
function decodedData(
  { layout, inArena }: ReassembleGroupOptions,
  dataCount: number,
  good: readonly (Uint8Array | undefined)[],
): DecodeResult {
  const { scheme } = layout;
  if (inArena === undefined || scheme.k === 1) return decodeGroup(scheme, dataCount, good);
  const { arena, place } = inArena;
  const data = Array.from({ length: dataCount }, (_, member) => member);
  const isThere = good.map((bytes) => bytes !== undefined);
  const rebuilt = arena.rebuild(dataCount, isThere, data, place);
  return rebuilt.ok ? { ok: true, data: data.map((member) => arena.member(member, place)) } : rebuilt;
}

/** Compares the chain after the last group (IMAGE_DIGEST_START when there is none) with the manifest's whole-image digest. */
export function finishReassembly(manifest: Manifest, chain: string): FinishResult {
  if (chain === manifest.imageDigest) return { ok: true };
  return {
    ok: false,
    error: { code: "image-digest-mismatch", expected: manifest.imageDigest, actual: chain },
  };
}
