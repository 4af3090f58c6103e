import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeManifest,
  encodeManifest,
  layoutOfManifest,
  type Manifest,
  type ManifestError,
} from "../../../src/core/checkpoint/manifest.ts";
import { createDigests } from "../../../src/sim/digests.ts";
import { anyScheme, schemeOf } from "../redundancy/arbitrary.ts";
import { anyKey, contentOf, digests, flipped, protectBytes, protectSegments } from "./protected-image.ts";

const sample: Manifest = protectSegments({
  scheme: schemeOf("parity:2+1"),
  subsegmentBytes: 8,
  width: 4,
  segments: [
    { name: "ledger.sqlite", bytes: contentOf(20, 1) },
    { name: 'notes/ä \u{1F4BE}\n"', bytes: contentOf(0, 1) },
    { name: "log", bytes: contentOf(7, 2) },
  ],
}).manifest;

function decodeText(text: string): ReturnType<typeof decodeManifest> {
  const sha = createHash("sha256").update(text, "utf8").digest("hex");
  return decodeManifest(new Uint8Array(Buffer.from(`${text}\n${sha}`, "utf8")), digests);
}

function bodyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").slice(0, -65);
}

/** Untyped on purpose, as JSON.parse gives it: the cases below put wrong types into it. */
type Json = ReturnType<typeof JSON.parse>;

/** The sample's JSON with a change, and a SHA-256 that matches: what only the checks of the fields can find. */
function decodeChanged(change: (json: Json) => void): ReturnType<typeof decodeManifest> {
  const json = JSON.parse(bodyOf(encodeManifest(sample, digests)));
  change(json);
  return decodeText(JSON.stringify(json));
}

describe("encodeManifest and decodeManifest", () => {
  it("give back every manifest", () => {
    const anyManifest = fc
      .record({
        scheme: anyScheme,
        subsegmentBytes: fc.integer({ min: 1, max: 20 }),
        extraWidth: fc.nat({ max: 3 }),
        names: fc.uniqueArray(fc.string({ minLength: 1, unit: "binary" }), { maxLength: 5 }),
        lengths: fc.array(fc.nat({ max: 40 }), { minLength: 5, maxLength: 5 }),
        number: fc.maxSafeNat(),
        formerBoot: fc.maxSafeNat(),
      })
      .map(({ scheme, subsegmentBytes, extraWidth, names, lengths, number, formerBoot }): Manifest => {
        const { manifest } = protectSegments({
          scheme,
          subsegmentBytes,
          width: scheme.k + scheme.m + extraWidth,
          segments: names.map((name, index) => ({ name, bytes: contentOf(lengths[index] ?? 0, index) })),
          key: { ...anyKey, ballot: { ...anyKey.ballot, number } },
        });
        return { ...manifest, formerBoot };
      });
    fc.assert(
      fc.property(anyManifest, (manifest) => {
        const bytes = encodeManifest(manifest, digests);
        const decoded = decodeManifest(bytes, digests);
        if (!decoded.ok) throw new Error(decoded.error.message);
        expect(decoded.manifest).toEqual(manifest);
        expect(encodeManifest(decoded.manifest, digests)).toEqual(bytes);
      }),
    );
  });

  it("keeps names with lone surrogates", () => {
    const manifest: Manifest = { ...sample, segments: [{ name: "a\ud800b", bytes: 27 }] };
    expect(decodeManifest(encodeManifest(manifest, digests), digests)).toEqual({ ok: true, manifest });
  });

  it("writes the same bytes whatever order the fields were made in", () => {
    const reversed = Object.fromEntries(Object.entries(sample).reverse()) as unknown as Manifest;
    expect(encodeManifest(reversed, digests)).toEqual(encodeManifest(sample, digests));
  });

  it("has a fixed form: a change of it needs a new format version", () => {
    const { manifest } = protectBytes({
      scheme: schemeOf("mirror:2"),
      subsegmentBytes: 4,
      bytes: Uint8Array.of(1, 2, 3, 4, 5),
    });
    const body =
      '{"format":1,"key":{"ballot":{"epoch":0,"number":1,"restorer":0,"nonce":41968},"sequence":2,"attempt":1},' +
      '"scheme":"mirror:2","imageBytes":5,"subsegmentBytes":4,' +
      '"placement":[{"slot":0,"life":{"number":1,"nonce":100}},{"slot":1,"life":{"number":1,"nonce":101}}],' +
      '"segments":[{"name":"image","bytes":5}],' +
      `"memberDigests":${JSON.stringify(manifest.memberDigests)},"imageDigest":"${manifest.imageDigest}","formerBoot":7}`;
    const sha = createHash("sha256").update(body).digest("hex");
    expect(Buffer.from(encodeManifest(manifest, digests)).toString("latin1")).toBe(`${body}\n${sha}`);
  });

  it("is refused when cut short at any length, or lengthened", () => {
    const bytes = encodeManifest(sample, digests);
    for (let length = 0; length < bytes.length; length += 1) {
      const decoded = decodeManifest(bytes.slice(0, length), digests);
      expect(decoded.ok).toBe(false);
      if (!decoded.ok) expect(decoded.error.code).toMatch(/^manifest-(too-short|digest-mismatch)$/);
    }
    for (const tail of [[0], [0x0a], [0x20], [...bytes]]) {
      const decoded = decodeManifest(Uint8Array.of(...bytes, ...tail), digests);
      expect(decoded).toMatchObject({ ok: false, error: { code: "manifest-digest-mismatch" } });
    }
  });

  it("is refused when any single bit is flipped", () => {
    const bytes = encodeManifest(sample, digests);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const decoded = decodeManifest(flipped(bytes, bit), digests);
      if (decoded.ok) expect.fail(`bit ${bit} was not noticed`);
      expect(decoded.error.code).toBe("manifest-digest-mismatch");
    }
  });

  it("never throws on any bytes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(300))), (bytes) => {
        expect(decodeManifest(bytes, digests).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decodeText(text).ok).toBe(false);
      }),
    );
  });

  it("a buffer is decoded once for each digests, and a refused one is looked at anew", async () => {
    const bytes = encodeManifest(sample, digests);
    const first = decodeManifest(bytes, digests);
    const again = decodeManifest(bytes, digests);
    const copy = decodeManifest(bytes.slice(), digests);
    const other = decodeManifest(bytes, await createDigests());
    if (!first.ok || !again.ok || !copy.ok || !other.ok) throw new Error("refused");
    expect(again.manifest).toBe(first.manifest);
    expect(copy.manifest).not.toBe(first.manifest);
    expect(other.manifest).not.toBe(first.manifest);
    expect(copy.manifest).toEqual(first.manifest);
    const damaged = flipped(bytes, 77);
    expect(decodeManifest(damaged, digests).ok).toBe(false);
    damaged.set(bytes);
    expect(decodeManifest(damaged, digests).ok).toBe(true);
  });

  it("asserts that what is written would be accepted", () => {
    expect(() => encodeManifest({ ...sample, imageBytes: 26 }, digests)).toThrow("segments hold 27 bytes");
    expect(() => encodeManifest({ ...sample, scheme: "rs:2+0" }, digests)).toThrow("m must be");
  });
});

describe("fields with a SHA-256 that matches", () => {
  it("the unchanged sample is accepted", () => {
    expect(decodeChanged(() => {})).toEqual({ ok: true, manifest: sample });
  });

  const cases: [string, (json: Json) => void, ManifestError["code"], string][] = [
    ["another format", (json) => (json["format"] = 2), "manifest-version-unknown", "format"],
    ["no format", (json) => delete json["format"], "manifest-version-unknown", "format"],
    ["key missing", (json) => delete json["key"], "manifest-field-invalid", "key"],
    ["ballot missing", (json) => delete json["key"].ballot, "manifest-field-invalid", "key.ballot"],
    [
      "epoch negative",
      (json) => (json["key"].ballot.epoch = -1),
      "manifest-field-invalid",
      "key.ballot.epoch",
    ],
    [
      "number a text",
      (json) => (json["key"].ballot.number = "1"),
      "manifest-field-invalid",
      "key.ballot.number",
    ],
    [
      "restorer null",
      (json) => (json["key"].ballot.restorer = null),
      "manifest-field-invalid",
      "key.ballot.restorer",
    ],
    [
      "nonce too large",
      (json) => (json["key"].ballot.nonce = 2 ** 53),
      "manifest-field-invalid",
      "key.ballot.nonce",
    ],
    ["sequence fractional", (json) => (json["key"].sequence = 1.5), "manifest-field-invalid", "key.sequence"],
    ["attempt missing", (json) => delete json["key"].attempt, "manifest-field-invalid", "key.attempt"],
    ["scheme unknown", (json) => (json["scheme"] = "raid:5"), "manifest-field-invalid", "scheme"],
    ["scheme not a text", (json) => (json["scheme"] = 5), "manifest-field-invalid", "scheme"],
    ["image size negative", (json) => (json["imageBytes"] = -1), "manifest-field-invalid", "imageBytes"],
    ["image size larger", (json) => (json["imageBytes"] = 28), "manifest-inconsistent", "segments"],
    ["subsegments of 0", (json) => (json["subsegmentBytes"] = 0), "manifest-inconsistent", "subsegmentBytes"],
    [
      "subsegments fractional",
      (json) => (json["subsegmentBytes"] = 8.5),
      "manifest-field-invalid",
      "subsegmentBytes",
    ],
    [
      "subsegments larger",
      (json) => (json["subsegmentBytes"] = 16),
      "manifest-inconsistent",
      "memberDigests",
    ],
    [
      "domains no count",
      (json) => (json["declusteredOver"] = "2"),
      "manifest-field-invalid",
      "declusteredOver",
    ],
    ["domains unequal", (json) => (json["declusteredOver"] = 3), "manifest-inconsistent", "declusteredOver"],
    ["domains none", (json) => (json["declusteredOver"] = 0), "manifest-inconsistent", "declusteredOver"],
    // A divisor of the width, but not where canonical bytes have it.
    ["domains last", (json) => (json["declusteredOver"] = 2), "manifest-not-canonical", ""],
    ["placement not a list", (json) => (json["placement"] = {}), "manifest-field-invalid", "placement"],
    ["placement too narrow", (json) => json["placement"].splice(2), "manifest-inconsistent", "placement"],
    [
      "placement entry null",
      (json) => (json["placement"][1] = null),
      "manifest-field-invalid",
      "placement[1]",
    ],
    [
      "slot fractional",
      (json) => (json["placement"][1].slot = 0.5),
      "manifest-field-invalid",
      "placement[1].slot",
    ],
    ["slot twice", (json) => (json["placement"][3].slot = 0), "manifest-inconsistent", "placement[3].slot"],
    [
      "life missing",
      (json) => delete json["placement"][2].life,
      "manifest-field-invalid",
      "placement[2].life",
    ],
    [
      "life nonce",
      (json) => (json["placement"][2].life.nonce = -1),
      "manifest-field-invalid",
      "placement[2].life.nonce",
    ],
    ["segments missing", (json) => delete json["segments"], "manifest-field-invalid", "segments"],
    ["segments too short", (json) => json["segments"].pop(), "manifest-inconsistent", "segments"],
    [
      "segment name empty",
      (json) => (json["segments"][1].name = ""),
      "manifest-field-invalid",
      "segments[1].name",
    ],
    [
      "segment name a number",
      (json) => (json["segments"][1].name = 1),
      "manifest-field-invalid",
      "segments[1].name",
    ],
    [
      "segment twice",
      (json) => (json["segments"][2].name = "ledger.sqlite"),
      "manifest-inconsistent",
      "segments[2].name",
    ],
    [
      "segment size",
      (json) => (json["segments"][0].bytes = -20),
      "manifest-field-invalid",
      "segments[0].bytes",
    ],
    ["digests missing", (json) => delete json["memberDigests"], "manifest-field-invalid", "memberDigests"],
    ["a group too few", (json) => json["memberDigests"].pop(), "manifest-inconsistent", "memberDigests"],
    [
      "a group too many",
      (json) => json["memberDigests"].push(["", "", ""]),
      "manifest-inconsistent",
      "memberDigests",
    ],
    [
      "row not a list",
      (json) => (json["memberDigests"][0] = "x"),
      "manifest-field-invalid",
      "memberDigests[0]",
    ],
    ["row too short", (json) => json["memberDigests"][1].pop(), "manifest-inconsistent", "memberDigests[1]"],
    [
      "digest empty",
      (json) => (json["memberDigests"][0][2] = ""),
      "manifest-field-invalid",
      "memberDigests[0][2]",
    ],
    [
      "digest upper case",
      (json) => (json["memberDigests"][0][0] = "ABCDEF0123456789"),
      "manifest-field-invalid",
      "memberDigests[0][0]",
    ],
    ["image digest short", (json) => (json["imageDigest"] = "abc"), "manifest-field-invalid", "imageDigest"],
    ["former boot missing", (json) => delete json["formerBoot"], "manifest-field-invalid", "formerBoot"],
    ["unknown field", (json) => (json["extra"] = 1), "manifest-not-canonical", ""],
    ["unknown field within", (json) => (json["key"].extra = 1), "manifest-not-canonical", ""],
  ];
  it.each(cases)("%s", (_name, change, code, field) => {
    expect(decodeChanged(change)).toMatchObject({ ok: false, error: { code, field } });
  });

  it("an implicit zero must have the empty digest", () => {
    const { manifest } = protectBytes({
      scheme: schemeOf("parity:3+1"),
      subsegmentBytes: 8,
      bytes: contentOf(10, 1),
    });
    const text = bodyOf(encodeManifest(manifest, digests)).replace('"",', '"0123456789abcdef",');
    expect(decodeText(text)).toMatchObject({
      ok: false,
      error: { code: "manifest-inconsistent", field: "memberDigests[0][2]" },
    });
  });

  it("another order, spaces, repeated fields, a byte order mark and broken UTF-8 are not canonical", () => {
    const text = bodyOf(encodeManifest(sample, digests));
    const repeated = text.replace('{"format":1,', '{"format":1,"format":1,');
    const json = JSON.parse(text);
    const { format, ...rest } = json;
    const reordered = JSON.stringify({ ...rest, format });
    const negativeZero = text.replace('"epoch":0', '"epoch":-0');
    for (const [altered, code] of [
      [` ${text}`, "manifest-not-canonical"],
      [repeated, "manifest-not-canonical"],
      [reordered, "manifest-not-canonical"],
      [negativeZero, "manifest-field-invalid"],
      [`\ufeff${text}`, "manifest-not-json"],
      [text.slice(0, -1), "manifest-not-json"],
      ["null", "manifest-version-unknown"],
      ["[]", "manifest-version-unknown"],
    ] as const) {
      expect(altered).not.toBe(text);
      expect(decodeText(altered)).toMatchObject({ ok: false, error: { code } });
    }
    const broken = Buffer.from(text, "utf8");
    broken[broken.indexOf(Buffer.from("ä"))] = 0xff;
    const sha = createHash("sha256").update(broken).digest("hex");
    const bytes = new Uint8Array(Buffer.concat([broken, Buffer.from(`\n${sha}`)]));
    expect(decodeManifest(bytes, digests)).toMatchObject({ ok: false, error: { code: "manifest-not-json" } });
  });
});

describe("layoutOfManifest", () => {
  it("is the layout that the checkpoint was formed with, made once", () => {
    const image = protectBytes({
      scheme: schemeOf("parity:2+1"),
      subsegmentBytes: 8,
      width: 5,
      bytes: contentOf(50, 1),
    });
    expect(layoutOfManifest(image.manifest)).toEqual(image.layout);
    expect(layoutOfManifest(image.manifest)).toBe(layoutOfManifest(image.manifest));
    expect(() => layoutOfManifest({ ...image.manifest, scheme: "none" })).toThrow("unknown");
    expect(() => layoutOfManifest({ ...image.manifest, placement: [] })).toThrow("width");
  });
});
