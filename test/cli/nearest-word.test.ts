import { describe, expect, it } from "vitest";
import { nearestWord } from "../../src/cli/nearest-word.ts";

const IDS = ["integrity", "durability", "output-commit", "fencing", "decidability", "bounded"];

describe("the nearest word", () => {
  it.each([
    ["decidabilty", "decidability"],
    ["Fencing", "fencing"],
    ["outputcommit", "output-commit"],
    ["commit", "output-commit"],
    ["bonded", "bounded"],
  ])("%s means %s", (wanted, word) => {
    expect(nearestWord(wanted, IDS)).toBe(word);
  });

  it.each(["scenario.yaml", "", "x", "restore"])("%j means none of them", (wanted) => {
    expect(nearestWord(wanted, IDS)).toBeUndefined();
  });
});
