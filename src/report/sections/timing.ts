/** Times over many runs: until a checkpoint is durable, and until the software runs again. Both are drawn alike. */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { CompareRow, TimeSample } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import { axisTicks } from "../chart-model.ts";
import type { ChartMark, ChartModel } from "../chart-model.ts";
import { counted, countText, timeDigits, timeUnitFor } from "../number-words.ts";
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
  readonly sampleOf: (row: CompareRow) => TimeSample | undefined;
  /** What stands at a bar that is missing. */
  readonly missingText: string;
  readonly howToRead: string;
  /** Columns after the times. */
  readonly counts: readonly { readonly header: string; readonly countOf: (row: CompareRow) => number }[];
}

/** Below this many times the 99th percentile is simply the longest of them. */
const PERCENTILE_COUNT_MIN = 100;

/** Where the thin line of a bar ends, the same for all rows of a section. */
interface WhiskerEnd {
  readonly header: "longest" | "p99";
  readonly words: string;
  readonly endOf: (sample: TimeSample) => number;
}

const LONGEST: WhiskerEnd = {
  header: "longest",
  words: "the longest time",
  endOf: (sample) => sample.max,
};

const PERCENTILE: WhiskerEnd = {
  header: "p99",
  words: "the 99th percentile (p99): one in a hundred is longer",
  endOf: (sample) => sample.p99,
};

function whiskerEndFor(samples: readonly TimeSample[]): WhiskerEnd {
  return samples.every((sample) => sample.count >= PERCENTILE_COUNT_MIN) ? PERCENTILE : LONGEST;
}

function reading(whiskerEnd: WhiskerEnd): string {
  return (
    "The bar ends at the median, whose number stands in its end: half of the times are not longer. The thin line goes on to " +
    `${whiskerEnd.words}. Times are called longer only when, of all pairs of one time of each, so many are longer that ` +
    "chance alone does it less than once in a hundred times (rank test of Mann and Whitney); otherwise they are said to overlap."
  );
}

const DURABLE: Timing = {
  id: "durable",
  title: "How long until a checkpoint is durable",
  quantity: "time to durable",
  sampleOf: (row) => row.durableNs,
  missingText: "none durable",
  howToRead:
    "Outputs of the software wait for this time, as they may only leave when the checkpoint is safe. Counted are the checkpoints " +
    "before the first restore of each run, the one without faults too: after a takeover the program may run on the former’s own server.",
  counts: [{ header: "checkpoints", countOf: (row) => row.durableNs?.count ?? 0 }],
};

const RESTORE: Timing = {
  id: "restore",
  title: "How long until the software runs again",
  quantity: "time to restore",
  sampleOf: (row) => row.restoreNs,
  missingText: "none restored",
  howToRead:
    "The time counts from the loss of the production server, so it holds the time to notice the loss. " +
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
  sampleOf: (row) => row.reassembleNs,
  missingText: "none restored",
  howToRead:
    "This is the part of the time to restore that depends on the scheme: from the first question to the " +
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
  return timingSection(view, RESTORE, [remark, ...severalRemark(view, rows), ...waitingRemark(view, rows)]);
}

/** A reader who counts seeds must not miss or suspect a restore. */
function severalRemark(view: ReportView, rows: readonly CompareRow[]): readonly string[] {
  const counts = rows.map((row) => row.restoredCount + row.refusedCount + row.waitingCount);
  const most = Math.max(0, ...counts);
  if (most <= view.seedCount) return [];
  return [
    `A line of the table has up to ${counted(most, "restore")} from ${counted(view.seedCount, "run")} with faults: a run has a further restore when the server that took over is lost in its turn, or when a restore came to no good end.`,
  ];
}

function millisecondsText(timeNs: number): string {
  return `${Number((timeNs / 1e6).toFixed(2))}\u00a0ms`;
}

/** How much of the time to restore passes before anything is put together. */
function waitingRemark(view: ReportView, rows: readonly CompareRow[]): readonly string[] {
  const shares = rows.flatMap(({ restoreNs, reassembleNs }) =>
    restoreNs === undefined || reassembleNs === undefined || restoreNs.p50 === 0
      ? []
      : [reassembleNs.p50 / restoreNs.p50],
  );
  if (shares.length === 0 || Math.max(...shares) >= 0.5) return [];
  const { takeoverNs } = view.cluster;
  const least = (Math.min(...shares) * 100).toFixed(0);
  const most = (Math.max(...shares) * 100).toFixed(0);
  const range = least === most ? least : `${least} to ${most}`;
  return [
    `Most of this time is waiting until the loss is certain: the first backup server takes over after ${millisecondsText(takeoverNs)} ` +
      `without a heartbeat. By the medians, only ${range}\u00a0% of it is putting the checkpoint together.`,
  ];
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
  const samples = view.panels.flatMap((panel) => panel.rows.flatMap((row) => timing.sampleOf(row) ?? []));
  const whiskerEnd = whiskerEndFor(samples);
  const largestNs = Math.max(0, ...samples.map(whiskerEnd.endOf));
  const unit = timeUnitFor(largestNs);
  return {
    id: timing.id,
    title: timing.title,
    context: contextOf(view),
    finding: timingFinding(view, timing.sampleOf, unit),
    remarks: [...timingRemarks(view, timing.sampleOf), ...remarks],
    howToRead: `${reading(whiskerEnd)} ${timing.howToRead}`,
    panels: view.panels.map((panel) => panelOf(panel, view.places, timing, { unit, largestNs, whiskerEnd })),
  };
}

interface Scale {
  readonly unit: TimeUnit;
  readonly largestNs: number;
  readonly whiskerEnd: WhiskerEnd;
}

function panelOf(
  panel: Panel,
  places: readonly FormerPlace[],
  timing: Timing,
  { unit, largestNs, whiskerEnd }: Scale,
): ChartPanel {
  const schemes = schemesOf(panel);
  const table = dataTable({
    caption: `${timing.quantity.replace(/^t/, "T")}, ${unit.name}`,
    label: `${timing.quantity.replace(/^t/, "T")}, ${panel.phrase}`,
    headers: [
      "Scheme",
      "Former",
      "median",
      whiskerEnd.header,
      "shortest",
      ...(whiskerEnd === PERCENTILE ? ["longest"] : []),
      ...timing.counts.map((count) => count.header),
    ],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: panel.rows
        .filter((row) => row.scheme === scheme)
        .map((row) => {
          const sample = timing.sampleOf(row);
          const times = [
            sample?.p50,
            sample && whiskerEnd.endOf(sample),
            sample?.min,
            ...(whiskerEnd === PERCENTILE ? [sample?.max] : []),
          ];
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
  return {
    title: `${timing.quantity.replace(/^t/, "T")}, ${panel.phrase}`,
    note: panel.note,
    chart: chartOf(panel, schemes, places, timing, { unit, largestNs, whiskerEnd }),
    table,
  };
}

function chartOf(
  panel: Panel,
  schemes: readonly string[],
  places: readonly FormerPlace[],
  timing: Timing,
  { unit, largestNs, whiskerEnd }: Scale,
): ChartModel {
  const marks: ChartMark[] = [];
  const inUnit = (timeNs: number | undefined): number | null =>
    timeNs === undefined ? null : timeNs / unit.nanoseconds;
  const series = places.map((place, seriesIndex) => {
    const rows = schemes.map((scheme) => rowOf(panel, scheme, place));
    const samples = rows.map((row) => (row === undefined ? undefined : timing.sampleOf(row)));
    rows.forEach((row, categoryIndex) => {
      if (row === undefined) return;
      const sample = samples[categoryIndex];
      if (sample === undefined) {
        marks.push({ seriesIndex, categoryIndex, at: 0, text: timing.missingText });
        return;
      }
      const text = timeDigits(sample.p50, unit);
      const at = inUnit(whiskerEnd.endOf(sample)) ?? 0;
      marks.push({ seriesIndex, categoryIndex, at, text, outsideText: `median ${text}` });
    });
    return {
      label: `former on ${place === "production" ? "the production" : `a ${place}`} server`,
      colour: PLACE_COLOUR[place],
      stack: place,
      values: samples.map((sample) => inUnit(sample?.p50)),
      valueTexts: samples.map(
        (sample) =>
          `median ${timeDigits(sample?.p50, unit)}, ${whiskerEnd.header} ${timeDigits(sample && whiskerEnd.endOf(sample), unit)} ${unit.name}`,
      ),
      whiskers: samples.map((sample) => inUnit(sample && whiskerEnd.endOf(sample))),
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
