/** Bytes that all servers together store for each byte of a checkpoint. */
import type { CompareRow } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import { axisTicks } from "../chart-model.ts";
import type { ChartModel } from "../chart-model.ts";
import { lossPhrase, mainContest } from "../../verify/compare-contest.ts";
import { contestPhrase, extremesOf } from "../comparison.ts";
import { bytesText, counted, countText, listText, NO_VALUE, ratioText } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { contextOf, placeChoices, rowOf, rowsAt, samePlaces, schemesOf } from "../view.ts";
import type { Panel, PlaceChoice, ReportView } from "../view.ts";

const UNIT = "bytes stored for each byte of the checkpoint";
const UNIT_CAPTION = "Bytes stored for each byte of the checkpoint";

export function storageSection(view: ReportView): ChartSection {
  const agree = samePlaces(view, storedText);
  const choices = placeChoices(view, agree);
  const largest = Math.max(0, ...view.panels.flatMap((panel) => panel.rows.map(storedOf)));
  return {
    id: "storage",
    title: "How much storage a checkpoint takes",
    context: contextOf(view),
    finding: finding(view),
    remarks: remarks(view, agree),
    howToRead:
      "A bar of 2.00 means that the backup servers together store two bytes for each byte of the checkpoint; " +
      "1.00 is the checkpoint itself. Manifests and headers are not in it.",
    panels: view.panels.map((panel) => panelOf(panel, choices, largest)),
  };
}

function storedOf(row: CompareRow): number {
  return row.storedBytesPerImageByte;
}

function storedText(row: CompareRow): string {
  return ratioText(row.storedBytesPerImageByte);
}

function finding(view: ReportView): string {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return "Nothing was compared.";
  const contest = mainContest(rowsAt(panel, place));
  if (contest === undefined)
    return "No two of these schemes survive the same losses, so none is called cheaper.";
  const extremes = extremesOf(contest.rows, storedOf);
  if (extremes === undefined) return "Nothing was stored.";
  const { lowest, highest } = extremes;
  if (storedText(lowest) === storedText(highest)) {
    return `${contestPhrase(contest)}, all store the same: ${storedText(lowest)} bytes for each byte.`;
  }
  const savedPercent = ((1 - storedOf(lowest) / storedOf(highest)) * 100).toFixed(0);
  return (
    `${contestPhrase(contest)}, ${lowest.scheme} stores least: ${storedText(lowest)} bytes for each byte, ` +
    `${savedPercent}\u00a0% less than ${highest.scheme}, which stores most (${storedText(highest)}).`
  );
}

function remarks(view: ReportView, agree: boolean): readonly string[] {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return [];
  const rows = rowsAt(panel, place);
  const contest = mainContest(rows);
  const others = rows
    .filter((row) => row.tolerance !== contest?.tolerance)
    .map(
      (row) =>
        `${row.scheme} stores ${storedText(row)} and survives ${row.tolerance === 0 ? "no loss of a server" : `any ${lossPhrase(row.tolerance)}`}.`,
    );
  const widths = view.panels[1];
  const unchanged =
    widths !== undefined &&
    rowsAt(widths, place).every((row) => {
      const own = rowOf(panel, row.scheme, place);
      return own === undefined || storedText(own) === storedText(row);
    });
  const same = [...(agree ? ["the place of the former"] : []), ...(unchanged ? ["the width"] : [])];
  if (same.length === 2) others.push("Neither the place of the former nor the width changes these numbers.");
  if (same.length === 1) others.push(`Changing ${same.join("")} does not change these numbers.`);
  return [...others, ...shortGroupRemarks(rows, view.cluster.subsegmentBytes)];
}

/** Why a scheme stores more than its formula says: the last group is short, the last subsegment is filled up. */
function shortGroupRemarks(rows: readonly CompareRow[], subsegmentBytes: number): readonly string[] {
  const found = rows.filter((row) => storedText(row) !== ratioText(plainRatio(row)));
  const [first] = found;
  if (first === undefined) return [];
  const { k, m } = first;
  const subsegmentCount = Math.ceil(first.imageBytes / subsegmentBytes);
  const groupCount = Math.ceil(subsegmentCount / k);
  const lastCount = subsegmentCount - (groupCount - 1) * k;
  const shape =
    lastCount === k
      ? "All groups are whole"
      : `The last of ${counted(groupCount, "group")} holds ${counted(lastCount, "data subsegment")} of ${countText(k)} and still has ${m === 1 ? "a whole parity subsegment" : `${countText(m)} whole redundancy members`}`;
  const others = found
    .slice(1)
    .map((row) => `${row.scheme} (${storedText(row)} and not ${ratioText(plainRatio(row))})`);
  return [
    `${first.scheme} stores ${storedText(first)} and not ${countText(k + m)}/${countText(k)} = ${ratioText(plainRatio(first))}: the checkpoint is ` +
      `${counted(subsegmentCount, "subsegment")} of ${bytesText(subsegmentBytes)}${first.imageBytes % subsegmentBytes === 0 ? "" : ", the last one filled up"}. ${shape}.` +
      (others.length === 0 ? "" : ` The same holds for ${listText(others)}.`),
  ];
}

/** What a checkpoint of whole groups would store. */
function plainRatio(row: CompareRow): number {
  return (row.k + row.m) / row.k;
}

function panelOf(panel: Panel, choices: readonly PlaceChoice[], largest: number): ChartPanel {
  const schemes = schemesOf(panel);
  const rowsBySeries = choices.map((choice) => schemes.map((scheme) => rowOf(panel, scheme, choice.place)));
  const chart: ChartModel = {
    id: `storage-${panel.kind}`,
    axisTitle: UNIT,
    ticks: axisTicks(largest),
    categories: schemes,
    series: choices.map((choice, seriesIndex) => {
      const rows = rowsBySeries[seriesIndex] ?? [];
      return {
        label: `former: ${choice.label}`,
        colour: choice.colour,
        stack: choice.place,
        values: rows.map((row) => row?.storedBytesPerImageByte ?? null),
        valueTexts: rows.map((row) => ratioText(row?.storedBytesPerImageByte)),
        whiskers: [],
      };
    }),
    marks: rowsBySeries.flatMap((rows, seriesIndex) =>
      rows.flatMap((row, categoryIndex) =>
        row === undefined ? [] : [{ seriesIndex, categoryIndex, at: storedOf(row), text: storedText(row) }],
      ),
    ),
  };
  const table = dataTable({
    caption: UNIT_CAPTION,
    label: `Storage, ${panel.phrase}`,
    headers: [
      "Scheme",
      "Servers used",
      "Losses always survived",
      ...choices.map((choice) => `Former: ${choice.label}`),
    ],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: [
        {
          header: undefined,
          cells: [
            ...widthAndTolerance(panel, scheme),
            ...choices.map((choice) =>
              ratioText(rowOf(panel, scheme, choice.place)?.storedBytesPerImageByte),
            ),
          ],
        },
      ],
    })),
  });
  return { title: `Storage, ${panel.phrase}`, note: panel.note, chart, table };
}

function widthAndTolerance(panel: Panel, scheme: string): readonly string[] {
  const row = panel.rows.find((candidate) => candidate.scheme === scheme);
  return row === undefined ? [NO_VALUE, NO_VALUE] : [String(row.width), String(row.tolerance)];
}
