/**
 * The run's own copies of images: taken when the software hands one over and when it is started from one.
 *
 * Invariants: a copy shares no buffer with anything in the simulated system; an image equal to the one recorded before
 * it shares that one's copy; every byte of every recorded image enters the trace digest, page by page. What an earlier run
 * recorded saves copying and digesting an equal image again, and changes nothing else.
 */
import { assert } from "../core/assertion.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import { isSum } from "./byte-sums.ts";
import type { TraceDigest } from "./trace-digest.ts";

/** Images change in few places from checkpoint to checkpoint, so pages that did not change keep their digest. */
const PAGE_WORDS = 1024;
const WORD_BYTES = 4;

/** Larger images are not kept for the run after this one. */
const KEPT_BYTES_MAX = 1_048_576;

/** Immutable. */
export interface RecordedImage {
  /** Padded with zeros to whole words; `image` is a view of it. */
  readonly words: Int32Array;
  readonly image: Uint8Array;
  /** Two words for each page. */
  readonly pageDigests: Int32Array;
}

export class ImageRecorder {
  private last: RecordedImage | undefined;
  private first: RecordedImage | undefined = undefined;

  /** `kept`: what another run recorded first. */
  constructor(kept?: RecordedImage) {
    this.last = kept;
  }

  /** For the next run, which may well begin with the same image; undefined when it is large. */
  get kept(): RecordedImage | undefined {
    return this.first !== undefined && this.first.image.length <= KEPT_BYTES_MAX ? this.first : undefined;
  }

  /**
   * A copy of the segments, laid end to end, before anybody else sees them. When they are what was recorded last, that
   * copy is it.
   */
  copy(segments: readonly Segment[]): Uint8Array {
    let imageBytes = 0;
    for (const segment of segments) imageBytes += segment.bytes.length;
    const { last } = this;
    if (last !== undefined && last.image.length === imageBytes && isLaidOut(last.image, segments)) {
      return last.image;
    }
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
    const { last } = this;
    if (last !== undefined && last.image === image) {
      digest.add(image.length);
      for (const word of last.pageDigests) digest.add(word);
    } else this.recordPages(image, digest);
    const { last: recorded } = this;
    assert(recorded !== undefined, "an image was recorded");
    this.first ??= recorded;
    return recorded.image;
  }

  fork(): ImageRecorder {
    const copy = new ImageRecorder();
    copy.last = this.last;
    copy.first = this.first;
    return copy;
  }

  private recordPages(image: Uint8Array, digest: TraceDigest): void {
    const words = new Int32Array(image.buffer as ArrayBuffer);
    const pageCount = Math.ceil(words.length / PAGE_WORDS);
    const pageDigests = new Int32Array(pageCount * 2);
    const { last } = this;
    let isEqual = last !== undefined && last.image.length === image.length;
    for (let page = 0; page < pageCount; page += 1) {
      const start = page * PAGE_WORDS;
      const end = Math.min(start + PAGE_WORDS, words.length);
      if (last !== undefined && equalWords(words, last.words, start, end)) {
        pageDigests[page * 2] = last.pageDigests[page * 2] as number;
        pageDigests[page * 2 + 1] = last.pageDigests[page * 2 + 1] as number;
      } else {
        isEqual = false;
        digestPage(words, start, end, pageDigests, page);
      }
    }
    digest.add(image.length);
    for (const word of pageDigests) digest.add(word);
    if (!isEqual) this.last = { words, image, pageDigests };
  }
}

/** Whether the image is these segments, end to end; their lengths add up to its. */
function isLaidOut(image: Uint8Array, segments: readonly Segment[]): boolean {
  let offset = 0;
  for (const { bytes } of segments) {
    if (!isSum(bytes, image, offset, 1, 0)) return false;
    offset += bytes.length;
  }
  return true;
}

/** True when both have the same words from `start` to `end`; a page that the other image ends in is not the same page. */
function equalWords(words: Int32Array, others: Int32Array, start: number, end: number): boolean {
  if (Math.min(start + PAGE_WORDS, others.length) !== end) return false;
  for (let index = start; index < end; index += 1) {
    if (words[index] !== others[index]) return false;
  }
  return true;
}

/** The first byte of a word is its lowest here. */
const IS_LITTLE_ENDIAN: boolean = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

/** Words count as little-endian ones, so that the order of bytes on the machine does not enter the digest. */
function digestPage(
  words: Int32Array,
  start: number,
  end: number,
  pageDigests: Int32Array,
  page: number,
): void {
  let a = 0x2545f491;
  let b = 0x1b56c4e9;
  for (let index = start; index < end; index += 1) {
    // Bytes beyond the end are the zeros that pad the last word; the image's length enters the digest by itself.
    const word = IS_LITTLE_ENDIAN ? (words[index] as number) : turnedWord(words[index] as number);
    a = Math.imul(a ^ word, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = (Math.imul(b ^ word, 0x1b873593) + a) | 0;
    b = (b << 13) | (b >>> 19);
  }
  pageDigests[page * 2] = a;
  pageDigests[page * 2 + 1] = b;
}

function turnedWord(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
