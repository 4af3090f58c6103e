/** The coding matrices: what is claimed of them in docs/redundancy.md, by enumeration with the arithmetic of the oracle. */

import { describe, expect, it } from "vitest";
import { multiply, inverse, powerOfTwo } from "../../../src/core/redundancy/field.ts";
import { codingOf } from "../../../src/core/redundancy/scheme.ts";
import { hasPowerRows, powerRows } from "../../../src/core/redundancy/schemes/rs.ts";
import { definitionOf, FIELD_OF_256, recoveryOracleOf } from "../../../src/verify/oracle/generator.ts";
import { survivalCounts } from "../../../src/verify/oracle/survival.ts";
import { schemeOf } from "./arbitrary.ts";

/** Every choice of `count` of 0..limit−1, ascending. */
function* choices(limit: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  else {
    for (let first = from; first <= limit - count; first += 1) {
      for (const rest of choices(limit, count - 1, first + 1)) yield [first, ...rest];
    }
  }
}

/** [a][b] -> a · b, from the oracle's bit-by-bit arithmetic: millions of products are needed. */
const PRODUCTS: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, index) =>
  FIELD_OF_256.multiply(index >> 8, index & 255),
);

function product(a: number, b: number): number {
  return PRODUCTS[(a << 8) | b] as number;
}

/** The determinant over these rows and columns by expansion along the first row; at most four rows. */
function determinant(rows: readonly Uint8Array[], columns: readonly number[], row = 0): number {
  if (row === rows.length) return 1;
  let sum = 0;
  for (const [index, column] of columns.entries()) {
    const rest = columns.filter((_, at) => at !== index);
    sum ^= product((rows[row] as Uint8Array)[column] as number, determinant(rows, rest, row + 1));
  }
  return sum;
}

/** The first singular square submatrix of these rows, or undefined: then any loss of as many members as rows is decoded. */
function singular(rows: readonly Uint8Array[], k: number): string | undefined {
  for (let size = 1; size <= rows.length; size += 1) {
    for (const chosen of choices(rows.length, size)) {
      const some = chosen.map((row) => rows[row] as Uint8Array);
      for (const columns of choices(k, size)) {
        if (determinant(some, columns) === 0) return `rows ${String(chosen)}, columns ${String(columns)}`;
      }
    }
  }
  return undefined;
}

describe("the field", () => {
  it("multiplies and inverts as polynomials modulo 0x11D do, for every pair", () => {
    for (let a = 0; a < 256; a += 1) {
      for (let b = 0; b < 256; b += 1) {
        if (multiply(a, b) !== product(a, b)) expect.fail(`${a} times ${b}`);
      }
      if (a > 0) expect(product(a, inverse(a))).toBe(1);
    }
    expect(() => inverse(0)).toThrow("zero");
    expect(new Set(Array.from({ length: 255 }, (_, exponent) => powerOfTwo(exponent))).size).toBe(255);
    expect(powerOfTwo(-1)).toBe(inverse(2));
    expect(powerOfTwo(256)).toBe(2);
  });
});

describe("rows (2^e)^i with e = 0, 1, -1, 2", () => {
  it("any k data and 2 rows decode for every k", () => {
    expect(singular(powerRows(253, 2), 253)).toBeUndefined();
  });

  it("3 rows decode for every k, so for 120 too; 4 rows up to k = 21, and fail at 22", () => {
    expect(singular(powerRows(252, 3), 252)).toBeUndefined();
    expect(singular(powerRows(21, 4), 21)).toBeUndefined();
    expect(singular(powerRows(22, 4), 22)).toMatch(/^rows .*, columns .*21$/);
  });

  it("are used in that range and nowhere else", () => {
    for (const [k, m, expected] of [
      [254, 1, true],
      [253, 2, true],
      [252, 3, true],
      [21, 4, true],
      [22, 4, false],
      [2, 5, false],
    ] as const) {
      expect(hasPowerRows(k, m), `rs:${k}+${m}`).toBe(expected);
    }
  });
});

describe("Cauchy rows", () => {
  it("have no singular square submatrix, as the theorem says", () => {
    for (const text of ["rs:30+4", "rs:12+5", "rs:8+6", "rs:6+9"]) {
      const { k } = schemeOf(text);
      const { rows } = codingOf(schemeOf(text));
      // Submatrices of up to four rows; those of more follow from the theorem alone, and from the proof run up to k + m = 16.
      for (const some of choices(rows.length, Math.min(4, rows.length))) {
        expect(
          singular(
            some.map((row) => rows[row] as Uint8Array),
            Math.min(k, 12),
          ),
        ).toBeUndefined();
      }
    }
  });

  it("start with a row and a column of ones", () => {
    for (const text of ["rs:22+4", "rs:239+16"]) {
      const { rows } = codingOf(schemeOf(text));
      expect(new Set(rows[0])).toEqual(new Set([1]));
      expect(new Set(rows.map((row) => row[0]))).toEqual(new Set([1]));
    }
  });
});

describe("the matrices of the core", () => {
  it("are those that the oracle writes down from the definitions", () => {
    const texts = [
      "mirror:4",
      "stripe:3",
      "parity:7+1",
      "rs:10+4",
      "rs:120+3",
      "rs:121+3",
      "rs:22+4",
      "rs:239+16",
    ];
    for (const text of [
      ...texts,
      "lrc:6,2,2",
      "lrc:12,2,2",
      "lrc:8,4,1",
      "lrc:40,2,2",
      "lrc:36,3,4",
      "lrc:240,1,14",
    ]) {
      const scheme = schemeOf(text);
      const { generator } = definitionOf(text);
      expect(generator.length, text).toBe(scheme.k + scheme.m);
      expect(
        codingOf(scheme).rows.map((row) => [...row]),
        text,
      ).toEqual(generator.slice(scheme.k));
    }
  });

  it("local groups are disjoint, and each sums to zero", () => {
    for (const text of ["lrc:6,2,2", "lrc:12,3,2", "lrc:5,5,1", "lrc:36,3,4"]) {
      const scheme = schemeOf(text);
      const { generator } = definitionOf(text);
      const { localGroups } = codingOf(scheme);
      const members = localGroups.flat();
      expect(new Set(members).size).toBe(members.length);
      for (const group of localGroups) {
        for (let column = 0; column < scheme.k; column += 1) {
          let sum = 0;
          for (const member of group) sum ^= generator[member]?.[column] ?? 0;
          expect(sum, text).toBe(0);
        }
      }
    }
  });
});

describe("lrc", () => {
  /** Losses of every size that any code of this shape could decode: after local repair, no more left than globals. */
  function decodableByCounting(k: number, l: number, g: number): number[] {
    const counts = new Array<number>(k + l + g + 1).fill(0);
    const size = k / l;
    for (let lost = 0; lost < 2 ** (k + l + g); lost += 1) {
      let excess = 0;
      let lostCount = 0;
      for (let group = 0; group < l; group += 1) {
        let inGroup = (lost >> (k + group)) & 1;
        for (let member = 0; member < size; member += 1) inGroup += (lost >> (group * size + member)) & 1;
        lostCount += inGroup;
        excess += Math.max(0, inGroup - 1);
      }
      let globals = g;
      for (let global = 0; global < g; global += 1) globals -= (lost >> (k + l + global)) & 1;
      lostCount += g - globals;
      if (excess <= globals) counts[lostCount] = (counts[lostCount] as number) + 1;
    }
    return counts;
  }

  it.each([
    [6, 2, 2],
    [6, 3, 2],
    [8, 4, 1],
    [6, 1, 2],
    [4, 4, 2],
  ])("lrc:%i,%i,%i decodes whatever any code of its shape can decode", (k, l, g) => {
    const oracle = recoveryOracleOf(`lrc:${k},${l},${g}`);
    const m = l + g;
    const counts = survivalCounts({ k, m, width: k + m, groupCount: 1, oracle });
    expect(counts.map(({ survivedCount }) => survivedCount)).toEqual(decodableByCounting(k, l, g));
  });

  it("Azure's LRC(6,2,2) survives 180 of 210 sets of four losses, LRC(12,2,2) 1568 of 1820 (86 %)", () => {
    const fourOf = (text: string, k: number) =>
      survivalCounts({ k, m: 4, width: k + 4, groupCount: 1, oracle: recoveryOracleOf(text) })[4];
    expect(fourOf("lrc:6,2,2", 6)).toEqual({ survivedCount: 180, setCount: 210 });
    expect(fourOf("lrc:12,2,2", 12)).toEqual({ survivedCount: 1568, setCount: 1820 });
  });
});
