/**
 * An independent, slow model of cutting, coding and placing: symbol by symbol from the definitions in docs/redundancy.md,
 * sharing no code with src/core. The matrices are those that the oracle of src/verify writes down for itself. What the fast code produces is compared with what this one says.
 */

import { definitionOf } from "../../../src/verify/oracle/generator.ts";
import { geometryOf, positionOf } from "../../../src/verify/oracle/geometry.ts";

export interface SlowMember {
  group: number;
  member: number;
  position: number;
  bytes: number[];
}

export interface SlowOptions {
  image: readonly number[];
  /** The scheme's text. */
  scheme: string;
  k: number;
  width: number;
  declusteredOver: number | undefined;
  subsegmentBytes: number;
}

/** XOR of lists of bytes, one bit at a time. */
export function slowXor(lists: readonly (readonly number[])[]): number[] {
  const result: number[] = [];
  for (let index = 0; index < (lists[0] ?? []).length; index += 1) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      let ones = 0;
      for (const list of lists) if (((list[index] ?? 0) >> bit) % 2 === 1) ones += 1;
      if (ones % 2 === 1) byte += 1 << bit;
    }
    result.push(byte);
  }
  return result;
}

/** One symbol of a member: a byte, or one bit of each of the eight planes of a block. */
type Symbol = readonly { at: number; bit: number }[];

/** The symbols of a member: blocks of 128 bytes as eight planes of 16, then the bytes that are left. */
function symbolsOf(length: number): Symbol[] {
  const symbols: Symbol[] = [];
  const blocks = Math.floor(length / 128);
  for (let block = 0; block < blocks; block += 1) {
    for (let position = 0; position < 128; position += 1) {
      symbols.push(
        Array.from({ length: 8 }, (_, plane) => ({
          at: 128 * block + 16 * plane + Math.floor(position / 8),
          bit: position % 8,
        })),
      );
    }
  }
  for (let at = 128 * blocks; at < length; at += 1) {
    symbols.push(Array.from({ length: 8 }, (_, bit) => ({ at, bit })));
  }
  return symbols;
}

function symbolValue(bytes: readonly number[], symbol: Symbol): number {
  let value = 0;
  for (const [index, { at, bit }] of symbol.entries()) value += (((bytes[at] ?? 0) >> bit) & 1) << index;
  return value;
}

/** The sum of coefficient times member for each list of coefficients, symbol by symbol. */
export function slowCombine(
  multiply: (a: number, b: number) => number,
  rows: readonly (readonly number[])[],
  data: readonly (readonly number[])[],
): number[][] {
  const length = (data[0] ?? []).length;
  const symbols = symbolsOf(length);
  return rows.map((row) => {
    const result = new Array<number>(length).fill(0);
    for (const symbol of symbols) {
      let sum = 0;
      for (const [column, bytes] of data.entries()) {
        sum ^= multiply(row[column] ?? 0, symbolValue(bytes, symbol));
      }
      for (const [index, { at, bit }] of symbol.entries()) {
        result[at] = (result[at] ?? 0) | (((sum >> index) & 1) << bit);
      }
    }
    return result;
  });
}

/** The redundancy members of a group of 1..k data members. */
export function slowRedundancy(scheme: string, data: readonly (readonly number[])[]): number[][] {
  const { field, generator } = definitionOf(scheme);
  const k = generator[0]?.length ?? 0;
  // Every bit is a symbol of its own over GF(2); as coefficients 0 and 1 are the same in both fields.
  const multiply = (a: number, b: number): number => (a <= 1 ? a * b : field.multiply(a, b));
  return slowCombine(multiply, generator.slice(k), data);
}

/** Everything that is stored anywhere for an image, in order of group and member. */
export function slowProtect(options: SlowOptions): SlowMember[] {
  const { image, scheme, k, subsegmentBytes } = options;
  const m = definitionOf(scheme).generator.length - k;
  const geometry = geometryOf({ ...options, m, imageBytes: image.length });
  const subsegments: number[][] = [];
  for (let offset = 0; offset < image.length; offset += subsegmentBytes) {
    const piece = image.slice(offset, offset + subsegmentBytes);
    while (piece.length < subsegmentBytes) piece.push(0);
    subsegments.push(piece);
  }
  const stored: SlowMember[] = [];
  for (let group = 0; group * k < subsegments.length; group += 1) {
    const data = subsegments.slice(group * k, group * k + k);
    const place = (member: number, bytes: number[]): void => {
      stored.push({ group, member, position: positionOf(geometry, group, member), bytes });
    };
    for (const [member, bytes] of data.entries()) place(member, bytes);
    for (const [row, bytes] of slowRedundancy(scheme, data).entries()) place(k + row, bytes);
  }
  return stored;
}
