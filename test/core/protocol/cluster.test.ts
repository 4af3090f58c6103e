/** The quorum arithmetic keeps the inequalities that the protocol's argument needs (docs/protocol.md). */
import { describe, expect, it } from "vitest";
import { quorumOf } from "../../../src/core/protocol/cluster.ts";

/** Every placement is at least tolerance + 1 wide: one member may be lost for each of them. */
const CASES = Array.from({ length: 8 }, (_, index) => index + 2).flatMap((slotCount) =>
  [0, 1, 2, 3].flatMap((tolerance) =>
    Array.from({ length: Math.max(0, slotCount - tolerance) }, (_, index) => ({
      slotCount,
      tolerance,
      width: tolerance + 1 + index,
    })),
  ),
);

describe.each(CASES)(
  "with N = $slotCount, tolerance $tolerance and w = $width",
  ({ slotCount, tolerance, width }) => {
    const quorum = quorumOf(slotCount, tolerance);

    it("the fence meets every placement, the survey sees every durable manifest, welcomes meet every quorum", () => {
      expect(quorum.promiseCount + width, "q + w > N").toBeGreaterThan(slotCount);
      expect(quorum.completeCount, "complete > N - w").toBeGreaterThan(slotCount - width);
      expect(quorum.promiseCount, "q > f").toBeGreaterThan(quorum.tolerance);
      expect(quorum.promiseCount + quorum.welcomeCount, "welcomes meet promises").toBeGreaterThan(slotCount);
      expect(2 * quorum.promiseCount, "two fences meet").toBeGreaterThan(slotCount);
      expect(quorum.promiseCount, "q <= N").toBeLessThanOrEqual(slotCount);
      expect(quorum.welcomeCount, "somebody welcomes").toBeGreaterThan(0);
    });
  },
);

describe("the control tolerance", () => {
  it("is the scheme's, but never half of the slots; two mirrored slots are the exception", () => {
    expect(quorumOf(9, 1).tolerance).toBe(1);
    expect(quorumOf(3, 2).tolerance).toBe(1);
    expect(quorumOf(4, 3).tolerance).toBe(1);
    expect(quorumOf(2, 0).tolerance).toBe(0);
    expect(quorumOf(2, 1)).toEqual({
      slotCount: 2,
      tolerance: 1,
      promiseCount: 2,
      completeCount: 1,
      welcomeCount: 1,
    });
  });
});
