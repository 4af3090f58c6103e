import { describe, expect, it } from "vitest";
import { redundancyRestored } from "../../../src/verify/promises/redundancy-restored.ts";
import type { RunContext } from "../../../src/verify/promises/promise.ts";
import { ballot, CONTEXT, HistoryBuilder, holding, key, POSITION_0, POSITION_1 } from "../history-builder.ts";

/** Checkpoints 1 and 2 durable on A and B; A loses its disk and comes back. */
const backAgain = (): HistoryBuilder =>
  new HistoryBuilder()
    .started(0, ballot(1))
    .durable(0, key(1, 1))
    .durable(0, key(1, 2))
    .at(10)
    .down(1, true)
    .at(20)
    .up(1, false);

const WHOLE = [holding(0, POSITION_0), holding(1, POSITION_1)];
const LACKING = [holding(0, ["0/0"]), holding(1, POSITION_1)];

const degraded = (builder: HistoryBuilder, slots: readonly number[]): HistoryBuilder =>
  builder.note(0, { kind: "degraded", ballot: ballot(1), slots });

describe("redundancy-restored", () => {
  it("holds when the newest retained checkpoint is whole again", () => {
    const history = backAgain().at(40).complete(0).finally(key(1, 2), WHOLE).end(600);
    expect(redundancyRestored.check(history, CONTEXT)).toEqual({ checkedCount: 1, violations: [] });
  });

  it("says nothing before the bound has passed", () => {
    const history = backAgain().finally(key(1, 2), LACKING).end(510);
    expect(redundancyRestored.check(history, CONTEXT).checkedCount).toBe(0);
  });

  it("finds one missing member, also when degraded is reported: all servers are up", () => {
    const history = (): HistoryBuilder => backAgain().at(40).complete(0).finally(key(1, 2), LACKING);
    expect(redundancyRestored.check(history().end(600), CONTEXT).violations).toEqual([
      "At the end checkpoint 2 of incarnation 1.r0 (attempt 1) is not whole on A, though all its servers are up.",
    ]);
    expect(redundancyRestored.check(degraded(history(), [0]).end(600), CONTEXT).violations).toHaveLength(1);
  });

  it("finds members that are intact but not flushed, and a missing manifest", () => {
    const unflushed = [{ ...holding(0, POSITION_0), flushedMembers: ["0/0"] }, holding(1, POSITION_1)];
    const noManifest = [{ ...holding(0, POSITION_0), manifestFlushed: false }, holding(1, POSITION_1)];
    for (const holdings of [unflushed, noManifest, []]) {
      const history = backAgain().at(40).complete(0).finally(key(1, 2), holdings).end(600);
      expect(redundancyRestored.check(history, CONTEXT).violations).toHaveLength(1);
    }
  });

  it("looks at as many as are retained, above the floor", () => {
    const two: RunContext = { ...CONTEXT, retentionCount: 2 };
    const history = (): HistoryBuilder => backAgain().at(40).complete(0).finally(key(1, 2), WHOLE);
    expect(redundancyRestored.check(history().end(600), two).violations).toHaveLength(1);
    const retired = history().note(1, { kind: "retired", slot: 0, floor: key(1, 2) });
    expect(redundancyRestored.check(retired.end(600), two)).toEqual({ checkedCount: 1, violations: [] });
  });

  it("a server that stays away must be reported, and the report must be the last word", () => {
    const away = (): HistoryBuilder =>
      new HistoryBuilder()
        .started(0, ballot(1))
        .durable(0, key(1, 1))
        .at(10)
        .down(1)
        .at(40)
        .finally(key(1, 1), LACKING);
    expect(redundancyRestored.check(away().end(600), CONTEXT).violations[0]).toContain(
      "not reported as degraded",
    );
    expect(redundancyRestored.check(degraded(away(), [0]).end(600), CONTEXT).violations).toEqual([]);
    expect(
      redundancyRestored.check(degraded(degraded(away(), [0]), []).end(600), CONTEXT).violations,
    ).toHaveLength(1);
  });

  it("a partition that never heals counts as a server that stays away", () => {
    const cut = new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).at(10);
    cut.fault({ kind: "partition", from: [0], to: [1], symmetric: false, healAfterNs: undefined });
    const history = degraded(cut, [0]).finally(key(1, 1), LACKING).end(600);
    expect(redundancyRestored.check(history, CONTEXT)).toEqual({ checkedCount: 1, violations: [] });
  });

  it("after a restore it is the restored checkpoint, until the new incarnation has its own", () => {
    const restored = (): HistoryBuilder =>
      new HistoryBuilder()
        .started(0, ballot(1))
        .durable(0, key(1, 1))
        .at(10)
        .down(0)
        .started(3, ballot(2), key(1, 1));
    const own = restored().at(20).durable(3, key(2, 1)).finally(key(2, 1), WHOLE).finally(key(1, 1), []);
    expect(redundancyRestored.check(own.end(600), CONTEXT)).toEqual({ checkedCount: 1, violations: [] });
    expect(
      redundancyRestored.check(restored().finally(key(1, 1), LACKING).end(600), CONTEXT).violations,
    ).toHaveLength(1);
  });

  it("rot is excused only where nobody scrubs", () => {
    const rotten = new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).at(10);
    rotten.fault({ kind: "bit-rot", host: 1, filePrefix: "m/", bitCount: 1 }).finally(key(1, 1), LACKING);
    const history = rotten.end(600);
    expect(redundancyRestored.check(history, CONTEXT).violations).toHaveLength(1);
    expect(redundancyRestored.check(history, { ...CONTEXT, scrubs: false }).violations).toEqual([]);
  });
});
