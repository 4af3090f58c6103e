import { describe, expect, it } from "vitest";
import { groupWord, lostCount } from "./control.ts";

describe("control of mutation testing", () => {
  it("counts lost members, at most as many as there are", () => {
    expect(lostCount(3, [])).toBe(0);
    expect(lostCount(3, [true, false, true])).toBe(2);
    expect(lostCount(3, [true, true, true])).toBe(3);
    expect(lostCount(1, [true, true])).toBe(1);
  });

  it("calls a group by what is left of it", () => {
    expect(groupWord(4, 3)).toBe("whole");
    expect(groupWord(3, 3)).toBe("enough");
    expect(groupWord(2, 3)).toBe("lost");
  });
});
