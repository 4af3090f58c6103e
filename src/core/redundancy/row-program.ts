/**
 * Row programs: how rows of coefficients are written down for a kernel, as a table of rows and the lists that it names.
 *
 * A row of ones is an XOR. A row (2^e)^i with e = 1, −1 or 2 is Horner's rule with one or two doublings a step. Any other
 * row is made bit by bit. Coefficients that are 0 cost nothing.
 */

import { assert } from "../assertion.ts";
import { powerOfTwo } from "./field.ts";
import {
  type Kernel,
  ROW_DOUBLE,
  ROW_GENERAL,
  ROW_HALVE,
  ROW_QUADRUPLE,
  ROW_WORDS,
  ROW_XOR,
} from "./kernel.ts";

/** A table of rows over a fixed set of sources, ready to run on any range of them. */
export interface RowProgram {
  readonly table: number;
  readonly tableEnd: number;
}

const WORD_BYTES = 4;

const POWER_ROWS: readonly (readonly [kind: number, exponent: number])[] = [
  [ROW_DOUBLE, 1],
  [ROW_HALVE, -1],
  [ROW_QUADRUPLE, 2],
];

/** Most bytes that the program of so many rows and sources can take: each source once for each bit. */
export function programBytesMax(rowCount: number, sourceCount: number): number {
  return rowCount * (ROW_WORDS + 8 + 8 * sourceCount) * WORD_BYTES;
}

function kindOf(coefficients: ArrayLike<number>): number {
  let onesCount = 0;
  let zerosCount = 0;
  for (let index = 0; index < coefficients.length; index += 1) {
    if (coefficients[index] === 0) zerosCount += 1;
    if (coefficients[index] === 1) onesCount += 1;
  }
  // A row of zeros has no source, which only a general row may have.
  if (zerosCount === coefficients.length) return ROW_GENERAL;
  if (onesCount + zerosCount === coefficients.length) return ROW_XOR;
  const fits = (exponent: number): boolean => {
    for (let index = 0; index < coefficients.length; index += 1) {
      if (coefficients[index] !== powerOfTwo(exponent * index)) return false;
    }
    return true;
  };
  return POWER_ROWS.find(([, exponent]) => fits(exponent))?.[0] ?? ROW_GENERAL;
}

/**
 * Writes the program of these rows at the address `start`; it takes at most `programBytesMax`.
 * `sources`: addresses, one a column. `targets`: addresses, one a row. A program without rows is not to be run.
 */
export function writeProgram(
  kernel: Kernel,
  rows: readonly ArrayLike<number>[],
  sources: readonly number[],
  targets: readonly number[],
  start: number,
): RowProgram {
  assert(rows.length === targets.length, "each row has a target");
  const { words } = kernel;
  const tableEnd = start + rows.length * ROW_WORDS * WORD_BYTES;
  let next = tableEnd / WORD_BYTES;
  for (const [row, coefficients] of rows.entries()) {
    const kind = kindOf(coefficients);
    const list = next;
    if (kind === ROW_GENERAL) {
      for (let bit = 7; bit >= 0; bit -= 1) {
        const endAt = next;
        next += 1;
        for (let index = 0; index < sources.length; index += 1) {
          if ((((coefficients[index] as number) >> bit) & 1) === 1) words[next++] = sources[index] as number;
        }
        words[endAt] = next * WORD_BYTES;
      }
    } else {
      for (let index = 0; index < sources.length; index += 1) {
        if (coefficients[index] !== 0) words[next++] = sources[index] as number;
      }
    }
    words.set(
      [kind, targets[row] as number, list * WORD_BYTES, next * WORD_BYTES],
      start / WORD_BYTES + row * ROW_WORDS,
    );
  }
  return { table: start, tableEnd };
}
