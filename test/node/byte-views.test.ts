import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfViews, firstBytes, withoutFirstBytes } from "../../src/node/byte-views.ts";

const anyViews = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 });

describe("bytes in several views", () => {
  it("are cut at any place: the two parts together are the whole, as views, none of them empty", () => {
    fc.assert(
      fc.property(anyViews, fc.nat(40), (views, at) => {
        const whole = views.flatMap((view) => [...view]);
        const first = firstBytes(views, at);
        const count = Math.min(at, whole.length);
        const rest = withoutFirstBytes(views, count);
        expect(first.flatMap((view) => [...view])).toEqual(whole.slice(0, count));
        expect(rest.flatMap((view) => [...view])).toEqual(whole.slice(count));
        expect(bytesOfViews(first)).toBe(count);
        expect(bytesOfViews(rest)).toBe(whole.length - count);
        const buffers = new Set<ArrayBufferLike>(views.map(({ buffer }) => buffer));
        for (const view of [...first, ...rest]) {
          expect(view.length).toBeGreaterThan(0);
          expect(buffers.has(view.buffer)).toBe(true);
        }
      }),
    );
  });
});
