import { describe, expect, it } from "vitest";
import { continuation } from "../../../src/verify/promises/continuation.ts";
import { ballot, CONTEXT, HistoryBuilder, key } from "../history-builder.ts";

const restarted = (): HistoryBuilder =>
  new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).started(1, ballot(2), key(1, 1));

describe("continuation", () => {
  it("counts the instances that the workload compared after a restart, and not what it read for that", () => {
    const history = restarted()
      .judged({ violations: [], checkedCounts: { transfers: 12, accounts: 3 }, continuationCount: 2 })
      .end(9);
    expect(continuation.check(history, CONTEXT)).toEqual({ checkedCount: 2, violations: [] });
  });

  it("has nothing to check without a restart", () => {
    const history = new HistoryBuilder()
      .started(0, ballot(1))
      .judged({ violations: [], checkedCounts: { transfers: 12 }, continuationCount: 0 })
      .end(9);
    expect(continuation.check(history, CONTEXT).checkedCount).toBe(0);
  });

  it("takes over what the workload found, and only what concerns continuation", () => {
    const history = restarted()
      .judged({
        violations: [
          { promise: "continuation", message: "Step 9 differs." },
          { promise: "integrity", message: "Malformed." },
        ],
        checkedCounts: { steps: 10 },
        continuationCount: 1,
      })
      .end(9);
    expect(continuation.check(history, CONTEXT).violations).toEqual(["Step 9 differs."]);
  });
});
