/**
 * Row programs: which kernel computes a row of coefficients, and the lists of addresses that it reads.
 *
 * A row of ones is an XOR. A row (2^e)^i with e = 1, −1 or 2 is Horner's rule with one or two doublings a step. Any other
 * row is made bit by bit. Coefficients that are 0 cost nothing but in power rows, which have none.
 */

import { assert } from "../assertion.ts";
import { powerOfTwo } from "./field.ts";
import type { Kernel, RowExponent } from "./kernel.ts";

type RowKind = "zero" | "xor" | "general" | RowExponent;

/** One row over a fixed set of sources, ready to run on any range of them. */
export interface RowProgram {
  readonly kind: RowKind;
  readonly target: number;
  readonly list: number;
  /** Sources in the list, for the kernels that ask. */
  readonly count: number;
}

const EXPONENTS: readonly RowExponent[] = [1, -1, 2];
const WORD_BYTES = 4;

/** Most words that the lists of one row can take: eight counts, and each source once for each bit. */
export function listWordsMax(sourceCount: number): number {
  return 8 + 8 * sourceCount;
}

function kindOf(coefficients: ArrayLike<number>): RowKind {
  let areOnes = true;
  let areZeros = true;
  for (let index = 0; index < coefficients.length; index += 1) {
    const coefficient = coefficients[index];
    if (coefficient !== 0) areZeros = false;
    if (coefficient !== 0 && coefficient !== 1) areOnes = false;
  }
  if (areZeros) return "zero";
  if (areOnes) return "xor";
  const fits = (exponent: RowExponent): boolean => {
    for (let index = 0; index < coefficients.length; index += 1) {
      if (coefficients[index] !== powerOfTwo(exponent * index)) return false;
    }
    return true;
  };
  return EXPONENTS.find(fits) ?? "general";
}

/**
 * Writes the lists of all rows one behind the other from the address `listStart` on, and says how to run them.
 * `sources`: addresses, one a column. `targets`: addresses, one a row. The lists end before `listEnd` (else it is a bug).
 */
export function writePrograms(
  kernel: Kernel,
  rows: readonly ArrayLike<number>[],
  sources: readonly number[],
  targets: readonly number[],
  listStart: number,
  listEnd: number,
): RowProgram[] {
  const { words } = kernel;
  let next = listStart / WORD_BYTES;
  return rows.map((coefficients, row) => {
    assert(
      (next + listWordsMax(sources.length)) * WORD_BYTES <= listEnd,
      "the lists fit into their part of the memory",
    );
    const kind = kindOf(coefficients);
    const list = next * WORD_BYTES;
    const target = targets[row] as number;
    if (kind === "general") {
      for (let bit = 7; bit >= 0; bit -= 1) {
        const countAt = next;
        next += 1;
        for (let index = 0; index < sources.length; index += 1) {
          if ((((coefficients[index] as number) >> bit) & 1) === 1) words[next++] = sources[index] as number;
        }
        words[countAt] = next - countAt - 1;
      }
      return { kind, target, list, count: 0 };
    }
    for (let index = 0; index < sources.length; index += 1) {
      if (coefficients[index] !== 0) words[next++] = sources[index] as number;
    }
    return { kind, target, list, count: next - list / WORD_BYTES };
  });
}

/** Runs the rows over the range from..to, which holds whole blocks. */
export function runPrograms(kernel: Kernel, programs: readonly RowProgram[], from: number, to: number): void {
  for (const { kind, target, list, count } of programs) {
    if (kind === "zero") kernel.memory.fill(0, target + from, target + to);
    else if (kind === "xor") kernel.xorRow(target, list, count, from, to);
    else if (kind === "general") kernel.generalRow(target, list, from, to);
    else kernel.powerRow(kind, target, list, count, from, to);
  }
}
