import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeGroup,
  encodeGroup,
  readSetFor,
  rebuildMember,
  recoverable,
} from "../../../src/core/redundancy/code.ts";
import type { Scheme } from "../../../src/core/redundancy/scheme.ts";
import { anyScheme, schemeOf } from "./arbitrary.ts";
import { slowXor } from "./slow-model.ts";

/** All members of a group: data, implicit zeros as undefined, redundancy. */
function membersOf(scheme: Scheme, data: readonly Uint8Array[]): (Uint8Array | undefined)[] {
  const members: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(scheme.k + scheme.m).fill(
    undefined,
  );
  for (const [member, bytes] of data.entries()) members[member] = bytes;
  for (const [row, bytes] of encodeGroup(scheme, data).entries()) members[scheme.k + row] = bytes;
  return members;
}

function existingMembers(scheme: Scheme, dataCount: number): number[] {
  const existing: number[] = [];
  for (let member = 0; member < scheme.k + scheme.m; member += 1) {
    if (member < dataCount || member >= scheme.k) existing.push(member);
  }
  return existing;
}

function bitsOf(mask: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, index) => ((mask >> index) & 1) === 1);
}

interface Group {
  scheme: Scheme;
  data: Uint8Array[];
}

const anyGroup: fc.Arbitrary<Group> = fc.tuple(anyScheme, fc.nat({ max: 90 })).chain(([scheme, length]) =>
  fc.record({
    scheme: fc.constant(scheme),
    data: fc.array(fc.uint8Array({ minLength: length, maxLength: length }), {
      minLength: 1,
      maxLength: scheme.k,
    }),
  }),
);

const smallSchemes = [
  "mirror:2",
  "mirror:3",
  "mirror:5",
  "stripe:1",
  "stripe:3",
  "parity:1+1",
  "parity:2+1",
  "parity:4+1",
];

describe("encodeGroup", () => {
  it("every redundancy member is what the slow model computes", () => {
    fc.assert(
      fc.property(anyGroup, ({ scheme, data }) => {
        const before = data.map((bytes) => [...bytes]);
        const redundancy = encodeGroup(scheme, data);
        expect(redundancy.map((bytes) => [...bytes])).toEqual(new Array(scheme.m).fill(slowXor(before)));
        expect(data.map((bytes) => [...bytes])).toEqual(before);
      }),
    );
  });

  it("hands back the same view for copies and for a short group of one, and fresh bytes otherwise", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    for (const copy of encodeGroup(schemeOf("mirror:4"), [bytes])) expect(copy).toBe(bytes);
    expect(encodeGroup(schemeOf("parity:4+1"), [bytes])[0]).toBe(bytes);
    const parity = encodeGroup(schemeOf("parity:4+1"), [bytes, Uint8Array.of(0, 0, 0)])[0];
    expect(parity).toEqual(bytes);
    expect(parity?.buffer).not.toBe(bytes.buffer);
  });

  it("asserts the shape of its input, and refuses several equal rows over k > 1", () => {
    const bytes = new Uint8Array(4);
    expect(() => encodeGroup(schemeOf("parity:2+1"), [])).toThrow("data count 0");
    expect(() => encodeGroup(schemeOf("parity:2+1"), [bytes, bytes, bytes])).toThrow("data count 3");
    expect(() => encodeGroup(schemeOf("parity:2+1"), [bytes, new Uint8Array(5)])).toThrow("equal lengths");
    const undecodable: Scheme = { ...schemeOf("parity:2+1"), m: 2 };
    expect(() => encodeGroup(undecodable, [bytes, bytes])).toThrow("m <= 1");
  });
});

describe("decodeGroup and rebuildMember", () => {
  it("any k members of a group give back its subsegments, and every other member", () => {
    const anySubset = anyGroup.chain((group) =>
      fc.record({
        group: fc.constant(group),
        kept: fc.subarray(existingMembers(group.scheme, group.data.length), {
          minLength: group.data.length,
          maxLength: group.data.length,
        }),
      }),
    );
    fc.assert(
      fc.property(anySubset, ({ group: { scheme, data }, kept }) => {
        const expectedData = data.map((bytes) => [...bytes]);
        const parity = slowXor(expectedData);
        const all = membersOf(scheme, data);
        const members = all.map((bytes, member) => (kept.includes(member) ? bytes : undefined));
        const before = members.map((bytes) => bytes && [...bytes]);
        const decoded = decodeGroup(scheme, data.length, members);
        if (!decoded.ok) throw new Error(decoded.error.code);
        expect(decoded.data.map((bytes) => [...bytes])).toEqual(expectedData);
        for (const wanted of existingMembers(scheme, data.length)) {
          const rebuilt = rebuildMember(scheme, data.length, members, wanted);
          if (!rebuilt.ok) throw new Error(rebuilt.error.code);
          expect([...rebuilt.bytes]).toEqual(expectedData[wanted] ?? parity);
          if (kept.includes(wanted)) expect(rebuilt.bytes).toBe(members[wanted]);
        }
        expect(members.map((bytes) => bytes && [...bytes])).toEqual(before);
      }),
    );
  });

  it("for every subset of members: decodable, recoverable and at least the data count are the same", () => {
    let cases = 0;
    for (const text of smallSchemes) {
      const scheme = schemeOf(text);
      const memberCount = scheme.k + scheme.m;
      for (let dataCount = 1; dataCount <= scheme.k; dataCount += 1) {
        const data = Array.from({ length: dataCount }, (_, member) =>
          Uint8Array.of(member * 50 + 7, 255 - member),
        );
        const all = membersOf(scheme, data);
        for (let mask = 0; mask < 1 << memberCount; mask += 1) {
          const available = bitsOf(mask, memberCount);
          const members = all.map((bytes, member) => (available[member] === true ? bytes : undefined));
          const have = members.filter((bytes) => bytes !== undefined).length;
          const decoded = decodeGroup(scheme, dataCount, members);
          expect(recoverable(scheme, dataCount, available)).toBe(have >= dataCount);
          expect(decoded).toEqual(
            have >= dataCount
              ? { ok: true, data }
              : { ok: false, error: { code: "too-few-members", have, need: dataCount } },
          );
          for (const wanted of existingMembers(scheme, dataCount)) {
            const rebuilt = rebuildMember(scheme, dataCount, members, wanted);
            expect(rebuilt.ok).toBe(have >= dataCount || available[wanted]);
            if (rebuilt.ok) expect(rebuilt.bytes).toEqual(all[wanted]);
          }
          cases += 1;
        }
      }
    }
    expect(cases).toBe(4 + 8 + 32 + 2 + 3 * 8 + 4 + 2 * 8 + 4 * 32);
  });

  it("names what is wrong with its input", () => {
    const scheme = schemeOf("parity:3+1");
    const a = new Uint8Array(4);
    const b = new Uint8Array(5);
    expect(decodeGroup(scheme, 3, [a, a, a])).toEqual({
      ok: false,
      error: { code: "wrong-member-count", have: 3, need: 4 },
    });
    expect(decodeGroup(scheme, 3, [undefined, a, b, a])).toEqual({
      ok: false,
      error: { code: "unequal-lengths", member: 2, bytes: 5, expectedBytes: 4 },
    });
    expect(decodeGroup(scheme, 2, [a, a, a, a])).toEqual({
      ok: false,
      error: { code: "member-does-not-exist", member: 2 },
    });
    expect(rebuildMember(scheme, 2, [a, a, undefined, a], 2)).toEqual({
      ok: false,
      error: { code: "member-does-not-exist", member: 2 },
    });
    expect(rebuildMember(scheme, 3, [a, undefined, undefined, a], 1)).toEqual({
      ok: false,
      error: { code: "too-few-members", have: 2, need: 3 },
    });
    expect(() => decodeGroup(scheme, 0, [])).toThrow("data count 0");
    expect(() => decodeGroup(scheme, 4, [])).toThrow("data count 4");
    expect(() => rebuildMember(scheme, 3, [a, a, a, a], 4)).toThrow("wanted member 4");
  });
});

describe("readSetFor", () => {
  /** The size of the smallest sufficient read set by trying all, or undefined when there is none. */
  function smallestReadCount(
    scheme: Scheme,
    dataCount: number,
    available: readonly boolean[],
    wanted: readonly number[],
  ): number | undefined {
    const existing = existingMembers(scheme, dataCount);
    const readable = existing.filter((member) => available[member] === true);
    let best: number | undefined;
    for (let mask = 0; mask < 1 << readable.length; mask += 1) {
      const set = readable.filter((_, index) => ((mask >> index) & 1) === 1);
      const suffices = wanted.every(
        (member) => !existing.includes(member) || set.includes(member) || set.length >= dataCount,
      );
      if (suffices && (best === undefined || set.length < best)) best = set.length;
    }
    return best;
  }

  it("is sufficient and the smallest, for every availability and every wanted set of small schemes", () => {
    let cases = 0;
    for (const text of smallSchemes.filter((name) => name !== "mirror:5")) {
      const scheme = schemeOf(text);
      const memberCount = scheme.k + scheme.m;
      for (let dataCount = 1; dataCount <= scheme.k; dataCount += 1) {
        const data = Array.from({ length: dataCount }, (_, member) => Uint8Array.of(member * 3 + 1));
        const all = membersOf(scheme, data);
        for (let mask = 0; mask < 1 << memberCount; mask += 1) {
          const available = bitsOf(mask, memberCount);
          for (let wantedMask = 0; wantedMask < 1 << memberCount; wantedMask += 1) {
            const wanted = bitsOf(wantedMask, memberCount).flatMap((isWanted, member) =>
              isWanted ? [member] : [],
            );
            const readSet = readSetFor(scheme, dataCount, available, wanted);
            const smallest = smallestReadCount(scheme, dataCount, available, wanted);
            if (readSet?.length !== smallest) {
              expect.fail(
                `${text} ${dataCount} ${String(available)} wants ${String(wanted)}: ${String(readSet)}`,
              );
            }
            cases += 1;
            if (readSet === undefined) continue;
            expect(readSet.every((member) => available[member] === true && all[member] !== undefined)).toBe(
              true,
            );
            expect([...readSet]).toEqual([...new Set(readSet)].sort((a, b) => a - b));
            const read = all.map((bytes, member) => (readSet.includes(member) ? bytes : undefined));
            for (const member of wanted) {
              if (all[member] === undefined) continue;
              expect(rebuildMember(scheme, dataCount, read, member)).toEqual({
                ok: true,
                bytes: all[member],
              });
            }
          }
        }
      }
    }
    expect(cases).toBe(16 + 64 + 4 + 3 * 64 + 16 + 2 * 64 + 4 * 1024);
  });

  it("prefers the wanted members, then data, then redundancy", () => {
    const parity = schemeOf("parity:3+1");
    const every = [true, true, true, true];
    expect(readSetFor(parity, 3, every, [2, 0, 2])).toEqual([0, 2]);
    expect(readSetFor(parity, 3, every, [])).toEqual([]);
    expect(readSetFor(parity, 3, [true, false, true, true], [1])).toEqual([0, 2, 3]);
    expect(readSetFor(parity, 3, [true, true, true, false], [3])).toEqual([0, 1, 2]);
    expect(readSetFor(parity, 1, [true, true, true, true], [2])).toEqual([]);
    const mirror = schemeOf("mirror:3");
    expect(readSetFor(mirror, 1, [true, true, true], [0])).toEqual([0]);
    expect(readSetFor(mirror, 1, [true, true, true], [2])).toEqual([2]);
    expect(readSetFor(mirror, 1, [false, true, true], [0])).toEqual([1]);
    expect(readSetFor(mirror, 1, [true, true, false], [2])).toEqual([0]);
    expect(readSetFor(mirror, 1, [false, false, false], [2])).toBeUndefined();
  });

  it("asserts the shape of its input", () => {
    expect(() => readSetFor(schemeOf("stripe:2"), 2, [true], [0])).toThrow("availability");
    expect(() => readSetFor(schemeOf("stripe:2"), 2, [true, true], [2])).toThrow("wanted member 2");
    expect(() => recoverable(schemeOf("stripe:2"), 2, [true])).toThrow("availability");
  });
});
