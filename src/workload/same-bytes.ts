/**
 * Where two runs of bytes first differ: images are compared with a workload's own copy, word by word where they allow it.
 */
import type { Segment } from "../core/checkpoint/image.ts";

const WORD_BYTES = 4;

/** Offset of the first byte that differs or that only one side has; undefined when both are equal. */
export function firstDifference(left: Uint8Array, right: Uint8Array): number | undefined {
  const commonBytes = Math.min(left.length, right.length);
  let offset = 0;
  if (left.byteOffset % WORD_BYTES === 0 && right.byteOffset % WORD_BYTES === 0) {
    const wordCount = Math.floor(commonBytes / WORD_BYTES);
    const leftWords = new Uint32Array(left.buffer, left.byteOffset, wordCount);
    const rightWords = new Uint32Array(right.buffer, right.byteOffset, wordCount);
    let word = 0;
    while (word < wordCount && leftWords[word] === rightWords[word]) word += 1;
    offset = word * WORD_BYTES;
  }
  while (offset < commonBytes && left[offset] === right[offset]) offset += 1;
  if (offset < commonBytes || left.length !== right.length) return offset;
  return undefined;
}

/** How `found` differs from `expected`, in words; undefined when names, order and bytes are equal. */
export function segmentsProblem(expected: readonly Segment[], found: readonly Segment[]): string | undefined {
  if (expected.length !== found.length) return `${found.length} segments instead of ${expected.length}`;
  for (const [index, segment] of expected.entries()) {
    const other = found[index];
    if (other === undefined || other.name !== segment.name) {
      return `segment ${index} is ${other?.name ?? "missing"} instead of ${segment.name}`;
    }
    const offset = firstDifference(segment.bytes, other.bytes);
    if (offset !== undefined) return `${segment.name} differs at byte ${offset}`;
  }
  return undefined;
}
