import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeGroup,
  encodeGroup,
  presentMembers,
  rebuildMember,
  recoverable,
  tryEncodeGroup,
} from "../../../src/core/redundancy/code.ts";
import type { Scheme } from "../../../src/core/redundancy/scheme.ts";
import { recoveryOracleOf } from "../../../src/verify/oracle/generator.ts";
import { anyScheme, schemeOf } from "./arbitrary.ts";
import { slowRedundancy } from "./slow-model.ts";

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

const anyGroup: fc.Arbitrary<Group> = fc
  .tuple(anyScheme, fc.integer({ min: 1, max: 300 }))
  .chain(([scheme, length]) =>
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
  "rs:1+2",
  "rs:4+2",
  "rs:3+3",
  "rs:3+4",
  "rs:2+5",
  "lrc:4,2,2",
  "lrc:3,3,1",
  "lrc:6,2,1",
  "lrc:4,1,3",
];

describe("encodeGroup", () => {
  it("every redundancy member is what the slow model computes", () => {
    fc.assert(
      fc.property(anyGroup, ({ scheme, data }) => {
        const before = data.map((bytes) => [...bytes]);
        const redundancy = encodeGroup(scheme, data);
        expect(redundancy.map((bytes) => [...bytes])).toEqual(slowRedundancy(scheme.text, before));
        expect(data.map((bytes) => [...bytes])).toEqual(before);
      }),
    );
  });

  it("is what the slow model computes for long members of every kind of row, short groups too", () => {
    const texts = [
      "parity:5+1",
      "rs:5+4",
      "rs:21+4",
      "rs:22+4",
      "rs:6+9",
      "rs:130+3",
      "lrc:6,2,2",
      "lrc:6,2,4",
    ];
    for (const text of texts) {
      const scheme = schemeOf(text);
      for (const dataCount of new Set([1, 2, scheme.k])) {
        const data = Array.from({ length: dataCount }, (_, member) =>
          Uint8Array.from(
            { length: 2 * 128 + 57 },
            (_unused, at) => (at * at * 7 + member * 91 + (at >> 3)) & 255,
          ),
        );
        const expected = slowRedundancy(
          text,
          data.map((bytes) => [...bytes]),
        );
        expect(
          encodeGroup(scheme, data).map((bytes) => [...bytes]),
          `${text} of ${dataCount}`,
        ).toEqual(expected);
      }
    }
  });

  it("hands back the same view for copies and for a short group of one, and fresh bytes otherwise", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    for (const text of ["mirror:4", "rs:1+3", "rs:4+3", "rs:30+6", "lrc:4,1,3"]) {
      for (const copy of encodeGroup(schemeOf(text), [bytes])) expect(copy).toBe(bytes);
    }
    expect(encodeGroup(schemeOf("parity:4+1"), [bytes])[0]).toBe(bytes);
    const parity = encodeGroup(schemeOf("parity:4+1"), [bytes, Uint8Array.of(0, 0, 0)])[0];
    expect(parity).toEqual(bytes);
    expect(parity?.buffer).not.toBe(bytes.buffer);
    // The second local group has no data at all: its parity is zero.
    const [own, other, global] = encodeGroup(schemeOf("lrc:4,2,1"), [bytes]);
    expect(own).toBe(bytes);
    expect(other).toEqual(new Uint8Array(3));
    expect(global).toBe(bytes);
  });

  it("names the subsegment that does not fit, and leaves all of them as they are", () => {
    const scheme = schemeOf("rs:3+2");
    const data = [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5)];
    expect(tryEncodeGroup(scheme, data)).toEqual({
      ok: false,
      error: { code: "unequal-lengths", member: 2, bytes: 1, expectedBytes: 2 },
    });
    expect(tryEncodeGroup(scheme, [new Uint8Array(0), new Uint8Array(0)])).toEqual({
      ok: false,
      error: { code: "empty-member", member: 0 },
    });
    expect(data).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5)]);
  });

  it("asserts the shape of its input", () => {
    const bytes = new Uint8Array(4);
    expect(() => encodeGroup(schemeOf("parity:2+1"), [])).toThrow("data count 0");
    expect(() => encodeGroup(schemeOf("parity:2+1"), [bytes, bytes, bytes])).toThrow("data count 3");
    expect(() => encodeGroup(schemeOf("parity:2+1"), [bytes, new Uint8Array(5)])).toThrow("equal lengths");
  });
});

describe("decodeGroup and rebuildMember", () => {
  it("any members from which the rank is full give back the subsegments, and every other member", () => {
    const anySubset = anyGroup.chain((group) =>
      fc.record({
        group: fc.constant(group),
        kept: fc.subarray(existingMembers(group.scheme, group.data.length), { minLength: 1 }),
      }),
    );
    let decodedCount = 0;
    fc.assert(
      fc.property(anySubset, ({ group: { scheme, data }, kept }) => {
        const expectedData = data.map((bytes) => [...bytes]);
        const expected = membersOf(scheme, data).map((bytes) => bytes && [...bytes]);
        const members = membersOf(scheme, data).map((bytes, member) =>
          kept.includes(member) ? bytes : undefined,
        );
        const before = members.map((bytes) => bytes && [...bytes]);
        const decoded = decodeGroup(scheme, data.length, members);
        const isRecoverable = recoveryOracleOf(scheme.text).isRecoverable(data.length, (member) =>
          kept.includes(member),
        );
        expect(decoded.ok).toBe(isRecoverable);
        if (decoded.ok) {
          expect(decoded.data.map((bytes) => [...bytes])).toEqual(expectedData);
          decodedCount += 1;
        }
        for (const wanted of existingMembers(scheme, data.length)) {
          const rebuilt = rebuildMember(scheme, data.length, members, wanted);
          if (isRecoverable) expect(rebuilt.ok).toBe(true);
          if (!rebuilt.ok) continue;
          expect([...rebuilt.bytes]).toEqual(expected[wanted]);
          if (kept.includes(wanted)) expect(rebuilt.bytes).toBe(members[wanted]);
        }
        expect(members.map((bytes) => bytes && [...bytes])).toEqual(before);
      }),
      { numRuns: 300 },
    );
    expect(decodedCount).toBeGreaterThan(30);
  });

  it("for every subset of members: decodable, recoverable and full rank are the same", () => {
    let cases = 0;
    let undeterminedCount = 0;
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
          const isRecoverable = recoveryOracleOf(text).isRecoverable(
            dataCount,
            (member) => available[member] === true,
          );
          const decoded = decodeGroup(scheme, dataCount, members);
          if (recoverable(scheme, dataCount, available) !== isRecoverable || decoded.ok !== isRecoverable) {
            expect.fail(`${text} of ${dataCount}, members ${String(available)}`);
          }
          if (decoded.ok) expect(decoded.data).toEqual(data);
          else if (have < dataCount) {
            expect(decoded.error).toMatchObject({ code: "too-few-members", have, need: dataCount });
          } else {
            expect(decoded.error).toMatchObject({ code: "undetermined-members", have, need: dataCount });
            expect(scheme.kind).toBe("lrc");
            undeterminedCount += 1;
          }
          for (const wanted of existingMembers(scheme, dataCount)) {
            const rebuilt = rebuildMember(scheme, dataCount, members, wanted);
            if (scheme.kind !== "lrc") expect(rebuilt.ok).toBe(isRecoverable || available[wanted]);
            if (rebuilt.ok && String(rebuilt.bytes) !== String(all[wanted])) {
              expect.fail(`${text} of ${dataCount}, members ${String(available)}, member ${wanted}`);
            }
            cases += 1;
          }
        }
      }
    }
    expect(cases).toBeGreaterThan(20_000);
    expect(undeterminedCount).toBeGreaterThan(100);
  });

  it("rebuilds a member from its local group alone, and names members that do not follow", () => {
    const scheme = schemeOf("lrc:6,2,2");
    const data = Array.from({ length: 6 }, (_, member) => Uint8Array.of(member + 1, 9 * member));
    const all = membersOf(scheme, data);
    const only = (kept: readonly number[]) =>
      all.map((bytes, member) => (kept.includes(member) ? bytes : undefined));
    expect(rebuildMember(scheme, 6, only([0, 2, 6]), 1)).toEqual({ ok: true, bytes: data[1] });
    expect(rebuildMember(scheme, 6, only([3, 4, 5]), 7)).toEqual({ ok: true, bytes: all[7] });
    // Two lost in one local group, and only the other group's parity besides: enough by number, not by what they say.
    expect(decodeGroup(scheme, 6, only([2, 3, 4, 5, 6, 7]))).toEqual({
      ok: false,
      error: { code: "undetermined-members", members: [0, 1], have: 6, need: 6 },
    });
    // One local group lost beyond hope, the other one still repairs itself.
    expect(rebuildMember(scheme, 6, only([4, 5, 7]), 3)).toEqual({ ok: true, bytes: data[3] });
  });

  it("names what is wrong with its input, and changes none of it", () => {
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
    expect(decodeGroup(scheme, 3, [undefined, new Uint8Array(0), a, a])).toEqual({
      ok: false,
      error: { code: "empty-member", member: 1 },
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
      error: { code: "too-few-members", members: [1], have: 2, need: 3 },
    });
    for (const member of [-1, 4, 0.5, Number.NaN]) {
      expect(rebuildMember(scheme, 3, [a, a, a, a], member)).toEqual({
        ok: false,
        error: { code: "member-out-of-range", member },
      });
    }
    expect(() => decodeGroup(scheme, 0, [])).toThrow("data count 0");
    expect(() => decodeGroup(scheme, 4, [])).toThrow("data count 4");
    expect([...a, ...b]).toEqual(new Array(9).fill(0));
  });
});

describe("presentMembers", () => {
  const scheme = schemeOf("rs:3+2");
  const a = Uint8Array.of(1, 2);

  it("puts members into the order of their group", () => {
    const b = Uint8Array.of(3, 4);
    expect(
      presentMembers(scheme, 2, [
        { member: 4, bytes: b },
        { member: 0, bytes: a },
      ]),
    ).toEqual({ ok: true, members: [a, undefined, undefined, undefined, b] });
    // As many as the group has, also where the last ones are missing.
    const few = presentMembers(scheme, 2, [{ member: 0, bytes: a }]);
    expect(few.ok && few.members.length).toBe(5);
  });

  it.each([
    [[{ member: 5, bytes: a }], { code: "member-out-of-range", member: 5 }],
    [[{ member: -1, bytes: a }], { code: "member-out-of-range", member: -1 }],
    [[{ member: 1.5, bytes: a }], { code: "member-out-of-range", member: 1.5 }],
    [[{ member: 2, bytes: a }], { code: "member-does-not-exist", member: 2 }],
    [[0, 3, 0].map((member) => ({ member, bytes: a })), { code: "member-presented-twice", member: 0 }],
    [[{ member: 3, bytes: new Uint8Array(0) }], { code: "empty-member", member: 3 }],
    [
      [
        { member: 0, bytes: a },
        { member: 3, bytes: Uint8Array.of(1) },
      ],
      { code: "unequal-lengths", member: 3, bytes: 1, expectedBytes: 2 },
    ],
  ])("refuses %j", (presented, error) => {
    expect(presentMembers(scheme, 2, presented)).toEqual({ ok: false, error });
    expect(a).toEqual(Uint8Array.of(1, 2));
  });
});
