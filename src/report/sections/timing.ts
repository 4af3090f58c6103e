/** Times over many runs: until a checkpoint is durable, and until the software runs again. Both are drawn alike. */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { CompareRow, Spread } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import { axisTicks } from "../chart-model.ts";
import type { ChartMark, ChartModel } from "../chart-model.ts";
import { countText, timeDigits, timeUnitFor } from "../number-words.ts";
import type { TimeUnit } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { timingFinding, timingRemarks } from "../timing-words.ts";
import { contextOf, distinctRows, PLACE_COLOUR, rowOf, schemesOf } from "../view.ts";
import type { Panel, ReportView } from "../view.ts";

interface Timing {
  readonly id: string;
  readonly title: string;
  /** "time to durable" */
  readonly quantity: string;
  readonly spreadOf: (row: CompareRow) => Spread | undefined;
  /** What stands at a bar that is missing. */
  readonly missingText: string;
  readonly howToRead: string;
  /** Columns after the spread. */
  readonly counts: readonly { readonly header: string; readonly countOf: (row: CompareRow) => number }[];
}

const SPREAD_READING =
  "The bar ends at the median (p50): half of the times are shorter. The thin line goes on to the 99th percentile (p99): " +
  "one in a hundred is longer. The number is the median. A difference is called clear only when the longest time of one is below the shortest of the other, in so many runs that chance does this less than once in a hundred times.";

const DURABLE: Timing = {
  id: "durable",
  title: "How long until a checkpoint is durable",
  quantity: "time to durable",
  spreadOf: (row) => row.durableNs,
  missingText: "none durable",
  howToRead: `${SPREAD_READING} Outputs of the software wait for this time, as they may only leave when the checkpoint is safe.`,
  counts: [{ header: "checkpoints", countOf: (row) => row.durableNs?.count ?? 0 }],
};

const RESTORE: Timing = {
  id: "restore",
  title: "How long until the software runs again",
  quantity: "time to restore",
  spreadOf: (row) => row.restoreNs,
  missingText: "none restored",
  howToRead:
    `${SPREAD_READING} The time counts from the loss of the production server, so it holds the time to notice the loss. ` +
    "Only restores that succeeded have a time: read it together with the counts in the table.",
  counts: [
    { header: "restored", countOf: (row) => row.restoredCount },
    { header: "refused", countOf: (row) => row.refusedCount },
    { header: "waiting", countOf: (row) => row.waitingCount },
  ],
};

const REASSEMBLE: Timing = {
  id: "reassemble",
  title: "How long it takes to put a checkpoint together again",
  quantity: "time to reassemble",
  spreadOf: (row) => row.reassembleNs,
  missingText: "none restored",
  howToRead:
    `${SPREAD_READING} This is the part of the time to restore that depends on the scheme: from the first question to the ` +
    "backup servers until the whole image is fetched, decoded and verified. A server that is away makes it longer.",
  counts: [{ header: "restored", countOf: (row) => row.reassembleNs?.count ?? 0 }],
};

export function reassembleSection(view: ReportView): ChartSection {
  return timingSection(view, REASSEMBLE, []);
}

export function durableSection(view: ReportView): ChartSection {
  return timingSection(view, DURABLE, []);
}

export function restoreSection(view: ReportView): ChartSection {
  const rows = distinctRows(view.panels.flatMap((panel) => panel.rows));
  const failures = rows.filter((row) => row.refusedCount + row.waitingCount > 0);
  const schemes = view.schemes.filter((scheme) => failures.some((row) => row.scheme === scheme));
  const remark =
    schemes.length === 0
      ? "Every restore in these runs succeeded."
      : `Not every restore succeeded: ${schemes.map((scheme) => failureText(scheme, failures)).join("; ")}.`;
  return timingSection(view, RESTORE, [remark]);
}

function failureText(scheme: string, failures: readonly CompareRow[]): string {
  const rows = failures.filter((row) => row.scheme === scheme);
  const refused = rows.reduce((sum, row) => sum + row.refusedCount, 0);
  const waiting = rows.reduce((sum, row) => sum + row.waitingCount, 0);
  const parts = [
    ...(refused > 0 ? [`refused ${countText(refused)}`] : []),
    ...(waiting > 0 ? [`left waiting ${countText(waiting)}`] : []),
  ];
  return `${scheme} ${parts.join(" and ")}`;
}

function timingSection(view: ReportView, timing: Timing, remarks: readonly string[]): ChartSection {
  const spreads = view.panels.flatMap((panel) => panel.rows.flatMap((row) => timing.spreadOf(row) ?? []));
  const largestNs = Math.max(0, ...spreads.map((spread) => spread.p99));
  const unit = timeUnitFor(largestNs);
  return {
    id: timing.id,
    title: timing.title,
    context: contextOf(view),
    finding: timingFinding(view, timing.spreadOf, unit),
    remarks: [...timingRemarks(view, timing.spreadOf), ...remarks],
    howToRead: timing.howToRead,
    panels: view.panels.map((panel) => panelOf(panel, view.places, timing, unit, largestNs)),
  };
}

function panelOf(
  panel: Panel,
  places: readonly FormerPlace[],
  timing: Timing,
  unit: TimeUnit,
  largestNs: number,
): ChartPanel {
  const schemes = schemesOf(panel);
  const table = dataTable({
    caption: `${timing.quantity.replace(/^t/, "T")}, ${unit.name}`,
    label: `${timing.quantity.replace(/^t/, "T")}, ${panel.phrase}`,
    headers: ["Scheme", "Former", "p50", "p99", "min", "max", ...timing.counts.map((count) => count.header)],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: panel.rows
        .filter((row) => row.scheme === scheme)
        .map((row) => {
          const spread = timing.spreadOf(row);
          const times = [spread?.p50, spread?.p99, spread?.min, spread?.max];
          return {
            header: row.former,
            cells: [
              ...times.map((timeNs) => timeDigits(timeNs, unit)),
              ...timing.counts.map((count) => countText(count.countOf(row))),
            ],
          };
        }),
    })),
  });
  return { title: panel.title, chart: chartOf(panel, schemes, places, timing, unit, largestNs), table };
}

function chartOf(
  panel: Panel,
  schemes: readonly string[],
  places: readonly FormerPlace[],
  timing: Timing,
  unit: TimeUnit,
  largestNs: number,
): ChartModel {
  const marks: ChartMark[] = [];
  const inUnit = (timeNs: number | undefined): number | null =>
    timeNs === undefined ? null : timeNs / unit.nanoseconds;
  const series = places.map((place, seriesIndex) => {
    const rows = schemes.map((scheme) => rowOf(panel, scheme, place));
    const spreads = rows.map((row) => (row === undefined ? undefined : timing.spreadOf(row)));
    rows.forEach((row, categoryIndex) => {
      if (row === undefined) return;
      const spread = timing.spreadOf(row);
      const text = spread === undefined ? timing.missingText : timeDigits(spread.p50, unit);
      marks.push({ seriesIndex, categoryIndex, at: inUnit(spread?.p99) ?? 0, text });
    });
    return {
      label: `former on ${place === "production" ? "the production" : `a ${place}`} server`,
      colour: PLACE_COLOUR[place],
      stack: place,
      values: spreads.map((spread) => inUnit(spread?.p50)),
      valueTexts: spreads.map(
        (spread) => `p50 ${timeDigits(spread?.p50, unit)}, p99 ${timeDigits(spread?.p99, unit)} ${unit.name}`,
      ),
      whiskers: spreads.map((spread) => inUnit(spread?.p99)),
    };
  });
  return {
    id: `${timing.id}-${panel.kind}`,
    axisTitle: `${timing.quantity}, ${unit.name}`,
    ticks: axisTicks(largestNs / unit.nanoseconds),
    categories: schemes,
    series,
    marks,
  };
}
