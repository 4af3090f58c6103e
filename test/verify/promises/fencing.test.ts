import { describe, expect, it } from "vitest";
import { fencing } from "../../../src/verify/promises/fencing.ts";
import { ballot, CONTEXT, HistoryBuilder, key, life } from "../history-builder.ts";

/** Checkpoint 1 durable on A and B; C restores while P still runs. */
const fenced = (): HistoryBuilder =>
  new HistoryBuilder()
    .started(0, ballot(1))
    .durable(0, key(1, 1))
    .at(10)
    .restoreStarted(3, ballot(2))
    .promises(3, ballot(2), [1, 2])
    .at(20);

const andRestored = (builder: HistoryBuilder): HistoryBuilder =>
  builder.at(30).restored(3, ballot(2), key(1, 1)).started(3, ballot(2), key(1, 1));

describe("fencing", () => {
  it("holds when the older incarnation adds nothing", () => {
    const history = andRestored(fenced()).at(40).output(0, key(1, 1)).end(90);
    expect(fencing.check(history, CONTEXT)).toEqual({ checkedCount: 2, violations: [] });
  });

  it("an acknowledgement that was under way and is part of the restored state is no violation", () => {
    const builder = new HistoryBuilder()
      .started(0, ballot(1))
      .taken(0, key(1, 1))
      .attempt(0, key(1, 1), [0, 1]);
    builder.stored(1, key(1, 1)).promises(3, ballot(2), [1, 2]).stored(0, key(1, 1));
    expect(fencing.check(andRestored(builder).end(90), CONTEXT)).toEqual({ checkedCount: 2, violations: [] });
  });

  it("finds a fenced writer that makes a checkpoint durable after the promises, before or after the restore", () => {
    expect(fencing.check(andRestored(fenced().durable(0, key(1, 2))).end(90), CONTEXT).violations).toEqual([
      "At 20.000 ms checkpoint 2 of incarnation 1.r0 (attempt 1) became durable after 2.r0 held its promises, and it started from checkpoint 1 of incarnation 1.r0 (attempt 1).",
    ]);
    const after = andRestored(fenced()).at(50).durable(0, key(1, 2));
    expect(fencing.check(after.end(90), CONTEXT).violations).toHaveLength(1);
  });

  it("finds a store acknowledged before the promises whose last part comes after them", () => {
    const builder = new HistoryBuilder()
      .started(0, ballot(1))
      .durable(0, key(1, 1))
      .attempt(0, key(1, 2), [0, 1]);
    builder.stored(0, key(1, 2)).promises(3, ballot(2), [1, 2]).stored(1, key(1, 2));
    expect(fencing.check(andRestored(builder).end(90), CONTEXT).violations).toHaveLength(1);
  });

  it("promises that are held anew after a life ended fence from then on", () => {
    const again = (): HistoryBuilder => fenced().durable(0, key(1, 2)).promises(3, ballot(2), [1, 2]).at(25);
    const restoring = (builder: HistoryBuilder): HistoryBuilder =>
      builder.restored(3, ballot(2), key(1, 2)).started(3, ballot(2), key(1, 2));
    expect(fencing.check(restoring(again()).end(90), CONTEXT).violations).toEqual([]);
    expect(fencing.check(restoring(again().durable(0, key(1, 3))).end(90), CONTEXT).violations).toHaveLength(
      1,
    );
  });

  it("finds an output of a state that the restored one lacks", () => {
    const history = andRestored(fenced()).at(40).output(0, key(1, 2)).end(90);
    expect(fencing.check(history, CONTEXT).violations).toHaveLength(1);
  });

  it("finds promises of too few slots, of one slot counted twice, and of slots that never promised", () => {
    const few = new HistoryBuilder().promises(3, ballot(2), [1]);
    expect(fencing.check(few.end(90), CONTEXT).violations[0]).toContain("from 1 slots only, 2 are needed");
    const twice = new HistoryBuilder().promises(3, ballot(2), [1, 1]);
    expect(fencing.check(twice.end(90), CONTEXT).violations).toHaveLength(1);
    const unheard = new HistoryBuilder()
      .note(2, { kind: "promised", slot: 1, life: life(), ballot: ballot(2) })
      .note(3, { kind: "promises-held", ballot: ballot(2), slots: [0, 1] });
    expect(fencing.check(unheard.end(90), CONTEXT).violations).toEqual([
      "At 0.000 ms C held the promises for 2.r0, but A had not promised it.",
    ]);
  });

  it("finds two starts under one ballot", () => {
    const history = andRestored(fenced()).at(40).started(2, ballot(2), key(1, 1)).end(90);
    expect(fencing.check(history, CONTEXT).violations).toEqual([
      "At 40.000 ms B started incarnation 2.r0 a second time.",
    ]);
  });

  it("does not judge the quorum of an operator's restore", () => {
    const history = new HistoryBuilder()
      .restoreStarted(3, ballot(2), true)
      .promises(3, ballot(2), [1])
      .end(90);
    expect(fencing.check(history, CONTEXT)).toEqual({ checkedCount: 0, violations: [] });
  });

  describe("the older incarnation, when all is quiet and every server answers", () => {
    const both = (): HistoryBuilder => andRestored(fenced());
    const stopped = (): HistoryBuilder =>
      both()
        .at(50)
        .event(0, { kind: "software-stopped", ballot: ballot(1), reason: "fenced" });

    it("has stopped, or it is a violation", () => {
      expect(fencing.check(stopped().end(600), CONTEXT)).toEqual({ checkedCount: 2, violations: [] });
      expect(fencing.check(both().end(600), CONTEXT).violations).toEqual([
        "At the end incarnation 1.r0 still runs on P, though 2.r0 runs since 30.000 ms and every server answers both.",
      ]);
    });

    it("may run on while a server is cut off, shortly after a change, and where messages are lost", () => {
      const cut = both().at(40);
      cut.fault({ kind: "partition", from: [0], to: [1], symmetric: true, healAfterNs: undefined });
      expect(fencing.check(cut.end(600), CONTEXT).violations).toEqual([]);
      expect(fencing.check(both().at(300).down(1).at(310).up(1).end(600), CONTEXT).violations).toEqual([]);
      expect(fencing.check(both().end(500), CONTEXT).violations).toEqual([]);
      expect(fencing.check(both().end(600), { ...CONTEXT, lossPpm: 20_000 }).violations).toEqual([]);
    });
  });
});
