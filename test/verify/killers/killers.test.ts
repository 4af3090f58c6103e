/** The smallest fatal combinations, compared with what the codes promise and with the algebra of a placement. */
import { describe, expect, it } from "vitest";
import { KILLER_KINDS } from "../../../src/verify/killers/catalogue.ts";
import {
  type KillerRow,
  killerSetCount,
  killersOf,
  type SchemeKillers,
} from "../../../src/verify/killers/killers.ts";
import { survivalCounts } from "../../../src/verify/oracle/survival.ts";

function rowOf({ rows }: SchemeKillers, kinds: readonly string[]): KillerRow {
  const row = rows.find((each) => each.kinds.join() === kinds.join());
  if (row === undefined) throw new Error(`no row ${kinds.join()}`);
  return row;
}

describe("killers of a scheme", () => {
  it.each(["stripe:3", "mirror:2", "parity:3+1"])(
    "%s: data are lost with one fault more than it tolerates, never before",
    async (scheme) => {
      let lastCount = 0;
      const found = await killersOf(scheme, 2, (doneCount) => (lastCount = doneCount));
      expect(found.lostSize).toBe(found.tolerance + 1);
      expect(found.violations).toEqual([]);
      expect(lastCount).toBe(killerSetCount(scheme, 2));
      expect(found.runCount + found.prunedCount).toBe(lastCount);
      // Each set is of one row, and what became of it is counted once.
      for (const row of found.rows) {
        const { setCount, survivedCount, lostCount, waitsCount, containsSmallerCount } = row;
        expect(survivedCount + lostCount + waitsCount + containsSmallerCount, row.kinds.join()).toBe(
          setCount,
        );
        expect(row.example === undefined).toBe(lostCount + waitsCount === 0);
      }
      expect(found.rows.reduce((sum, { setCount }) => sum + setCount, 0)).toBe(lastCount);
    },
  );

  it("lost for good: as many sets lose the data as the algebra of the placement says", async () => {
    // Three servers, of which mirror:2 uses two: the third may be lost with either.
    const mirror = await killersOf("mirror:2", 2);
    const [, , two] = survivalCounts({ k: 1, m: 1, width: 2, groupCount: 2 });
    expect(two).toEqual({ survivedCount: 0, setCount: 1 });
    expect(rowOf(mirror, ["gone", "gone"])).toMatchObject({ setCount: 3, lostCount: 1, waitsCount: 2 });
    const parity = await killersOf("parity:3+1", 2);
    const [, one, pairs] = survivalCounts({ k: 3, m: 1, width: 4, groupCount: 4 });
    expect(rowOf(parity, ["gone"]).survivedCount).toBe(one?.survivedCount);
    expect(rowOf(parity, ["gone", "gone"]).lostCount).toBe(
      (pairs?.setCount ?? 0) - (pairs?.survivedCount ?? 0),
    );
  });

  it("down or cut off, nothing is lost: the restore waits", async () => {
    const found = await killersOf("mirror:2", 2);
    for (const kinds of [
      ["down", "down"],
      ["down", "cut-off"],
      ["cut-off", "cut-off"],
    ]) {
      const row = rowOf(found, kinds);
      expect(row).toMatchObject({ lostCount: 0, waitsCount: row.setCount, ends: { waiting: row.setCount } });
    }
  });

  it("a superset of what loses the data is not run", async () => {
    const found = await killersOf("stripe:3", 2);
    expect(rowOf(found, ["gone"])).toMatchObject({ setCount: 3, lostCount: 3 });
    expect(rowOf(found, ["gone", "gone"])).toMatchObject({
      setCount: 3,
      lostCount: 0,
      containsSmallerCount: 3,
    });
    expect(found.prunedCount).toBeGreaterThan(0);
    // Two manifests of three are more than a restore needs: those sets are run.
    expect(rowOf(found, ["manifest-rot", "manifest-rot"]).survivedCount).toBe(3);
  });

  it("takes each kind of its catalogue", async () => {
    const found = await killersOf("mirror:2", 1);
    expect(found.rows.map(({ kinds }) => kinds.join()).toSorted()).toEqual(
      KILLER_KINDS.map(({ id }) => id).toSorted(),
    );
    expect(found.fatalSize).toBeUndefined();
  });
});
