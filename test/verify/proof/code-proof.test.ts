import { describe, expect, it } from "vitest";
import { type CodeUnderProof, LONG_BLOCK_COUNT, proveCode } from "../../../src/verify/proof/code-proof.ts";
import { CORE_CODE, schemesOf } from "../../../src/verify/proof/proof-schemes.ts";
import { schemeOf } from "../../core/redundancy/arbitrary.ts";

const ALL = { shortGroups: true, tail: true, blockCount: 1 };
const LONG = { ...ALL, blockCount: LONG_BLOCK_COUNT };

function failuresOf(text: string, broken: Partial<CodeUnderProof>): readonly string[] {
  return proveCode(schemeOf(text), { ...CORE_CODE, ...broken }, ALL).failures;
}

describe("the proof of the codes", () => {
  it("holds for every scheme with up to 7 members, short groups too", () => {
    let schemeCount = 0;
    for (let memberCount = 1; memberCount <= 7; memberCount += 1) {
      for (const scheme of schemesOf(memberCount)) {
        const { failures, patternCount } = proveCode(scheme, CORE_CODE, ALL);
        expect(failures).toEqual([]);
        let expected = 0;
        for (let dataCount = 1; dataCount <= scheme.k; dataCount += 1)
          expected += 2 ** (dataCount + scheme.m);
        expect(patternCount, scheme.text).toBe(expected);
        schemeCount += 1;
      }
    }
    expect(schemeCount).toBeGreaterThan(50);
  });

  it("holds for long members, of which some are combined in another way", () => {
    for (let memberCount = 1; memberCount <= 6; memberCount += 1) {
      for (const scheme of schemesOf(memberCount))
        expect(proveCode(scheme, CORE_CODE, LONG).failures).toEqual([]);
    }
  });

  it("counts patterns: of rs:3+2 the 16 sets of three members or more are decoded, and those are the ones within the tolerance", () => {
    expect(
      proveCode(schemeOf("rs:3+2"), CORE_CODE, { shortGroups: false, tail: false, blockCount: 1 }),
    ).toEqual({
      scheme: "rs:3+2",
      patternCount: 32,
      decodedCount: 16,
      withinToleranceCount: 16,
      failures: [],
    });
  });

  it("is for at most 16 members", () => {
    expect(() => proveCode(schemeOf("rs:13+4"), CORE_CODE, ALL)).toThrow(RangeError);
  });

  describe("finds planted bugs", () => {
    it("a redundancy member that lacks one bit of one data member", () => {
      const failures = failuresOf("rs:3+2", {
        encode(scheme, data) {
          const redundancy = CORE_CODE.encode(scheme, data);
          const last = redundancy[1];
          if (data.length === 3 && last !== undefined) last[100] = (last[100] ?? 0) ^ 1;
          return redundancy;
        },
      });
      expect(failures[0]).toMatch(/^rs:3\+2: 3 data members: the redundancy of the basis/);
    });

    it("a bit behind the last whole block", () => {
      const failures = failuresOf("parity:3+1", {
        encode(scheme, data) {
          const redundancy = CORE_CODE.encode(scheme, data);
          const first = redundancy[0];
          if (first !== undefined && data.length === 2) first[140] = (first[140] ?? 0) ^ 128;
          return redundancy;
        },
      });
      expect(failures[0]).toMatch(/2 data members: the redundancy of the basis/);
    });

    it("a decoder that is wrong for one pattern of losses alone", () => {
      const failures = failuresOf("rs:4+3", {
        decode(scheme, dataCount, members) {
          const data = CORE_CODE.decode(scheme, dataCount, members);
          const isThePattern =
            members[0] === undefined && members[2] === undefined && members[5] === undefined;
          if (data === undefined || !isThePattern || dataCount < 4) return data;
          return data.map((bytes, member) => (member === 2 ? bytes.map((byte) => byte ^ 4) : bytes));
        },
      });
      expect(failures).toEqual(["rs:4+3: 4 data members, left 1,3,4,6: member 2 is not what was encoded"]);
    });

    it("a decoder that gives up too early, and one that makes bytes out of too little", () => {
      const early = failuresOf("lrc:4,2,2", {
        decode: (scheme, dataCount, members) =>
          members.filter((bytes) => bytes === undefined).length > scheme.tolerance
            ? undefined
            : CORE_CODE.decode(scheme, dataCount, members),
      });
      expect(early[0]).toMatch(/: refused, and the rank is /);
      const rash = failuresOf("parity:2+1", {
        decode: (scheme, dataCount, members) =>
          CORE_CODE.decode(scheme, dataCount, members) ??
          members.slice(0, dataCount).map((bytes) => bytes ?? new Uint8Array(128)),
      });
      expect(rash.some((sentence) => /: decoded, and the rank is /.test(sentence))).toBe(true);
    });

    it("a bit in the last of several blocks", () => {
      const { failures } = proveCode(
        schemeOf("rs:2+2"),
        {
          ...CORE_CODE,
          encode(scheme, data) {
            const redundancy = CORE_CODE.encode(scheme, data);
            const at = (LONG_BLOCK_COUNT - 1) * 128;
            const last = redundancy.at(-1);
            if (last !== undefined) last[at] = (last[at] ?? 0) ^ 1;
            return redundancy;
          },
        },
        LONG,
      );
      expect(failures[0]).toMatch(/the redundancy of the basis/);
    });

    it("recoverability by counting, which is wrong for a local code", () => {
      const failures = failuresOf("lrc:4,2,2", {
        isRecoverable: (_scheme, dataCount, available) => available.filter((is) => is).length >= dataCount,
      });
      expect(failures[0]).toMatch(/called recoverable, and the rank is/);
    });

    it("a tolerance that promises too much", () => {
      const scheme = { ...schemeOf("lrc:4,2,2"), tolerance: 4 };
      const { failures } = proveCode(scheme, CORE_CODE, ALL);
      expect(failures.some((sentence) => /within the tolerance, and the rank is/.test(sentence))).toBe(true);
    });
  });
});
