/** Each thing that the comparison is there to find is planted, and found. */
import { describe, expect, it } from "vitest";
import { goldenCasesOf, mismatchesOf, ownProblems, unreachedFaults } from "./comparison.ts";
import type { CaseOutcome, CaseReply } from "./job.ts";

const OUTCOME: CaseOutcome = { digest: "0123", eventCount: 9, result: "abcd", bitten: ["crash"] };

function reply(name: string, changes: Partial<CaseOutcome> = {}, repeated?: CaseOutcome): CaseReply {
  const outcome = { ...OUTCOME, ...changes };
  return { name, ok: true, outcome, marks: [], ...(repeated === undefined ? {} : { repeated }) };
}

const FAILED: CaseReply = { name: "a", ok: false, error: "TrapError: Date", marks: [] };

describe("engines that are compared", () => {
  it.each<[string, CaseReply]>([
    ["another digest", reply("a", { digest: "0124" })],
    ["another count of events", reply("a", { eventCount: 8 })],
    ["another result with the same digest", reply("a", { result: "abce" })],
    ["another set of faults that bit", reply("a", { bitten: [] })],
    ["an error", FAILED],
  ])("differ by %s", (_, other) => {
    const engines = [
      { id: "one", replies: [reply("a"), reply("b")] },
      { id: "two", replies: [other, reply("b")] },
      { id: "three", replies: [reply("a"), reply("b")] },
    ];
    const found = mismatchesOf(engines);
    expect(found.map(({ engine, name }) => [engine, name])).toEqual([["two", "a"]]);
    expect(found[0]?.words).toMatch(/^one: digest 0123 .*; two: /);
  });

  it("differ when a reply is missing, and agree when nothing differs", () => {
    expect(
      mismatchesOf([
        { id: "one", replies: [reply("a")] },
        { id: "two", replies: [] },
      ]),
    ).toHaveLength(1);
    expect(
      mismatchesOf([
        { id: "one", replies: [reply("a")] },
        { id: "two", replies: [reply("a")] },
      ]),
    ).toEqual([]);
  });

  it("agree when both fail alike", () => {
    expect(
      mismatchesOf([
        { id: "one", replies: [FAILED] },
        { id: "two", replies: [FAILED] },
      ]),
    ).toEqual([]);
  });
});

describe("one engine by itself", () => {
  it("has a problem when a run is not the same twice, or fails", () => {
    expect(ownProblems({ id: "one", replies: [reply("a"), reply("b", {}, OUTCOME)] })).toEqual([]);
    const again = { ...OUTCOME, result: "abce" };
    expect(ownProblems({ id: "one", replies: [reply("a", {}, again), FAILED] })).toEqual([
      expect.stringMatching(/^a on one: not the same when run twice/),
      "a on one: TrapError: Date",
    ]);
  });

  it("gives golden digests for the runs that did not fail", () => {
    expect(goldenCasesOf({ id: "one", replies: [reply("b"), FAILED] })).toEqual({
      b: { digest: "0123", eventCount: 9 },
    });
  });

  it("says which faults did nothing in any run", () => {
    const replies = [reply("a"), reply("b", { bitten: ["loss"] })];
    expect(unreachedFaults(new Set(["crash", "loss"]), { id: "one", replies })).toEqual([]);
    expect(unreachedFaults(new Set(["crash", "partition"]), { id: "one", replies })).toEqual(["partition"]);
  });
});
