/** Bytes that cross the network for each byte of every checkpoint: to the former, and on to the backup servers. */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import { mainContest, PLACE_PHRASE } from "../../verify/compare-contest.ts";
import type { CompareRow } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import { axisTicks } from "../chart-model.ts";
import type { ChartColour, ChartMark, ChartModel, ChartSeries } from "../chart-model.ts";
import { contestPhrase, extremesOf } from "../comparison.ts";
import { ratioText } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { contextOf, rowOf, rowsAt, schemesOf } from "../view.ts";
import type { Panel, ReportView } from "../view.ts";

const UNIT = "bytes on the network for each byte of every checkpoint";
const UNIT_CAPTION = "Bytes on the network for each byte of every checkpoint";

interface Leg {
  readonly label: string;
  readonly colour: ChartColour;
  readonly bytesOf: (row: CompareRow) => number;
}

const LEGS: readonly Leg[] = [
  { label: "to the former", colour: "phase-former", bytesOf: (row) => row.takeImageBytesPerImageByte },
  { label: "to the servers", colour: "phase-servers", bytesOf: (row) => row.takeMemberBytesPerImageByte },
];

/** What one checkpoint costs before it is durable: its way to the former and its members' way to the servers. */
export function takeBytesOf(row: CompareRow): number {
  return LEGS.reduce((sum, leg) => sum + leg.bytesOf(row), 0);
}

export function networkSection(view: ReportView): ChartSection {
  const largest = Math.max(0, ...view.panels.flatMap((panel) => panel.rows.map(takeBytesOf)));
  return {
    id: "network",
    title: "How many bytes every checkpoint sends",
    context: contextOf(view),
    finding: finding(view),
    remarks: remarks(view),
    howToRead:
      "Each scheme has one bar for each place of the former, named behind the bar with its sum. Counted in a run without faults. " +
      "What a server sends to itself crosses no network. Control (heartbeats, retirements) is too little to be drawn and stands in " +
      "the table beside the sum, not in it; manifests and headers are in neither.",
    panels: view.panels.map((panel) => panelOf(panel, view.places, largest)),
  };
}

function finding(view: ReportView): string {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return "Nothing was compared.";
  const contest = mainContest(rowsAt(panel, place));
  const extremes = contest === undefined ? undefined : extremesOf(contest.rows, takeBytesOf);
  if (contest === undefined || extremes === undefined) {
    return "No two of these schemes survive the same losses, so none is called cheaper.";
  }
  const lowest = ratioText(takeBytesOf(extremes.lowest));
  const highest = ratioText(takeBytesOf(extremes.highest));
  if (lowest === highest) return `${contestPhrase(contest)}, all send the same for a checkpoint: ${lowest}.`;
  return (
    `${contestPhrase(contest)}, ${extremes.lowest.scheme} sends the least for a checkpoint, ${lowest} bytes for each byte, and ` +
    `${extremes.highest.scheme} the most, ${highest}.`
  );
}

function remarks(view: ReportView): readonly string[] {
  const panel = view.panels[0];
  const base = view.places[0];
  if (panel === undefined || base === undefined) return [];
  return view.places.slice(1).flatMap((place) => placeRemark(panel, base, place));
}

function placeRemark(panel: Panel, base: FormerPlace, place: FormerPlace): readonly string[] {
  const added = rowsAt(panel, place).flatMap((row) => {
    const baseRow = rowOf(panel, row.scheme, base);
    return baseRow === undefined ? [] : [takeBytesOf(row) - takeBytesOf(baseRow)];
  });
  if (added.length === 0) return [];
  const range = signedRange(Math.min(...added), Math.max(...added));
  return [`A former ${PLACE_PHRASE[place]} instead of ${PLACE_PHRASE[base].replace("on ", "")} ${range}.`];
}

function signedRange(least: number, most: number): string {
  if (least < 0 && most > 0) {
    return `changes that by between ${ratioText(-least)} bytes less and ${ratioText(most)} more`;
  }
  const small = ratioText(Math.min(Math.abs(least), Math.abs(most)));
  const large = ratioText(Math.max(Math.abs(least), Math.abs(most)));
  if (large === "0") return "changes nothing";
  const verb = most > 0 ? "adds" : "saves";
  return `${verb} ${small === large ? large : `${small} to ${large}`} bytes for each byte of a checkpoint`;
}

function panelOf(panel: Panel, places: readonly FormerPlace[], largest: number): ChartPanel {
  const schemes = schemesOf(panel);
  const table = dataTable({
    caption: UNIT_CAPTION,
    label: `Network, ${panel.phrase}`,
    headers: ["Scheme", "Former", ...LEGS.map((leg) => leg.label), "sum", "control"],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: panel.rows
        .filter((row) => row.scheme === scheme)
        .map((row) => ({
          header: row.former,
          cells: [...LEGS.map((leg) => leg.bytesOf(row)), takeBytesOf(row), row.controlBytesPerImageByte].map(
            ratioText,
          ),
        })),
    })),
  });
  return {
    title: `Sent for every checkpoint, ${panel.phrase}`,
    note: panel.note,
    chart: chartOf(panel, schemes, places, largest),
    table,
  };
}

function chartOf(
  panel: Panel,
  schemes: readonly string[],
  places: readonly FormerPlace[],
  largest: number,
): ChartModel {
  const series: ChartSeries[] = [];
  const marks: ChartMark[] = [];
  for (const place of places) {
    const rows = schemes.map((scheme) => rowOf(panel, scheme, place));
    rows.forEach((row, categoryIndex) => {
      if (row === undefined) return;
      const sum = takeBytesOf(row);
      marks.push({
        seriesIndex: series.length,
        categoryIndex,
        at: sum,
        text: `${ratioText(sum)} ${place}`,
      });
    });
    for (const leg of LEGS) {
      const bytes = rows.map((row) => (row === undefined ? undefined : leg.bytesOf(row)));
      series.push({
        label: leg.label,
        colour: leg.colour,
        stack: place,
        values: bytes.map((value) => value ?? null),
        valueTexts: bytes.map((value) => `${ratioText(value)} (former: ${place})`),
        whiskers: [],
      });
    }
  }
  return {
    id: `network-${panel.kind}`,
    axisTitle: UNIT,
    ticks: axisTicks(largest),
    categories: schemes,
    series,
    marks,
  };
}
