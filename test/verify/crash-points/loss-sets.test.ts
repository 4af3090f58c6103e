import { describe, expect, it } from "vitest";
import {
  type LossSetOptions,
  lossSets,
  slotSets,
  strikeCountOf,
} from "../../../src/verify/crash-points/loss-sets.ts";

const OPTIONS: LossSetOptions = {
  slotCount: 3,
  goneSlots: [],
  struckCountMax: 2,
  hasProduction: true,
  hasOwnFormer: false,
  controlTolerance: 1,
};

function slots(count: number): number[] {
  return Array.from({ length: count }, (_, slot) => slot);
}

describe("the sets of lost servers", () => {
  it("are all sets up to a size, each once", () => {
    expect(slotSets(slots(3), 2)).toEqual([[], [0], [1], [2], [0, 1], [0, 2], [1, 2]]);
    // 1 + 8 + 28 + 56
    expect(slotSets(slots(8), 3)).toHaveLength(93);
    expect(new Set(slotSets(slots(8), 3).map(String)).size).toBe(93);
    expect(slotSets([1, 4], 9)).toEqual([[], [1], [4], [1, 4]]);
  });

  it("come with and without the production server, with every division of disks into lost and kept", () => {
    const sets = lossSets(OPTIONS);
    // Nobody but production; 3 single and 3 double sets, alone and with production: 2 and 4 ways to keep disks; and an
    // operator for the 3 double ones whose disks are all lost.
    expect(sets).toHaveLength(1 + 3 * 2 * 2 + 3 * 2 * 4 + 3);
    expect(new Set(sets.map((set) => JSON.stringify(set))).size).toBe(sets.length);
    expect(sets.filter(({ operator }) => operator).every(({ lostSlots }) => lostSlots.length === 2)).toBe(
      true,
    );
    expect(sets.every(({ lostSlots }) => lostSlots.length < 3)).toBe(true);
  });

  it("mix lost and kept disks at every width: of 8 servers some are lost and some come back", () => {
    const sets = lossSets({ ...OPTIONS, slotCount: 8, struckCountMax: 3, controlTolerance: 2 });
    const mixed = sets.filter(({ lostSlots, keptSlots }) => lostSlots.length === 1 && keptSlots.length === 2);
    // 56 sets of three, three ways to lose one of them, with and without the production server.
    expect(mixed).toHaveLength(56 * 3 * 2);
  });

  it("a former of its own is lost with every other set, too; who is gone is not struck again", () => {
    const without = lossSets(OPTIONS);
    const sets = lossSets({ ...OPTIONS, hasOwnFormer: true });
    // The same sets once more with the former, and the former alone.
    expect(sets).toHaveLength(2 * without.length + 1);
    const later = lossSets({ ...OPTIONS, goneSlots: [1], hasProduction: false, struckCountMax: 1 });
    expect(later.every(({ lostSlots, keptSlots }) => ![...lostSlots, ...keptSlots].includes(1))).toBe(true);
    expect(later.some(({ operator }) => operator)).toBe(true);
  });
});

describe("the closed form", () => {
  it("counts the strikes that the list gives, tears crossed", () => {
    let comparedCount = 0;
    for (const slotCount of [2, 3, 4, 5]) {
      for (let struckCountMax = 1; struckCountMax <= slotCount; struckCountMax += 1) {
        for (const hasProduction of [false, true]) {
          for (const hasOwnFormer of [false, true]) {
            for (const goneSlots of [[], [1]]) {
              const options = {
                slotCount,
                goneSlots,
                struckCountMax,
                hasProduction,
                hasOwnFormer,
                controlTolerance: 1,
              };
              for (const tearCounts of [
                [1, 1, 1, 1, 1],
                [5, 0, 2, 10, 1],
              ]) {
                const counted = lossSets(options).reduce(
                  (sum, { keptSlots }) =>
                    sum + keptSlots.reduce((product, slot) => product * (tearCounts[slot] ?? 0), 1),
                  0,
                );
                expect(strikeCountOf(options, tearCounts), JSON.stringify(options)).toBe(counted);
                comparedCount += 1;
              }
            }
          }
        }
      }
    }
    expect(comparedCount).toBe((2 + 3 + 4 + 5) * 16);
  });
});
