import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digests } from "../../../src/core/checkpoint/digests.ts";
import {
  extendImageDigest,
  IMAGE_DIGEST_START,
  linkImageDigest,
} from "../../../src/core/checkpoint/image-digest.ts";
import { digests } from "./protected-image.ts";

/** A second implementation of the interface: the chain must not depend on which digest it is given. */
const otherDigests: Digests = {
  member: (bytes) => createHash("md5").update(bytes).digest("hex").slice(0, 16),
  manifest: (bytes) => createHash("sha256").update(bytes).digest("hex"),
};

describe("image digest", () => {
  it("is the digest of the chain's text followed by the text of the bytes' digest", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })), (pieces) => {
        for (const given of [digests, otherDigests]) {
          let chain = IMAGE_DIGEST_START;
          let expected = "0000000000000000";
          for (const piece of pieces) {
            chain = extendImageDigest(given, chain, piece);
            expected = given.member(Buffer.from(expected + given.member(piece), "latin1"));
          }
          expect(chain).toBe(expected);
        }
      }),
    );
  });

  it("extending with bytes and linking with their digest are the same", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const chain = "0123456789abcdef";
    expect(linkImageDigest(digests, chain, digests.member(bytes))).toBe(
      extendImageDigest(digests, chain, bytes),
    );
  });

  it("tells two cuts of the same bytes apart", () => {
    const extend = (pieces: readonly (readonly number[])[]): string =>
      pieces.reduce(
        (chain, piece) => extendImageDigest(digests, chain, Uint8Array.from(piece)),
        IMAGE_DIGEST_START,
      );
    expect(extend([[1, 2], [3]])).not.toBe(extend([[1], [2, 3]]));
    expect(extend([[1], [2]])).not.toBe(extend([[2], [1]]));
    expect(extend([[1]])).not.toBe(extend([[1, 0]]));
  });
});
