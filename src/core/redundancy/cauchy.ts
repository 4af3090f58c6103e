/**
 * Cauchy matrices over GF(2^8): rows of which every square submatrix is nonsingular, for any m + k up to 256.
 *
 * C[r][c] = 1 / (x_r + y_c) with all x and y distinct has the determinant
 * ∏ (x_i + x_j)(y_i + y_j) / ∏ (x_i + y_j), which is never zero (Cauchy 1841; as an erasure code: Blömer, Kalfane, Karp,
 * Karpinski, Luby and Zuckerman, "An XOR-Based Erasure-Resilient Coding Scheme", ICSI TR-95-048). Scaling a row or a column
 * by a nonzero element keeps that. Here columns and rows are scaled so that row 0 and column 0 are ones: the first
 * redundancy member is the XOR of the data, and those of a single subsegment are copies.
 */

import { assert } from "../assertion.ts";
import { inverse, multiply } from "./field.ts";

/** `rowCount` rows of `k` coefficients, x_r = r and y_c = rowCount + c. rowCount + k is at most 256 (else a bug). */
export function cauchyRows(rowCount: number, k: number): Uint8Array[] {
  assert(rowCount + k <= 256, "a Cauchy matrix needs distinct elements for rows and columns");
  const rows: Uint8Array[] = [];
  for (let row = 0; row < rowCount; row += 1) {
    const coefficients = new Uint8Array(k);
    // Makes column 0 a one: its own entry is rowCount / (row + rowCount).
    const rowScale = multiply(row ^ rowCount, inverse(rowCount));
    for (let column = 0; column < k; column += 1) {
      const y = rowCount + column;
      coefficients[column] = multiply(multiply(y, inverse(row ^ y)), rowScale);
    }
    rows.push(coefficients);
  }
  return rows;
}
