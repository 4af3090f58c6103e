/**
 * Combining members that lie anywhere: copied block by block into one small fixed memory, which stays in the cache, and
 * computed there by the kernels.
 *
 * The memory is made at first use, serves every call, holds nothing between calls and never grows. Rows of one
 * coefficient 1 are views of their source. Callers that can put members into an arena of their own save the copies (arena.ts).
 */

import { assert } from "../assertion.ts";
import { combineBytes } from "./byte-rows.ts";
import { BLOCK_BYTES, type Kernel } from "./kernel.ts";
import { createKernel } from "./kernel-choice.ts";
import { programBytesMax, writeProgram } from "./row-program.ts";
import { xorOf } from "./xor.ts";

/** For programs: sixteen general rows over 255 sources take 129 KiB. */
const PROGRAM_BYTES: number = 160 * 1024;
/** For members: half of what a core's second cache usually has. */
const MEMBER_BYTES: number = 480 * 1024;
/** Longer pieces gain nothing, and shorter ones keep more of the work in the first cache. */
const PIECE_BYTES_MAX = 16_384;
/** Between pieces, so that equal offsets in them do not fall into one set of the cache. */
const PAD_BYTES = 64;
/** Below this the XOR of whole buffers, without copies, is quicker. */
const XOR_BYTES_MIN = 2048;
/** The longest list area is for this many sources and rows: 255 members of which 16 are computed. */
const ROWS_MAX = 16;

let shared: Kernel | undefined;

function sharedKernel(): Kernel {
  shared ??= createKernel(PROGRAM_BYTES + MEMBER_BYTES);
  return shared;
}

/** Sum of coefficients[i] · sources[i] for each row. `bytes`: the length of every source. No source is changed. */
export function combine(
  rows: readonly ArrayLike<number>[],
  sources: readonly Uint8Array[],
  bytes: number,
): Uint8Array[] {
  const results = new Array<Uint8Array>(rows.length);
  const toCompute: number[] = [];
  for (const [row, coefficients] of rows.entries()) {
    const view = copiedSource(coefficients, sources);
    if (view !== undefined) results[row] = view;
    else toCompute.push(row);
  }
  for (let first = 0; first < toCompute.length; first += ROWS_MAX) {
    const some = toCompute.slice(first, first + ROWS_MAX);
    const computed = compute(
      some.map((row) => rows[row] as ArrayLike<number>),
      sources,
      bytes,
    );
    for (const [index, row] of some.entries()) results[row] = computed[index] as Uint8Array;
  }
  return results;
}

/** The source that a row is a copy of, if it is one. As many coefficients as sources. */
export function copiedSource(
  coefficients: ArrayLike<number>,
  sources: readonly Uint8Array[],
): Uint8Array | undefined {
  let view: Uint8Array | undefined;
  for (let index = 0; index < coefficients.length; index += 1) {
    if (coefficients[index] === 0) continue;
    if (coefficients[index] !== 1 || view !== undefined) return undefined;
    view = sources[index];
  }
  return view;
}

function compute(
  rows: readonly ArrayLike<number>[],
  sources: readonly Uint8Array[],
  bytes: number,
): Uint8Array[] {
  const only = rows[0] as ArrayLike<number>;
  if (rows.length === 1 && isOnes(only)) {
    // Copies pay only where the kernel is much quicker than plain XOR.
    if (bytes < XOR_BYTES_MIN || sharedKernel().name === "plain") return [xorOf(sources)];
  }
  const results = rows.map(() => new Uint8Array(bytes));
  const blockEnd = bytes - (bytes % BLOCK_BYTES);
  if (blockEnd > 0) computeBlocks(rows, sources, results, blockEnd);
  for (const [row, coefficients] of rows.entries()) {
    combineBytes(coefficients, sources, results[row] as Uint8Array, blockEnd, bytes);
  }
  return results;
}

/** False for no coefficients at all: the sum of nothing is zero. */
function isOnes(coefficients: ArrayLike<number>): boolean {
  if (coefficients.length === 0) return false;
  for (let index = 0; index < coefficients.length; index += 1) if (coefficients[index] !== 1) return false;
  return true;
}

function computeBlocks(
  rows: readonly ArrayLike<number>[],
  sources: readonly Uint8Array[],
  results: readonly Uint8Array[],
  blockEnd: number,
): void {
  const kernel = sharedKernel();
  const slotCount = sources.length + rows.length;
  const room = Math.floor(MEMBER_BYTES / slotCount) - PAD_BYTES;
  const pieceBytes = Math.min(PIECE_BYTES_MAX, room - (room % BLOCK_BYTES), blockEnd);
  assert(pieceBytes > 0, "a block of every member fits into the memory");
  const addresses = Array.from(
    { length: slotCount },
    (_, slot) => PROGRAM_BYTES + slot * (pieceBytes + PAD_BYTES),
  );
  assert(programBytesMax(rows.length, sources.length) <= PROGRAM_BYTES, "the program fits");
  const program = writeProgram(
    kernel,
    rows,
    addresses.slice(0, sources.length),
    addresses.slice(sources.length),
    0,
  );
  const { memory } = kernel;
  for (let offset = 0; offset < blockEnd; offset += pieceBytes) {
    const end = Math.min(blockEnd, offset + pieceBytes);
    for (const [slot, source] of sources.entries()) {
      memory.set(source.subarray(offset, end), addresses[slot] as number);
    }
    kernel.run(program.table, program.tableEnd, 0, end - offset);
    for (const [row, result] of results.entries()) {
      const start = addresses[sources.length + row] as number;
      result.set(memory.subarray(start, start + end - offset), offset);
    }
  }
}
