import { describe, expect, it } from "vitest";
import {
  allBases,
  basesOf,
  imageSizes,
  scenarioOfBase,
  schemesAt,
} from "../../../src/verify/crash-points/bases.ts";
import { planCrashPoints } from "../../../src/verify/crash-points/plan.ts";
import { isSelected, selectionOf } from "../../../src/verify/crash-points/selection.ts";

describe("the bases", () => {
  it("have every scheme that fits, at every width from 2 to 8", () => {
    expect(schemesAt(2).map(({ scheme }) => scheme)).toEqual(["mirror:2", "stripe:2", "parity:1+1"]);
    expect(schemesAt(8)).toHaveLength(2 + 7 + 7);
    const cells = new Set(allBases().map(({ scheme, width }) => `${width} ${scheme}`));
    expect(cells.size).toBe(3 + 6 + 8 + 10 + 12 + 14 + 16);
  });

  it("have images around the boundaries of subsegments and groups", () => {
    expect(imageSizes(3, 8)).toEqual([0, 1, 1023, 1024, 1025, 3071, 3072, 3073, 4429]);
    expect(imageSizes(1, 2)).toEqual([0, 1, 1023, 1024, 1025, 2047, 2381]);
  });

  it("are all scenarios, each another one", () => {
    const some = schemesAt(4).flatMap((cell) => basesOf(cell, 4).filter((_, index) => index % 11 === 0));
    const texts = new Set(some.map((base) => JSON.stringify(scenarioOfBase(base))));
    expect(texts.size).toBe(some.length);
    expect(some.length).toBeGreaterThan(100);
  });
});

describe("the commit profile", () => {
  it("has every cell with every phase, every image and every place of the former", async () => {
    const plan = await planCrashPoints("commit");
    const seen = (of: (base: (typeof plan.chunks)[number]["base"]) => string, bases = allBases()) => [
      new Set(plan.chunks.map(({ base }) => of(base))).size,
      new Set(bases.map(of)).size,
    ];
    const whole = [
      seen(({ width, scheme, phase }) => `${width} ${scheme} ${phase}`),
      seen(({ width, scheme, imageBytes }) => `${width} ${scheme} ${imageBytes}`),
      seen(({ width, scheme, former }) => `${width} ${scheme} ${former}`),
      seen(({ width, scheme, serverCount }) => `${width} ${scheme} ${serverCount}`),
    ];
    for (const [planned, all] of whole) expect(planned).toBe(all);
    expect(new Set(plan.chunks.map(({ id }) => id)).size).toBe(plan.chunks.length);
    expect(plan.selectedCount).toBeGreaterThan(500_000);
    expect(plan.caseCount).toBeUndefined();
  });
});

describe("the selection of cases", () => {
  it("has exactly as many as are wanted, spread over all", () => {
    for (const [total, wanted] of [
      [1000, 100],
      [104_729, 77],
      [7919 * 3, 500],
      [12_345, 12_344],
    ] as const) {
      const selection = selectionOf(total, wanted);
      const selected = Array.from({ length: total }, (_, index) => index).filter((index) =>
        isSelected(selection, index),
      );
      expect(selected).toHaveLength(wanted);
      for (let quarter = 0; quarter < 4; quarter += 1) {
        const inside = selected.filter((index) => Math.floor((index * 4) / total) === quarter);
        expect(inside.length).toBeGreaterThan(wanted / 8);
      }
    }
  });

  it("takes all where no more than wanted are there", () => {
    expect(isSelected(selectionOf(5, 5), 4)).toBe(true);
    expect(isSelected(selectionOf(undefined, undefined), 10 ** 9)).toBe(true);
  });
});
