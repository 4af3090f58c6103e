import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isZero, xorInto, xorOf } from "../../../src/core/redundancy/xor.ts";
import { slowXor } from "./slow-model.ts";

/** A view at a given offset into a larger buffer, with a guard byte on either side. */
function viewAt(offset: number, bytes: readonly number[]): Uint8Array {
  const whole = new Uint8Array(offset + bytes.length + 9).fill(0xa5);
  whole.set(bytes, offset);
  return whole.subarray(offset, offset + bytes.length);
}

describe("xorInto", () => {
  it("agrees with the slow model at every pair of alignments and at lengths around every path", () => {
    const lengths = [0, 1, 3, 4, 7, 63, 64, 65, 66, 67, 68, 79, 80, 81, 127, 131];
    let cases = 0;
    for (const length of lengths) {
      const a = Array.from({ length }, (_, index) => (index * 37 + length) & 255);
      const b = Array.from({ length }, (_, index) => (index * 101 + 13) & 255);
      const expected = slowXor([a, b]);
      for (let targetOffset = 1; targetOffset <= 8; targetOffset += 1) {
        for (let sourceOffset = 1; sourceOffset <= 8; sourceOffset += 1) {
          const target = viewAt(targetOffset, a);
          const source = viewAt(sourceOffset, b);
          xorInto(target, source);
          expect([...target]).toEqual(expected);
          expect([...source]).toEqual(b);
          const around = new Uint8Array(target.buffer);
          expect(around[targetOffset - 1]).toBe(0xa5);
          expect(around[targetOffset + length]).toBe(0xa5);
          cases += 1;
        }
      }
    }
    expect(cases).toBe(lengths.length * 64);
  });

  it("agrees with the slow model beyond the scratch, misaligned", () => {
    // Behind the scratch the last lengths leave no word, one, three and many.
    for (const length of [16384 + 1, 16384 + 5, 16384 + 13, 2 * 16384 + 77]) {
      const a = Array.from({ length }, (_, index) => (index * 7919) & 255);
      const b = Array.from({ length }, (_, index) => (index * 104729 + (index >> 8)) & 255);
      const target = viewAt(3, a);
      xorInto(target, viewAt(2, b));
      expect(Buffer.compare(target, Uint8Array.from(slowXor([a, b]))), `${length}`).toBe(0);
    }
  });

  it("undoes itself", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 7 }), (bytes, offset) => {
        const target = viewAt(offset + 1, [...bytes]);
        const source = Uint8Array.from(bytes, (byte, index) => byte ^ (index & 255) ^ 0x5a);
        xorInto(target, source);
        xorInto(target, source);
        expect(target).toEqual(bytes);
        xorInto(target, target);
        expect(isZero(target)).toBe(true);
      }),
    );
  });

  it("asserts that the lengths are equal", () => {
    expect(() => xorInto(new Uint8Array(3), new Uint8Array(4))).toThrow("equal length");
  });
});

describe("xorOf", () => {
  it("agrees with the slow model, is fresh and changes no source", () => {
    const buffers = fc
      .nat({ max: 150 })
      .chain((length) =>
        fc.array(fc.uint8Array({ minLength: length, maxLength: length }), { minLength: 1, maxLength: 6 }),
      );
    fc.assert(
      fc.property(buffers, (sources) => {
        const before = sources.map((source) => [...source]);
        const result = xorOf(sources);
        expect([...result]).toEqual(slowXor(before));
        expect(sources.map((source) => [...source])).toEqual(before);
        expect(sources.some((source) => source.buffer === result.buffer)).toBe(false);
      }),
    );
  });

  it("asserts that there is a buffer", () => {
    expect(() => xorOf([])).toThrow("at least one");
  });
});

describe("isZero", () => {
  it("finds a single one bit wherever it is", () => {
    expect(isZero(new Uint8Array(0))).toBe(true);
    for (let index = 0; index < 70; index += 1) {
      const bytes = new Uint8Array(70);
      expect(isZero(bytes)).toBe(true);
      bytes[index] = 1;
      expect(isZero(bytes)).toBe(false);
    }
  });
});
