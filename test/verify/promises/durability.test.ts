import { describe, expect, it } from "vitest";
import { durability } from "../../../src/verify/promises/durability.ts";
import { ballot, CONTEXT, HistoryBuilder, key, life } from "../history-builder.ts";

/** Checkpoints 1 and 2 durable on A and B, then P is lost. */
const lost = (): HistoryBuilder =>
  new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).durable(0, key(1, 2)).at(10).down(0);

const restores = (builder: HistoryBuilder, sequence: number): string[] => [
  ...durability.check(builder.at(50).restored(1, ballot(2), key(1, sequence)).end(90), CONTEXT).violations,
];

describe("durability", () => {
  it("holds when the newest durable checkpoint, or a newer partial one, is restored", () => {
    const history = lost().at(50).restored(1, ballot(2), key(1, 2)).end(90);
    // Four acknowledgements and one verdict.
    expect(durability.check(history, CONTEXT)).toEqual({ checkedCount: 5, violations: [] });
    expect(restores(lost(), 3)).toEqual([]);
  });

  it("finds a restore to an older checkpoint", () => {
    expect(restores(lost(), 1)).toEqual([
      "At 50.000 ms a restore gave checkpoint 1 of incarnation 1.r0 (attempt 1), although checkpoint 2 of incarnation 1.r0 (attempt 1) was durable.",
    ]);
  });

  it("finds a refusal although something was durable", () => {
    const history = lost()
      .at(50)
      .verdict(1, ballot(2), {
        kind: "refused",
        reason: "no-checkpoint",
        key: undefined,
        groups: [],
        slots: [],
      })
      .end(90);
    expect(durability.check(history, CONTEXT).violations).toHaveLength(1);
  });

  it("finds an acknowledgement before the flush, and does not count it as durable", () => {
    const builder = lost().attempt(0, key(1, 3), [0, 1]).stored(0, key(1, 3)).stored(1, key(1, 3), false);
    expect(restores(builder, 2)).toEqual([
      "At 10.000 ms B acknowledged checkpoint 3 of incarnation 1.r0 (attempt 1) before it was flushed.",
    ]);
  });

  it("finds an acknowledgement of a member that is not there, and does not count it as durable", () => {
    const third = (memberCount: number): string[] => {
      const builder = lost().taken(0, key(1, 3)).attempt(0, key(1, 3), [0, 1]).stored(0, key(1, 3));
      return restores(builder.storedWith(1, key(1, 3), memberCount), 2);
    };
    expect(third(1)).toEqual([
      "At 10.000 ms B acknowledged checkpoint 3 of incarnation 1.r0 (attempt 1) before it was flushed.",
    ]);
    // With both of its members there it is durable, and the restore to the one before it is what is wrong.
    expect(third(2)[0]).toContain("although checkpoint 3");
  });

  it("finds a retirement before as many as are to be kept are durable", () => {
    const two = { ...CONTEXT, retentionCount: 2 };
    const retiredTo = (sequence: number): HistoryBuilder =>
      lost().note(1, { kind: "retired", slot: 0, floor: key(1, sequence) });
    expect(durability.check(retiredTo(1).end(90), two).violations).toEqual([]);
    expect(durability.check(retiredTo(2).end(90), two).violations).toEqual([
      "At 10.000 ms A retired everything before checkpoint 2 of incarnation 1.r0 (attempt 1) with 1 of 2 checkpoints to keep durable.",
    ]);
    expect(durability.check(retiredTo(2).end(90), CONTEXT).violations).toEqual([]);
    // One that is stored on one server of two is not durable.
    const early = lost().attempt(0, key(1, 3), [0, 1]).stored(0, key(1, 3));
    early.note(1, { kind: "retired", slot: 0, floor: key(1, 3) });
    expect(durability.check(early.end(90), CONTEXT).violations).toHaveLength(1);
  });

  it("one acknowledgement of two, or one in another life, makes nothing durable", () => {
    expect(restores(lost().attempt(0, key(1, 3), [0, 1]).stored(0, key(1, 3)), 2)).toEqual([]);
    const otherLife = lost()
      .attempt(0, key(1, 3), [0, 1])
      .stored(0, key(1, 3))
      .stored(1, key(1, 3), true, life(2));
    expect(restores(otherLife, 2)).toEqual([]);
  });

  it("finds that a racing restorer's durable checkpoint was passed over for a higher sequence of an older one", () => {
    const builder = lost().started(1, ballot(2), key(1, 2)).durable(1, key(2, 1), [1, 2]);
    const history = builder.at(50).restored(2, ballot(3), key(1, 2)).end(90);
    expect(durability.check(history, CONTEXT).violations).toHaveLength(1);
  });

  it("does not ask for what becomes durable after the verdict", () => {
    const builder = lost().at(50).restored(1, ballot(2), key(1, 2)).at(60).durable(0, key(1, 3));
    expect(durability.check(builder.end(90), CONTEXT).violations).toEqual([]);
  });

  it("one lost disk excuses nothing, two unrepaired at once excuse everything", () => {
    expect(restores(lost().at(20).down(1, true), 1)).toHaveLength(1);
    expect(restores(lost().at(20).down(1, true).at(30).down(2, true), 1)).toEqual([]);
  });

  it("a loss that was repaired before the next one excuses nothing", () => {
    const repairedBetween = lost()
      .at(20)
      .down(1, true)
      .at(22)
      .up(1, false)
      .at(25)
      .complete(0)
      .at(30)
      .down(2, true);
    expect(restores(repairedBetween, 1)).toHaveLength(1);
    const upOnly = lost().at(20).down(1, true).at(22).up(1, false).at(30).down(2, true);
    expect(restores(upOnly, 1)).toEqual([]);
  });

  it("servers that come up for the first time have lost nothing", () => {
    const builder = new HistoryBuilder()
      .up(1, false)
      .up(2, false)
      .up(3, false)
      .durable(0, key(1, 1))
      .durable(0, key(1, 2));
    expect(restores(builder, 1)).toHaveLength(1);
  });

  it("rot counts as unrepaired until it was mended", () => {
    const rotten = (): HistoryBuilder =>
      lost().at(20).fault({ kind: "bit-rot", host: 1, filePrefix: "m/", bitCount: 1 });
    expect(restores(rotten(), 1)).toHaveLength(1);
    expect(restores(rotten().at(30).down(2, true), 1)).toEqual([]);
    const mended = rotten()
      .at(25)
      .note(1, { kind: "repaired", slot: 0, key: key(1, 2), group: 0, member: 0 });
    expect(restores(mended.at(30).down(2, true), 1)).toHaveLength(1);
    const scrubbedOnce = rotten().at(25).note(1, { kind: "scrubbed", slot: 0, memberCount: 4 });
    expect(restores(scrubbedOnce.at(30).down(2, true), 1)).toEqual([]);
    const scrubbedTwice = rotten()
      .at(25)
      .note(1, { kind: "scrubbed", slot: 0, memberCount: 4 })
      .note(1, { kind: "scrubbed", slot: 0, memberCount: 4 });
    expect(restores(scrubbedTwice.at(30).down(2, true), 1)).toHaveLength(1);
  });

  it("rot in a file that the simulator names is mended by the repair of that file only", () => {
    const rotten = (): HistoryBuilder =>
      lost()
        .at(20)
        .event(1, {
          kind: "fault",
          fault: { atNs: 0, kind: "bit-rot", host: 1, filePrefix: "m/", bitCount: 2 },
          bit: true,
          flippedBits: [
            { file: "m/e0-n1-r0-x1-s2-a1/0/0", bitIndex: 3 },
            { file: "m/e0-n1-r0-x1-s2-a1/0/0", bitIndex: 9 },
          ],
        });
    const other = rotten()
      .at(25)
      .note(1, { kind: "repaired", slot: 0, key: key(1, 2), group: 1, member: 1 });
    expect(restores(other.at(30).down(2, true), 1)).toEqual([]);
    const same = rotten()
      .at(25)
      .note(1, { kind: "repaired", slot: 0, key: key(1, 2), group: 0, member: 0 });
    expect(restores(same.at(30).down(2, true), 1)).toHaveLength(1);
    const retired = rotten()
      .durable(0, key(1, 3))
      .at(25)
      .note(1, { kind: "retired", slot: 0, floor: key(1, 3) });
    expect(restores(retired.at(30).down(2, true), 1)).toHaveLength(1);
  });

  it("an operator's way out is not judged", () => {
    const history = lost()
      .at(50)
      .verdict(1, ballot(2), { kind: "restored", key: key(1, 1), flags: ["accepted-older"] })
      .end(90);
    expect(durability.check(history, CONTEXT).violations).toEqual([]);
  });
});
