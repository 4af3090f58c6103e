import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { codeFingerprint } from "../../src/cli/code-fingerprint.ts";
import { openJournal } from "../../src/cli/verify-journal.ts";
import type { TimedResult } from "../../src/verify/verify-task.ts";
import { Workplace } from "./command-line.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

const HEAD = { profile: "commit", code: "0123456789abcdef" } as const;

const TIMED: TimedResult = {
  seconds: 1.5,
  result: {
    part: "crash-points",
    result: {
      id: "one",
      scheme: "mirror:2",
      width: 2,
      counts: { executed: 3, distinct: 2, duplicate: 1, skipped: 0 },
      outcomes: { restored: 1, refused: 1, waiting: 1, unneeded: 0 },
      wentOnCount: 0,
      foretoldCount: 3,
      brokenCount: 0,
      reach: { steps: { taking: { "message-delivered": 3 } }, tears: { "lost-only": 3 } },
      checkedCounts: { integrity: 4 },
      violations: [],
    },
  },
};

function opened(file: string, head: Parameters<typeof openJournal>[1] = HEAD) {
  const result = openJournal(file, head);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("the journal of a verification", () => {
  it("gives back what was added, and goes on", () => {
    const file = workplace.path("a.jsonl");
    expect(opened(file).finished.size).toBe(0);
    opened(file).add("crash-points one", TIMED);
    opened(file).add("crash-points two", { ...TIMED, seconds: 2 });
    const { finished } = opened(file);
    expect([...finished.keys()]).toEqual(["crash-points one", "crash-points two"]);
    expect(finished.get("crash-points one")).toEqual(TIMED);
  });

  it("keeps how many cases a cell has, so that they are counted once", () => {
    const file = workplace.path("counted.jsonl");
    const counts = [
      { cases: 7, pieces: 1 },
      { cases: 9e12, pieces: 40_000 },
    ];
    opened(file).addCounts("mirror:2 on 2 servers", counts);
    opened(file).add("one", TIMED);
    const again = opened(file);
    expect([...again.counts]).toEqual([["mirror:2 on 2 servers", counts]]);
    expect([...again.finished.keys()]).toEqual(["one"]);
  });

  it("a last line that was cut short at any place is dropped, and what is added next is whole", () => {
    const file = workplace.path("torn.jsonl");
    opened(file).add("one", TIMED);
    const kept = readFileSync(file, "utf8");
    const line = `${JSON.stringify({ id: "zwö", timed: TIMED })}\n`;
    for (const length of [1, 10, 11, line.length - 1]) {
      writeFileSync(file, kept + line.slice(0, length));
      expect([...opened(file).finished.keys()]).toEqual(["one"]);
      opened(file).add("three", TIMED);
      expect([...opened(file).finished.keys()]).toEqual(["one", "three"]);
    }
  });

  it.each([
    ["other code", { ...HEAD, code: "ffffffffffffffff" }, /written by other code/],
    ["another profile", { ...HEAD, profile: "exhaustive" }, /of profile commit/],
  ] as const)("of %s is refused", (_, head, words) => {
    const file = workplace.path("other.jsonl");
    opened(file);
    const result = openJournal(file, head);
    expect(result.ok ? "" : result.error.message).toMatch(words);
  });

  it("another file is refused, and stays as it was", () => {
    const file = workplace.write("notes.txt", "dear diary\nand no line end");
    const result = openJournal(file, HEAD);
    expect(result.ok ? "" : result.error.message).toBe(
      `--resume ${file}: it is no journal of ckptlab verify`,
    );
    expect(readFileSync(file, "utf8")).toBe("dear diary\nand no line end");
  });

  it("a line in the middle that makes no sense is refused with its number", () => {
    const file = workplace.path("senseless.jsonl");
    opened(file).add("one", TIMED);
    appendFileSync(file, '{"id":7}\n');
    const result = openJournal(file, HEAD);
    expect(result.ok ? "" : result.error.message).toBe(`--resume ${file}: line 3 makes no sense`);
  });

  it("the fingerprint of the code is the same twice", () => {
    expect(codeFingerprint()).toMatch(/^[0-9a-f]{16}$/);
    expect(codeFingerprint()).toBe(codeFingerprint());
  });
});
