/**
 * The digests that the core is given everywhere: XXH64 (xxhash-wasm) for members, SHA-256 (@noble/hashes) for manifests.
 *
 * Both packages run in Node, Bun, Deno and browsers and give the same text on each.
 * Does not cover: the definition of the interface (src/core/checkpoint/digests.ts).
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import xxhash from "xxhash-wasm";
import type { Digests } from "../core/checkpoint/digests.ts";

/** The text of each byte, so that hexadecimal costs eight look-ups instead of a conversion of a BigInt. */
const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** Compiles the WebAssembly module once; the functions of the result are synchronous. Called once at start. */
export async function createDigests(): Promise<Digests> {
  const { h64Raw } = await xxhash();
  const word = new DataView(new ArrayBuffer(8));
  return {
    member(bytes: Uint8Array): string {
      word.setBigUint64(0, h64Raw(bytes));
      let text = "";
      for (let index = 0; index < 8; index += 1) text += BYTE_TEXT[word.getUint8(index)] as string;
      return text;
    },
    manifest(bytes: Uint8Array): string {
      return bytesToHex(sha256(bytes));
    },
  };
}

/** From this length on a member's digest is remembered: below it, hashing is about as fast as remembering. */
const REMEMBERED_BYTES_MIN = 512;

/**
 * The same digests, each computed once: in a simulated run the same immutable bytes are verified by every server that they
 * pass. A member's digest is remembered by its view. That of a manifest is remembered by the place in the buffer, because
 * every reader cuts the part before the digest out of the manifest for himself.
 *
 * Only for callers that never change a buffer after it was digested, and that corrupt copies only, as the simulator does.
 * src/node must not use this: it reads files into buffers that it uses again.
 */
export function rememberDigests(digests: Digests): Digests {
  const memberTexts = new WeakMap<Uint8Array, string>();
  const manifestTexts = new WeakMap<
    ArrayBufferLike,
    { readonly offset: number; readonly length: number; readonly text: string }
  >();
  return {
    member(bytes: Uint8Array): string {
      if (bytes.length < REMEMBERED_BYTES_MIN) return digests.member(bytes);
      return remembered(memberTexts, bytes, digests.member);
    },
    manifest(bytes: Uint8Array): string {
      const known = manifestTexts.get(bytes.buffer);
      if (known !== undefined && known.offset === bytes.byteOffset && known.length === bytes.length)
        return known.text;
      const text = digests.manifest(bytes);
      manifestTexts.set(bytes.buffer, { offset: bytes.byteOffset, length: bytes.length, text });
      return text;
    },
  };
}

function remembered(
  texts: WeakMap<Uint8Array, string>,
  bytes: Uint8Array,
  compute: (bytes: Uint8Array) => string,
): string {
  const known = texts.get(bytes);
  if (known !== undefined) return known;
  const text = compute(bytes);
  texts.set(bytes, text);
  return text;
}
