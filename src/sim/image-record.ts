/**
 * The run's own copies of images: taken when the software hands one over and when it is started from one.
 *
 * Invariants: a copy shares no buffer with anything in the simulated system; an image equal to the one recorded before
 * it shares that one's copy; every byte of every recorded image enters the trace digest, page by page.
 */
import type { Segment } from "../core/checkpoint/image.ts";
import type { TraceDigest } from "./trace-digest.ts";

/** Images change in few places from checkpoint to checkpoint, so pages that did not change keep their digest. */
const PAGE_WORDS = 1024;
const WORD_BYTES = 4;

interface RecordedImage {
  /** Padded with zeros to whole words; `image` is a view of it. */
  readonly words: Int32Array;
  readonly image: Uint8Array;
  /** Two words for each page. */
  readonly pageDigests: Int32Array;
}

export class ImageRecorder {
  private last: RecordedImage | undefined = undefined;

  /** Copies the segments, laid end to end, before anybody else sees them. */
  copy(segments: readonly Segment[]): Uint8Array {
    let imageBytes = 0;
    for (const segment of segments) imageBytes += segment.bytes.length;
    const words = new Int32Array(Math.ceil(imageBytes / WORD_BYTES));
    const image = new Uint8Array(words.buffer, 0, imageBytes);
    let offset = 0;
    for (const segment of segments) {
      image.set(segment.bytes, offset);
      offset += segment.bytes.length;
    }
    return image;
  }

  /** Takes a copy made by `copy` into the digest, and returns the copy to keep: this one, or an equal one kept before. */
  record(image: Uint8Array, digest: TraceDigest): Uint8Array {
    const words = new Int32Array(image.buffer as ArrayBuffer);
    const pageCount = Math.ceil(words.length / PAGE_WORDS);
    const pageDigests = new Int32Array(pageCount * 2);
    const last = this.last;
    let isEqual = last !== undefined && last.image.length === image.length;
    for (let page = 0; page < pageCount; page += 1) {
      const start = page * PAGE_WORDS;
      const end = Math.min(start + PAGE_WORDS, words.length);
      if (last !== undefined && equalWords(words, last.words, start, end)) {
        pageDigests[page * 2] = last.pageDigests[page * 2] as number;
        pageDigests[page * 2 + 1] = last.pageDigests[page * 2 + 1] as number;
      } else {
        isEqual = false;
        digestPage(image, start * WORD_BYTES, end * WORD_BYTES, pageDigests, page);
      }
    }
    digest.add(image.length);
    for (const word of pageDigests) digest.add(word);
    if (last !== undefined && isEqual) return last.image;
    this.last = { words, image, pageDigests };
    return image;
  }

  fork(): ImageRecorder {
    const copy = new ImageRecorder();
    copy.last = this.last;
    return copy;
  }
}

/** True when both have the same words from `start` to `end`; a page that the other image ends in is not the same page. */
function equalWords(words: Int32Array, others: Int32Array, start: number, end: number): boolean {
  if (Math.min(start + PAGE_WORDS, others.length) !== end) return false;
  for (let index = start; index < end; index += 1) {
    if (words[index] !== others[index]) return false;
  }
  return true;
}

/** Reads bytes and not words, so that the order of bytes in a word does not enter the digest. */
function digestPage(
  image: Uint8Array,
  start: number,
  end: number,
  pageDigests: Int32Array,
  page: number,
): void {
  let a = 0x2545f491;
  let b = 0x1b56c4e9;
  for (let offset = start; offset < end; offset += WORD_BYTES) {
    // Bytes beyond the end are the zeros that pad the last word; the image's length enters the digest by itself.
    const word =
      (image[offset] ?? 0) |
      ((image[offset + 1] ?? 0) << 8) |
      ((image[offset + 2] ?? 0) << 16) |
      ((image[offset + 3] ?? 0) << 24);
    a = Math.imul(a ^ word, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = (Math.imul(b ^ word, 0x1b873593) + a) | 0;
    b = (b << 13) | (b >>> 19);
  }
  pageDigests[page * 2] = a;
  pageDigests[page * 2 + 1] = b;
}
