/**
 * A stateless integer mixer: content that must be the same everywhere is computed from its position, not drawn in order.
 *
 * Invariant: a function of its three arguments alone, 32-bit integer arithmetic only. Not for anything secret.
 */

/** A well-spread integer 0 .. 2^32 - 1 from three 32-bit words (MurmurHash3's mixing steps and finaliser). */
export function mixWords(first: number, second: number, third: number): number {
  let hash = round(round(first | 0, second), third);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85eb_ca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(hash: number, word: number): number {
  let scrambled = Math.imul(word, 0xcc9e_2d51);
  scrambled = (scrambled << 15) | (scrambled >>> 17);
  let mixed = hash ^ Math.imul(scrambled, 0x1b87_3593);
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe654_6b64) | 0;
}
