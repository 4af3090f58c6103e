import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceDigest } from "../../src/sim/trace-digest.ts";

function digestOf(values: readonly number[]): string {
  const digest = new TraceDigest();
  for (const value of values) digest.add(value);
  return digest.text();
}

describe("the trace digest", () => {
  it("is a function of the fields in their order", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 2 }), fc.nat(), (values, at) => {
        const index = at % (values.length - 1);
        const swapped = values.slice();
        [swapped[index], swapped[index + 1]] = [values[index + 1] as number, values[index] as number];
        expect(digestOf(values)).toMatch(/^[0-9a-f]{16}$/);
        expect(digestOf(values.slice())).toBe(digestOf(values));
        if (values[index] !== values[index + 1]) expect(digestOf(swapped)).not.toBe(digestOf(values));
        expect(digestOf([...values, 0])).not.toBe(digestOf(values));
      }),
    );
  });

  it("sees every bit of a field", () => {
    const seen = new Set<string>();
    for (let bit = 0; bit < 53; bit += 1) seen.add(digestOf([2 ** bit]));
    expect(seen.size).toBe(53);
  });

  it("keeps its values from release to release", () => {
    const digest = new TraceDigest();
    digest.add(1);
    digest.add(2 ** 40 + 5);
    digest.addText("beat");
    expect(digest.text()).toBe("67b15bb83e9ca702");
    const fork = digest.fork();
    digest.add(1);
    expect(fork.text()).not.toBe(digest.text());
    fork.add(1);
    expect(fork.text()).toBe(digest.text());
  });
});
