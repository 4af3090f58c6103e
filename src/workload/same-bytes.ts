/**
 * Where two runs of bytes first differ: images are compared with a workload's own copy.
 */
import type { Segment } from "../core/checkpoint/image.ts";
import { equalBytes } from "../sim/byte-sums.ts";

/** Offset of the first byte that differs or that only one side has; undefined when both are equal. */
export function firstDifference(left: Uint8Array, right: Uint8Array): number | undefined {
  if (equalBytes(left, right)) return undefined;
  const commonBytes = Math.min(left.length, right.length);
  let offset = 0;
  while (offset < commonBytes && left[offset] === right[offset]) offset += 1;
  return offset;
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
