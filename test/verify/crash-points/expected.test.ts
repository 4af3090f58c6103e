import { describe, expect, it } from "vitest";
import { quorumOf } from "../../../src/core/protocol/cluster.ts";
import { canDecide, controlRule } from "../../../src/verify/crash-points/expected.ts";

describe("the rule for when a restore can decide", () => {
  it("is written again from the page, and says the same as the core", () => {
    for (let slotCount = 2; slotCount <= 9; slotCount += 1) {
      for (const tolerance of [0, 1, 2, 3]) {
        if (tolerance >= slotCount) continue;
        const rule = controlRule(slotCount, tolerance);
        const quorum = quorumOf(slotCount, tolerance);
        expect(rule).toEqual({
          slotCount,
          tolerance: quorum.tolerance,
          promiseCount: quorum.promiseCount,
        });
      }
    }
  });

  it("takes as many losses as the control tolerance; two servers take none", () => {
    const counts = (slotCount: number, tolerance: number) =>
      [0, 1, 2, 3].filter((lost) => canDecide(controlRule(slotCount, tolerance), lost));
    expect(counts(2, 1)).toEqual([0]);
    expect(counts(3, 1)).toEqual([0, 1]);
    expect(counts(3, 2)).toEqual([0, 1]);
    expect(counts(5, 2)).toEqual([0, 1, 2]);
    expect(counts(8, 0)).toEqual([0]);
  });
});
