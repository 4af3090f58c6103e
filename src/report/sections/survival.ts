/** The exact share of the losses of j servers that leave every group decodable: enumerated, not sampled. */
import { countWord } from "../../verify/count-word.ts";
import type { CompareRow } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import type { ChartColour, ChartMark, ChartModel, ChartTick } from "../chart-model.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { combinationCount, countText, NO_VALUE, listText, shareText } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { contextOf, placeChoices, rowOf, rowsAt, samePlaces, schemesOf } from "../view.ts";
import type { Panel, PlaceChoice, ReportView } from "../view.ts";

/** Losses that are drawn; losing more at once is beyond what the compared schemes are for. */
const LOST_COUNT_MAX = 4;

const LOSS_COLOURS: readonly ChartColour[] = ["loss-1", "loss-2", "loss-3", "loss-4"];

const PER_CENT_TICKS: readonly ChartTick[] = [0, 25, 50, 75, 100].map((value) => ({
  value,
  text: `${value}\u00a0%`,
}));

export function survivalSection(view: ReportView): ChartSection {
  const agree = samePlaces(view, (row) => row.survival.join(" "));
  const choices = placeChoices(view, agree);
  return {
    id: "survival",
    title: "Which losses a checkpoint survives",
    context: contextOf(view),
    finding: finding(view),
    remarks: remarks(view, agree),
    howToRead:
      "For each number of servers lost at once, all sets of that many of the servers used are tried, and the bar is the share of the " +
      "sets after which the checkpoint can still be put together. It is exact, not sampled. “0\u00a0%” means never; a dash in " +
      "the table means that the scheme uses fewer servers than that, or too many to try all sets. A scheme on more servers has more sets that can hit it: compare at one width.",
    panels: view.panels.map((panel) => panelOf(panel, choices, agree)),
  };
}

function finding(view: ReportView): string {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return "Nothing was compared.";
  const rows = rowsAt(panel, place);
  const enumerated = rows.filter((row) => row.survival.length > 0);
  const surviving = enumerated.filter((row) => row.survival[1] === 1).map((row) => row.scheme);
  const failing = enumerated.filter((row) => row.survival[1] !== 1).map((row) => row.scheme);
  if (enumerated.length === 0) return "These placements are too wide for all losses to be tried.";
  if (failing.length === 0)
    return "The loss of any single server is survived by every scheme whose losses were tried.";
  if (surviving.length === 0) return "No scheme compared survives the loss of each single server.";
  return `The loss of any single server is survived by ${listText(surviving)}, and not by ${listText(failing)}.`;
}

function remarks(view: ReportView, agree: boolean): readonly string[] {
  const place = view.places[0];
  const panel = view.panels.findLast(({ kind }) => kind !== "declustered");
  if (place === undefined || panel === undefined) return [];
  const rows = rowsAt(panel, place).filter((row) => row.survival[2] !== undefined);
  const always = rows.filter((row) => row.survival[2] === 1).map((row) => row.scheme);
  const sometimes = rows.filter((row) => isBetween(row.survival[2])).toSorted(bySecondLoss);
  const never = rows.filter((row) => row.survival[2] === 0).map((row) => row.scheme);
  const parts = [
    ...(always.length > 0 ? [`always by ${listText(always)}`] : []),
    ...(sometimes.length > 0
      ? [`sometimes by ${listText(sometimes.map((row) => `${row.scheme} (${shareText(row.survival[2])})`))}`]
      : []),
    ...(never.length > 0 ? [`never by ${listText(never)}`] : []),
  ];
  const pairs =
    parts.length === 0
      ? []
      : [`A loss of two servers at once is survived, ${panel.phrase}, ${parts.join("; ")}.`];
  return agree && view.places.length > 1
    ? [...pairs, "The place of the former makes no difference to what survives."]
    : pairs;
}

function isBetween(share: number | undefined): boolean {
  return share !== undefined && share > 0 && share < 1;
}

function bySecondLoss(left: CompareRow, right: CompareRow): number {
  return (right.survival[2] ?? 0) - (left.survival[2] ?? 0);
}

function panelOf(panel: Panel, choices: readonly PlaceChoice[], agree: boolean): ChartPanel {
  const schemes = schemesOf(panel);
  const lostCounts = Array.from({ length: LOST_COUNT_MAX }, (_, index) => index + 1);
  const table = dataTable({
    caption: "Share of the sets of lost servers that are survived",
    label: `Losses survived, ${panel.phrase}`,
    headers: [
      "Scheme",
      ...(agree || choices.length < 2 ? [] : ["Former"]),
      "Servers used",
      ...lostCounts.map((lostCount) => `${lostCount} lost`),
    ],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: choices.flatMap((choice) => {
        const row = rowOf(panel, scheme, choice.place);
        if (row === undefined) return [];
        const header = choices.length > 1 ? choice.label : undefined;
        return [
          { header, cells: [String(row.width), ...lostCounts.map((lostCount) => shareCell(row, lostCount))] },
        ];
      }),
    })),
  });
  return {
    title: `Losses survived, ${panel.phrase}`,
    note: panel.note,
    chart: chartOf(panel, schemes, choices),
    table,
  };
}

/** The share, and the sets it stands for: "71.4 %" and "20 of 28". */
function shareCell(row: CompareRow, lostCount: number): Html {
  const share = row.survival[lostCount];
  if (share === undefined) return html`${NO_VALUE}`;
  const setCount = combinationCount(row.width, lostCount);
  const survivedCount = countText(share * setCount);
  return html`${shareText(share)} <small>${survivedCount} of ${countText(setCount)}</small>`;
}

function chartOf(panel: Panel, schemes: readonly string[], choices: readonly PlaceChoice[]): ChartModel {
  // One bar a number of losses; where the places differ the table tells them apart, the chart shows the first.
  const place = choices[0]?.place;
  const rows = schemes.map((scheme) => (place === undefined ? undefined : rowOf(panel, scheme, place)));
  const marks: ChartMark[] = [];
  const series = LOSS_COLOURS.map((colour, seriesIndex) => {
    const lostCount = seriesIndex + 1;
    const shares = rows.map((row) => row?.survival[lostCount]);
    shares.forEach((share, categoryIndex) => {
      if (share === undefined) return;
      marks.push({ seriesIndex, categoryIndex, at: share * 100, text: shareText(share) });
    });
    return {
      label: `${countWord(lostCount)} server${lostCount === 1 ? "" : "s"} lost`,
      colour,
      stack: `loss-${lostCount}`,
      values: shares.map((share) => (share === undefined ? null : share * 100)),
      valueTexts: shares.map((share) => shareText(share)),
      whiskers: [],
    };
  });
  return {
    id: `survival-${panel.kind}`,
    axisTitle: "share of the losses survived",
    ticks: PER_CENT_TICKS,
    categories: schemes,
    series,
    marks,
  };
}
