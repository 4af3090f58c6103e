/**
 * The generator matrix of every scheme, written down again from the definitions in docs/redundancy.md: shares nothing with
 * the core, neither its tables nor its reading of a scheme's text.
 *
 * Arithmetic is that of polynomials over GF(2) modulo x^8 + x^4 + x^3 + x^2 + 1, one bit at a time.
 */
import {
  createRecoveryOracle,
  type Field,
  FIELD_OF_TWO,
  type GeneratorMatrix,
  type RecoveryOracle,
  xorGenerator,
} from "./rank.ts";

const MODULUS = 0b1_0001_1101;

function product(a: number, b: number): number {
  let whole = 0;
  for (let bit = 0; bit < 8; bit += 1) if ((b >> bit) & 1) whole ^= a << bit;
  for (let bit = 14; bit >= 8; bit -= 1) if ((whole >> bit) & 1) whole ^= MODULUS << (bit - 8);
  return whole;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let count = 0; count < exponent; count += 1) result = product(result, base);
  return result;
}

/** a^254 = a^−1, since a^255 = 1. */
function inverse(a: number): number {
  return power(a, 254);
}

export const FIELD_OF_256: Field = { add: (a, b) => a ^ b, multiply: product, inverse };

/** 1 / (x + y) for x = 0..rows−1 and y = rows..rows+k−1, scaled to ones in row 0 and column 0. */
function cauchy(rowCount: number, k: number): number[][] {
  const entry = (x: number, column: number): number => inverse(x ^ (rowCount + column));
  return Array.from({ length: rowCount }, (_, x) =>
    Array.from({ length: k }, (_unused, column) => {
      const scaledColumn = (row: number, at: number): number =>
        product(entry(row, at), inverse(entry(0, at)));
      return product(scaledColumn(x, column), inverse(scaledColumn(x, 0)));
    }),
  );
}

/** Rows of powers of 1, 2, 1/2 and 4, where they are known to do; else Cauchy. */
function reedSolomon(k: number, m: number): number[][] {
  const isProven = m <= 3 || (m === 4 && k <= 21);
  if (!isProven) return cauchy(m, k);
  return [1, 2, inverse(2), 4].slice(0, m).map((base) => Array.from({ length: k }, (_, i) => power(base, i)));
}

/** l local XOR rows over k / l neighbours, then g global rows. */
function localReconstruction(k: number, l: number, g: number): number[][] {
  const size = k / l;
  const rows: number[][] = [];
  for (let local = 0; local < l; local += 1) {
    rows.push(Array.from({ length: k }, (_, data) => (Math.floor(data / size) === local ? 1 : 0)));
  }
  if (g <= 2 && l <= 17 && size <= 15) {
    for (let row = 1; row <= g; row += 1) {
      rows.push(
        Array.from({ length: k }, (_, data) =>
          power(power(2, Math.floor(data / size) + 17 * (data % size)), row),
        ),
      );
    }
  } else rows.push(...cauchy(g + 1, k).slice(1));
  return rows;
}

interface Definition {
  readonly field: Field;
  readonly generator: GeneratorMatrix;
}

/** The field and matrix of a scheme's text; of anything that is no scheme it throws a RangeError. */
export function definitionOf(scheme: string): Definition {
  const [, word = "", counts = ""] = /^([a-z]+):([0-9]+(?:[+,][0-9]+)*)$/.exec(scheme) ?? [];
  const [a = 0, b = 0, c = 0] = counts.split(/[+,]/).map(Number);
  const over256 = (k: number, rows: number[][]): Definition => ({
    field: FIELD_OF_256,
    generator: [...xorGenerator(k, 0), ...rows],
  });
  switch (word) {
    case "mirror":
      return { field: FIELD_OF_TWO, generator: xorGenerator(1, a - 1) };
    case "stripe":
      return { field: FIELD_OF_TWO, generator: xorGenerator(a, 0) };
    case "parity":
      return { field: FIELD_OF_TWO, generator: xorGenerator(a, 1) };
    case "rs":
      return over256(a, reedSolomon(a, b));
    case "lrc":
      return over256(a, localReconstruction(a, b, c));
    default:
      throw new RangeError(`"${scheme}" is no scheme`);
  }
}

const oracles: Map<string, RecoveryOracle> = new Map();

/** The oracle of a scheme's text, kept with the answers that it has given. */
export function recoveryOracleOf(scheme: string): RecoveryOracle {
  let oracle = oracles.get(scheme);
  if (oracle === undefined) {
    const { field, generator } = definitionOf(scheme);
    oracle = createRecoveryOracle(field, generator);
    oracles.set(scheme, oracle);
  }
  return oracle;
}
