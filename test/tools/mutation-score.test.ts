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
    location: { start: { line: 5, column: 0 } },
  };
}

const LINES = ["", "", "", "", "  const isLost = true;"];
const program = (name: string) => ({ name, lines: LINES });

describe("score of mutation testing", () => {
  it("is the share of killed mutants, with those out of time apart", () => {
    const mutants = ["Killed", "Killed", "RuntimeError", "Survived", "Timeout", "Timeout"].map((status) =>
      mutant(status),
    );
    const { share, total, totalCount } = scoreOf(mutants, program, []);
    expect(share).toBe(3 / 4);
    expect(total).toEqual({ killedCount: 3, survivedCount: 1, timeoutCount: 2 });
    expect(totalCount).toBe(6);
  });

  it("counts a mutant that no test reaches as one that survived", () => {
    expect(scoreOf([mutant("Killed"), mutant("NoCoverage")], program, []).share).toBe(1 / 2);
  });

  it("leaves out what is no program", () => {
    expect(
      scoreOf([mutant("Killed"), mutant("CompileError"), mutant("Ignored")], program, []).totalCount,
    ).toBe(1);
  });

  it("is nothing when only time ran out, or nothing was tried", () => {
    expect(scoreOf([mutant("Timeout")], program, []).share).toBe(0);
    expect(scoreOf([], program, []).share).toBe(0);
  });

  it("a survivor that was looked at still counts, and is not told again", () => {
    const entry = { code: "const isLost = true;", text: "BooleanLiteral: false", reason: "the same program" };
    const known = [
      { ...entry, file: "src/core/a.ts" },
      { ...entry, file: "src/core/a.ts", code: "const isLost = 1;" },
      { ...entry, file: "src/core/c.ts" },
    ];
    const survivors = [
      mutant("Survived"),
      mutant("Survived"),
      mutant("Survived", "src/core/b.ts"),
      mutant("Survived", "src/core/a.ts", "true"),
    ];
    const score = scoreOf(survivors, program, known);
    expect(score.share).toBe(0);
    expect(score.knownCount).toBe(1);
    // One entry for each survivor, on its own line of code.
    expect(score.unexplained.map(({ file, line, code, text }) => `${file}:${line} ${text} ${code}`)).toEqual([
      "src/core/a.ts:5 BooleanLiteral: false const isLost = true;",
      "src/core/b.ts:5 BooleanLiteral: false const isLost = true;",
      "src/core/a.ts:5 BooleanLiteral: true const isLost = true;",
    ]);
    expect(score.gone).toEqual([known[1]]);
  });

  it("has a row for each file", () => {
    const table = tableOf(
      scoreOf([mutant("Killed", "src/core/b.ts"), mutant("Survived"), mutant("Killed")], program, []),
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
    expect(() => readSurvivors('[{"file": "a.ts", "code": "y", "text": "x", "reason": ""}]')).toThrow(
      /needs file, code, text and reason/,
    );
  });
});
