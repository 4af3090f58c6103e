/**
 * An image: the segments that the software hands over, laid end to end.
 *
 * Reads are views where the bytes lie in one segment, so that cutting an image into subsegments copies almost nothing.
 * Does not cover: where segments come from; src/node has an ImageSource over files.
 */

import { assert, assertionFailed } from "../assertion.ts";

/** A named run of bytes, as the software hands it over. The bytes are immutable after hand-over; 0 bytes are allowed. */
export interface Segment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A segment without its bytes, as a manifest lists it. */
export interface SegmentEntry {
  readonly name: string;
  readonly bytes: number;
}

/** Random access to the bytes of an image. */
export interface ImageSource {
  readonly imageBytes: number;
  /**
   * Exactly `length` bytes from `offset`, a view where that is possible and a fresh copy otherwise.
   * A range that is not within 0..imageBytes is a bug.
   */
  read(offset: number, length: number): Uint8Array;
}

class SegmentImage implements ImageSource {
  readonly imageBytes: number;
  private readonly segments: readonly Segment[];
  /** Offset in the image of each segment's first byte. */
  private readonly starts: readonly number[];

  constructor(segments: readonly Segment[]) {
    const starts: number[] = [];
    let offset = 0;
    for (const segment of segments) {
      starts.push(offset);
      offset += segment.bytes.length;
    }
    this.segments = segments;
    this.starts = starts;
    this.imageBytes = offset;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(offset, length, this.imageBytes);
    let index = this.indexAt(offset);
    const first = this.segments[index];
    if (first === undefined) return new Uint8Array(0);
    let within = offset - (this.starts[index] as number);
    if (within + length <= first.bytes.length) return first.bytes.subarray(within, within + length);
    const assembled = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytes } = this.segments[index] as Segment;
      const part = bytes.subarray(within, Math.min(bytes.length, within + length - filled));
      assembled.set(part, filled);
      filled += part.length;
      within = 0;
      index += 1;
    }
    return assembled;
  }

  /** The last segment that starts at or before the offset: the one that holds it, unless the offset is the image's end. */
  private indexAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function checkRange(offset: number, length: number, imageBytes: number): void {
  const inRange =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= imageBytes;
  if (!inRange) assertionFailed(`bytes ${offset}+${length} are not within an image of ${imageBytes}`);
}

/** The image of these segments in this order. Keeps views of them, copies nothing. */
export function imageOfSegments(segments: readonly Segment[]): ImageSource {
  return new SegmentImage(segments);
}

/** The entries that a manifest lists for these segments. */
export function entriesOfSegments(segments: readonly Segment[]): SegmentEntry[] {
  return segments.map((segment) => ({ name: segment.name, bytes: segment.bytes.length }));
}

/** Cuts an image back into its segments: views of `image`. Entries whose lengths do not add up to the image are a bug. */
export function segmentsOfImage(entries: readonly SegmentEntry[], image: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let offset = 0;
  for (const entry of entries) {
    segments.push({ name: entry.name, bytes: image.subarray(offset, offset + entry.bytes) });
    offset += entry.bytes;
  }
  assert(offset === image.length, "the lengths of the segments add up to the image");
  return segments;
}
