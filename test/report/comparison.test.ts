import { describe, expect, test } from "vitest";
import { axisTicks } from "../../src/report/chart-model.ts";
import { differenceOf, mainContest } from "../../src/report/comparison.ts";
import { renderGlance } from "../../src/report/sections/glance.ts";
import { storageSection } from "../../src/report/sections/storage.ts";
import { networkSection } from "../../src/report/sections/network.ts";
import { survivalSection } from "../../src/report/sections/survival.ts";
import { durableSection, restoreSection } from "../../src/report/sections/timing.ts";
import { viewOf } from "../../src/report/view.ts";
import type { CompareResult, CompareRow, Spread } from "../../src/verify/result.ts";
import { fixtureResult } from "./fixture.ts";

function spread(min: number, p50: number, p99: number): Spread {
  return { min: min * 1e6, p50: p50 * 1e6, p99: p99 * 1e6, max: p99 * 1e6, count: 10 };
}

function withRows(change: (row: CompareRow) => CompareRow): CompareResult {
  const result = fixtureResult();
  return { ...result, rows: result.rows.map(change) };
}

describe("differences", () => {
  test("spreads that touch are no difference; apart they are, in either direction", () => {
    expect(differenceOf(spread(10, 12, 14), spread(14, 16, 20))).toBe("none-seen");
    expect(differenceOf(spread(10, 12, 14), spread(15, 16, 20))).toBe("longer");
    expect(differenceOf(spread(15, 16, 20), spread(10, 12, 14))).toBe("shorter");
  });

  test("a few times that lie apart are no difference: chance does that too often", () => {
    const few = (base: Spread, count: number): Spread => ({ ...base, count });
    const low = spread(10, 12, 14);
    const high = spread(15, 16, 20);
    // 2 of C(8, 4) = 70 orders is 2.9 %; 2 of C(10, 5) = 252 is 0.8 %.
    expect(differenceOf(few(low, 4), few(high, 4))).toBe("none-seen");
    expect(differenceOf(few(low, 5), few(high, 5))).toBe("longer");
  });

  test("schemes are ranked among those that survive the same losses only", () => {
    const rows = fixtureResult().rows.filter((row) => row.widthKind === "own" && row.former === "production");
    const contest = mainContest(rows);
    expect(contest?.tolerance).toBe(1);
    expect(contest?.rows.map((row) => row.scheme)).toStrictEqual([
      "mirror:2",
      "parity:2+1",
      "parity:3+1",
      "parity:4+1",
      "parity:7+1",
    ]);
    expect(mainContest(rows.filter((row) => row.tolerance === 0))).toBeUndefined();
  });
});

describe("findings follow the data", () => {
  test("storage names the least and the most with their numbers", () => {
    const section = storageSection(viewOf(fixtureResult()));
    expect(section.finding).toContain(
      "parity:7+1 stores least: 1.14 bytes for each byte, 43\u00a0% less than mirror:2",
    );
    expect(section.remarks).toContain("stripe:4 stores 1.00 and survives no loss of a server.");
    expect(section.remarks.at(-1)).toBe(
      "Neither the place of the former nor the width changes these numbers.",
    );
  });

  test("storage turned round turns the finding round", () => {
    const turned = withRows((row) => ({
      ...row,
      storedBytesPerImageByte: row.scheme === "mirror:2" ? 1.05 : row.storedBytesPerImageByte,
    }));
    expect(storageSection(viewOf(turned)).finding).toContain("mirror:2 stores least: 1.05");
  });

  test("storage that differs by place is not said to be independent of it", () => {
    const changed = withRows((row) => ({
      ...row,
      storedBytesPerImageByte: row.storedBytesPerImageByte + (row.former === "dedicated" ? 0.5 : 0),
    }));
    const section = storageSection(viewOf(changed));
    expect(section.remarks.join(" ")).not.toContain("place of the former");
    expect(section.panels[0]?.chart.series).toHaveLength(3);
  });

  test("network states what another place of the former adds", () => {
    const section = networkSection(viewOf(fixtureResult()));
    expect(
      networkSection(viewOf(withRows((row) => ({ ...row, repairBytesPerImageByte: undefined })))).remarks,
    ).toContain("In these runs no server had to be repaired.");
    expect(section.finding).toContain("parity:7+1 sends least for a checkpoint: 1.14");
    expect(section.remarks).toStrictEqual([
      "A former on a backup server instead of the production server adds 0 to 0.86 bytes for each byte of a checkpoint.",
      "A former on a dedicated server instead of the production server adds 1.00 bytes for each byte of a checkpoint.",
    ]);
  });

  test("times that overlap are said to show no difference, and no scheme is called fastest", () => {
    const level = withRows((row) => ({ ...row, durableNs: spread(10, 20 + row.width, 60) }));
    const section = durableSection(viewOf(level));
    expect(section.finding).toContain("no difference was seen: their spreads overlap");
    expect(section.finding).not.toMatch(/shortest|longest/);
    expect(section.remarks.join(" ")).not.toContain("clearly");
  });

  test("too few times are said to be too few, not to overlap", () => {
    const few = withRows((row) => ({
      ...row,
      restoreNs: { ...spread(row.width * 10, row.width * 10, row.width * 10), count: 2 },
    }));
    expect(restoreSection(viewOf(few)).finding).toContain(
      "no difference was seen: there are too few times to tell",
    );
  });

  test("at a glance the best is marked, with all that are not clearly worse, and nothing where all are level", () => {
    const times: Readonly<Record<string, Spread>> = {
      "parity:2+1": spread(48, 50, 52),
      "parity:3+1": spread(51, 53, 55),
    };
    const changed = withRows((row) => ({
      ...row,
      durableNs: times[row.scheme] ?? spread(70, 75, 80),
      reassembleNs: spread(10, 20 + row.width, 60),
      restoreNs: spread(10, 20 + row.width, 60),
    }));
    const marked = [...renderGlance(viewOf(changed)).markup.matchAll(/<mark>([^<]*)<\/mark>/g)].map(
      (match) => match[1],
    );
    expect(marked).toStrictEqual(["50.00", "53.00", "1.14", "1.14"]);
  });

  test("times that are apart are ranked, with those that tie named", () => {
    const times: Readonly<Record<string, Spread>> = {
      "mirror:2": spread(90, 100, 110),
      "parity:2+1": spread(48, 50, 52),
      "parity:3+1": spread(51, 53, 55),
    };
    const apart = withRows((row) => ({ ...row, durableNs: times[row.scheme] ?? spread(70, 75, 80) }));
    expect(durableSection(viewOf(apart)).finding).toBe(
      "Of the schemes that survive the loss of any one server, parity:2+1 takes the shortest time: 50.0\u00a0ms at the median " +
        "(no difference seen to parity:3+1); mirror:2 takes the longest: 100.0\u00a0ms, 2.0 times as long.",
    );
  });

  test("a place that clearly slows some schemes is said to, with the range of factors", () => {
    const slowed = withRows((row) => {
      const factor = row.former === "dedicated" && row.scheme.startsWith("mirror") ? 2 : 1;
      return { ...row, durableNs: spread(10 * factor, 11 * factor, 12 * factor) };
    });
    const remarks = durableSection(viewOf(slowed)).remarks;
    expect(remarks[0]).toContain(
      "on a backup server instead of the production server makes no difference that was seen.",
    );
    expect(remarks[1]).toContain("makes it clearly longer for mirror:2 and mirror:3 (2.0 times the median)");
  });

  test("restores that failed are counted beside the times of those that did not", () => {
    const section = restoreSection(viewOf(fixtureResult()));
    expect(section.remarks.at(-1)).toBe(
      "Not every restore succeeded: stripe:4 refused 36 and left waiting 12.",
    );
    const stripeMarks = section.panels[0]?.chart.marks.filter((mark) => mark.categoryIndex === 2);
    expect(stripeMarks?.map((mark) => mark.text)).toStrictEqual(Array(3).fill("none restored"));
    const whole = withRows((row) => ({ ...row, refusedCount: 0, waitingCount: 0 }));
    expect(restoreSection(viewOf(whole)).remarks.at(-1)).toBe("Every restore in these runs succeeded.");
  });

  test("survival names who survives one loss and the shares of two", () => {
    const section = survivalSection(viewOf(fixtureResult()));
    expect(section.finding).toContain("and not by stripe:4.");
    expect(section.remarks[0]).toBe(
      "A loss of two servers at once is survived, at width 8, always by mirror:3; sometimes by mirror:2 (71.4\u00a0%), " +
        "parity:2+1 (42.9\u00a0%) and parity:3+1 (14.3\u00a0%); never by stripe:4, parity:4+1 and parity:7+1.",
    );
  });

  test("placements too wide to be enumerated are not said to survive nor to fail", () => {
    const wide = withRows((row) => ({ ...row, survival: [] }));
    const section = survivalSection(viewOf(wide));
    expect(section.finding).toBe("These placements are too wide for all losses to be tried.");
    expect(section.remarks.join(" ")).not.toMatch(/always|never/);
  });

  test("a scheme run once serves both panels when its own width is the common one", () => {
    const once = fixtureResult();
    const rows = once.rows.filter((row) => !(row.scheme === "parity:7+1" && row.widthKind === "common"));
    expect(viewOf({ ...once, rows }).panels[1]?.rows.at(-1)?.scheme).toBe("parity:7+1");
  });
});

describe("axes", () => {
  test("ticks are round, start at 0, reach the largest value and are at most seven", () => {
    for (const largest of [0, 0.004, 0.9, 1, 1.14, 3, 5.01, 7, 9.99, 112.9, 99_999]) {
      const ticks = axisTicks(largest);
      expect(ticks[0]).toStrictEqual({ value: 0, text: (0).toFixed(decimalsIn(ticks[0]?.text)) });
      expect(ticks.at(-1)?.value).toBeGreaterThanOrEqual(largest);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.length).toBeGreaterThan(2);
      expect(new Set(ticks.map((tick) => tick.text)).size).toBe(ticks.length);
      for (const tick of ticks) expect(Number(tick.text)).toBe(tick.value);
    }
    expect(axisTicks(5.01).map((tick) => tick.text)).toStrictEqual(["0", "1", "2", "3", "4", "5", "6"]);
  });
});

function decimalsIn(text: string | undefined): number {
  return text?.split(".")[1]?.length ?? 0;
}
