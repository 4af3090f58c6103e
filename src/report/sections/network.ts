/** Bytes that cross the network for each byte of a checkpoint, by what they are sent for. */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { CompareRow } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import { axisTicks } from "../chart-model.ts";
import type { ChartColour, ChartMark, ChartModel, ChartSeries } from "../chart-model.ts";
import { contestPhrase, extremesOf, mainContest } from "../comparison.ts";
import { ratioText } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { contextOf, PLACE_PHRASE, rowOf, rowsAt, schemesOf } from "../view.ts";
import type { Panel, ReportView } from "../view.ts";

const UNIT = "bytes on the network for each byte of the checkpoint";
const UNIT_CAPTION = "Bytes on the network for each byte of the checkpoint";

interface Phase {
  readonly label: string;
  readonly colour: ChartColour;
  readonly bytesOf: (row: CompareRow) => number | undefined;
}

const PHASES: readonly Phase[] = [
  { label: "to the former", colour: "phase-former", bytesOf: (row) => row.takeImageBytesPerImageByte },
  { label: "to the servers", colour: "phase-servers", bytesOf: (row) => row.takeMemberBytesPerImageByte },
  { label: "restore", colour: "phase-restore", bytesOf: (row) => row.restoreBytesPerImageByte },
  { label: "repair", colour: "phase-repair", bytesOf: (row) => row.repairBytesPerImageByte },
  { label: "control", colour: "phase-control", bytesOf: (row) => row.controlBytesPerImageByte },
];

/** What one checkpoint costs before it is durable: its way to the former and its members' way to the servers. */
export function takeBytesOf(row: CompareRow): number {
  return row.takeImageBytesPerImageByte + row.takeMemberBytesPerImageByte;
}

function totalOf(row: CompareRow): number {
  return PHASES.reduce((sum, phase) => sum + (phase.bytesOf(row) ?? 0), 0);
}

export function networkSection(view: ReportView): ChartSection {
  const largest = Math.max(0, ...view.panels.flatMap((panel) => panel.rows.map(totalOf)));
  return {
    id: "network",
    title: "How many bytes cross the network",
    context: contextOf(view),
    finding: finding(view),
    remarks: remarks(view),
    howToRead:
      "Each scheme has one bar for each place of the former, named behind the bar with its sum. The first two colours are paid for " +
      "every checkpoint, as counted in a run without faults; so is control (heartbeats, acknowledgements, manifests). Restore and repair " +
      "are paid after a loss only: the median of the runs that needed them. What a server sends to itself crosses no network.",
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
    `${contestPhrase(contest)}, ${extremes.lowest.scheme} sends least for a checkpoint: ${lowest} bytes for each byte; ` +
    `${extremes.highest.scheme} sends most: ${highest}.`
  );
}

function remarks(view: ReportView): readonly string[] {
  const panel = view.panels[0];
  const base = view.places[0];
  if (panel === undefined || base === undefined) return [];
  const places = view.places.slice(1).flatMap((place) => placeRemark(panel, base, place));
  const rows = view.panels.flatMap((each) => each.rows);
  const hasRepair = rows.some((row) => (row.repairBytesPerImageByte ?? 0) > 0);
  return hasRepair ? places : [...places, "In these runs no server had to be repaired."];
}

function placeRemark(panel: Panel, base: FormerPlace, place: FormerPlace): readonly string[] {
  const added = rowsAt(panel, place).flatMap((row) => {
    const baseRow = rowOf(panel, row.scheme, base);
    return baseRow === undefined ? [] : [takeBytesOf(row) - takeBytesOf(baseRow)];
  });
  if (added.length === 0) return [];
  const least = Math.min(...added);
  const most = Math.max(...added);
  const range = signedRange(least, most);
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
    headers: ["Scheme", "Former", ...PHASES.map((phase) => phase.label), "sum"],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: panel.rows
        .filter((row) => row.scheme === scheme)
        .map((row) => ({
          header: row.former,
          cells: [...PHASES.map((phase) => ratioText(phase.bytesOf(row))), ratioText(totalOf(row))],
        })),
    })),
  });
  return { title: panel.title, chart: chartOf(panel, schemes, places, largest), table };
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
      const total = totalOf(row);
      marks.push({
        seriesIndex: series.length,
        categoryIndex,
        at: total,
        text: `${ratioText(total)} ${place}`,
      });
    });
    for (const phase of PHASES) {
      const bytes = rows.map((row) => (row === undefined ? undefined : phase.bytesOf(row)));
      series.push({
        label: phase.label,
        colour: phase.colour,
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
