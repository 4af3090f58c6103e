import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseScheme } from "../../../src/core/redundancy/scheme.ts";

function errorCode(text: string): string | undefined {
  const parsed = parseScheme(text);
  return parsed.ok ? undefined : parsed.error.code;
}

describe("parseScheme", () => {
  it.each([
    ["mirror:2", { kind: "mirror", k: 1, m: 1, tolerance: 1 }],
    ["mirror:3", { kind: "mirror", k: 1, m: 2, tolerance: 2 }],
    ["mirror:255", { kind: "mirror", k: 1, m: 254, tolerance: 254 }],
    ["stripe:1", { kind: "stripe", k: 1, m: 0, tolerance: 0 }],
    ["stripe:255", { kind: "stripe", k: 255, m: 0, tolerance: 0 }],
    ["parity:1+1", { kind: "parity", k: 1, m: 1, tolerance: 1 }],
    ["parity:4+1", { kind: "parity", k: 4, m: 1, tolerance: 1 }],
    ["parity:254+1", { kind: "parity", k: 254, m: 1, tolerance: 1 }],
    ["rs:4+2", { kind: "rs", k: 4, m: 2, tolerance: 2 }],
    ["rs:1+1", { kind: "rs", k: 1, m: 1, tolerance: 1 }],
    ["rs:239+16", { kind: "rs", k: 239, m: 16, tolerance: 16 }],
    ["rs:254+1", { kind: "rs", k: 254, m: 1, tolerance: 1 }],
    ["lrc:6,2,2", { kind: "lrc", k: 6, m: 4, tolerance: 3 }],
    ["lrc:12,2,2", { kind: "lrc", k: 12, m: 4, tolerance: 3 }],
    ["lrc:1,1,1", { kind: "lrc", k: 1, m: 2, tolerance: 2 }],
    ["lrc:240,1,14", { kind: "lrc", k: 240, m: 15, tolerance: 15 }],
  ])("reads %s", (text, expected) => {
    expect(parseScheme(text)).toEqual({ ok: true, scheme: { text, ...expected } });
  });

  it.each([
    ["", "unknown-scheme"],
    ["mirrors:2", "unknown-scheme"],
    ["Mirror:2", "unknown-scheme"],
    [" mirror:2", "unknown-scheme"],
    ["raid5", "unknown-scheme"],
    ["mirror", "scheme-malformed"],
    ["mirror:", "scheme-malformed"],
    ["mirror:two", "scheme-malformed"],
    ["mirror:2.5", "scheme-malformed"],
    ["mirror:-2", "scheme-malformed"],
    ["mirror:02", "scheme-malformed"],
    ["mirror:2 ", "scheme-malformed"],
    ["mirror:2e0", "scheme-malformed"],
    ["stripe:", "scheme-malformed"],
    ["stripe:0x4", "scheme-malformed"],
    ["parity:4", "scheme-malformed"],
    ["parity:4+", "scheme-malformed"],
    ["parity:+1", "scheme-malformed"],
    ["parity:4+1+1", "scheme-malformed"],
    ["mirror:0", "scheme-out-of-range"],
    ["mirror:1", "scheme-out-of-range"],
    ["mirror:256", "scheme-out-of-range"],
    ["mirror:99999999999999999999999", "scheme-out-of-range"],
    ["stripe:0", "scheme-out-of-range"],
    ["stripe:256", "scheme-out-of-range"],
    ["parity:0+1", "scheme-out-of-range"],
    ["parity:255+1", "scheme-out-of-range"],
    ["parity:4+0", "scheme-out-of-range"],
    ["parity:4+2", "scheme-out-of-range"],
    ["rs:4", "scheme-malformed"],
    ["rs:4,2", "scheme-malformed"],
    ["rs:4+2+1", "scheme-malformed"],
    ["rs:04+2", "scheme-malformed"],
    ["rs:4+0", "scheme-out-of-range"],
    ["rs:0+2", "scheme-out-of-range"],
    ["rs:4+17", "scheme-out-of-range"],
    ["rs:240+16", "scheme-out-of-range"],
    ["lrc:6,2", "scheme-malformed"],
    ["lrc:6+2+2", "scheme-malformed"],
    ["lrc:6,2,2,2", "scheme-malformed"],
    ["lrc:6,02,2", "scheme-malformed"],
    ["lrc:6,0,2", "scheme-out-of-range"],
    ["lrc:6,2,0", "scheme-out-of-range"],
    ["lrc:5,2,2", "scheme-out-of-range"],
    ["lrc:1,2,2", "scheme-out-of-range"],
    ["lrc:0,1,1", "scheme-out-of-range"],
    ["lrc:252,2,2", "scheme-out-of-range"],
    ["lrc:30,10,7", "scheme-out-of-range"],
  ])("refuses %j with %s", (text, code) => {
    expect(errorCode(text)).toBe(code);
  });

  it("never throws, and what it accepts has a canonical text and at most 255 members", () => {
    const nearMisses = fc
      .tuple(
        fc.constantFrom("mirror", "stripe", "parity", "rs", "lrc", ""),
        fc.constantFrom(":", "", "::"),
        fc.stringMatching(/^[0-9+,.-]{0,7}$/),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearMisses), (text) => {
        const parsed = parseScheme(text);
        if (!parsed.ok) {
          expect(parsed.error.text).toBe(text);
          expect(parsed.error.message).toContain(text);
          return;
        }
        const { scheme } = parsed;
        expect(scheme.text).toBe(text);
        expect(scheme.k).toBeGreaterThanOrEqual(1);
        expect(scheme.k + scheme.m).toBeLessThanOrEqual(255);
        expect(scheme.tolerance).toBeLessThanOrEqual(scheme.m);
        if (scheme.kind !== "lrc") expect(scheme.tolerance).toBe(scheme.m);
      }),
    );
  });
});
