import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formGroup, type FormGroupOptions } from "../../../src/core/checkpoint/form.ts";
import { IMAGE_DIGEST_START } from "../../../src/core/checkpoint/image-digest.ts";
import { imageOfSegments } from "../../../src/core/checkpoint/image.ts";
import { createGroupArena } from "../../../src/core/redundancy/arena.ts";
import {
  dataCountOfGroup,
  type Layout,
  offsetOfGroup,
  positionOfMember,
  trueBytesOfData,
  trueBytesOfGroup,
} from "../../../src/core/redundancy/layout.ts";
import { anyLayout, layoutOf, schemeOf } from "../redundancy/arbitrary.ts";
import { slowProtect } from "../redundancy/slow-model.ts";
import { contentOf, digests, flipped, protectBytes } from "./protected-image.ts";

const layoutWithContent = anyLayout().chain((layout) =>
  fc.tuple(
    fc.constant(layout),
    fc.uint8Array({ minLength: layout.imageBytes, maxLength: layout.imageBytes }),
  ),
);

function formAll(layout: Layout, bytes: Uint8Array) {
  const source = imageOfSegments([{ name: "image", bytes }]);
  let chain = IMAGE_DIGEST_START;
  return Array.from({ length: layout.groupCount }, (_, group) => {
    const formed = formGroup({ layout, source, group, chain, digests });
    chain = formed.imageDigest;
    return formed;
  });
}

describe("formGroup", () => {
  it("forms what the slow model forms, padding with zeros and leaving implicit zeros out", () => {
    fc.assert(
      fc.property(layoutWithContent, ([layout, bytes]) => {
        const image = [...bytes];
        const expected = slowProtect({
          image,
          scheme: layout.scheme.text,
          k: layout.scheme.k,
          width: layout.width,
          declusteredOver: layout.declusteredOver,
          subsegmentBytes: layout.subsegmentBytes,
        });
        const actual = formAll(layout, bytes).flatMap(({ group, members }) =>
          members.flatMap((stored, member) =>
            stored === undefined
              ? []
              : [{ group, member, position: positionOfMember(layout, group, member), bytes: [...stored] }],
          ),
        );
        expect(actual).toEqual(expected);
        expect([...bytes]).toEqual(image);
      }),
    );
  });

  it("gives each stored member the digest of its stored bytes, and implicit zeros the empty one", () => {
    fc.assert(
      fc.property(layoutWithContent, ([layout, bytes]) => {
        for (const { members, digests: row } of formAll(layout, bytes)) {
          expect(row).toEqual(
            members.map((stored) => (stored === undefined ? "" : digests.member(Uint8Array.from(stored)))),
          );
        }
      }),
    );
  });

  it("forms the same from a group's own bytes as from the image", () => {
    fc.assert(
      fc.property(layoutWithContent, ([layout, bytes]) => {
        let chain = IMAGE_DIGEST_START;
        for (const formed of formAll(layout, bytes)) {
          const offset = offsetOfGroup(layout, formed.group);
          const source = bytes.slice(offset, offset + trueBytesOfGroup(layout, formed.group));
          expect(formGroup({ layout, source, group: formed.group, chain, digests })).toEqual(formed);
          chain = formed.imageDigest;
        }
      }),
    );
  });

  it("forms the same in an arena that holds the group's bytes, in any place, and copies nothing", () => {
    fc.assert(
      fc.property(layoutWithContent, ([layout, bytes]) => {
        const arena = createGroupArena(layout.scheme, layout.subsegmentBytes, 2);
        let chain = IMAGE_DIGEST_START;
        for (const formed of formAll(layout, bytes)) {
          const place = formed.group % 2;
          const offset = offsetOfGroup(layout, formed.group);
          for (let member = 0; member < layout.scheme.k + layout.scheme.m; member += 1)
            arena.member(member, place).fill(0xa5);
          for (let member = 0; member < dataCountOfGroup(layout, formed.group); member += 1) {
            const start = offset + member * layout.subsegmentBytes;
            const end = start + trueBytesOfData(layout, formed.group, member);
            arena.member(member, place).set(bytes.subarray(start, end));
          }
          const inPlace = formGroup({
            layout,
            source: { arena, place },
            group: formed.group,
            chain,
            digests,
          });
          expect(inPlace).toEqual(formed);
          for (const stored of inPlace.members)
            if (stored !== undefined) expect(stored.buffer).toBe(arena.member(0).buffer);
          chain = formed.imageDigest;
        }
      }),
    );
  });

  it("keeps full subsegments as views and hands copies on as one view", () => {
    const bytes = contentOf(40, 1);
    const layout = layoutOf({ scheme: schemeOf("mirror:3"), imageBytes: 40, subsegmentBytes: 16 });
    const [first, , last] = formAll(layout, bytes);
    for (const member of first?.members ?? []) expect(member).toBe(first?.members[0]);
    expect(first?.members[0]?.buffer).toBe(bytes.buffer);
    expect(last?.members[0]?.buffer).not.toBe(bytes.buffer);
    expect(last?.members[2]).toBe(last?.members[0]);
  });

  it("the whole-image digest depends on every bit, on the length and on the order of subsegments", () => {
    const scheme = schemeOf("parity:2+1");
    const digestOf = (bytes: Uint8Array): string =>
      protectBytes({ scheme, subsegmentBytes: 8, bytes }).manifest.imageDigest;
    const bytes = contentOf(29, 2);
    const seen = new Set([digestOf(bytes)]);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) seen.add(digestOf(flipped(bytes, bit)));
    for (let length = 0; length < bytes.length; length += 1) seen.add(digestOf(bytes.subarray(0, length)));
    seen.add(digestOf(Uint8Array.of(...bytes, 0)));
    seen.add(
      digestOf(Uint8Array.of(...bytes.subarray(8, 16), ...bytes.subarray(0, 8), ...bytes.subarray(16))),
    );
    expect(seen.size).toBe(1 + 29 * 8 + 29 + 1 + 1);
    expect(digestOf(new Uint8Array(0))).toBe(IMAGE_DIGEST_START);
  });

  it("does not depend on the scheme: the image's digest is about the image and the cut alone", () => {
    const bytes = contentOf(100, 3);
    const seen = ["mirror:2", "stripe:3", "parity:4+1"].map(
      (text) => protectBytes({ scheme: schemeOf(text), subsegmentBytes: 8, bytes }).manifest.imageDigest,
    );
    expect(new Set(seen).size).toBe(1);
  });

  it("asserts that the source fits the layout", () => {
    const layout = layoutOf({ scheme: schemeOf("parity:2+1"), imageBytes: 20, subsegmentBytes: 8 });
    const form = (source: FormGroupOptions["source"], group: number) => () =>
      formGroup({ layout, source, group, chain: IMAGE_DIGEST_START, digests });
    expect(form(new Uint8Array(15), 0)).toThrow("true bytes");
    expect(form(new Uint8Array(8), 1)).toThrow("true bytes");
    expect(form(imageOfSegments([{ name: "a", bytes: new Uint8Array(19) }]), 0)).toThrow(
      "image of the layout",
    );
    expect(form(new Uint8Array(16), 2)).toThrow("group 2");
    const place = (scheme: string, bytes: number) => ({
      arena: createGroupArena(schemeOf(scheme), bytes),
      place: 0,
    });
    expect(form(place("parity:3+1", 8), 0)).toThrow("of the layout");
    expect(form(place("parity:2+1", 9), 0)).toThrow("of the layout");
  });
});
