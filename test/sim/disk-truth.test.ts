import { describe, expect, it } from "vitest";
import { formGroup } from "../../src/core/checkpoint/form.ts";
import { IMAGE_DIGEST_START } from "../../src/core/checkpoint/image-digest.ts";
import { encodeManifest, type Manifest } from "../../src/core/checkpoint/manifest.ts";
import { createLayout, type Layout } from "../../src/core/redundancy/layout.ts";
import { parseScheme } from "../../src/core/redundancy/scheme.ts";
import { createDigests } from "../../src/sim/digests.ts";
import { DiskTruth } from "../../src/sim/disk-truth.ts";

const digests = await createDigests();
const SUBSEGMENT_BYTES = 7;
const KEY = { ballot: { epoch: 0, number: 1, restorer: 0, nonce: 5 }, sequence: 3, attempt: 1 };

interface Formed {
  readonly image: Uint8Array;
  readonly layout: Layout;
  readonly members: readonly (readonly (Uint8Array | undefined)[])[];
  readonly manifest: Manifest;
  readonly truth: DiskTruth;
}

/** A checkpoint formed by the core. */
function formed(schemeText: string, imageBytes: number): Formed {
  const parsed = parseScheme(schemeText);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { scheme } = parsed;
  const { k, m } = scheme;
  const width = k + m;
  const made = createLayout({ scheme, imageBytes, subsegmentBytes: SUBSEGMENT_BYTES, width });
  if (!made.ok) throw new Error(made.error.message);
  const { layout } = made;
  const image = Uint8Array.from({ length: imageBytes }, (_, index) => (index * 37 + 11) % 251);
  const source = {
    imageBytes,
    read: (offset: number, length: number) => image.subarray(offset, offset + length),
  };
  let chain = IMAGE_DIGEST_START;
  const members: (readonly (Uint8Array | undefined)[])[] = [];
  const memberDigests: (readonly string[])[] = [];
  for (let group = 0; group < layout.groupCount; group += 1) {
    const one = formGroup({ layout, source, group, chain, digests });
    chain = one.imageDigest;
    members.push(one.members);
    memberDigests.push(one.digests);
  }
  const manifest: Manifest = {
    key: KEY,
    scheme: schemeText,
    imageBytes,
    subsegmentBytes: SUBSEGMENT_BYTES,
    placement: Array.from({ length: width }, (_, slot) => ({ slot, life: { number: 1, nonce: 0 } })),
    segments: [{ name: "state", bytes: imageBytes }],
    memberDigests,
    imageDigest: chain,
    formerBoot: 1,
  };
  const truth = new DiskTruth({ k, m, schemeText, subsegmentBytes: SUBSEGMENT_BYTES, digests });
  return { image, layout, members, manifest, truth };
}

function altered(bytes: Uint8Array, index: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

const CASES = ["mirror:2", "mirror:3", "stripe:2", "parity:2+1", "parity:4+1"].flatMap((scheme) =>
  [1, 6, 7, 8, 28, 30].map((imageBytes) => [scheme, imageBytes] as const),
);

describe("what disks ought to contain", () => {
  it.each(CASES)("takes what the core forms, and nothing else: %s of %i bytes", (scheme, imageBytes) => {
    const { image, members, truth } = formed(scheme, imageBytes);
    let looked = 0;
    for (const [group, row] of members.entries()) {
      for (const [member, bytes] of row.entries()) {
        if (bytes === undefined) continue;
        looked += 1;
        const where = `${group}/${member}`;
        expect(truth.isMember(image, group, member, bytes), where).toBe(true);
        for (const index of bytes.keys())
          expect(truth.isMember(image, group, member, altered(bytes, index)), where).toBe(false);
        expect(truth.isMember(image, group, member, bytes.subarray(1)), where).toBe(false);
        expect(truth.isMember(image, group + members.length, member, bytes), where).toBe(false);
      }
    }
    expect(looked).toBeGreaterThan(0);
  });

  it("tells copies of one buffer apart by what they are said to be", () => {
    const { image, members, truth } = formed("parity:2+1", 30);
    const bytes = members[0]?.[0] as Uint8Array;
    expect(truth.isMember(image, 0, 0, bytes)).toBe(true);
    expect(truth.isMember(image, 0, 1, bytes)).toBe(false);
    expect(truth.isMember(image, 0, 0, bytes)).toBe(true);
    expect(truth.isMember(altered(image, 2), 0, 0, bytes)).toBe(false);
  });

  it.each(["mirror:2", "stripe:2", "parity:2+1"])(
    "takes a manifest of the core, and no altered one: %s",
    (scheme) => {
      const { image, manifest, truth } = formed(scheme, 30);
      const bytes = encodeManifest(manifest, digests);
      expect(truth.isManifest(image, KEY, bytes)).toBe(true);
      expect(truth.isManifest(image, { ...KEY, attempt: 2 }, bytes)).toBe(false);
      expect(truth.isManifest(image, KEY, bytes.subarray(0, bytes.length - 32))).toBe(false);
      expect(truth.isManifest(image, KEY, new Uint8Array(100))).toBe(false);
      expect(truth.isManifest(image, KEY, new Uint8Array(0))).toBe(false);
      for (const index of bytes.keys())
        expect(truth.isManifest(image, KEY, altered(bytes, index))).toBe(false);
    },
  );

  it("refuses a manifest that is whole and says something else of the image", () => {
    const { image, manifest, truth } = formed("parity:2+1", 30);
    const [first = [], ...others] = manifest.memberDigests;
    const swapped = { ...manifest, memberDigests: [[first[1], first[0], first[2]] as string[], ...others] };
    expect(truth.isManifest(image, KEY, encodeManifest(swapped, digests))).toBe(false);
    const { manifest: longer } = formed("parity:2+1", 31);
    expect(truth.isManifest(image, KEY, encodeManifest(longer, digests))).toBe(false);
  });

  it("an image of no bytes has no members, but a manifest", () => {
    const { image, manifest, truth } = formed("mirror:2", 0);
    expect(truth.isManifest(image, KEY, encodeManifest(manifest, digests))).toBe(true);
    expect(truth.isMember(image, 0, 0, new Uint8Array(SUBSEGMENT_BYTES))).toBe(false);
  });
});
