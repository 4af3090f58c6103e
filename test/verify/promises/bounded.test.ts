import { describe, expect, it } from "vitest";
import type { RunCosts } from "../../../src/sim/history.ts";
import { bounded } from "../../../src/verify/promises/bounded.ts";
import { ballot, CONTEXT, HistoryBuilder, holding, key, NO_COSTS } from "../history-builder.ts";

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

  it("allows messages for each attempt, rebuilt checkpoint and restore, and no more", () => {
    const busy = (messageCount: number): HistoryBuilder =>
      spending({ messageCount })
        .attempt(0, key(1, 1), [0, 1])
        .note(1, { kind: "repaired", slot: 0, key: key(1, 1), group: 0, member: 0 })
        .restoreStarted(1, ballot(2));
    expect(bounded.check(busy(1300).end(9), CONTEXT).violations).toEqual([]);
    expect(bounded.check(busy(1301).end(9), CONTEXT).violations).toEqual([
      "Messages: 1301, the limit is 1300.",
    ]);
  });

  describe("what is left behind", () => {
    const taken = (): HistoryBuilder =>
      new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).durable(0, key(1, 2));
    const kept = (): HistoryBuilder =>
      taken()
        .note(0, { kind: "known-durable", key: key(1, 2) })
        .at(10);
    const oldIn = (builder: HistoryBuilder, members: readonly string[]): HistoryBuilder =>
      builder.finally(key(1, 1), [holding(0, members), holding(1, [])]);
    const oldOn = (members: readonly string[]): HistoryBuilder => oldIn(kept(), members);
    const found = (builder: HistoryBuilder, endMs = 600, context = CONTEXT): readonly string[] =>
      bounded.check(builder.end(endMs), context).violations;

    it("finds files of a checkpoint that is older than those to be kept", () => {
      expect(found(oldOn([]))).toEqual([]);
      expect(found(oldOn(["0/0"]))).toEqual([
        "At the end A still has files of checkpoint 1 of incarnation 1.r0 (attempt 1), although 1 newer ones have long been durable.",
      ]);
      expect(found(oldOn(["0/0"]), 600, { ...CONTEXT, retentionCount: 2 })).toEqual([]);
    });

    it("says nothing of what was left for a durable checkpoint that the production server never heard of", () => {
      expect(found(oldIn(taken().at(10), ["0/0"]))).toEqual([]);
    });

    it("says nothing before the bound has passed, of servers that are away, and where messages are lost", () => {
      expect(found(oldOn(["0/0"]), 400)).toEqual([]);
      expect(found(oldOn(["0/0"]).down(1))).toEqual([]);
      expect(found(oldOn(["0/0"]), 600, { ...CONTEXT, lossPpm: 20_000 })).toEqual([]);
    });
  });
});
