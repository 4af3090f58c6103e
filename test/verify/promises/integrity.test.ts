import { describe, expect, it } from "vitest";
import { integrity } from "../../../src/verify/promises/integrity.ts";
import { ballot, CONTEXT, HistoryBuilder, imageOf, key } from "../history-builder.ts";

const taken = (): HistoryBuilder =>
  new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).durable(0, key(1, 2));

describe("integrity", () => {
  it("holds when the software starts on exactly the bytes taken", () => {
    const history = taken().at(10).started(1, ballot(2), key(1, 2)).end(20);
    expect(integrity.check(history, CONTEXT)).toEqual({ checkedCount: 1, violations: [] });
  });

  it("has nothing to check in a run without a start from a checkpoint", () => {
    expect(integrity.check(taken().end(20), CONTEXT)).toEqual({ checkedCount: 0, violations: [] });
  });

  it("finds one altered byte", () => {
    const altered = imageOf(1, 2);
    altered[7] = 99;
    const history = taken().at(10).started(1, ballot(2), key(1, 2), altered).end(20);
    expect(integrity.check(history, CONTEXT).violations).toEqual([
      "At 10.000 ms A started checkpoint 2 of incarnation 1.r0 (attempt 1) on other bytes than were taken: the first difference is at byte 7.",
    ]);
  });

  it("finds a state mixed from two, one cut short, another state's bytes, and none at all", () => {
    const mixed = Uint8Array.of(...imageOf(1, 1).subarray(0, 4), ...imageOf(1, 2).subarray(4));
    for (const image of [mixed, imageOf(1, 2).subarray(0, 7), imageOf(1, 1), new Uint8Array(0)]) {
      const history = taken().started(1, ballot(2), key(1, 2), image).end(20);
      expect(integrity.check(history, CONTEXT).violations).toHaveLength(1);
    }
  });

  it("finds a start from a checkpoint that nobody took", () => {
    const history = taken().started(1, ballot(2), key(1, 3)).end(20);
    expect(integrity.check(history, CONTEXT).violations[0]).toContain("which was never taken");
  });

  it("finds a start from a checkpoint without its bytes", () => {
    const started = { kind: "software-started", ballot: ballot(2), key: key(1, 2) } as const;
    const history = taken()
      .event(1, { ...started, image: undefined, refusedBySoftware: undefined })
      .end(20);
    expect(integrity.check(history, CONTEXT).violations[0]).toContain("without any bytes");
  });

  it("finds that the software refused the bytes", () => {
    const history = taken().started(1, ballot(2), key(1, 2), undefined, "not a database").end(20);
    expect(integrity.check(history, CONTEXT).violations[0]).toContain("refused the bytes: not a database");
  });

  it("finds two different states under one name", () => {
    const history = taken().taken(0, key(1, 2), imageOf(1, 9)).end(20);
    expect(integrity.check(history, CONTEXT).violations).toHaveLength(1);
  });

  it("takes over what the workload found, and only what concerns integrity", () => {
    const history = taken()
      .judged({
        violations: [
          { promise: "integrity", message: "The database is malformed." },
          { promise: "continuation", message: "Balances differ." },
        ],
        checkedCounts: {},
        continuationCount: 0,
      })
      .end(20);
    expect(integrity.check(history, CONTEXT).violations).toEqual(["The database is malformed."]);
  });
});
