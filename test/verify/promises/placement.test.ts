import { describe, expect, it } from "vitest";
import { placement } from "../../../src/verify/promises/placement.ts";
import type { RunContext } from "../../../src/verify/promises/promise.ts";
import { ballot, CONTEXT, HistoryBuilder, holding, key, POSITION_0, POSITION_1 } from "../history-builder.ts";

const taken = (slots: readonly number[] = [0, 1]): HistoryBuilder =>
  new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1), slots).at(10);

const PARITY: RunContext = {
  ...CONTEXT,
  scheme: { text: "parity:2+1", k: 2, m: 1, tolerance: 1 },
  width: 3,
  subsegmentBytes: 1,
};

describe("placement", () => {
  it("holds when every group has one member a server and every server a copy", () => {
    const history = taken()
      .finally(key(1, 1), [holding(0, POSITION_0), holding(1, POSITION_1), holding(2, [])])
      .end(20);
    // One attempt, three disks, two servers that must hold data.
    expect(placement.check(history, CONTEXT)).toEqual({ checkedCount: 6, violations: [] });
  });

  it("finds two members of a group on one server, at the end and at a verdict", () => {
    const both = [holding(0, [...POSITION_0, "0/1"]), holding(1, POSITION_1)];
    expect(placement.check(taken().finally(key(1, 1), both).end(20), CONTEXT).violations).toEqual([
      "A holds members 0 and 1 of group 0 of checkpoint 1 of incarnation 1.r0 (attempt 1).",
    ]);
    const of = key(1, 1);
    const verdict = taken().restored(1, ballot(2), of, [{ key: of, holdings: both }]);
    expect(placement.check(verdict.end(20), CONTEXT).violations).toHaveLength(1);
  });

  it("finds attempts on too few slots, on one slot twice, and on slots that do not exist", () => {
    expect(placement.check(taken([0]).end(20), CONTEXT).violations[0]).toContain("1 slots instead of 2");
    expect(placement.check(taken([1, 1]).end(20), CONTEXT).violations[0]).toContain("one server twice: B, B");
    expect(placement.check(taken([0, 7]).end(20), CONTEXT).violations[0]).toContain(
      "slot 7, which does not exist",
    );
  });

  it("finds two slots that are one server", () => {
    const context = { ...CONTEXT, slotHosts: [1, 1, 3] };
    expect(placement.check(taken().end(20), context).violations).toHaveLength(1);
  });

  it("finds more members of a group in a domain than may be lost together, where domains are kept apart", () => {
    const context: RunContext = { ...CONTEXT, placement: { kind: "rotated", slotDomains: ["x", "y", "x"] } };
    const apart = [holding(0, POSITION_0), holding(1, POSITION_1)];
    expect(placement.check(taken().finally(key(1, 1), apart).end(20), context).violations).toEqual([]);
    // The second copy is not where it was placed.
    const together = [holding(0, POSITION_0), holding(2, POSITION_1)];
    const { violations } = placement.check(taken().finally(key(1, 1), together).end(20), context);
    expect(violations).toHaveLength(2);
    expect(violations[0]).toContain("There are 2 members of group 0 of checkpoint 1");
    expect(violations[0]).toContain("in domain x: at most 1 may be lost together.");
    // At a verdict too: what a restore finds there may be gone in the end.
    const of = key(1, 1);
    const verdict = taken().restored(1, ballot(2), of, [{ key: of, holdings: together }]);
    expect(placement.check(verdict.end(20), context).violations).toHaveLength(2);
  });

  it("finds an attempt that is to put too many members of a group into a domain, stored or not", () => {
    const attempt = new HistoryBuilder()
      .started(0, ballot(1))
      .taken(0, key(1, 1))
      .attempt(0, key(1, 1), [0, 1])
      .end(20);
    const apart = (slotDomains: readonly string[]): RunContext => ({
      ...CONTEXT,
      placement: { kind: "rotated", slotDomains },
    });
    expect(placement.check(attempt, apart(["x", "y", "x"])).violations).toEqual([]);
    expect(placement.check(attempt, apart(["x", "x", "y"])).violations[0]).toContain(
      "There were placed 2 members of group 0 of checkpoint 1",
    );
  });

  it("finds members that should not exist", () => {
    const stray = [holding(0, [...POSITION_0, "2/0"]), holding(1, POSITION_1)];
    expect(placement.check(taken().finally(key(1, 1), stray).end(20), CONTEXT).violations[0]).toContain(
      "member 0 of group 2",
    );
  });

  it("finds a server that holds only parity although there are enough groups", () => {
    // Eight subsegments in four groups over three servers, but parity always on slot 2.
    const fixed = [
      holding(0, ["0/0", "1/0", "2/0", "3/0"]),
      holding(1, ["0/1", "1/1", "2/1", "3/1"]),
      holding(2, ["0/2", "1/2", "2/2", "3/2"]),
    ];
    expect(
      placement.check(taken([0, 1, 2]).finally(key(1, 1), fixed).end(20), PARITY).violations,
    ).toHaveLength(1);
    // After a loss of that disk nothing is said about it.
    const lost = taken([0, 1, 2]).down(3, true).finally(key(1, 1), fixed);
    expect(placement.check(lost.end(20), PARITY).violations).toEqual([]);
  });
});
