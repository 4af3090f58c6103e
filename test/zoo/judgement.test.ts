/** What the zoo says of visits: found, not found, found by the wrong checker, and checkers that caught nothing. */
import { describe, expect, it } from "vitest";
import type { PromiseId } from "../../src/verify/result.ts";
import type { HuntReport } from "./hunt-worker.ts";
import { judge } from "./judgement.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { problemLines } from "./table.ts";

const PROMISES: readonly PromiseId[] = ["integrity", "durability"];
const bug: PlantedBug = {
  id: "sample",
  story: "A sample.",
  source: "this test",
  breaks: ["integrity"],
  file: "src/core/protocol/cluster.ts",
  replacements: [{ find: "a", replace: "b" }],
};

function reportOf(kind: "checker" | "crash" | undefined, promises: readonly PromiseId[] = []): HuntReport {
  const found = kind === undefined ? undefined : { kind, promises, message: "what broke", caseName: "case" };
  return { strategy: "families", unit: "runs", cases: 7, seconds: 1, found };
}

const sound = { bug: undefined, reports: [reportOf(undefined)], problem: undefined };
const visit = (
  report: HuntReport,
  of: PlantedBug = bug,
): { bug: PlantedBug; reports: HuntReport[]; problem: undefined } => ({
  bug: of,
  reports: [report],
  problem: undefined,
});

describe("the zoo", () => {
  it("is in order when each bug is found and each checker caught one", () => {
    const judged = judge(
      [
        sound,
        visit(reportOf("checker", ["integrity"])),
        visit(reportOf("checker", ["integrity", "durability"])),
        visit(reportOf("checker", ["durability"]), { ...bug, breaks: ["durability"] }),
      ],
      PROMISES,
    );
    expect(judged.idlePromises).toEqual([]);
    expect(judged.findings[0]?.by?.cases).toBe(7);
    expect(problemLines(judged, true)).toEqual([]);
  });

  it("fails when a checker never catches anything on its own", () => {
    const both = reportOf("checker", ["integrity", "durability"]);
    const judged = judge([sound, visit(both), visit(reportOf("checker", ["integrity"]))], PROMISES);
    expect(judged.caughtBy).toEqual({ integrity: ["sample", "sample"], durability: ["sample"] });
    expect(problemLines(judged, true)).toEqual([
      "FAILED: the checker of durability caught no bug on its own",
    ]);
    // The model checker stops at the first promise that breaks, so that it cannot say that no other one did.
    const first = { ...reportOf("checker", ["durability"]), strategy: "model-checker" } as const;
    expect(judge([sound, visit(first)], PROMISES).idlePromises).toEqual(PROMISES);
  });

  it("fails when a bug is not found, and names it", () => {
    const judged = judge([sound, visit(reportOf(undefined))], PROMISES);
    expect(problemLines(judged, true)[0]).toBe("FAILED sample: not found");
    expect(judged.idlePromises).toEqual(PROMISES);
  });

  it("fails when only a checker fails that the bug is not said to break", () => {
    const judged = judge([sound, visit(reportOf("checker", ["durability"]))], PROMISES);
    expect(problemLines(judged, false)[0]).toContain("not said to break");
  });

  it("takes a crash as found, but not as a catch of any checker", () => {
    const judged = judge([sound, visit(reportOf("crash"))], PROMISES);
    expect(judged.findings[0]?.problem).toBeUndefined();
    expect(judged.idlePromises).toEqual(PROMISES);
  });

  it("fails when something is found without any bug, or when nobody looked", () => {
    const alarmed = judge([{ ...sound, reports: [reportOf("checker", ["integrity"])] }], []);
    expect(problemLines(alarmed, true).join()).toContain("FAILED without any bug");
    expect(problemLines(judge([], []), true)).toEqual(["FAILED: the sound core was not visited"]);
  });

  it("fails when a visit had a problem of its own", () => {
    const judged = judge([{ bug, reports: [], problem: "it does not fit" }], []);
    expect(problemLines(judged, false)).toEqual(["FAILED sample: it does not fit"]);
  });
});
