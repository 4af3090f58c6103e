/**
 * Integer hashes of small things: words and texts. Exact 32-bit arithmetic, so every engine gives the same values.
 *
 * Does not cover: digests of data (src/sim/digests.ts) and the digest of a run (trace-digest.ts).
 */

/** Spreads every bit of a 32-bit word over the whole word (the finaliser of MurmurHash3). One to one. */
export function mixWord(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** FNV-1a over the UTF-16 code units, both bytes of each, as a signed 32-bit word. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash;
}
