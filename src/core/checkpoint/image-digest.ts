/**
 * The whole-image digest: a chain over the true (unpadded) bytes of every data subsegment, in order.
 *
 *   chain' = member(text of chain ‖ text of member(true bytes))
 *
 * The chain is a plain string, so a role can keep it in its state between groups. It depends on the order and on the true
 * lengths, which the digests of single members do not. It is taken on what goes in and again on what comes out.
 */

import type { Digests } from "./digests.ts";

/** The chain before the first subsegment, and the digest of an image of 0 bytes. */
export const IMAGE_DIGEST_START: string = "0000000000000000";

/** The chain after one more subsegment, given its true bytes (1 or more). The bytes are only read. */
export function extendImageDigest(digests: Digests, chain: string, trueBytes: Uint8Array): string {
  return linkImageDigest(digests, chain, digests.member(trueBytes));
}

/** As `extendImageDigest`, for a caller that has `digests.member(trueBytes)` already: saves hashing the bytes twice. */
export function linkImageDigest(digests: Digests, chain: string, trueBytesDigest: string): string {
  // A fresh buffer each time: implementations may remember digests by buffer, so a reused one would be a trap.
  const text = chain + trueBytesDigest;
  const link = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) link[index] = text.charCodeAt(index);
  return digests.member(link);
}
