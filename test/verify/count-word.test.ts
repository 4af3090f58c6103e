import { expect, it } from "vitest";
import { countWord } from "../../src/verify/count-word.ts";

it("small counts are words, larger ones digits", () => {
  expect([0, 1, 2, 8, 9, 12].map(countWord)).toEqual(["no", "one", "two", "eight", "9", "12"]);
});
