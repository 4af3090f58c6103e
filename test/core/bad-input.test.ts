/**
 * Bad input to the public face of the core: each kind gives a typed error that names the member, and a call that fails leaves
 * its inputs as they were.
 */
import { describe, expect, it } from "vitest";
import {
  createGroupArena,
  createLayout,
  decodeGroup,
  dataCountOfGroup,
  encodeGroup,
  formGroup,
  IMAGE_DIGEST_START,
  layoutOfManifest,
  type Manifest,
  parseScheme,
  presentMembers,
  reassembleGroup,
  rebuildMember,
  type Scheme,
  tryEncodeGroup,
} from "../../src/core/index.ts";
import { createDigests } from "../../src/sim/digests.ts";

const digests = await createDigests();
const SCHEMES = ["mirror:3", "stripe:3", "parity:3+1", "rs:3+2", "rs:5+6", "lrc:4,2,2"];
const BYTES = 300;

function schemeOf(text: string): Scheme {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.scheme;
}

/** Bytes that differ from member to member and from checkpoint to checkpoint. */
function contentOf(salt: number, length: number = BYTES): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + salt * 89 + (at >> 3)) & 255);
}

function groupOf(scheme: Scheme): Uint8Array[] {
  const data = Array.from({ length: scheme.k }, (_, member) => contentOf(member));
  return [...data, ...encodeGroup(scheme, data)];
}

/** The error of a call, after it was seen that no input has changed. */
function refused<Failure>(
  inputs: readonly (Uint8Array | undefined)[],
  call: () => { readonly ok: true } | { readonly ok: false; readonly error: Failure },
): Failure {
  const before = inputs.map((bytes) => bytes?.slice());
  const result = call();
  expect(inputs.map((bytes) => bytes?.slice())).toEqual(before);
  if (result.ok) throw new Error("it was accepted");
  return result.error;
}

describe.each(SCHEMES)("%s", (text) => {
  const scheme = schemeOf(text);
  const { k, m } = scheme;
  const last = k + m - 1;

  it("names a member of another length", () => {
    const members = groupOf(scheme);
    members[last] = contentOf(9, BYTES - 1);
    const expected = { code: "unequal-lengths", member: last, bytes: BYTES - 1, expectedBytes: BYTES };
    expect(refused(members, () => decodeGroup(scheme, k, members))).toEqual(expected);
    expect(refused(members, () => rebuildMember(scheme, k, members, 0))).toEqual(expected);
    const presented = members.map((bytes, member) => ({ member, bytes }));
    expect(refused(members, () => presentMembers(scheme, k, presented))).toEqual(expected);
    if (k === 1) return;
    const data = members.slice(0, k).with(k - 1, contentOf(9, BYTES + 1));
    expect(refused(data, () => tryEncodeGroup(scheme, data))).toEqual({
      code: "unequal-lengths",
      member: k - 1,
      bytes: BYTES + 1,
      expectedBytes: BYTES,
    });
  });

  it("names the members that cannot be had from too few", () => {
    const members = groupOf(scheme).map((bytes, member) => (member > 0 && member < k ? bytes : undefined));
    const expected = { code: "too-few-members", members: [0], have: k - 1, need: k };
    expect(refused(members, () => decodeGroup(scheme, k, members))).toEqual(expected);
    expect(refused(members, () => rebuildMember(scheme, k, members, 0))).toEqual(expected);
    const arena = createGroupArena(scheme, BYTES);
    const isThere = members.map((bytes) => bytes !== undefined);
    const places = isThere.map((_, member) => arena.member(member).fill(member + 1));
    expect(refused(places, () => arena.rebuild(k, isThere, [0]))).toEqual(expected);
  });

  it("names a member presented twice, and an index out of range", () => {
    const members = groupOf(scheme);
    const twice = [
      ...members.map((bytes, member) => ({ member, bytes })),
      { member: 0, bytes: contentOf(7) },
    ];
    expect(refused(members, () => presentMembers(scheme, k, twice))).toEqual({
      code: "member-presented-twice",
      member: 0,
    });
    for (const member of [-1, k + m, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const expected = { code: "member-out-of-range", member };
      const presented = [{ member, bytes: contentOf(1) }];
      expect(refused(members, () => presentMembers(scheme, k, presented))).toEqual(expected);
      expect(refused(members, () => rebuildMember(scheme, k, members, member))).toEqual(expected);
      const arena = createGroupArena(scheme, BYTES);
      const isThere = members.map(() => true);
      expect(refused([], () => arena.rebuild(k, isThere, [member]))).toEqual(expected);
    }
    const more = [...members, contentOf(1)];
    expect(refused(more, () => decodeGroup(scheme, k, more))).toEqual({
      code: "wrong-member-count",
      have: k + m + 1,
      need: k + m,
    });
  });

  it("refuses groups without members and members without bytes", () => {
    expect(refused([], () => tryEncodeGroup(scheme, []))).toEqual({
      code: "wrong-member-count",
      have: 0,
      need: k,
    });
    const tooMany = Array.from({ length: k + 1 }, (_, member) => contentOf(member));
    expect(refused(tooMany, () => tryEncodeGroup(scheme, tooMany))).toMatchObject({ have: k + 1, need: k });
    const empty = Array.from({ length: k }, () => new Uint8Array(0));
    expect(refused(empty, () => tryEncodeGroup(scheme, empty))).toEqual({ code: "empty-member", member: 0 });
    const members = new Array<Uint8Array | undefined>(k + m).fill(undefined).with(last, new Uint8Array(0));
    expect(refused(members, () => decodeGroup(scheme, k, members))).toEqual({
      code: "empty-member",
      member: last,
    });
    expect(createLayout({ scheme, imageBytes: 1, subsegmentBytes: 0 })).toMatchObject({
      ok: false,
      error: { code: "subsegment-bytes-out-of-range" },
    });
  });

  it("refuses an implicit zero of a short group that is handed in", () => {
    if (k === 1) return;
    const members = groupOf(scheme);
    expect(refused(members, () => decodeGroup(scheme, k - 1, members))).toEqual({
      code: "member-does-not-exist",
      member: k - 1,
    });
  });

  /** A checkpoint of one group, and its members. */
  function checkpoint(salt: number): { manifest: Manifest; members: (Uint8Array | undefined)[] } {
    const imageBytes = k * BYTES;
    const created = createLayout({ scheme, imageBytes, subsegmentBytes: BYTES });
    if (!created.ok) throw new Error(created.error.message);
    const source = contentOf(salt, imageBytes);
    const formed = formGroup({
      layout: created.layout,
      source,
      group: 0,
      chain: IMAGE_DIGEST_START,
      digests,
    });
    const manifest: Manifest = {
      key: { ballot: { epoch: 0, number: 1, restorer: 0, nonce: 1 }, sequence: salt, attempt: 1 },
      scheme: text,
      imageBytes,
      subsegmentBytes: BYTES,
      placement: formed.members.map((_, slot) => ({ slot, life: { number: 1, nonce: slot } })),
      segments: [{ name: "image", bytes: imageBytes }],
      memberDigests: [formed.digests],
      imageDigest: formed.imageDigest,
      formerBoot: 1,
    };
    return { manifest, members: [...formed.members] };
  }

  it("names a buffer from another checkpoint, and a member of zeros that its digest denies; others take its place where they can", () => {
    const { manifest, members } = checkpoint(1);
    const layout = layoutOfManifest(manifest);
    const other = checkpoint(2).members;
    for (const wrong of [other[0], new Uint8Array(BYTES)]) {
      const given = members.with(0, wrong);
      const before = given.map((bytes) => bytes?.slice());
      const options = { manifest, layout, group: 0, chain: IMAGE_DIGEST_START, digests };
      const result = reassembleGroup({ ...options, members: given });
      expect(given.map((bytes) => bytes?.slice())).toEqual(before);
      if (result.ok) {
        expect(scheme.tolerance).toBeGreaterThan(0);
        expect(result.corrupt).toEqual([0]);
        expect(result.bytes[0]).toEqual(members[0]);
      } else {
        expect(scheme.tolerance).toBe(0);
        expect(result.error).toMatchObject({ code: "group-unrecoverable", corrupt: [0] });
      }
      // With nothing else left it is refused, whatever the scheme.
      const alone = given.map((bytes, member) => (member === 0 ? bytes : undefined));
      const error = refused(alone, () => reassembleGroup({ ...options, members: alone }));
      expect(error).toMatchObject({ corrupt: [0], have: 0, need: dataCountOfGroup(layout, 0) });
      expect(error.missing).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    }
  });
});
