import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDigests, rememberDigests } from "../../src/sim/digests.ts";

const digests = await createDigests();

function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

describe("createDigests", () => {
  it("member is XXH64 with seed 0: known vectors", () => {
    expect(digests.member(ascii(""))).toBe("ef46db3751d8e999");
    expect(digests.member(ascii("a"))).toBe("d24ec4f1a98c6e5b");
    expect(digests.member(ascii("abc"))).toBe("44bc2cf5ad770999");
    expect(digests.member(ascii("Nobody inspects the spammish repetition"))).toBe("fbcea83c8a378bf1");
  });

  it("manifest is SHA-256", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(digests.manifest(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
    );
  });

  it("looks at the view only, keeps nothing between calls, and pads to 16 characters", () => {
    let shortest = 16;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 9 }), (bytes, offset) => {
        const whole = new Uint8Array(offset + bytes.length + 5).fill(0x77);
        whole.set(bytes, offset);
        const text = digests.member(bytes);
        expect(text).toMatch(/^[0-9a-f]{16}$/);
        shortest = Math.min(shortest, text.replace(/^0+/, "").length);
        expect(digests.member(whole.subarray(offset, offset + bytes.length))).toBe(text);
      }),
      { numRuns: 500 },
    );
    expect(shortest).toBeLessThan(16);
  });

  it("digests more than the module's first memory, as files of several MiB are", () => {
    const large = new Uint8Array(5 << 20).fill(7);
    const before = digests.member(large);
    large[4_999_999] = 8;
    expect(digests.member(large)).not.toBe(before);
    large[4_999_999] = 7;
    expect(digests.member(large)).toBe(before);
  });
});

describe("rememberDigests", () => {
  it("gives the same texts, and computes once for a large buffer", () => {
    let computed = 0;
    const counted = rememberDigests({
      member: (bytes) => {
        computed += 1;
        return digests.member(bytes);
      },
      manifest: (bytes) => {
        computed += 1;
        return digests.manifest(bytes);
      },
    });
    for (const length of [0, 1, 511, 512, 513, 9000]) {
      const bytes = new Uint8Array(length).fill(length & 255);
      computed = 0;
      for (let time = 0; time < 3; time += 1) {
        expect(counted.member(bytes)).toBe(digests.member(bytes));
        expect(counted.manifest(bytes)).toBe(digests.manifest(bytes));
      }
      expect(computed).toBe(length >= 512 ? 2 : 4);
    }
  });
});
