import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  entriesOfSegments,
  imageOfSegments,
  type Segment,
  segmentsOfImage,
} from "../../../src/core/checkpoint/image.ts";

const anySegments: fc.Arbitrary<Segment[]> = fc
  .array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 })
  .map((contents) => contents.map((bytes, index) => ({ name: `segment ${index}`, bytes })));

describe("imageOfSegments", () => {
  it("every range reads as the segments laid end to end, and no read changes them", () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const whole = segments.flatMap((segment) => [...segment.bytes]);
        const image = imageOfSegments(segments);
        expect(image.imageBytes).toBe(whole.length);
        for (let offset = 0; offset <= whole.length; offset += 1) {
          for (const length of [0, 1, 2, 7, 20, 33, whole.length - offset]) {
            if (offset + length > whole.length) continue;
            expect([...image.read(offset, length)]).toEqual(whole.slice(offset, offset + length));
          }
        }
        expect(segments.flatMap((segment) => [...segment.bytes])).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it("reads a view where the range lies in one segment, and a copy where it does not", () => {
    const a = Uint8Array.of(1, 2, 3);
    const b = Uint8Array.of(4, 5);
    const image = imageOfSegments([
      { name: "a", bytes: a },
      { name: "empty", bytes: new Uint8Array(0) },
      { name: "b", bytes: b },
    ]);
    expect(image.read(0, 3).buffer).toBe(a.buffer);
    expect(image.read(1, 2).buffer).toBe(a.buffer);
    expect(image.read(3, 2).buffer).toBe(b.buffer);
    const across = image.read(2, 2);
    expect([...across]).toEqual([3, 4]);
    expect([a.buffer, b.buffer]).not.toContain(across.buffer);
  });

  it("asserts that a range lies within the image", () => {
    const image = imageOfSegments([{ name: "a", bytes: new Uint8Array(4) }]);
    for (const [offset, length] of [
      [0, 5],
      [4, 1],
      [5, 0],
      [-1, 1],
      [1, -1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      expect(() => image.read(offset, length)).toThrow("not within an image of 4");
    }
    expect(image.read(4, 0).length).toBe(0);
    expect(imageOfSegments([]).read(0, 0).length).toBe(0);
  });
});

describe("segmentsOfImage", () => {
  it("cuts an image back into its segments, as views", () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const image = Uint8Array.from(segments.flatMap((segment) => [...segment.bytes]));
        const back = segmentsOfImage(entriesOfSegments(segments), image);
        expect(back.map(({ name, bytes }) => [name, ...bytes])).toEqual(
          segments.map(({ name, bytes }) => [name, ...bytes]),
        );
        for (const { bytes } of back) expect(bytes.buffer).toBe(image.buffer);
      }),
    );
  });

  it("asserts that the lengths add up", () => {
    const entries = [{ name: "a", bytes: 3 }];
    expect(() => segmentsOfImage(entries, new Uint8Array(4))).toThrow("add up");
    expect(() => segmentsOfImage(entries, new Uint8Array(2))).toThrow("add up");
  });
});
