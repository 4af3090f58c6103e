/**
 * The kernels in plain TypeScript, on 32-bit words: for engines and pages where WebAssembly is missing or forbidden, and for
 * members too short to be worth more. Gives the same bytes as the WebAssembly kernels, whatever the byte order.
 */

import {
  type Kernel,
  ROW_DOUBLE,
  ROW_GENERAL,
  ROW_HALVE,
  ROW_QUADRUPLE,
  ROW_WORDS,
  ROW_XOR,
  STEP_BYTES,
} from "./kernel.ts";

const WORD_BYTES = 4;
/** Words from one plane to the next. */
const PLANE_WORDS = 4;
const BLOCK_WORDS = 32;

/** A kernel over fresh memory. */
export function createPlainKernel(memoryBytes: number): Kernel {
  const buffer = new ArrayBuffer(memoryBytes);
  const words = new Int32Array(buffer);
  return {
    name: "plain",
    memory: new Uint8Array(buffer),
    words,
    run(table, tableEnd, from, to) {
      const last = tableEnd / WORD_BYTES;
      for (let at = from; at < to; at += STEP_BYTES) {
        const end = Math.min(to, at + STEP_BYTES);
        for (let row = table / WORD_BYTES; row < last; row += ROW_WORDS) runRow(words, row, at, end);
      }
    },
  };
}

/** `row`: index of its first word in the table. */
function runRow(words: Int32Array, row: number, from: number, to: number): void {
  const kind = words[row] as number;
  const target = words[row + 1] as number;
  const list = (words[row + 2] as number) / WORD_BYTES;
  const end = (words[row + 3] as number) / WORD_BYTES;
  if (kind === ROW_XOR) return xorRow(words, target, list, end, from, to);
  const column = new Column();
  for (let block = from / WORD_BYTES; block < to / WORD_BYTES; block += BLOCK_WORDS) {
    for (let at = block; at < block + PLANE_WORDS; at += 1) {
      column.clear();
      if (kind === ROW_GENERAL) addByBits(words, column, list, at);
      else addByHorner(words, column, kind, list, end, at);
      column.store(words, target / WORD_BYTES + at);
    }
  }
}

function xorRow(
  words: Int32Array,
  target: number,
  list: number,
  end: number,
  from: number,
  to: number,
): void {
  const out = (target + from) / WORD_BYTES;
  const length = (to - from) / WORD_BYTES;
  const first = ((words[list] as number) + from) / WORD_BYTES;
  words.copyWithin(out, first, first + length);
  for (let entry = list + 1; entry < end; entry += 1) {
    const source = ((words[entry] as number) + from) / WORD_BYTES;
    for (let word = 0; word < length; word += 1) {
      words[out + word] = (words[out + word] as number) ^ (words[source + word] as number);
    }
  }
}

/** From the last source to the first, the sum is multiplied and the source added. `at`: word within a member. */
function addByHorner(
  words: Int32Array,
  column: Column,
  kind: number,
  list: number,
  end: number,
  at: number,
): void {
  for (let entry = end - 1; entry >= list; entry -= 1) {
    if (kind === ROW_HALVE) column.halve();
    if (kind === ROW_DOUBLE || kind === ROW_QUADRUPLE) column.double();
    if (kind === ROW_QUADRUPLE) column.double();
    column.add(words, (words[entry] as number) / WORD_BYTES + at);
  }
}

/** Bit by bit from the highest, the sum is doubled and the sources whose coefficient has the bit are added. */
function addByBits(words: Int32Array, column: Column, list: number, at: number): void {
  let entry = list;
  for (let bit = 7; bit >= 0; bit -= 1) {
    column.double();
    const end = (words[entry] as number) / WORD_BYTES;
    for (entry += 1; entry < end; entry += 1) {
      column.add(words, (words[entry] as number) / WORD_BYTES + at);
    }
  }
}

/** The eight planes of one word column, low bit first. One object for a whole row: it never leaves this file. */
class Column {
  p0: number = 0;
  p1: number = 0;
  p2: number = 0;
  p3: number = 0;
  p4: number = 0;
  p5: number = 0;
  p6: number = 0;
  p7: number = 0;

  clear(): void {
    this.p0 = this.p1 = this.p2 = this.p3 = this.p4 = this.p5 = this.p6 = this.p7 = 0;
  }

  /** x^8 = x^4 + x^3 + x^2 + 1: what leaves at the top comes back in planes 0, 2, 3 and 4. */
  double(): void {
    const top = this.p7;
    this.p7 = this.p6;
    this.p6 = this.p5;
    this.p5 = this.p4;
    this.p4 = this.p3 ^ top;
    this.p3 = this.p2 ^ top;
    this.p2 = this.p1 ^ top;
    this.p1 = this.p0;
    this.p0 = top;
  }

  /** The inverse of `double`. */
  halve(): void {
    const bottom = this.p0;
    this.p0 = this.p1;
    this.p1 = this.p2 ^ bottom;
    this.p2 = this.p3 ^ bottom;
    this.p3 = this.p4 ^ bottom;
    this.p4 = this.p5;
    this.p5 = this.p6;
    this.p6 = this.p7;
    this.p7 = bottom;
  }

  add(words: Int32Array, at: number): void {
    this.p0 ^= words[at] as number;
    this.p1 ^= words[at + PLANE_WORDS] as number;
    this.p2 ^= words[at + 2 * PLANE_WORDS] as number;
    this.p3 ^= words[at + 3 * PLANE_WORDS] as number;
    this.p4 ^= words[at + 4 * PLANE_WORDS] as number;
    this.p5 ^= words[at + 5 * PLANE_WORDS] as number;
    this.p6 ^= words[at + 6 * PLANE_WORDS] as number;
    this.p7 ^= words[at + 7 * PLANE_WORDS] as number;
  }

  store(words: Int32Array, at: number): void {
    words[at] = this.p0;
    words[at + PLANE_WORDS] = this.p1;
    words[at + 2 * PLANE_WORDS] = this.p2;
    words[at + 3 * PLANE_WORDS] = this.p3;
    words[at + 4 * PLANE_WORDS] = this.p4;
    words[at + 5 * PLANE_WORDS] = this.p5;
    words[at + 6 * PLANE_WORDS] = this.p6;
    words[at + 7 * PLANE_WORDS] = this.p7;
  }
}
