/**
 * Forming: from an image to the members of its groups, one group at a time, so that files of any size stream through.
 *
 * The image's last subsegment is padded with zeros to the full length before anything is computed from it: padding that is
 * not zero would put bytes into the parity that a rebuild cannot know (MinIO PR 13945).
 * Full subsegments are views of the source. Nothing is kept between groups but the chain that the caller passes on.
 */

import { assert } from "../assertion.ts";
import type { GroupArena } from "../redundancy/arena.ts";
import { encodeGroup } from "../redundancy/code.ts";
import { copiedSource } from "../redundancy/combine.ts";
import {
  dataCountOfGroup,
  type Layout,
  offsetOfGroup,
  trueBytesOfData,
  trueBytesOfGroup,
} from "../redundancy/layout.ts";
import { codingOf } from "../redundancy/scheme.ts";
import type { Digests } from "./digests.ts";
import { linkImageDigest } from "./image-digest.ts";
import type { ImageSource } from "./image.ts";

export interface FormedGroup {
  readonly group: number;
  /** k + m; undefined for implicit zeros. Each is subsegmentBytes long; copies are the same view. Immutable. */
  readonly members: readonly (Uint8Array | undefined)[];
  /** k + m; "" for implicit zeros. The row of the manifest's memberDigests. */
  readonly digests: readonly string[];
  /** The chain of image-digest.ts after this group. */
  readonly imageDigest: string;
}

/**
 * A place in an arena of the layout's scheme and subsegment length, whose data members begin with the true bytes of the group.
 * Forming writes the padding and the redundancy members there.
 */
export interface FilledPlace {
  readonly arena: GroupArena;
  readonly place: number;
}

export interface FormGroupOptions {
  readonly layout: Layout;
  /**
   * The image, or the true bytes of just this group (trueBytesOfGroup of them), or a place that holds them already. Immutable
   * while members are in use.
   */
  readonly source: ImageSource | Uint8Array | FilledPlace;
  readonly group: number;
  /** The chain after the group before: IMAGE_DIGEST_START for group 0. Groups are formed in order. */
  readonly chain: string;
  readonly digests: Digests;
}

/**
 * Forms one group. Changes nothing but a place; members alias the source wherever the bytes are the same.
 * A source whose length does not fit the layout is a bug.
 */
export function formGroup(options: FormGroupOptions): FormedGroup {
  const { layout, source, group, digests } = options;
  const { k, m } = layout.scheme;
  const { subsegmentBytes } = layout;
  const dataCount = dataCountOfGroup(layout, group);
  const groupOffset = offsetOfGroup(layout, group);
  if (source instanceof Uint8Array) {
    assert(source.length === trueBytesOfGroup(layout, group), "the source holds the true bytes of the group");
  } else if (isPlace(source)) {
    const { scheme, memberBytes } = source.arena;
    assert(
      scheme.text === layout.scheme.text && memberBytes === subsegmentBytes,
      "the arena is of the layout",
    );
  } else {
    assert(source.imageBytes === layout.imageBytes, "the source is the image of the layout");
  }
  const data: Uint8Array[] = [];
  const row: string[] = new Array<string>(k + m).fill("");
  let chain = options.chain;
  for (let member = 0; member < dataCount; member += 1) {
    const trueBytes = trueBytesOfData(layout, group, member);
    const isFull = trueBytes === subsegmentBytes;
    let bytes: Uint8Array;
    let stored: Uint8Array;
    if (isPlace(source)) {
      stored = source.arena.member(member, source.place);
      stored.fill(0, trueBytes);
      bytes = stored.subarray(0, trueBytes);
    } else {
      const offset = member * subsegmentBytes;
      bytes =
        source instanceof Uint8Array
          ? source.subarray(offset, offset + trueBytes)
          : source.read(groupOffset + offset, trueBytes);
      stored = isFull ? bytes : padded(bytes, subsegmentBytes);
    }
    const trueDigest = digests.member(bytes);
    row[member] = isFull ? trueDigest : digests.member(stored);
    chain = linkImageDigest(digests, chain, trueDigest);
    data.push(stored);
  }
  const members: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(k + m).fill(undefined);
  for (let member = 0; member < dataCount; member += 1) members[member] = data[member];
  let previous: Uint8Array = data[0] as Uint8Array;
  let previousDigest: string = row[0] as string;
  const redundancy = isPlace(source) ? encodedInPlace(source, data) : encodeGroup(layout.scheme, data);
  for (const [index, bytes] of redundancy.entries()) {
    // Copies are the same buffer: one digest serves all.
    if (bytes !== previous) {
      previous = bytes;
      previousDigest = digests.member(bytes);
    }
    members[k + index] = bytes;
    row[k + index] = previousDigest;
  }
  return { group, members, digests: row, imageDigest: chain };
}

function isPlace(source: FormGroupOptions["source"]): source is FilledPlace {
  return "arena" in source;
}

/** As `encodeGroup`: rows that are copies are views of their source. */
function encodedInPlace({ arena, place }: FilledPlace, data: readonly Uint8Array[]): Uint8Array[] {
  const copies = codingOf(arena.scheme).rows.map((row) => copiedSource(row.subarray(0, data.length), data));
  if (copies.includes(undefined)) arena.encode(data.length, place);
  return copies.map((copy, index) => copy ?? arena.member(arena.scheme.k + index, place));
}

/** A fresh copy with zeros behind it: a new buffer is zero already. */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(bytes);
  return copy;
}
