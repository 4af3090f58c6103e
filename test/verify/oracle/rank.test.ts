import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createRecoveryOracle,
  FIELD_OF_TWO,
  type Field,
  type GeneratorMatrix,
  rankOf,
  xorGenerator,
  xorRecoveryOracle,
} from "../../../src/verify/oracle/rank.ts";
import { survivalCounts } from "../../../src/verify/oracle/survival.ts";

/** GF(2^8) with the polynomial 0x11D, multiplied bit by bit. */
const FIELD_OF_256: Field = {
  add: (a, b) => a ^ b,
  multiply: multiplyIn256,
  inverse(a) {
    for (let candidate = 1; candidate < 256; candidate += 1) {
      if (multiplyIn256(a, candidate) === 1) return candidate;
    }
    throw new RangeError("0 has no inverse");
  },
};

function multiplyIn256(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bits = b; bits > 0; bits >>= 1) {
    if ((bits & 1) === 1) product ^= shifted;
    shifted <<= 1;
    if (shifted > 255) shifted ^= 0x11d;
  }
  return product;
}

describe("recoverability by rank over GF(2)", () => {
  it("any dataCount existing members of a mirror or parity group suffice, fewer do not", () => {
    const scheme = fc.oneof(
      fc.record({ k: fc.constant(1), m: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ k: fc.integer({ min: 1, max: 7 }), m: fc.constantFrom(0, 1) }),
    );
    fc.assert(
      fc.property(
        scheme,
        fc.nat(),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        ({ k, m }, n, held) => {
          const dataCount = 1 + (n % k);
          let count = 0;
          for (let member = 0; member < k + m; member += 1) {
            const exists = member < dataCount || member >= k;
            if (exists && held[member] === true) count += 1;
          }
          const answer = xorRecoveryOracle(k, m).isRecoverable(dataCount, (member) => held[member] === true);
          expect(answer).toBe(count >= dataCount);
        },
      ),
    );
  });

  it("two equal parity rows do not replace two lost subsegments", () => {
    const oracle = xorRecoveryOracle(3, 2);
    expect(oracle.isRecoverable(3, (member) => member !== 0)).toBe(true);
    expect(oracle.isRecoverable(3, (member) => member > 1)).toBe(false);
    // In a short group with one real subsegment both are copies of it.
    expect(oracle.isRecoverable(1, (member) => member === 4)).toBe(true);
  });

  it("the rank of the generator is k, and dependent rows add nothing", () => {
    expect(rankOf(FIELD_OF_TWO, xorGenerator(5, 2), 5)).toBe(5);
    expect(rankOf(FIELD_OF_TWO, [[1, 1, 0], [0, 1, 1], [1, 0, 1]], 3)).toBe(2); // prettier-ignore
    expect(rankOf(FIELD_OF_TWO, [], 3)).toBe(0);
  });
});

describe("the same oracle over another field", () => {
  it("Azure LRC(6,2,2): 180 of 210 sets of four losses are decodable, all sets of three (reliability case P18)", () => {
    // Two local XOR groups of three; global rows x and x^2 with coefficients whose sums never meet (Huang et al. 2012).
    const coefficients = [1, 2, 4, 16, 32, 64];
    const generator: GeneratorMatrix = [
      ...xorGenerator(6, 0),
      [1, 1, 1, 0, 0, 0],
      [0, 0, 0, 1, 1, 1],
      coefficients,
      coefficients.map((x) => multiplyIn256(x, x)),
    ];
    const oracle = createRecoveryOracle(FIELD_OF_256, generator);
    const counts = survivalCounts({ k: 6, m: 4, width: 10, groupCount: 1, oracle });
    expect(counts[3]).toEqual({ survivedCount: 120, setCount: 120 });
    expect(counts[4]).toEqual({ survivedCount: 180, setCount: 210 });
    expect(counts[5]?.survivedCount).toBe(0);
  });
});
