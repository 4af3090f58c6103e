/**
 * Protects and reassembles an image in memory, with the code under test, for the tests of this folder.
 * The expected bytes are not in here: each test keeps its own copy.
 */

import { formGroup } from "../../../src/core/checkpoint/form.ts";
import { IMAGE_DIGEST_START } from "../../../src/core/checkpoint/image-digest.ts";
import { entriesOfSegments, imageOfSegments, type Segment } from "../../../src/core/checkpoint/image.ts";
import type { CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import type { Manifest } from "../../../src/core/checkpoint/manifest.ts";
import {
  finishReassembly,
  type GroupError,
  reassembleGroup,
  type ReassembleGroupOptions,
} from "../../../src/core/checkpoint/reassemble.ts";
import type { GroupArena } from "../../../src/core/redundancy/arena.ts";
import { type Layout, memberAtPosition } from "../../../src/core/redundancy/layout.ts";
import type { Scheme } from "../../../src/core/redundancy/scheme.ts";
import { createDigests } from "../../../src/sim/digests.ts";
import { layoutOf } from "../redundancy/arbitrary.ts";

export const digests = await createDigests();

export interface ProtectedImage {
  readonly layout: Layout;
  readonly manifest: Manifest;
  /** [group][member], as stored. */
  readonly members: (Uint8Array | undefined)[][];
}

export const anyKey: CheckpointKey = {
  ballot: { epoch: 0, number: 1, restorer: 0, nonce: 0xa3f0 },
  sequence: 2,
  attempt: 1,
};

export interface ProtectOptions {
  readonly scheme: Scheme;
  readonly subsegmentBytes: number;
  readonly width?: number;
  readonly declusteredOver?: number | undefined;
  readonly segments: readonly Segment[];
  readonly key?: CheckpointKey;
}

/** Forms all groups of the segments and writes their manifest. */
export function protectSegments(options: ProtectOptions): ProtectedImage {
  const { scheme, subsegmentBytes, segments, declusteredOver } = options;
  const source = imageOfSegments(segments);
  const width = options.width ?? scheme.k + scheme.m;
  const layout = layoutOf({ scheme, imageBytes: source.imageBytes, subsegmentBytes, width, declusteredOver });
  const members: (Uint8Array | undefined)[][] = [];
  const memberDigests: (readonly string[])[] = [];
  let chain = IMAGE_DIGEST_START;
  for (let group = 0; group < layout.groupCount; group += 1) {
    const formed = formGroup({ layout, source, group, chain, digests });
    members.push([...formed.members]);
    memberDigests.push(formed.digests);
    chain = formed.imageDigest;
  }
  const manifest: Manifest = {
    key: options.key ?? anyKey,
    scheme: scheme.text,
    imageBytes: layout.imageBytes,
    subsegmentBytes,
    placement: Array.from({ length: width }, (_, slot) => ({ slot, life: { number: 1, nonce: slot + 100 } })),
    ...(declusteredOver === undefined ? {} : { declusteredOver }),
    segments: entriesOfSegments(segments),
    memberDigests,
    imageDigest: chain,
    formerBoot: 7,
  };
  return { layout, manifest, members };
}

/** Protects one segment of these bytes. */
export function protectBytes(
  options: Omit<ProtectOptions, "segments"> & { readonly bytes: Uint8Array },
): ProtectedImage {
  return protectSegments({ ...options, segments: [{ name: "image", bytes: options.bytes }] });
}

/** The members without those of the lost positions. */
export function withoutPositions(
  image: ProtectedImage,
  lost: readonly number[],
): (Uint8Array | undefined)[][] {
  const { layout } = image;
  const members = image.members.map((row) => [...row]);
  for (const [group, row] of members.entries()) {
    for (const position of lost) {
      const member = memberAtPosition(layout, group, position);
      if (member !== undefined) row[member] = undefined;
    }
  }
  return members;
}

export type RestoreResult =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly rebuilt: string[]; readonly corrupt: string[] }
  | { readonly ok: false; readonly error: GroupError | { readonly code: "image-digest-mismatch" } };

/**
 * Reassembles all groups; rebuilt and corrupt members are named "group/member". With an arena, members of the right length are
 * put into it first, groups at its places in turn.
 */
export function restore(
  manifest: Manifest,
  layout: Layout,
  members: readonly (readonly (Uint8Array | undefined)[])[],
  arena?: GroupArena,
): RestoreResult {
  const pieces: Uint8Array[] = [];
  const rebuilt: string[] = [];
  const corrupt: string[] = [];
  let chain = IMAGE_DIGEST_START;
  for (let group = 0; group < layout.groupCount; group += 1) {
    const given = members[group] ?? [];
    const common = { manifest, layout, group, chain, digests };
    const result =
      arena === undefined
        ? reassembleGroup({ ...common, members: given })
        : reassembleGroup({ ...common, ...putInto(arena, group % arena.placeCount, given) });
    if (!result.ok) return result;
    pieces.push(...result.bytes.map((bytes) => bytes.slice()));
    rebuilt.push(...result.rebuilt.map((member) => `${group}/${member}`));
    corrupt.push(...result.corrupt.map((member) => `${group}/${member}`));
    chain = result.chain;
  }
  const finished = finishReassembly(manifest, chain);
  if (!finished.ok) return finished;
  return { ok: true, bytes: Uint8Array.from(pieces.flatMap((piece) => [...piece])), rebuilt, corrupt };
}

function putInto(
  arena: GroupArena,
  place: number,
  members: readonly (Uint8Array | undefined)[],
): Pick<ReassembleGroupOptions, "members" | "inArena"> {
  const placed = members.map((bytes, member) => {
    if (bytes?.length !== arena.memberBytes) return bytes;
    const view = arena.member(member, place);
    view.set(bytes);
    return view;
  });
  return { members: placed, inArena: { arena, place } };
}

/** A copy with one bit flipped. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** Bytes without pattern and without zeros, different for each seed. */
export function contentOf(length: number, seed: number): Uint8Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + ((state >>> 16) % 255);
  });
}
