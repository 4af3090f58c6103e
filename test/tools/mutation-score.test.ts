/** The score of mutation testing: what counts, what is told apart, and which survivors were looked at. */
import { describe, expect, it } from "vitest";
import { type Mutant, readSurvivors, scoreOf, tableOf } from "../../tools/mutation-score.mjs";

function mutant(status: string, fileName: string = "src/core/a.ts", replacement: string = "false"): Mutant {
  return {
    id: "1",
    fileName,
    mutatorName: "BooleanLiteral",
    replacement,
    status,
    location: { start: { line: 4, column: 0 } },
  };
}

const same = (file: string): string => file;

describe("score of mutation testing", () => {
  it("is the share of killed mutants, with those out of time apart", () => {
    const mutants = ["Killed", "Killed", "RuntimeError", "Survived", "Timeout", "Timeout"].map((status) =>
      mutant(status),
    );
    const { share, total, totalCount } = scoreOf(mutants, same, []);
    expect(share).toBe(3 / 4);
    expect(total).toEqual({ killedCount: 3, survivedCount: 1, timeoutCount: 2 });
    expect(totalCount).toBe(6);
  });

  it("counts a mutant that no test reaches as one that survived", () => {
    expect(scoreOf([mutant("Killed"), mutant("NoCoverage")], same, []).share).toBe(1 / 2);
  });

  it("leaves out what is no program", () => {
    expect(scoreOf([mutant("Killed"), mutant("CompileError"), mutant("Ignored")], same, []).totalCount).toBe(
      1,
    );
  });

  it("is nothing when only time ran out, or nothing was tried", () => {
    expect(scoreOf([mutant("Timeout")], same, []).share).toBe(0);
    expect(scoreOf([], same, []).share).toBe(0);
  });

  it("a survivor that was looked at still counts, and is not told again", () => {
    const known = [{ file: "src/core/a.ts", text: "BooleanLiteral: false", reason: "the same program" }];
    const score = scoreOf(
      [mutant("Survived"), mutant("Survived", "src/core/b.ts"), mutant("Survived", "src/core/a.ts", "true")],
      same,
      known,
    );
    expect(score.share).toBe(0);
    expect(score.knownCount).toBe(1);
    expect(score.unexplained.map(({ file, line, text }) => `${file}:${line} ${text}`)).toEqual([
      "src/core/b.ts:5 BooleanLiteral: false",
      "src/core/a.ts:5 BooleanLiteral: true",
    ]);
  });

  it("has a row for each file", () => {
    const table = tableOf(
      scoreOf([mutant("Killed", "src/core/b.ts"), mutant("Survived"), mutant("Killed")], same, []),
    );
    expect(table.split("\n").map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "file killed survived time-out score",
      "src/core/a.ts 1 1 0 50.0 %",
      "src/core/b.ts 1 0 0 100.0 %",
      "all 2 1 0 66.7 %",
      "66.7 % of the mutants that did not run out of time were killed; 0 survivors were looked at",
    ]);
  });

  it("refuses a survivor without a reason", () => {
    expect(() => readSurvivors('[{"file": "a.ts", "text": "x", "reason": ""}]')).toThrow(
      /needs file, text and reason/,
    );
  });
});
