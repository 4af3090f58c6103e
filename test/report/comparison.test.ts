import { describe, expect, test } from "vitest";
import { axisTicks } from "../../src/report/chart-model.ts";
import { differenceOf, isLonger, pairsText } from "../../src/report/comparison.ts";
import { afterLossSection } from "../../src/report/sections/after-loss.ts";
import { renderGlance } from "../../src/report/sections/glance.ts";
import { storageSection } from "../../src/report/sections/storage.ts";
import { networkSection } from "../../src/report/sections/network.ts";
import { survivalSection } from "../../src/report/sections/survival.ts";
import { durableSection, restoreSection } from "../../src/report/sections/timing.ts";
import { viewOf } from "../../src/report/view.ts";
import { mainContest } from "../../src/verify/compare-contest.ts";
import { sampleOf } from "../../src/verify/compare-times.ts";
import type { CompareResult, CompareRow, TimeSample } from "../../src/verify/result.ts";
import { fixtureResult } from "./fixture.ts";

/** `count` times evenly between the ends, in milliseconds; the median is the nearest rank. */
function sample(min: number, max: number, count: number = 10): TimeSample {
  const step = count > 1 ? (max - min) / (count - 1) : 0;
  return sampleOf(
    Array.from({ length: count }, (_, index) => Math.round((min + index * step) * 1e6)),
  ) as TimeSample;
}

function withRows(change: (row: CompareRow) => CompareRow): CompareResult {
  const result = fixtureResult();
  return { ...result, rows: result.rows.map(change) };
}

describe("differences", () => {
  test("times that lie apart differ, in either direction; the same times overlap", () => {
    expect(differenceOf(sample(10, 14), sample(15, 20))).toStrictEqual({ kind: "longer", longerShare: 1 });
    expect(differenceOf(sample(15, 20), sample(10, 14))).toStrictEqual({ kind: "shorter", longerShare: 0 });
    expect(differenceOf(sample(10, 14), sample(10, 14)).kind).toBe("overlap");
    expect(isLonger(sample(15, 20), sample(10, 14))).toBe(true);
    expect(isLonger(sample(10, 14), sample(15, 20))).toBe(false);
  });

  test("times that touch and mostly differ do differ; a small shift of few times does not", () => {
    expect(differenceOf(sample(10, 20, 30), sample(16, 26, 30)).kind).toBe("longer");
    expect(differenceOf(sample(16, 26, 30), sample(10, 20, 30)).kind).toBe("shorter");
    expect(differenceOf(sample(10, 20, 6), sample(12, 22, 6)).kind).toBe("overlap");
  });

  test("a few times that lie apart are too few: chance does that too often", () => {
    expect(differenceOf(sample(10, 14, 4), sample(15, 20, 4)).kind).toBe("too-few");
    expect(differenceOf(sample(10, 14, 5), sample(15, 20, 5)).kind).toBe("longer");
  });

  test("pairs are never rounded to all or none", () => {
    expect(pairsText([1])).toBe("in every pair");
    expect(pairsText([0.999])).toBe("in 99 of 100 pairs");
    expect(pairsText([0.001])).toBe("in 1 of 100 pairs");
    expect(pairsText([0.77, 0.953, 1])).toBe("in 77 to 100 of 100 pairs");
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

  test("a short last group is the reason that is given for a number above the formula", () => {
    const short = withRows((row) =>
      row.scheme === "parity:3+1" ? { ...row, storedBytesPerImageByte: 171 / 128 + 0.01 } : row,
    );
    // 128 subsegments in groups of 3: 43 groups, the last with 2.
    expect(storageSection(viewOf(short)).remarks.at(-1)).toBe(
      "parity:3+1 stores 1.35 and not 4/3 = 1.33: the checkpoint is 128 subsegments of 32\u00a0KiB. " +
        "The last of 43 groups holds 2 data subsegments of 3 and still has a whole parity subsegment.",
    );
    expect(storageSection(viewOf(fixtureResult())).remarks.join(" ")).not.toContain("and not");
  });

  test("network names the ends, and states what another place of the former adds", () => {
    const section = networkSection(viewOf(fixtureResult()));
    expect(section.finding).toBe(
      "Of the schemes that always survive one lost server but not always two, parity:7+1 sends the least for a checkpoint, " +
        "1.14 bytes for each byte, and mirror:2 the most, 2.00.",
    );
    expect(section.remarks).toStrictEqual([
      "A former on a backup server instead of the production server adds 0 to 0.86 bytes for each byte of a checkpoint.",
      "A former on a dedicated server instead of the production server adds 1.00 bytes for each byte of a checkpoint.",
    ]);
  });

  test("what is paid for every checkpoint is never added to what is paid after a loss", () => {
    const view = viewOf(fixtureResult());
    const sums = networkSection(view).panels[0]?.chart.marks.map((mark) => mark.at) ?? [];
    const rows = fixtureResult().rows.filter((row) => row.widthKind === "own");
    expect([...sums].sort()).toStrictEqual(
      rows.map((row) => row.takeImageBytesPerImageByte + row.takeMemberBytesPerImageByte).sort(),
    );
    expect(
      networkSection(view).panels.flatMap((panel) => panel.chart.series.map((each) => each.label)),
    ).not.toContain("control");
    expect(afterLossSection(view).panels.map((panel) => panel.chart.id)).toStrictEqual([
      "restored-own",
      "restored-common",
      "repaired-own",
      "repaired-common",
    ]);
  });

  test("repair is told for each byte rebuilt with the number of runs, and not at all when nothing was rebuilt", () => {
    const section = afterLossSection(viewOf(fixtureResult()));
    expect(section.finding).toContain(
      "mirror:2 sends the least for a repair, 1.01 bytes for each byte rebuilt (7 runs), and parity:7+1 the most, 7.01 (7 runs).",
    );
    expect(section.remarks).toStrictEqual(["Nothing was rebuilt in the runs of stripe:4."]);
    const none = withRows((row) => ({ ...row, rebuiltRunCount: 0, repairBytesPerRebuiltByte: undefined }));
    expect(afterLossSection(viewOf(none)).remarks).toStrictEqual([
      "In these runs no server had to rebuild anything.",
    ]);
    expect(afterLossSection(viewOf(none)).panels[2]?.chart.marks[0]?.text).toBe("nothing rebuilt");
  });

  test("times that overlap are said to, and no scheme is called fastest", () => {
    const level = withRows((row) => ({ ...row, durableNs: sample(10, 60 + row.width / 10) }));
    const section = durableSection(viewOf(level));
    expect(section.finding).toContain("none is called faster: the times overlap.");
    expect(section.finding).not.toMatch(/shortest|longest/);
    expect(section.remarks).toContain(
      "A former on a backup server instead of the production server: times overlap for all seven schemes.",
    );
    expect(section.remarks.join(" ")).not.toMatch(/no difference|longer|shorter/);
  });

  test("too few times are said to be too few, not to overlap", () => {
    const few = withRows((row) => ({ ...row, restoreNs: sample(row.width * 10, row.width * 10, 2) }));
    const section = restoreSection(viewOf(few));
    expect(section.finding).toContain("none is called faster: there are too few times to tell them apart");
    expect(section.remarks[0]).toContain("there are too few to tell for all seven schemes");
  });

  test("at a glance the best is marked, with all that cannot be told from it, and nothing where all are level", () => {
    const times: Readonly<Record<string, TimeSample>> = {
      "parity:2+1": sample(48, 52),
      "parity:3+1": sample(49, 53),
    };
    const changed = withRows((row) => ({
      ...row,
      durableNs: times[row.scheme] ?? sample(70, 80),
      reassembleNs: sample(10, 60),
      restoreNs: sample(10, 60),
    }));
    const page = renderGlance(viewOf(changed)).markup;
    const marked = [...page.matchAll(/<mark>([^<]*)<\/mark>/g)].map((match) => match[1]);
    expect(marked).toStrictEqual(["49.78", "50.78", "1.14", "1.14"]);
    expect(page).toContain("Marked among the schemes that always survive one lost server but not always two");
  });

  test("times that are apart are ranked, with those that overlap named", () => {
    const times: Readonly<Record<string, TimeSample>> = {
      "mirror:2": sample(91, 111, 11),
      "parity:2+1": sample(48, 52, 11),
      "parity:3+1": sample(49, 53, 11),
    };
    const apart = withRows((row) => ({ ...row, durableNs: times[row.scheme] ?? sample(70, 80, 11) }));
    expect(durableSection(viewOf(apart)).finding).toBe(
      "Of the schemes that always survive one lost server but not always two, parity:2+1 has the shortest median: 50.0\u00a0ms, " +
        "though its times overlap with those of parity:3+1; mirror:2 has the longest: 101.0\u00a0ms, 2.0 times as long.",
    );
  });

  test("a place that slows some schemes is said to, with factors and pairs; the others overlap", () => {
    const slowed = withRows((row) => {
      const factor = row.former === "dedicated" && row.scheme.startsWith("mirror") ? 2 : 1;
      return { ...row, durableNs: sample(10 * factor, 12 * factor) };
    });
    const { remarks } = durableSection(viewOf(slowed));
    expect(remarks[1]).toBe(
      "A former on a dedicated server instead of the production server: times are longer for mirror:2 and mirror:3 " +
        "(the median is 2.0 times as long; longer in every pair); " +
        "they overlap for stripe:4, parity:2+1, parity:3+1, parity:4+1 and parity:7+1.",
    );
  });

  test("a place is said to slow a scheme though a part of its times is as short", () => {
    const base = sample(4.1, 4.4, 30);
    const mixed = sampleOf([...sample(4.1, 4.2, 8).times, ...sample(6.3, 6.9, 22).times]) as TimeSample;
    const slowed = withRows((row) => ({ ...row, durableNs: row.former === "backup" ? mixed : base }));
    expect(durableSection(viewOf(slowed)).remarks[0]).toMatch(
      /backup server instead of the production server: times are longer for all seven schemes \(the median is 1\.5 times as long; longer in 7\d of 100 pairs\)/,
    );
  });

  test("the longest time is called so below a hundred times, and the 99th percentile from there on", () => {
    const few = durableSection(viewOf(withRows((row) => ({ ...row, durableNs: sample(10, 12, 99) }))));
    expect(few.howToRead).toContain("the longest time");
    expect(few.howToRead).not.toContain("one in a hundred is longer");
    expect(few.panels[0]?.table.markup).not.toContain("p99");
    expect(few.panels[0]?.chart.series[0]?.whiskers[0]).toBe(12);
    const many = durableSection(viewOf(withRows((row) => ({ ...row, durableNs: sample(10, 12, 200) }))));
    expect(many.howToRead).toContain("the 99th percentile (p99): one in a hundred is longer");
    expect(many.panels[0]?.table.markup).toContain("p99");
    expect(many.panels[0]?.chart.series[0]?.whiskers[0]).toBeLessThan(12);
  });

  test("waiting for the loss to be certain is called most of a restore only when it is", () => {
    const waiting = withRows((row) => ({ ...row, restoreNs: sample(20, 30), reassembleNs: sample(4, 6) }));
    expect(restoreSection(viewOf(waiting)).remarks.at(-1)).toBe(
      "Most of this time is waiting until the loss is certain: the first backup server takes over after 250\u00a0ms without a heartbeat. " +
        "By the medians, only 20\u00a0% of it is putting the checkpoint together.",
    );
    const working = withRows((row) => ({ ...row, restoreNs: sample(20, 30), reassembleNs: sample(16, 18) }));
    expect(restoreSection(viewOf(working)).remarks.join(" ")).not.toContain("waiting until");
  });

  test("more restores than runs are explained", () => {
    const several = withRows((row) => ({
      ...row,
      refusedCount: 0,
      waitingCount: 0,
      restoredCount: row.scheme === "mirror:2" ? 9 : 8,
    }));
    expect(restoreSection(viewOf(several)).remarks.join(" ")).toContain("up to 9 restores from 8 runs");
    expect(restoreSection(viewOf(fixtureResult())).remarks.join(" ")).not.toContain("further restore");
  });

  test("restores that failed are counted beside the times of those that did not", () => {
    const section = restoreSection(viewOf(fixtureResult()));
    expect(section.remarks).toContain(
      "Not every restore succeeded: stripe:4 refused 36 and left waiting 12.",
    );
    const stripeMarks = section.panels[0]?.chart.marks.filter((mark) => mark.categoryIndex === 2);
    expect(stripeMarks?.map((mark) => mark.text)).toStrictEqual(Array(3).fill("none restored"));
    const whole = withRows((row) => ({ ...row, refusedCount: 0, waitingCount: 0 }));
    expect(restoreSection(viewOf(whole)).remarks).toContain("Every restore in these runs succeeded.");
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
    const panel = viewOf({ ...once, rows }).panels[1];
    expect(panel?.rows.at(-1)?.scheme).toBe("parity:7+1");
    expect(panel?.note).toBe("parity:7+1: the same runs as at its own width, which is this one.");
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
