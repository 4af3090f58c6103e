/**
 * The bytes of a synthetic image at any step, from its size and content seed alone.
 *
 * Layout, from 8 bytes upward: the step as two little-endian words, low first, then content. Smaller images have no room
 * for the step; their content never changes. Content is drawn once from the seed; each step rewrites a few words of it at
 * places and with values that follow from the step. 32-bit integer arithmetic only: the same on every processor.
 */
import { mixWords } from "./mix.ts";

export interface ContentSettings {
  readonly imageBytes: number;
  /** Any safe integer; its low 32 bits count. */
  readonly contentSeed: number;
}

const STEP_HEADER_BYTES = 8;
const WORD_BYTES = 4;
const WORDS_PER_STEP = 8;
const WORD_VALUES = 4_294_967_296;
/** Keeps the values that steps write apart from the places they write to. */
const VALUE_SALT = 0x5851_f42d;

/** True when the image stores the step that it was taken at. */
export function storesStep(imageBytes: number): boolean {
  return imageBytes >= STEP_HEADER_BYTES;
}

/** Images up to this size are kept, one for each of the settings used last: many runs of one scenario begin with the same. */
const KEPT_BYTES_MAX = 1_048_576;
const KEPT_COUNT_MAX = 8;
const kept: Map<string, Uint8Array> = new Map();

/** The image before the first step: a copy that the caller may change. */
export function initialContent(settings: ContentSettings): Uint8Array {
  const { imageBytes, contentSeed } = settings;
  if (imageBytes > KEPT_BYTES_MAX) return drawnContent(settings);
  const name = `${imageBytes} ${contentSeed}`;
  let image = kept.get(name);
  if (image === undefined) {
    image = drawnContent(settings);
    if (kept.size >= KEPT_COUNT_MAX) kept.clear();
    kept.set(name, image);
  }
  return image.slice();
}

function drawnContent({ imageBytes, contentSeed }: ContentSettings): Uint8Array {
  const image = new Uint8Array(imageBytes);
  const start = storesStep(imageBytes) ? STEP_HEADER_BYTES : 0;
  const view = new DataView(image.buffer);
  // A state of zero would stay zero for ever.
  let state = mixWords(contentSeed, imageBytes, 0) || 1;
  let offset = start;
  for (; offset + WORD_BYTES <= imageBytes; offset += WORD_BYTES) {
    state = nextState(state);
    view.setUint32(offset, state, true);
  }
  for (; offset < imageBytes; offset += 1) {
    state = nextState(state);
    image[offset] = state & 0xff;
  }
  return image;
}

/** Marsaglia's xorshift of 32 bits. */
function nextState(state: number): number {
  let next = state ^ (state << 13);
  next ^= next >>> 17;
  return (next ^ (next << 5)) >>> 0;
}

/** Turns the image at step `step - 1` into the image at `step`, in place. Images without a step stay as they are. */
export function applyStep(image: Uint8Array, contentSeed: number, step: number): void {
  if (!storesStep(image.length)) return;
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  view.setUint32(0, step % WORD_VALUES, true);
  view.setUint32(WORD_BYTES, Math.floor(step / WORD_VALUES), true);
  const wordCount = Math.floor((image.length - STEP_HEADER_BYTES) / WORD_BYTES);
  if (wordCount === 0) return;
  for (let index = 0; index < WORDS_PER_STEP; index += 1) {
    const word = mixWords(contentSeed, step, index) % wordCount;
    view.setUint32(
      STEP_HEADER_BYTES + word * WORD_BYTES,
      mixWords(contentSeed ^ VALUE_SALT, step, word),
      true,
    );
  }
}

/** The step that the image says it was taken at; 0 for images without one. */
export function stepOf(image: Uint8Array): number {
  if (!storesStep(image.length)) return 0;
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  return view.getUint32(0, true) + view.getUint32(WORD_BYTES, true) * WORD_VALUES;
}

/** What an uninterrupted run has at `step`. Costs the whole image and all steps. */
export function contentAtStep(settings: ContentSettings, step: number): Uint8Array {
  const image = initialContent(settings);
  for (let done = 1; done <= step; done += 1) applyStep(image, settings.contentSeed, done);
  return image;
}

/** What was asked for last, when it is small: runs of one scenario are judged at the same few steps. */
let expected: { readonly name: string; readonly image: Uint8Array } | undefined;

/** As contentAtStep, for comparing only: the same buffer may be given again, so it must not be changed. */
export function expectedContent(settings: ContentSettings, step: number): Uint8Array {
  const { imageBytes, contentSeed } = settings;
  const name = `${imageBytes} ${contentSeed} ${step}`;
  if (expected?.name === name) return expected.image;
  const image = contentAtStep(settings, step);
  if (imageBytes <= KEPT_BYTES_MAX) expected = { name, image };
  return image;
}
