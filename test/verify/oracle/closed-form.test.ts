import { describe, expect, it } from "vitest";
import { checkpointCost } from "../../../src/verify/oracle/closed-form.ts";
import { geometryOf, isStoredMember, membersAt } from "../../../src/verify/oracle/geometry.ts";

const PARITY = { k: 3, m: 1, width: 4, subsegmentBytes: 10, imageBytes: 45 };

describe("the closed form of one checkpoint", () => {
  it("stores every real subsegment and m members a group, whole subsegments each", () => {
    // 45 bytes: 5 subsegments in 2 groups, the second one short.
    const cost = checkpointCost({ ...PARITY, formerPositions: [], formerIsWithSoftware: true });
    expect(cost).toEqual({ storedMemberBytes: 70, sentMemberBytes: 70, sentImageBytes: 0 });
  });

  it("what the former's own server stores is not sent, and the image goes to a former elsewhere", () => {
    // Group 0: members 0..3 at positions 0..3. Group 1: members 0, 1 at 1, 2 and parity 3 at position 0.
    const geometry = geometryOf(PARITY);
    expect([0, 1, 2, 3].map((position) => membersAt(geometry, position))).toEqual([
      ["0/0", "1/3"],
      ["0/1", "1/0"],
      ["0/2", "1/1"],
      ["0/3"],
    ]);
    expect(isStoredMember(geometry, 1, 2)).toBe(false);
    const cost = checkpointCost({ ...PARITY, formerPositions: [3], formerIsWithSoftware: false });
    expect(cost).toEqual({ storedMemberBytes: 70, sentMemberBytes: 60, sentImageBytes: 45 });
  });

  it("an image of 0 bytes costs nothing", () => {
    const cost = checkpointCost({
      ...PARITY,
      imageBytes: 0,
      formerPositions: [0],
      formerIsWithSoftware: false,
    });
    expect(cost).toEqual({ storedMemberBytes: 0, sentMemberBytes: 0, sentImageBytes: 0 });
  });

  it("7,340,032 bytes as XOR over four servers: chunks of 2,446,678 bytes (redset)", () => {
    const chunk = Math.ceil(7_340_032 / 3);
    const cost = checkpointCost({
      k: 3,
      m: 1,
      width: 4,
      subsegmentBytes: chunk,
      imageBytes: 7_340_032,
      formerPositions: [],
      formerIsWithSoftware: true,
    });
    expect(chunk).toBe(2_446_678);
    expect(cost.storedMemberBytes).toBe(4 * 2_446_678);
  });
});
