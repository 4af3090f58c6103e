import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/core/checkpoint/manifest.ts";
import { finishReassembly, reassembleGroup, verifyMember } from "../../../src/core/checkpoint/reassemble.ts";
import { IMAGE_DIGEST_START } from "../../../src/core/checkpoint/image-digest.ts";
import { membersAtPosition } from "../../../src/core/redundancy/layout.ts";
import { anyTolerantScheme, schemeOf } from "../redundancy/arbitrary.ts";
import { anyCase, isLost, storedMembers } from "./protected-case.ts";
import { contentOf, digests, protectBytes, restore, withoutPositions } from "./protected-image.ts";

describe("loss of servers", () => {
  it("for every scheme, width, content and size: the loss of any one server gives back the exact bytes where tolerance is 1 or more", () => {
    fc.assert(
      fc.property(anyCase(anyTolerantScheme), ({ image, expected }) => {
        for (let lost = 0; lost < image.layout.width; lost += 1) {
          const restored = restore(image.manifest, image.layout, withoutPositions(image, [lost]));
          if (!restored.ok) throw new Error(`position ${lost}: ${restored.error.code}`);
          expect([...restored.bytes]).toEqual(expected);
          const lostData = membersAtPosition(image.layout, lost).filter(
            ({ member }) => member < image.layout.scheme.k,
          );
          expect(restored.rebuilt).toEqual(lostData.map(({ group, member }) => `${group}/${member}`));
          expect(restored.corrupt).toEqual([]);
        }
      }),
    );
  });

  it("all single-server losses of every scheme at widths 2..8 and sizes around every boundary", () => {
    let cases = 0;
    for (let width = 2; width <= 8; width += 1) {
      const texts: string[] = [];
      for (let count = 2; count <= width; count += 1) texts.push(`mirror:${count}`, `parity:${count - 1}+1`);
      for (const text of texts) {
        const scheme = schemeOf(text);
        for (const subsegmentBytes of [1, 5, 8]) {
          const k = scheme.k;
          const s = subsegmentBytes;
          const around = [
            0,
            1,
            s - 1,
            s,
            s + 1,
            k * s - 1,
            k * s,
            k * s + 1,
            width * k * s,
            width * k * s + 1,
            37,
          ];
          for (const imageBytes of new Set(around.filter((bytes) => bytes >= 0))) {
            const bytes = contentOf(imageBytes, cases);
            const expected = bytes.slice();
            const image = protectBytes({ scheme, subsegmentBytes, width, bytes });
            for (let lost = 0; lost < width; lost += 1) {
              const restored = restore(image.manifest, image.layout, withoutPositions(image, [lost]));
              if (!restored.ok) expect.fail(`${text} D=${width} s=${s} B=${imageBytes} lost ${lost}`);
              expect(restored.bytes).toEqual(expected);
              cases += 1;
            }
          }
        }
      }
    }
    expect(cases).toBeGreaterThan(8000);
  });

  it("stripe: a loss is refused exactly when the server held something, and names the group and member", () => {
    for (let width = 2; width <= 6; width += 1) {
      const image = protectBytes({
        scheme: schemeOf("stripe:2"),
        subsegmentBytes: 4,
        width,
        bytes: contentOf(15, 9),
      });
      for (let lost = 0; lost < width; lost += 1) {
        const held = membersAtPosition(image.layout, lost)[0];
        const restored = restore(image.manifest, image.layout, withoutPositions(image, [lost]));
        if (held === undefined) {
          expect(restored).toMatchObject({ ok: true, bytes: contentOf(15, 9) });
        } else {
          expect(restored).toEqual({
            ok: false,
            error: {
              code: "group-unrecoverable",
              group: held.group,
              corrupt: [],
              missing: [held.member],
              have: 1,
              need: 2,
            },
          });
        }
      }
    }
  });

  it("every set of lost servers: restored exactly, or refused where the rank says that a group is lost", () => {
    let restoredCount = 0;
    let refusedCount = 0;
    for (const text of [
      "mirror:2",
      "mirror:3",
      "stripe:2",
      "parity:1+1",
      "parity:2+1",
      "parity:3+1",
      "rs:2+2",
      "rs:3+3",
      "lrc:2,2,1",
      "lrc:2,1,2",
    ]) {
      const scheme = schemeOf(text);
      for (let width = scheme.k + scheme.m; width <= 6; width += 1) {
        for (const imageBytes of [0, 3, 21, 50, 70]) {
          const bytes = contentOf(imageBytes, width);
          const image = protectBytes({ scheme, subsegmentBytes: 5, width, bytes });
          for (let mask = 0; mask < 1 << width; mask += 1) {
            const lost = Array.from({ length: width }, (_, position) => position).filter(
              (position) => ((mask >> position) & 1) === 1,
            );
            const members = withoutPositions(image, lost);
            const restored = restore(image.manifest, image.layout, members);
            expect(restored.ok).toBe(!isLost(image, members));
            if (restored.ok) {
              expect(restored.bytes).toEqual(contentOf(imageBytes, width));
              restoredCount += 1;
            } else {
              refusedCount += 1;
            }
            if (lost.length <= scheme.tolerance) expect(restored.ok).toBe(true);
          }
        }
      }
    }
    expect(restoredCount).toBeGreaterThan(500);
    expect(refusedCount).toBeGreaterThan(500);
  });

  it("redset XOR(4) over 7,340,032 bytes: any one of the four servers lost gives back the bytes", () => {
    const bytes = contentOf(7_340_032, 4);
    const expected = bytes.slice();
    const image = protectBytes({ scheme: schemeOf("parity:3+1"), subsegmentBytes: 2_446_678, bytes });
    expect(storedMembers(image).map((stored) => stored.bytes.length)).toEqual(new Array(4).fill(2_446_678));
    for (let lost = 0; lost < 4; lost += 1) {
      const members = withoutPositions(image, [lost])[0] ?? [];
      const { manifest, layout } = image;
      const result = reassembleGroup({
        manifest,
        layout,
        group: 0,
        members,
        chain: IMAGE_DIGEST_START,
        digests,
      });
      if (!result.ok) throw new Error(result.error.code);
      expect(Buffer.compare(Buffer.concat(result.bytes), expected)).toBe(0);
      expect(finishReassembly(manifest, result.chain)).toEqual({ ok: true });
    }
  });
});

describe("verification", () => {
  it("a wrong length is refused even where the digest does not notice it", () => {
    const { manifest } = protectBytes({
      scheme: schemeOf("mirror:2"),
      subsegmentBytes: 8,
      bytes: contentOf(8, 1),
    });
    const blind = { ...digests, member: () => manifest.memberDigests[0]?.[0] ?? "" };
    expect(verifyMember(manifest, blind, 0, 0, new Uint8Array(8))).toBe(true);
    expect(verifyMember(manifest, blind, 0, 0, new Uint8Array(7))).toBe(false);
    expect(verifyMember(manifest, blind, 0, 0, new Uint8Array(9))).toBe(false);
  });

  it("one buffer handed in for two different members is accepted for its own place only", () => {
    const bytes = contentOf(16, 3);
    const { manifest, layout, members } = protectBytes({
      scheme: schemeOf("parity:2+1"),
      subsegmentBytes: 8,
      bytes: bytes.slice(),
    });
    const [first, , parity] = members[0] ?? [];
    const row = [first, first, parity];
    const result = reassembleGroup({
      manifest,
      layout,
      group: 0,
      members: row,
      chain: IMAGE_DIGEST_START,
      digests,
    });
    if (!result.ok) throw new Error(result.error.code);
    expect(result.corrupt).toEqual([1]);
    expect(result.rebuilt).toEqual([1]);
    expect(result.bytes.flatMap((piece) => [...piece])).toEqual([...bytes]);
  });
});

describe("checks at the end", () => {
  it("a decoded member that contradicts its digest is refused", () => {
    const { manifest, layout, members } = protectBytes({
      scheme: schemeOf("parity:2+1"),
      subsegmentBytes: 8,
      bytes: contentOf(16, 7),
    });
    const altered: Manifest = {
      ...manifest,
      memberDigests: manifest.memberDigests.map((row) => ["0123456789abcdef", ...row.slice(1)]),
    };
    expect(restore(altered, layout, members)).toEqual({
      ok: false,
      error: { code: "decoded-digest-mismatch", group: 0, corrupt: [0], missing: [], have: 2, need: 2 },
    });
  });

  it("an image whose parts are right and whose whole is not is refused", () => {
    const image = protectBytes({ scheme: schemeOf("stripe:2"), subsegmentBytes: 8, bytes: contentOf(30, 8) });
    const [first, second] = image.manifest.memberDigests;
    const swapped: Manifest = { ...image.manifest, memberDigests: [second ?? [], first ?? []] };
    const full = protectBytes({ scheme: schemeOf("stripe:2"), subsegmentBytes: 8, bytes: contentOf(32, 8) });
    const [firstFull, secondFull] = full.manifest.memberDigests;
    const swappedFull: Manifest = { ...full.manifest, memberDigests: [secondFull ?? [], firstFull ?? []] };
    expect(restore(full.manifest, full.layout, full.members).ok).toBe(true);
    for (const [manifest, { layout, members }] of [
      [swapped, image],
      [swappedFull, full],
    ] as const) {
      expect(restore(manifest, layout, [...members].reverse())).toMatchObject({
        ok: false,
        error: { code: "image-digest-mismatch" },
      });
    }
    expect(finishReassembly(image.manifest, IMAGE_DIGEST_START)).toEqual({
      ok: false,
      error: {
        code: "image-digest-mismatch",
        expected: image.manifest.imageDigest,
        actual: IMAGE_DIGEST_START,
      },
    });
  });

  it("asserts that members are given for the whole group", () => {
    const { manifest, layout, members } = protectBytes({
      scheme: schemeOf("parity:2+1"),
      subsegmentBytes: 8,
      bytes: contentOf(16, 7),
    });
    const short = (members[0] ?? []).slice(1);
    expect(() =>
      reassembleGroup({ manifest, layout, group: 0, members: short, chain: IMAGE_DIGEST_START, digests }),
    ).toThrow("all k + m places");
  });
});
