import { expect, it } from "vitest";
import { BUGS } from "./bugs/index.ts";
import { FIRST_LOOKS } from "./first-looks.ts";

it("first looks are for bugs that there are", () => {
  const ids = new Set(BUGS.map(({ id }) => id));
  expect(Object.keys(FIRST_LOOKS).filter((id) => !ids.has(id))).toEqual([]);
});
