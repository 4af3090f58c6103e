/**
 * The algebraic oracle: a group is recoverable exactly when the rows of its generator matrix that are left have full rank.
 *
 * Written apart from the core's decoder and sharing nothing with it, so that the two can be compared. The field's
 * operations are a parameter: XOR codes use GF(2); a GF(2^8) field and its matrix can be handed in unchanged.
 *
 * Does not cover: bytes. It says whether decoding is possible, not what it gives.
 */

/** A finite field over small integers. `add` is also subtraction (characteristic 2). `inverse` is never asked of 0. */
export interface Field {
  add(a: number, b: number): number;
  multiply(a: number, b: number): number;
  inverse(a: number): number;
}

/** GF(2): addition is XOR, multiplication is AND. */
export const FIELD_OF_TWO: Field = {
  add: (a, b) => a ^ b,
  multiply: (a, b) => a & b,
  inverse: (a) => a,
};

/** One row a member (k data rows first, then m redundancy rows), one column a data subsegment. */
export type GeneratorMatrix = readonly (readonly number[])[];

/** The systematic matrix of an XOR scheme: the identity, then m all-ones rows (mirror: k = 1; stripe: m = 0). */
export function xorGenerator(k: number, m: number): GeneratorMatrix {
  const rows: number[][] = [];
  for (let data = 0; data < k; data += 1) {
    const row = new Array<number>(k).fill(0);
    row[data] = 1;
    rows.push(row);
  }
  for (let index = 0; index < m; index += 1) rows.push(new Array<number>(k).fill(1));
  return rows;
}

/** The rank of the rows' first `columnCount` columns, by elimination on a copy. */
export function rankOf(field: Field, rows: GeneratorMatrix, columnCount: number): number {
  const work = rows.map((row) => row.slice(0, columnCount));
  let rank = 0;
  for (let column = 0; column < columnCount && rank < work.length; column += 1) {
    const pivotIndex = work.findIndex((row, index) => index >= rank && row[column] !== 0);
    if (pivotIndex < 0) continue;
    const pivot = work[pivotIndex] as number[];
    work[pivotIndex] = work[rank] as number[];
    work[rank] = pivot;
    const scale = field.inverse(pivot[column] as number);
    for (let index = rank + 1; index < work.length; index += 1) {
      const row = work[index] as number[];
      const factor = field.multiply(row[column] as number, scale);
      if (factor === 0) continue;
      for (let at = column; at < columnCount; at += 1) {
        row[at] = field.add(row[at] as number, field.multiply(factor, pivot[at] as number));
      }
    }
    rank += 1;
  }
  return rank;
}

/** Answers "recoverable?" for one matrix and remembers the answer of every pattern that it has seen. */
export interface RecoveryOracle {
  /**
   * `dataCount`: real subsegments of the group, 1..k; the others are implicit zeros, so their columns fall away.
   * `isHeld`: whether a member (0..k+m−1) is left; what it says of implicit zeros does not matter.
   */
  isRecoverable(dataCount: number, isHeld: (member: number) => boolean): boolean;
}

export function createRecoveryOracle(field: Field, generator: GeneratorMatrix): RecoveryOracle {
  const k = generator[0]?.length ?? 0;
  const known = new Map<string, boolean>();
  return {
    isRecoverable(dataCount, isHeld) {
      let pattern = `${dataCount}:`;
      const left: (readonly number[])[] = [];
      for (const [member, row] of generator.entries()) {
        const exists = member < dataCount || member >= k;
        const held = exists && isHeld(member);
        pattern += held ? "1" : "0";
        if (held) left.push(row);
      }
      let answer = known.get(pattern);
      if (answer === undefined) {
        answer = rankOf(field, left, dataCount) === dataCount;
        known.set(pattern, answer);
      }
      return answer;
    },
  };
}

const oracles: Map<string, RecoveryOracle> = new Map();

/** The oracle of the XOR scheme (k, m). */
export function xorRecoveryOracle(k: number, m: number): RecoveryOracle {
  const name = `${k}+${m}`;
  let oracle = oracles.get(name);
  if (oracle === undefined) {
    oracle = createRecoveryOracle(FIELD_OF_TWO, xorGenerator(k, m));
    oracles.set(name, oracle);
  }
  return oracle;
}
