import { describe, expect, it } from "vitest";
import type { RunCosts } from "../../../src/sim/history.ts";
import { accounting } from "../../../src/verify/promises/accounting.ts";
import type { RunContext } from "../../../src/verify/promises/promise.ts";
import { ballot, CONTEXT, HistoryBuilder, key, NO_COSTS } from "../history-builder.ts";

const FAULT_FREE: RunContext = { ...CONTEXT, faultFree: true };

function costs(written: number, sent: number, image: number, repair = 0): RunCosts {
  const { take } = NO_COSTS.networkBytes;
  return {
    ...NO_COSTS,
    networkBytes: {
      ...NO_COSTS.networkBytes,
      take: { ...take, member: sent, image },
      repair: { ...take, member: repair },
    },
    diskWrittenBytes: { member: written, manifest: 777, control: 99 },
  };
}

/** Two checkpoints of 8 bytes under mirror:2: 16 member bytes each. */
const two = (): HistoryBuilder =>
  new HistoryBuilder().started(0, ballot(1)).durable(0, key(1, 1)).durable(0, key(1, 2));

describe("accounting", () => {
  it("holds when the counters equal the closed form", () => {
    expect(
      accounting.check(
        two()
          .spent(costs(32, 32, 0))
          .end(20),
        FAULT_FREE,
      ),
    ).toEqual({
      checkedCount: 2,
      violations: [],
    });
  });

  it("finds one subsegment too much or too little, written or sent", () => {
    for (const [written, sent] of [
      [36, 32],
      [28, 32],
      [32, 36],
      [32, 28],
    ] as const) {
      // prettier-ignore
      const history = two().spent(costs(written, sent, 0)).end(20);
      expect(accounting.check(history, FAULT_FREE).violations).toHaveLength(1);
    }
    expect(
      accounting.check(
        two()
          .spent(costs(36, 32, 0))
          .end(20),
        FAULT_FREE,
      ).violations,
    ).toEqual(["Member bytes written for 2 durable checkpoints: 36 bytes, the closed form gives 32."]);
  });

  it("finds image bytes on the network when the former is with the software, or none when it is not", () => {
    expect(
      accounting.check(
        two()
          .spent(costs(32, 32, 16))
          .end(20),
        FAULT_FREE,
      ).violations,
    ).toHaveLength(1);
    const dedicated: RunContext = { ...FAULT_FREE, formerPlace: "dedicated", formerHost: 4 };
    expect(
      accounting.check(
        two()
          .spent(costs(32, 32, 16))
          .end(20),
        dedicated,
      ).violations,
    ).toEqual([]);
    expect(
      accounting.check(
        two()
          .spent(costs(32, 32, 0))
          .end(20),
        dedicated,
      ).violations,
    ).toHaveLength(1);
  });

  it("what a former on a backup server stores itself costs no network bytes", () => {
    const onA: RunContext = { ...FAULT_FREE, formerPlace: "backup", formerHost: 1 };
    expect(
      accounting.check(
        two()
          .spent(costs(32, 16, 16))
          .end(20),
        onA,
      ).violations,
    ).toEqual([]);
    expect(
      accounting.check(
        two()
          .spent(costs(32, 32, 16))
          .end(20),
        onA,
      ).violations,
    ).toHaveLength(1);
  });

  it("finds repair traffic without a fault", () => {
    expect(
      accounting.check(
        two()
          .spent(costs(32, 32, 0, 4))
          .end(20),
        FAULT_FREE,
      ).violations,
    ).toHaveLength(1);
  });

  it("an attempt that did not end widens the figure by its own cost and no more", () => {
    const open = (): HistoryBuilder => two().taken(0, key(1, 3)).attempt(0, key(1, 3), [0, 1]);
    for (const bytes of [32, 40, 48]) {
      expect(
        accounting.check(
          open()
            .spent(costs(bytes, bytes, 0))
            .end(20),
          FAULT_FREE,
        ).violations,
      ).toEqual([]);
    }
    expect(
      accounting.check(
        open()
          .spent(costs(52, 48, 0))
          .end(20),
        FAULT_FREE,
      ).violations,
    ).toHaveLength(1);
  });

  it("says nothing about runs with faults", () => {
    expect(
      accounting.check(
        two()
          .spent(costs(0, 0, 0))
          .end(20),
        CONTEXT,
      ).checkedCount,
    ).toBe(0);
  });

  it("finds manifests that were sent oftener than they were written", () => {
    const sent = (manifest: number): RunCosts => {
      const { networkBytes, ...others } = costs(32, 32, 0);
      return { ...others, networkBytes: { ...networkBytes, take: { ...networkBytes.take, manifest } } };
    };
    expect(accounting.check(two().spent(sent(777)).end(20), FAULT_FREE).violations).toEqual([]);
    expect(accounting.check(two().spent(sent(778)).end(20), FAULT_FREE).violations).toHaveLength(1);
  });

  describe("what a restore reads", () => {
    /** 8 bytes in two groups of mirror:2 are restored by reading two members of 4 bytes. */
    const restoredWith = (member: number, tookMs = 1): HistoryBuilder =>
      two()
        .at(10)
        .down(0)
        .at(40)
        .restoreStarted(3, ballot(2))
        .promises(3, ballot(2), [1, 2])
        .at(40 + tookMs)
        .restored(3, ballot(2), key(1, 2))
        .spent({
          ...NO_COSTS,
          networkBytes: { ...NO_COSTS.networkBytes, restore: { ...NO_COSTS.networkBytes.take, member } },
        });
    const found = (builder: HistoryBuilder): readonly string[] =>
      accounting.check(builder.end(90), CONTEXT).violations;

    it("is as many members of each group as it has data subsegments, or fewer", () => {
      expect(found(restoredWith(0))).toEqual([]);
      expect(found(restoredWith(8))).toEqual([]);
      expect(found(restoredWith(12))).toEqual([
        "Member bytes sent for 1 restores: 12, although 8 are enough to decode.",
      ]);
    });

    it("may be more when it took long, when other servers were in trouble, and when messages are lost", () => {
      expect(found(restoredWith(12, 3))).toEqual([]);
      expect(found(restoredWith(12).down(1))).toEqual([]);
      const lossy = { ...CONTEXT, lossPpm: 20_000 };
      expect(accounting.check(restoredWith(12).end(90), lossy).violations).toEqual([]);
    });
  });
});
