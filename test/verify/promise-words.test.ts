import { describe, expect, it } from "vitest";
import { PROMISES } from "../../src/verify/promises/index.ts";
import { boundsUsed, wordsUsed } from "../../src/verify/promise-words.ts";
import { readPage, rowsOf } from "../docs-pages.ts";

const glossary = new Map(
  rowsOf(readPage("docs/glossary.md").text).map(([word = "", meaning = ""]) => [word, meaning]),
);

describe("what explain says beside a promise", () => {
  for (const { id, checks, claim } of PROMISES) {
    it(`${id}: its words are those of the glossary`, () => {
      const words = wordsUsed(id);
      expect(words.length).toBeGreaterThan(0);
      for (const { word, meaning } of words) expect(glossary.get(word), word).toBe(meaning);
    });

    it(`${id}: it has bounds exactly if its claim or checks speak of bounds or limits`, () => {
      const speaks = /\bbound\b|\blimits?\b|number of/.test([claim, ...checks].join(" "));
      const bounds = boundsUsed(id);
      expect(bounds.length > 0).toBe(speaks);
      for (const { value, meaning } of bounds) {
        expect(value, meaning).toBeGreaterThan(0);
        expect(meaning).not.toBe("");
      }
    });
  }
});
