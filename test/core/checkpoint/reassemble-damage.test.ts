/** Damage to members and members of another checkpoint: found, and repaired or refused. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reassembleGroup, verifyMember } from "../../../src/core/checkpoint/reassemble.ts";
import { IMAGE_DIGEST_START } from "../../../src/core/checkpoint/image-digest.ts";
import { createGroupArena } from "../../../src/core/redundancy/arena.ts";
import { memberExists } from "../../../src/core/redundancy/layout.ts";
import { schemeOf } from "../redundancy/arbitrary.ts";
import { anyCase, isLost, storedMembers } from "./protected-case.ts";
import { contentOf, digests, flipped, protectBytes, restore } from "./protected-image.ts";

describe("rot", () => {
  it("a flipped bit anywhere in any member is found and repaired where tolerance is 1 or more", () => {
    let bits = 0;
    for (const text of ["mirror:2", "mirror:3", "parity:1+1", "parity:2+1", "parity:4+1"]) {
      for (const imageBytes of [1, 11, 32, 45]) {
        const expected = contentOf(imageBytes, 5);
        const image = protectBytes({
          scheme: schemeOf(text),
          subsegmentBytes: 8,
          bytes: contentOf(imageBytes, 5),
        });
        for (const { group, member, bytes } of storedMembers(image)) {
          for (let bit = 0; bit < bytes.length * 8; bit += 1) {
            const members = image.members.map((row) => [...row]);
            (members[group] ?? [])[member] = flipped(bytes, bit);
            const restored = restore(image.manifest, image.layout, members);
            if (!restored.ok) expect.fail(`${text} ${imageBytes} ${group}/${member} bit ${bit}`);
            expect(restored.bytes).toEqual(expected);
            expect(restored.corrupt).toEqual([`${group}/${member}`]);
            bits += 1;
          }
        }
      }
    }
    expect(bits).toBeGreaterThan(5000);
  });

  it("without redundancy it is refused, naming the group and member", () => {
    const image = protectBytes({ scheme: schemeOf("stripe:3"), subsegmentBytes: 8, bytes: contentOf(45, 5) });
    for (const { group, member, bytes } of storedMembers(image)) {
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const members = image.members.map((row) => [...row]);
        (members[group] ?? [])[member] = flipped(bytes, bit);
        expect(restore(image.manifest, image.layout, members)).toMatchObject({
          ok: false,
          error: { code: "group-unrecoverable", group, corrupt: [member], missing: [] },
        });
      }
    }
  });

  it("any damage to any members is repaired or refused, never passed on, and the same in an arena", () => {
    const damage = fc.constantFrom("keep", "keep", "drop", "flip", "zero", "short", "long");
    const damaged = anyCase().chain((one) =>
      fc.tuple(fc.constant(one), fc.array(damage, { minLength: 1, maxLength: 40 }), fc.nat({ max: 100_000 })),
    );
    let restoredCount = 0;
    let refusedCount = 0;
    fc.assert(
      fc.property(damaged, ([{ image, expected }, kinds, salt]) => {
        let index = salt;
        const intact = image.members.map((row) => [...row]);
        const members = image.members.map((row, group) =>
          row.map((bytes, member) => {
            if (bytes === undefined) return undefined;
            index += 1;
            const kind = kinds[index % kinds.length];
            const change = (): Uint8Array | undefined => {
              if (kind === "keep") return bytes;
              if (kind === "drop") return undefined;
              if (kind === "flip") return flipped(bytes, (index * 31) % (bytes.length * 8));
              if (kind === "zero") return new Uint8Array(bytes.length);
              if (kind === "short") return bytes.subarray(1);
              return Uint8Array.of(...bytes, 0);
            };
            const changed = change();
            const isSame = changed !== undefined && Buffer.compare(changed, bytes) === 0;
            if (!isSame) (intact[group] ?? [])[member] = undefined;
            return changed;
          }),
        );
        const restored = restore(image.manifest, image.layout, members);
        expect(restored.ok).toBe(!isLost(image, intact));
        const { scheme, subsegmentBytes } = image.layout;
        const arena = createGroupArena(scheme, subsegmentBytes, 2);
        expect(restore(image.manifest, image.layout, members, arena), "in an arena").toEqual(restored);
        if (restored.ok) {
          restoredCount += 1;
          expect([...restored.bytes]).toEqual(expected);
        } else {
          refusedCount += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(restoredCount).toBeGreaterThan(10);
    expect(refusedCount).toBeGreaterThan(10);
  });

  it("a wrong length and an implicit zero that is handed in are corrupt, not errors of the decoder", () => {
    const bytes = contentOf(10, 6);
    const { manifest, layout, members } = protectBytes({
      scheme: schemeOf("parity:3+1"),
      subsegmentBytes: 8,
      bytes,
    });
    const row = [...(members[0] ?? [])];
    expect(memberExists(layout, 0, 2)).toBe(false);
    row[2] = new Uint8Array(8);
    row[0] = (row[0] as Uint8Array).subarray(0, 7);
    const result = reassembleGroup({
      manifest,
      layout,
      group: 0,
      members: row,
      chain: IMAGE_DIGEST_START,
      digests,
    });
    expect(result).toMatchObject({ ok: true, rebuilt: [0], corrupt: [0, 2] });
    expect(verifyMember(manifest, digests, 0, 2, new Uint8Array(8))).toBe(false);
    expect(verifyMember(manifest, digests, 9, 0, new Uint8Array(8))).toBe(false);
  });
});

describe("members that are not what the manifest lists", () => {
  it.each(["rs:3+2", "lrc:4,2,1", "parity:3+1", "mirror:3"])(
    "%s: a zeroed member, one of another checkpoint and one of another place are named, repaired, and left as they are",
    (text) => {
      const scheme = schemeOf(text);
      const bytes = contentOf(8 * scheme.k, 1);
      const { manifest, layout, members } = protectBytes({
        scheme,
        subsegmentBytes: 8,
        bytes: bytes.slice(),
      });
      const other = protectBytes({ scheme, subsegmentBytes: 8, bytes: contentOf(8 * scheme.k, 2) });
      const last = scheme.k + scheme.m - 1;
      const intruders = [
        new Uint8Array(8),
        other.members[0]?.[0],
        scheme.k > 1 ? members[0]?.[last] : undefined,
      ];
      for (const intruder of intruders) {
        if (intruder === undefined) continue;
        const row = [...(members[0] ?? [])];
        row[0] = intruder;
        const before = intruder.slice();
        const options = { manifest, layout, group: 0, chain: IMAGE_DIGEST_START, digests };
        const result = reassembleGroup({ ...options, members: row });
        expect(result).toMatchObject({ ok: true, rebuilt: [0], corrupt: [0] });
        if (result.ok) expect(result.bytes.flatMap((part) => [...part])).toEqual([...bytes]);
        // With nothing else left there is no repair, and the member at fault is named all the same.
        const alone = row.map((part, member) => (member === 0 ? part : undefined));
        expect(reassembleGroup({ ...options, members: alone })).toMatchObject({
          ok: false,
          error: { code: "group-unrecoverable", corrupt: [0], have: 0 },
        });
        expect(intruder).toEqual(before);
      }
    },
  );
});

describe("two checkpoints", () => {
  it("members of two checkpoints never mix: the result is the manifest's own bytes, or refused", () => {
    let foreignCount = 0;
    const mixed = anyCase().chain(({ image, expected }) =>
      fc.record({
        image: fc.constant(image),
        expected: fc.constant(expected),
        // Mostly equal to the first image, as a later checkpoint is, so that many members are the same in both.
        changes: fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 8 }),
        choice: fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
      }),
    );
    fc.assert(
      fc.property(mixed, ({ image, expected, changes, choice }) => {
        const { scheme, subsegmentBytes, width } = image.layout;
        const laterBytes = Uint8Array.from(expected);
        for (const [at, value] of changes) if (at < laterBytes.length) laterBytes[at] = value;
        const later = protectBytes({ scheme, subsegmentBytes, width, bytes: laterBytes.slice() });
        let index = 0;
        const members = image.members.map((row, group) =>
          row.map((bytes, member) => {
            index += 1;
            if (choice[index % choice.length] === true) return bytes;
            foreignCount += 1;
            return later.members[group]?.[member];
          }),
        );
        const own = restore(image.manifest, image.layout, members);
        if (own.ok) expect([...own.bytes]).toEqual(expected);
        else expect(own.error.code).toBe("group-unrecoverable");
        const other = restore(later.manifest, later.layout, members);
        if (other.ok) expect(other.bytes).toEqual(laterBytes);
        else expect(other.error.code).toBe("group-unrecoverable");
      }),
      { numRuns: 200 },
    );
    expect(foreignCount).toBeGreaterThan(100);
  });
});
