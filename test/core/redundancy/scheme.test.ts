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
  ])("reads %s", (text, expected) => {
    expect(parseScheme(text)).toEqual({ ok: true, scheme: { text, ...expected } });
  });

  it.each([
    ["", "unknown-scheme"],
    ["mirrors:2", "unknown-scheme"],
    ["Mirror:2", "unknown-scheme"],
    [" mirror:2", "unknown-scheme"],
    ["raid5", "unknown-scheme"],
    ["rs:4+2", "scheme-not-offered"],
    ["lrc:4,2,2", "scheme-not-offered"],
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
  ])("refuses %j with %s", (text, code) => {
    expect(errorCode(text)).toBe(code);
  });

  it("never throws, and what it accepts has a canonical text and at most 255 members", () => {
    const nearMisses = fc
      .tuple(
        fc.constantFrom("mirror", "stripe", "parity", "rs", "lrc", ""),
        fc.constantFrom(":", "", "::"),
        fc.stringMatching(/^[0-9+.-]{0,5}$/),
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
        expect(scheme.tolerance).toBe(scheme.m);
      }),
    );
  });
});
