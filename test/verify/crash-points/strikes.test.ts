import { describe, expect, it } from "vitest";
import type { LossSet } from "../../../src/verify/crash-points/loss-sets.ts";
import {
  operatorAction,
  strikeActions,
  strikeCount,
  tearClassOf,
} from "../../../src/verify/crash-points/strikes.ts";
import { combinationCount, combinationOf, tearsOf } from "../../../src/verify/crash-points/tears.ts";

const TARGETS = { slotHosts: [1, 2, 3], productionHost: 0, formerHost: undefined };
const NOTHING: LossSet = {
  losesProduction: false,
  lostSlots: [],
  keptSlots: [],
  losesFormer: false,
  operator: false,
};
const AT_REST = tearsOf({ completedCount: 0, inFlightBytes: undefined });

describe("torn writes", () => {
  it("are cut at every boundary of a sector, once inside one, and not at all", () => {
    expect(tearsOf({ completedCount: 0, inFlightBytes: 1024 })).toEqual([
      { completed: "none" },
      { completed: "none", inFlightBytes: 0 },
      { completed: "none", inFlightBytes: 512 },
      { completed: "none", inFlightBytes: 519 },
      { completed: "none", inFlightBytes: 1024 },
    ]);
    expect(tearsOf({ completedCount: 3, inFlightBytes: 1024 })).toHaveLength(10);
    expect(tearsOf({ completedCount: 3, inFlightBytes: undefined })).toHaveLength(2);
    expect(AT_REST).toEqual([{ completed: "none" }]);
    expect(tearsOf({ completedCount: 0, inFlightBytes: 0 })).toEqual([
      { completed: "none" },
      { completed: "none", inFlightBytes: 0 },
    ]);
  });

  it("combinations are numbered without gaps, each another one", () => {
    const counts = [3, 1, 4];
    expect(combinationCount(counts)).toBe(12);
    const seen = new Set<string>();
    for (let number = 0; number < 12; number += 1) {
      const combination = combinationOf(number, counts);
      expect(combination.every((index, place) => index < (counts[place] ?? 0))).toBe(true);
      seen.add(combination.join());
    }
    expect(seen.size).toBe(12);
    expect(combinationCount([])).toBe(1);
    expect(combinationCount([3, 0])).toBe(0);
  });

  it("of several servers are crossed: every tear of one with every tear of the others", () => {
    const set = { ...NOTHING, losesProduction: true, lostSlots: [2], keptSlots: [0, 1] };
    const tears = [
      tearsOf({ completedCount: 0, inFlightBytes: 1024 }),
      tearsOf({ completedCount: 1, inFlightBytes: undefined }),
      AT_REST,
    ];
    expect(strikeCount(set, tears)).toBe(5 * 2);
    const seen = new Set<string>();
    for (let variant = 0; variant < 10; variant += 1) {
      const actions = strikeActions(set, variant, TARGETS, tears);
      expect(actions.map((action) => ("host" in action ? action.host : -1))).toEqual([0, 3, 1, 2]);
      seen.add(JSON.stringify(actions.map((action) => (action.kind === "crash" ? action.keeps : ""))));
    }
    expect(seen.size).toBe(10);
    expect(tearClassOf(set, tears)).toBe("several-torn");
    expect(tearClassOf({ ...set, keptSlots: [0] }, tears)).toBe("one-torn");
    expect(tearClassOf({ ...set, keptSlots: [2] }, tears)).toBe("kept-at-rest");
    expect(tearClassOf({ ...set, keptSlots: [] }, tears)).toBe("lost-only");
  });

  it("a server that is down has no disk to keep, and can still be lost", () => {
    const tears = [[], AT_REST, AT_REST];
    expect(strikeCount({ ...NOTHING, keptSlots: [0] }, tears)).toBe(0);
    expect(strikeCount({ ...NOTHING, lostSlots: [0] }, tears)).toBe(1);
  });
});

it("the operator restores on a server that is left, and names the others, those that were gone before too", () => {
  const set = { ...NOTHING, losesProduction: true, lostSlots: [2], operator: true };
  expect(operatorAction(set, TARGETS, [0])).toEqual({
    kind: "operator-restore",
    host: 2,
    lostHosts: [1, 3],
    acceptOlder: false,
  });
  expect(operatorAction({ ...set, operator: false }, TARGETS, [])).toBeUndefined();
});
