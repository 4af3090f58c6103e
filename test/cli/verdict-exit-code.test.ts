import { describe, expect, it } from "vitest";
import { compareExitCode, runExitCode } from "../../src/cli/verdict-exit-code.ts";

const MET = { name: "restoreMsP99", value: 5, min: undefined, max: 9, met: true };
const MISSED = { ...MET, value: 10, met: false };

describe("the exit code of a run", () => {
  it.each([
    ["held", [MET], 0],
    ["held", [], 0],
    ["held", [MET, MISSED], 3],
    ["undecided", [MET], 2],
    ["undecided", [MISSED], 2],
    ["broken", [MET], 1],
    ["broken", [MISSED], 1],
  ] as const)("%s with thresholds %j is %i", (verdict, thresholds, exitCode) => {
    expect(runExitCode({ verdict, thresholds })).toBe(exitCode);
  });
});

describe("the exit code of a comparison", () => {
  it.each([
    ["all held", 0, 0, [MET], 0],
    ["a threshold missed", 0, 0, [MISSED], 3],
    ["a run undecided", 0, 1, [MISSED], 2],
    ["a promise broken", 1, 1, [MISSED], 1],
  ])("%s", (_what, brokenPromises, brokenRuns, thresholds, exitCode) => {
    const promises = [{ brokenCount: 0 }, { brokenCount: brokenPromises }];
    const rows = [{ brokenCount: 0 }, { brokenCount: brokenRuns }];
    expect(compareExitCode({ promises, rows, thresholds })).toBe(exitCode);
  });
});
