import { describe, expect, it } from "vitest";
import { outputCommit } from "../../../src/verify/promises/output-commit.ts";
import { ballot, CONTEXT, HistoryBuilder, key } from "../history-builder.ts";

const released = (): HistoryBuilder =>
  new HistoryBuilder()
    .started(0, ballot(1))
    .durable(0, key(1, 1))
    .durable(0, key(1, 2))
    .output(0, key(1, 2))
    .at(10);

describe("output-commit", () => {
  it("holds when the state was durable at the release and is part of what is restored", () => {
    const history = released().started(1, ballot(2), key(1, 2)).end(90);
    expect(outputCommit.check(history, CONTEXT)).toEqual({ checkedCount: 2, violations: [] });
  });

  it("a newer durable checkpoint of the same incarnation covers the state", () => {
    const history = released().output(0, key(1, 1)).started(1, ballot(2), key(1, 2)).end(90);
    expect(outputCommit.check(history, CONTEXT).violations).toEqual([]);
  });

  it("finds an output that was released before its state was durable", () => {
    const early = released()
      .taken(0, key(1, 3))
      .attempt(0, key(1, 3), [0, 1])
      .stored(0, key(1, 3))
      .output(0, key(1, 3));
    expect(outputCommit.check(early.stored(1, key(1, 3)).end(90), CONTEXT).violations).toEqual([
      "At 10.000 ms P released the output of state 3 of incarnation 1.r0 before it was durable.",
    ]);
  });

  it("finds an output released on an acknowledgement that was not flushed", () => {
    const builder = released().attempt(0, key(1, 3), [0, 1]).stored(0, key(1, 3)).stored(1, key(1, 3), false);
    expect(outputCommit.check(builder.output(0, key(1, 3)).end(90), CONTEXT).violations).toHaveLength(1);
  });

  it("finds an output released on another incarnation's checkpoint", () => {
    const builder = released().started(1, ballot(2), key(1, 2)).output(1, key(2, 1));
    expect(outputCommit.check(builder.end(90), CONTEXT).violations).toHaveLength(1);
  });

  it("finds a restore to a state that lacks the output", () => {
    const history = released().started(1, ballot(2), key(1, 1)).end(90);
    expect(outputCommit.check(history, CONTEXT).violations).toEqual([
      "At 10.000 ms A started incarnation 2.r0 without the state of the output of state 2 of incarnation 1.r0, released at 0.000 ms.",
    ]);
  });

  it("follows the lineage over several incarnations", () => {
    const second = (from: number): HistoryBuilder =>
      released().started(1, ballot(2), key(1, from)).durable(1, key(2, 1), [1, 2]).at(20);
    const held = outputCommit.check(second(2).started(2, ballot(3), key(2, 1)).end(90), CONTEXT);
    expect(held).toEqual({ checkedCount: 3, violations: [] });
    // The second start lost it, and the third one descends from the second.
    const broken = outputCommit.check(second(1).started(2, ballot(3), key(2, 1)).end(90), CONTEXT);
    expect(broken.violations).toHaveLength(2);
  });

  it("a start from nothing after an output loses it", () => {
    expect(outputCommit.check(released().started(1, ballot(2)).end(90), CONTEXT).violations).toHaveLength(1);
  });

  it("promises nothing once more than f slots were unrepaired, nor after an operator's way out", () => {
    const overwhelmed = released().down(1, true).down(2, true).at(30).started(3, ballot(2), key(1, 1));
    expect(outputCommit.check(overwhelmed.end(90), CONTEXT).violations).toEqual([]);
    const flagged = released()
      .verdict(1, ballot(2), { kind: "restored", key: key(1, 1), flags: ["accepted-older"] })
      .started(1, ballot(2), key(1, 1));
    expect(outputCommit.check(flagged.end(90), CONTEXT).violations).toEqual([]);
  });

  it("takes over what the workload found", () => {
    const history = released()
      .judged({
        violations: [{ promise: "output-commit", message: "Transfer 7 is gone." }],
        checkedCounts: {},
        continuationCount: 0,
      })
      .end(90);
    expect(outputCommit.check(history, CONTEXT).violations).toEqual(["Transfer 7 is gone."]);
  });
});
