/**
 * Digests for the model checker: cheap, of the right shape, and good enough to tell a few thousand tiny contents apart.
 *
 * Not those of src/sim: nothing here needs to detect damage, and the checker stays synchronous.
 */
import type { Digests } from "../../core/checkpoint/digests.ts";

function lane(bytes: Uint8Array, seed: number): string {
  let hash = seed ^ bytes.length;
  for (const byte of bytes) {
    hash = Math.imul(hash ^ byte, 0x5bd1e995);
    hash ^= hash >>> 13;
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0).toString(16).padStart(8, "0");
}

export const MODEL_DIGESTS: Digests = {
  member: (bytes) => lane(bytes, 0x9747b28c) + lane(bytes, 0x3c6ef372),
  manifest: (bytes) => {
    let text = "";
    for (let index = 1; index <= 8; index += 1) text += lane(bytes, Math.imul(index, 0x9e3779b1));
    return text;
  },
};
