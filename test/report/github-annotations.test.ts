import { describe, expect, it } from "vitest";
import { githubAnnotations } from "../../src/report/github-annotations.ts";
import type { VerifyResult } from "../../src/verify/verify-result.ts";
import { brokenVerification, heldVerification } from "../verify/verification.ts";

/** As GitHub reads a line: the command, its properties and its message, with escapes undone. */
function read(line: string) {
  const [, level = "", list = "", message = ""] = /^::(error|warning) ([^:]*)::([^\r\n]*)$/.exec(line) ?? [];
  const plain = (text: string): string =>
    text
      .replaceAll("%3A", ":")
      .replaceAll("%2C", ",")
      .replaceAll("%0D", "\r")
      .replaceAll("%0A", "\n")
      .replaceAll("%25", "%");
  const properties = list
    .split(",")
    .map((each) => [each.split("=")[0], plain(each.slice(each.indexOf("=") + 1))]);
  return { level, ...(Object.fromEntries(properties) as Record<string, string>), message: plain(message) };
}

function brokenTimes(count: number, message: string, file: string = ""): VerifyResult {
  const broken = brokenVerification();
  const [part] = broken.parts;
  if (part === undefined) throw new Error("no part");
  const violation = {
    where: "a, b: c",
    promise: "integrity",
    message,
    file,
    command: "ckptlab verify",
  } as const;
  return {
    ...broken,
    idlePromises: [],
    parts: [{ ...part, violations: Array.from({ length: count }, () => violation) }],
  };
}

describe("annotations of a GitHub job", () => {
  it("are none when every promise held", () => {
    expect(githubAnnotations(heldVerification())).toEqual([]);
  });

  it("tell each violation with its counterexample and its replay, and each idle promise", () => {
    const lines = githubAnnotations(brokenVerification());
    expect(lines.map(read)).toContainEqual({
      level: "error",
      file: "counterexamples/one.yaml",
      title: "durability broken, mirror:2 on 2 servers",
      message: 'lost "a" & <b>\nreplay: ckptlab replay counterexamples/one.yaml',
    });
    expect(lines.map(read)).toContainEqual({
      level: "error",
      title: "accounting idle",
      message: "nothing exercised the promise accounting",
    });
    expect(lines).toHaveLength(5);
  });

  it("stay in their line and in their property, whatever a message holds", () => {
    const message = "50%, 100%25\r\n::error::no, really: none";
    const [line = ""] = githubAnnotations(brokenTimes(1, message, "a,b:c/100%.yaml"));
    expect(line.split("\n")).toHaveLength(1);
    expect(read(line)).toEqual({
      level: "error",
      file: "a,b:c/100%.yaml",
      title: "integrity broken, a, b: c",
      message: `${message}\nreplay: ckptlab verify`,
    });
  });

  it("are ten at most, and the last one tells of the others", () => {
    expect(githubAnnotations(brokenTimes(10, "m"))).toHaveLength(10);
    const lines = githubAnnotations(brokenTimes(14, "m"));
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe("::error title=and more::5 more are in the log of this job");
  });

  it("warn when nothing is shown", () => {
    const undecided = { ...heldVerification(), verdict: "undecided", leftPieceCount: 7 } as const;
    expect(githubAnnotations(undecided)).toEqual([
      "::warning title=ckptlab verify is undecided::nothing is shown: 7 of 40 pieces were not taken",
    ]);
  });
});
