import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImageRecorder } from "../../src/sim/image-record.ts";
import { TraceDigest } from "../../src/sim/trace-digest.ts";

function segmentsOf(...contents: Uint8Array[]): { name: string; bytes: Uint8Array }[] {
  return contents.map((bytes, index) => ({ name: `${index}`, bytes }));
}

describe("recorded images", () => {
  it("are copies of the segments laid end to end, and equal images in a row share one", () => {
    const recorder = new ImageRecorder();
    const digest = new TraceDigest();
    const bytes = new Uint8Array(10_001).fill(5);
    const first = recorder.record(recorder.copy(segmentsOf(bytes, new Uint8Array([1, 2, 3]))), digest);
    expect(first).toEqual(new Uint8Array([...bytes, 1, 2, 3]));
    const again = recorder.record(
      recorder.copy(segmentsOf(bytes.slice(), new Uint8Array([1, 2, 3]))),
      digest,
    );
    expect(again).toBe(first);
    bytes[9_000] = 6;
    expect(first[9_000]).toBe(5);
    const changed = recorder.record(recorder.copy(segmentsOf(bytes, new Uint8Array([1, 2, 3]))), digest);
    expect(changed).not.toBe(first);
    expect(changed[9_000]).toBe(6);
  });

  it("give a digest of their content, whatever was recorded before", () => {
    const images = fc.uint8Array({ minLength: 0, maxLength: 12_000, size: "max" });
    fc.assert(
      fc.property(images, images, fc.nat(), fc.integer({ min: 1, max: 255 }), (image, other, at, change) => {
        const digestAfter = (before: Uint8Array | undefined, bytes: Uint8Array): string => {
          const recorder = new ImageRecorder();
          if (before !== undefined) recorder.record(recorder.copy(segmentsOf(before)), new TraceDigest());
          const digest = new TraceDigest();
          const kept = recorder.record(recorder.copy(segmentsOf(bytes)), digest);
          expect(kept).toEqual(bytes);
          return digest.text();
        };
        const alone = digestAfter(undefined, image);
        expect(digestAfter(other, image)).toBe(alone);
        expect(digestAfter(image, image)).toBe(alone);
        const longer = new Uint8Array(image.length + 1);
        longer.set(image);
        expect(digestAfter(image, longer)).not.toBe(alone);
        if (image.length === 0) return;
        const altered = image.slice();
        altered[at % image.length] = (altered[at % image.length] as number) ^ change;
        expect(digestAfter(image, altered)).not.toBe(alone);
      }),
      { numRuns: 60 },
    );
  });
});
