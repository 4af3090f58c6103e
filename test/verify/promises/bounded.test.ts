import { describe, expect, it } from "vitest";
import type { RunCosts } from "../../../src/sim/history.ts";
import { bounded } from "../../../src/verify/promises/bounded.ts";
import { ballot, CONTEXT, HistoryBuilder, key, NO_COSTS } from "../history-builder.ts";

const spending = (costs: Partial<RunCosts>): HistoryBuilder =>
  new HistoryBuilder().spent({ ...NO_COSTS, ...costs });

describe("bounded", () => {
  it("holds at the limits", () => {
    const builder = spending({ queueDepthMax: 100, eventCount: 1000, messageCount: 1000 });
    builder
      .attempt(0, key(1, 1, 1), [0, 1])
      .attempt(0, key(1, 1, 2), [0, 1])
      .attempt(0, key(1, 2, 1), [0, 1]);
    expect(bounded.check(builder.end(9), CONTEXT)).toEqual({ checkedCount: 6, violations: [] });
  });

  it("finds each counter above its limit", () => {
    expect(bounded.check(spending({ queueDepthMax: 101 }).end(9), CONTEXT).violations).toEqual([
      "Deepest event queue: 101, the limit is 100.",
    ]);
    expect(bounded.check(spending({ eventCount: 1001 }).end(9), CONTEXT).violations).toHaveLength(1);
    expect(bounded.check(spending({ messageCount: 1001 }).end(9), CONTEXT).violations).toHaveLength(1);
  });

  it("finds too many attempts at one checkpoint, and too many restores", () => {
    const attempts = new HistoryBuilder();
    for (const attempt of [1, 2, 3]) attempts.attempt(0, key(1, 1, attempt), [0, 1]);
    expect(bounded.check(attempts.end(9), CONTEXT).violations).toHaveLength(1);
    const restores = new HistoryBuilder();
    for (const number of [2, 3, 4, 5]) restores.restoreStarted(1, ballot(number));
    expect(bounded.check(restores.end(9), CONTEXT).violations).toHaveLength(1);
  });
});
