/**
 * XOR of byte buffers: the one kernel that all schemes here need.
 *
 * Works on 32-bit words wherever the two buffers allow it; buffers that are misaligned against each other (subsegments of
 * an odd size are views at odd offsets) go through a small aligned scratch, since copying is much faster than XOR by byte.
 * Word order in memory does not matter to XOR, so the result is the same on every processor.
 */

import { assert } from "../assertion.ts";

const WORD_BYTES = 4;
/** Below this, making the word views costs more than they save. */
const WORD_PATH_BYTES_MIN = 64;
const SCRATCH_BYTES = 16384;

/** Filled and read within one call; holds nothing between calls. */
const scratch: Uint8Array = new Uint8Array(SCRATCH_BYTES);

/**
 * target[i] ^= source[i] for every i. Changes `target` only.
 * Both have the same length (anything else is a bug); they may be the same buffer, but must not overlap otherwise.
 */
export function xorInto(target: Uint8Array, source: Uint8Array): void {
  const bytes = target.length;
  assert(source.length === bytes, "xorInto needs buffers of equal length");
  if (bytes < WORD_PATH_BYTES_MIN) {
    xorBytes(target, source, 0, bytes);
    return;
  }
  const misalignment = target.byteOffset % WORD_BYTES;
  const head = misalignment === 0 ? 0 : WORD_BYTES - misalignment;
  const wordBytes = bytes - head - ((bytes - head) % WORD_BYTES);
  xorBytes(target, source, 0, head);
  if ((source.byteOffset + head) % WORD_BYTES === 0) {
    xorWords(target, head, source, head, wordBytes);
  } else {
    for (let done = 0; done < wordBytes; done += SCRATCH_BYTES) {
      const from = head + done;
      const step = Math.min(SCRATCH_BYTES, wordBytes - done);
      scratch.set(source.subarray(from, from + step));
      xorWords(target, from, scratch, 0, step);
    }
  }
  xorBytes(target, source, head + wordBytes, bytes);
}

function xorBytes(target: Uint8Array, source: Uint8Array, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    target[index] = (target[index] as number) ^ (source[index] as number);
  }
}

/** Both starts are aligned to words and `bytes` is a multiple of the word. */
function xorWords(
  target: Uint8Array,
  targetStart: number,
  source: Uint8Array,
  sourceStart: number,
  bytes: number,
): void {
  const words = bytes / WORD_BYTES;
  const to = new Int32Array(target.buffer, target.byteOffset + targetStart, words);
  const from = new Int32Array(source.buffer, source.byteOffset + sourceStart, words);
  const unrolled = words - (words % 4);
  let index = 0;
  for (; index < unrolled; index += 4) {
    to[index] = (to[index] as number) ^ (from[index] as number);
    to[index + 1] = (to[index + 1] as number) ^ (from[index + 1] as number);
    to[index + 2] = (to[index + 2] as number) ^ (from[index + 2] as number);
    to[index + 3] = (to[index + 3] as number) ^ (from[index + 3] as number);
  }
  for (; index < words; index += 1) to[index] = (to[index] as number) ^ (from[index] as number);
}

/**
 * The XOR of one or more buffers of equal length, as a fresh buffer that aliases none of them.
 * With no buffers at all there is no length to give it: that is a bug.
 */
export function xorOf(sources: readonly Uint8Array[]): Uint8Array {
  const first = sources[0];
  assert(first !== undefined, "xorOf needs at least one buffer");
  const result = first.slice();
  for (let index = 1; index < sources.length; index += 1) xorInto(result, sources[index] as Uint8Array);
  return result;
}

/** True when every byte is zero; true for an empty buffer. */
export function isZero(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index += 1) if (bytes[index] !== 0) return false;
  return true;
}
