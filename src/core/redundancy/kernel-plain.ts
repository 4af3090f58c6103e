/**
 * The kernels in plain TypeScript, on 32-bit words: for engines and pages where WebAssembly is missing or forbidden, and for
 * members too short to be worth more. Gives the same bytes as the WebAssembly kernels, whatever the byte order.
 */

import type { Kernel, RowExponent } from "./kernel.ts";

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
    xorRow: (target, list, count, from, to) => xorRow(words, target, list, count, from, to),
    powerRow: (exponent, target, list, count, from, to) =>
      powerRow(words, exponent, target, list, count, from, to),
    generalRow: (target, list, from, to) => generalRow(words, target, list, from, to),
  };
}

function xorRow(
  words: Int32Array,
  target: number,
  list: number,
  count: number,
  from: number,
  to: number,
): void {
  const out = (target + from) / WORD_BYTES;
  const length = (to - from) / WORD_BYTES;
  const first = ((words[list / WORD_BYTES] as number) + from) / WORD_BYTES;
  words.copyWithin(out, first, first + length);
  for (let index = 1; index < count; index += 1) {
    const source = ((words[list / WORD_BYTES + index] as number) + from) / WORD_BYTES;
    for (let word = 0; word < length; word += 1) {
      words[out + word] = (words[out + word] as number) ^ (words[source + word] as number);
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

function powerRow(
  words: Int32Array,
  exponent: RowExponent,
  target: number,
  list: number,
  count: number,
  from: number,
  to: number,
): void {
  const column = new Column();
  const addresses = list / WORD_BYTES;
  for (let block = from / WORD_BYTES; block < to / WORD_BYTES; block += BLOCK_WORDS) {
    for (let lane = 0; lane < PLANE_WORDS; lane += 1) {
      const at = block + lane;
      column.clear();
      for (let index = count - 1; index >= 0; index -= 1) {
        if (exponent === -1) column.halve();
        else column.double();
        if (exponent === 2) column.double();
        column.add(words, (words[addresses + index] as number) / WORD_BYTES + at);
      }
      column.store(words, target / WORD_BYTES + at);
    }
  }
}

function generalRow(words: Int32Array, target: number, list: number, from: number, to: number): void {
  const column = new Column();
  for (let block = from / WORD_BYTES; block < to / WORD_BYTES; block += BLOCK_WORDS) {
    for (let lane = 0; lane < PLANE_WORDS; lane += 1) {
      const at = block + lane;
      column.clear();
      let next = list / WORD_BYTES;
      for (let bit = 7; bit >= 0; bit -= 1) {
        column.double();
        const count = words[next] as number;
        for (let index = 1; index <= count; index += 1) {
          column.add(words, (words[next + index] as number) / WORD_BYTES + at);
        }
        next += count + 1;
      }
      column.store(words, target / WORD_BYTES + at);
    }
  }
}
