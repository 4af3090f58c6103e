import { describe, expect, it } from "vitest";
import { definitionOf, FIELD_OF_256 } from "../../../src/verify/oracle/generator.ts";
import { createRecoveryOracle } from "../../../src/verify/oracle/rank.ts";
import { type SurvivalCount, survivalCounts, survivalShares } from "../../../src/verify/oracle/survival.ts";

function choose(n: number, j: number): number {
  let result = 1;
  for (let index = 0; index < j; index += 1) result = (result * (n - index)) / (index + 1);
  return Math.round(result);
}

describe("survival shares", () => {
  it("mirror:2 rotated over 16 servers is the mirror ring: exact values of reliability case P16", () => {
    // GEMINI placement, N = 16, m = 2 copies, ring: 0.8666…, 0.6285…, 0.3626…
    const shares = survivalShares({ k: 1, m: 1, width: 16, groupCount: 1000 });
    expect(shares[0]).toBe(1);
    expect(shares[1]).toBe(1);
    expect(shares[2]).toBeCloseTo(0.8666666666666667, 12);
    expect(shares[3]).toBeCloseTo(0.6285714285714286, 12);
    expect(shares[4]).toBeCloseTo(0.3626373626373626, 12);
  });

  it("mirror:2 on a ring: sets of j losses without neighbours, N/(N-j) C(N-j, j)", () => {
    for (const width of [3, 4, 5, 8, 11]) {
      const counts = survivalCounts({ k: 1, m: 1, width, groupCount: width });
      for (let j = 0; j < width; j += 1) {
        const expected = 2 * j > width ? 0 : (width * choose(width - j, j)) / (width - j);
        expect(counts[j]).toEqual({ survivedCount: Math.round(expected), setCount: choose(width, j) });
      }
    }
  });

  it("one group of c copies survives every loss but that of all c: C(N, j) - C(N-c, j-c)", () => {
    for (const copies of [2, 3, 4]) {
      const counts = survivalCounts({ k: 1, m: copies - 1, width: 8, groupCount: 1 });
      for (let j = 0; j <= 8; j += 1) {
        const fatal = j < copies ? 0 : choose(8 - copies, j - copies);
        expect(counts[j]?.survivedCount).toBe(choose(8, j) - fatal);
      }
    }
  });

  it("parity at its own width survives exactly one loss, a stripe none", () => {
    expect(survivalShares({ k: 4, m: 1, width: 5, groupCount: 100 })).toEqual([1, 1, 0, 0, 0, 0]);
    expect(survivalShares({ k: 4, m: 0, width: 4, groupCount: 100 })).toEqual([1, 0, 0, 0, 0]);
  });

  it("a pair over its own two servers (case P16, pairs, is eight of these): one loss", () => {
    expect(survivalShares({ k: 1, m: 1, width: 2, groupCount: 3 })).toEqual([1, 1, 0]);
  });

  it("groups beyond the width change nothing, and without groups everything is survived", () => {
    const atWidth = survivalShares({ k: 3, m: 1, width: 7, groupCount: 7 });
    expect(survivalShares({ k: 3, m: 1, width: 7, groupCount: 5000, lastDataCount: 1 })).toEqual(atWidth);
    expect(survivalShares({ k: 3, m: 1, width: 7, groupCount: 0 })).toEqual(new Array(8).fill(1));
  });

  it("declustered over the Fano plane every pair of servers shares a group, and seven triples are one", () => {
    // 7 groups of 3 on 7 servers: the lines of the plane. Rotated, pairs at distance 3 share none.
    const fano = { width: 7, declusteredOver: 7, groupCount: 7 };
    const parity = survivalCounts({ k: 2, m: 1, ...fano });
    expect(parity.map(({ survivedCount }) => survivedCount).slice(0, 4)).toEqual([1, 7, 0, 0]);
    const rotated = survivalCounts({ k: 2, m: 1, width: 7, groupCount: 7 });
    expect(rotated.map(({ survivedCount }) => survivedCount).slice(0, 4)).toEqual([1, 7, 7, 0]);
    const mirror = survivalCounts({ k: 1, m: 2, ...fano });
    expect(mirror.map(({ survivedCount }) => survivedCount).slice(0, 4)).toEqual([1, 7, 21, 35 - 7]);
  });

  it("a short only group needs fewer members", () => {
    // One real subsegment and its parity, which is a copy, on two of four servers.
    const counts = survivalCounts({ k: 3, m: 1, width: 4, groupCount: 1, lastDataCount: 1 });
    expect(counts.map(({ survivedCount }) => survivedCount)).toEqual([1, 4, 5, 2, 0]);
  });

  it("sets of servers by themselves, 16 in all: the exact shares of two, three and four losses", () => {
    /** Survived sets of j losses over `count` equal sets of servers: each must survive its own. */
    const together = (counts: readonly SurvivalCount[], count: number): number[] => {
      let survived = [1];
      for (let set = 0; set < count; set += 1) {
        const next = new Array<number>(survived.length + counts.length - 1).fill(0);
        survived.forEach((ways, lost) =>
          counts.forEach(
            ({ survivedCount }, more) =>
              (next[lost + more] = (next[lost + more] ?? 0) + ways * survivedCount),
          ),
        );
        survived = next;
      }
      return survived.map((ways, lost) => ways / choose(16, lost));
    };
    const rs = createRecoveryOracle(FIELD_OF_256, definitionOf("rs:6+2").generator);
    const pairs = together(survivalCounts({ k: 1, m: 1, width: 2, groupCount: 2 }), 8);
    const cases: readonly (readonly [readonly number[], readonly number[]])[] = [
      [pairs, [0.9333, 0.8, 0.6154]],
      [together(survivalCounts({ k: 3, m: 1, width: 4, groupCount: 4 }), 4), [0.8, 0.4571, 0.1407]],
      [together(survivalCounts({ k: 7, m: 1, width: 8, groupCount: 8 }), 2), [0.5333, 0, 0]],
      [together(survivalCounts({ k: 6, m: 2, width: 8, groupCount: 8, oracle: rs }), 2), [1, 0.8, 0.4308]],
    ];
    for (const [shares, expected] of cases) {
      expect(shares.slice(2, 5).map((share) => Math.round(share * 1e4) / 1e4)).toEqual(expected);
    }
    // Pairs, exactly: 2^j C(N/2, j) / C(N, j).
    for (let j = 0; j <= 8; j += 1) expect(pairs[j]).toBeCloseTo((2 ** j * choose(8, j)) / choose(16, j), 12);
  });

  it("a width that cannot be enumerated or is too narrow is refused", () => {
    expect(() => survivalShares({ k: 1, m: 1, width: 17, groupCount: 1 })).toThrow(RangeError);
    expect(() => survivalShares({ k: 4, m: 1, width: 4, groupCount: 1 })).toThrow(RangeError);
  });
});
