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
});
