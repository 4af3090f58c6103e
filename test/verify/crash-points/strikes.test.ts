import { describe, expect, it } from "vitest";
import {
  lossSets,
  operatorAction,
  slotSets,
  strikeActions,
  strikeCount,
  tearsOf,
} from "../../../src/verify/crash-points/strikes.ts";

const NOTHING_AT_RISK = { durableCount: 1, completedCount: 0, inFlightBytes: undefined };

describe("the sets of lost servers", () => {
  it("are all sets up to a size, each once", () => {
    expect(slotSets(3, 2)).toEqual([[], [0], [1], [2], [0, 1], [0, 2], [1, 2]]);
    // 1 + 8 + 28 + 56
    expect(slotSets(8, 3)).toHaveLength(93);
    expect(new Set(slotSets(8, 3).map(String)).size).toBe(93);
  });

  it("come with and without the production server, with disks lost and kept", () => {
    const sets = lossSets({
      slotCount: 3,
      lostCountMax: 2,
      hasProduction: true,
      hasOwnFormer: false,
      mixed: true,
      controlTolerance: 1,
    });
    // Nobody but production; 3 single and 3 double sets, alone and with production: 2 and 4 ways to keep disks; and an
    // operator for the 3 double ones whose disks are all lost.
    expect(sets).toHaveLength(1 + 3 * 2 * 2 + 3 * 2 * 4 + 3);
    expect(new Set(sets.map((set) => JSON.stringify(set))).size).toBe(sets.length);
    expect(sets.filter(({ operator }) => operator).every(({ lostSlots }) => lostSlots.length === 2)).toBe(
      true,
    );
    expect(sets.every(({ lostSlots }) => lostSlots.length < 3)).toBe(true);
  });

  it("of the same servers have the same number, others another", () => {
    const sets = lossSets({
      slotCount: 4,
      lostCountMax: 2,
      hasProduction: true,
      hasOwnFormer: true,
      mixed: true,
      controlTolerance: 1,
    });
    const servers = new Map<number, Set<string>>();
    for (const { number, losesProduction, losesFormer, lostSlots, keptSlots } of sets) {
      const who = [losesProduction, losesFormer, ...[...lostSlots, ...keptSlots].sort()].join();
      servers.set(number, (servers.get(number) ?? new Set<string>()).add(who));
    }
    expect([...servers.values()].every((names) => names.size === 1)).toBe(true);
    expect(new Set([...servers.values()].map((names) => [...names].join())).size).toBe(servers.size);
  });
});

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
    expect(tearsOf({ completedCount: 0, inFlightBytes: undefined })).toEqual([{ completed: "none" }]);
    expect(tearsOf({ completedCount: 0, inFlightBytes: 0 })).toEqual([
      { completed: "none" },
      { completed: "none", inFlightBytes: 0 },
    ]);
  });

  it("are all visited for each server of a set", () => {
    const set = {
      number: 0,
      losesProduction: true,
      lostSlots: [2],
      keptSlots: [0, 1],
      losesFormer: false,
      operator: false,
    };
    const risks = [
      { ...NOTHING_AT_RISK, inFlightBytes: 1024 },
      { ...NOTHING_AT_RISK, completedCount: 1 },
    ];
    const riskOf = (slot: number) => risks[slot] ?? NOTHING_AT_RISK;
    const targets = { slotHosts: [1, 2, 3], productionHost: 0, formerHost: undefined };
    expect(strikeCount(set, riskOf)).toBe(5);
    const seen = [new Set<string>(), new Set<string>()];
    for (let variant = 0; variant < 5; variant += 1) {
      const actions = strikeActions(set, variant, targets, riskOf);
      expect(actions.map((action) => ("host" in action ? action.host : -1))).toEqual([0, 3, 1, 2]);
      for (const [index, action] of actions.slice(2).entries()) {
        if (action.kind === "crash") seen[index]?.add(JSON.stringify(action.keeps));
      }
    }
    expect(seen.map(({ size }) => size)).toEqual([5, 2]);
  });

  it("a server that has nothing durable yet is only ever lost", () => {
    const set = {
      number: 0,
      losesProduction: false,
      lostSlots: [],
      keptSlots: [0],
      losesFormer: false,
      operator: false,
    };
    expect(strikeCount(set, () => ({ ...NOTHING_AT_RISK, durableCount: 0 }))).toBe(0);
    expect(strikeCount({ ...set, keptSlots: [], lostSlots: [0] }, () => NOTHING_AT_RISK)).toBe(1);
  });
});

it("the operator restores on a server that is left, and names the others", () => {
  const set = {
    number: 0,
    losesProduction: true,
    lostSlots: [0, 2],
    keptSlots: [],
    losesFormer: false,
    operator: true,
  };
  const targets = { slotHosts: [1, 2, 3], productionHost: 0, formerHost: undefined };
  expect(operatorAction(set, targets)).toEqual({
    kind: "operator-restore",
    host: 2,
    lostHosts: [1, 3],
    acceptOlder: false,
  });
  expect(operatorAction({ ...set, operator: false }, targets)).toBeUndefined();
});
