/**
 * The kernel that combines members: one function over one memory, so that plain TypeScript and WebAssembly are interchangeable.
 *
 * Symbols. A member is cut into blocks of 128 bytes. A block is 8 planes of 16 bytes; the symbol at one of the 128 bit
 * positions is the 8 bits that the planes hold there, plane p giving bit p. Doubling a whole block of symbols is then a
 * renaming of planes and three XORs. The bytes behind the last whole block are symbols themselves; they are not a
 * kernel's business (byte-rows.ts). Rows of ones are plain XOR under both readings.
 *
 * Addresses are offsets into the memory, in bytes: multiples of 16 for members, of 4 for tables and lists.
 */

export const BLOCK_BYTES = 128;

/** Of each member, so much is computed for every row before more is: what a row reads again then lies in the first cache. */
export const STEP_BYTES = 2048;

/** How a row is computed from its list; the numbers stand in tables. */
export const ROW_XOR = 0;
/** Horner's rule with doubling: coefficient i is 2^i. */
export const ROW_DOUBLE = 1;
/** Horner's rule with halving: coefficient i is 2^−i. */
export const ROW_HALVE = 2;
/** Horner's rule with quadrupling: coefficient i is 4^i. */
export const ROW_QUADRUPLE = 3;
/** Any coefficients, bit by bit. */
export const ROW_GENERAL = 4;

/** Words of a row in a table: kind, target address, start of its list, end of its list. */
export const ROW_WORDS = 4;

export interface Kernel {
  readonly name: "plain" | "wasm";
  /** All of it: tables, lists, sources and targets. Its size never changes. */
  readonly memory: Uint8Array;
  /** The same memory as words, for writing tables and lists. */
  readonly words: Int32Array;
  /**
   * Computes the rows of the table at table..tableEnd, at least one, over the offsets from..to of their members, whole blocks
   * and at least one. No target overlaps a source.
   * The list of a general row holds, for each bit 7, 6 … 0, the address of its end and then the addresses of the sources whose
   * coefficient has the bit; that of another row holds the addresses of its sources, at least one.
   */
  run(table: number, tableEnd: number, from: number, to: number): void;
}
