import { describe, expect, it } from "vitest";
import { redundancyRestored } from "../../../src/verify/promises/redundancy-restored.ts";
import type { RunContext } from "../../../src/verify/promises/promise.ts";
import { keyText } from "../../../src/core/checkpoint/key.ts";
import type { HoldingFact } from "../../../src/sim/history.ts";
import {
  ballot,
  CONTEXT,
  HistoryBuilder,
  holding,
  key,
  MS,
  POSITION_0,
  POSITION_1,
} from "../history-builder.ts";

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
    expect(redundancyRestored.check(degraded(history(), [0]).end(600), CONTEXT).violations[1]).toContain(
      "is not whole on A, though all its servers are up",
    );
  });

  it("finds a report of servers that are back, and one that names the wrong server", () => {
    const whole = (): HistoryBuilder => backAgain().at(40).complete(0).finally(key(1, 2), WHOLE);
    expect(redundancyRestored.check(degraded(whole(), [0]).end(600), CONTEXT).violations).toEqual([
      "At the end A is reported as degraded, though up, connected and whole.",
    ]);
    expect(
      redundancyRestored.check(degraded(degraded(whole(), [0]), []).end(600), CONTEXT).violations,
    ).toEqual([]);
    const away = new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).at(10).down(3);
    const wrong = degraded(away, [0]).finally(key(1, 1), WHOLE).end(600);
    expect(redundancyRestored.check(wrong, CONTEXT).violations).toEqual([
      "At the end C is away, and this is not reported as degraded.",
      "At the end A is reported as degraded, though up, connected and whole.",
    ]);
    expect(redundancyRestored.check(wrong, { ...CONTEXT, lossPpm: 20_000 }).violations).toEqual([]);
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
    expect(redundancyRestored.check(away().end(600), CONTEXT).violations.join()).toContain(
      "not whole on A, and this is not reported as degraded",
    );
    expect(redundancyRestored.check(degraded(away(), [0]).end(600), CONTEXT).violations).toEqual([]);
    expect(
      redundancyRestored.check(degraded(degraded(away(), [0]), []).end(600), CONTEXT).violations,
    ).toHaveLength(2);
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

  describe("rot where nobody scrubs, on a server that started again", () => {
    const unscrubbed: RunContext = { ...CONTEXT, scrubs: false };
    const memberFile = `m/${keyText(key(1, 1))}/1/1`;
    const manifestFile = `f/${keyText(key(1, 1))}`;
    const rottenAt = (file: string): HistoryBuilder => {
      const fault = { atNs: 10 * MS, kind: "bit-rot", host: 1, filePrefix: "", bitCount: 1 } as const;
      const flippedBits = [{ file, bitIndex: 3 }];
      return new HistoryBuilder()
        .started(0, ballot(1))
        .durable(0, key(1, 1))
        .at(10)
        .event(1, { kind: "fault", fault, bit: true, flippedBits });
    };
    const startedAgain = (builder: HistoryBuilder): HistoryBuilder => builder.at(20).down(1).at(30).up(1);
    const violations = (builder: HistoryBuilder, holdings: readonly HoldingFact[]): number =>
      redundancyRestored.check(builder.finally(key(1, 1), holdings).end(600), unscrubbed).violations.length;

    it("is excused: a start does not read members", () => {
      expect(violations(startedAgain(rottenAt(memberFile)), LACKING)).toBe(0);
    });

    it("excuses the file that rotted alone", () => {
      expect(
        violations(startedAgain(rottenAt(memberFile)), [holding(0, ["1/1"]), holding(1, POSITION_1)]),
      ).toBe(1);
      expect(violations(startedAgain(rottenAt(`m/${keyText(key(1, 1))}/0/0`)), LACKING)).toBe(1);
    });

    it("does not excuse a member that the server was asked for and found rotten", () => {
      const found = startedAgain(rottenAt(memberFile)).note(1, {
        kind: "rot-found",
        slot: 0,
        key: key(1, 1),
        group: 1,
        member: 1,
      });
      expect(violations(found, LACKING)).toBe(1);
    });

    it("excuses a manifest only until the next start, which reads it", () => {
      const noManifest = [
        { ...holding(0, POSITION_0), manifestFlushed: false, manifestIntact: false },
        holding(1, POSITION_1),
      ];
      expect(violations(rottenAt(manifestFile), noManifest)).toBe(0);
      expect(violations(startedAgain(rottenAt(manifestFile)), noManifest)).toBe(1);
    });

    it("does not excuse what a new disk was to get", () => {
      const blank = rottenAt(memberFile).at(20).down(1, true).at(30).up(1, false).at(40).complete(0);
      expect(violations(blank, LACKING)).toBe(1);
    });
  });
});
