/**
 * The kernels that combine members, as functions over one memory, so that plain TypeScript and WebAssembly are interchangeable.
 *
 * Symbols. A member is cut into blocks of 128 bytes. A block is 8 planes of 16 bytes; the symbol at one of the 128 bit
 * positions is the 8 bits that the planes hold there, plane p giving bit p. Doubling a whole block of symbols is then a
 * renaming of planes and three XORs. The bytes behind the last whole block are symbols themselves; they are not a
 * kernel's business (combine.ts). Rows of ones are plain XOR under both readings.
 *
 * Addresses are offsets into the memory, in bytes. A list is a run of 32-bit words in it. Ranges from..to are offsets within
 * members: multiples of 128. All offsets that are given are multiples of 16, and a target overlaps no source.
 */

export const BLOCK_BYTES = 128;

/** e of a row (2^e)^i that has a kernel of its own. */
export type RowExponent = 1 | -1 | 2;

export interface Kernel {
  readonly name: "plain" | "wasm";
  /** All of it: lists, sources and targets. Its size never changes. */
  readonly memory: Uint8Array;
  /** The same memory as words, for writing lists. */
  readonly words: Int32Array;
  /** target = XOR of the sources whose addresses are the `count` words at `list`; count is at least 1. */
  xorRow(target: number, list: number, count: number, from: number, to: number): void;
  /** target = sum of (2^exponent)^i times source i, by Horner's rule. */
  powerRow(
    exponent: RowExponent,
    target: number,
    list: number,
    count: number,
    from: number,
    to: number,
  ): void;
  /**
   * target = sum of c_i times source i. The list has, for each bit 7, 6 … 0, a count and the addresses of the sources whose
   * coefficient has that bit: the sum is made by doubling what the higher bits gave.
   */
  generalRow(target: number, list: number, from: number, to: number): void;
}
