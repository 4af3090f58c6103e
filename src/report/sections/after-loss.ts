/**
 * Bytes that cross the network only after a loss: one restore, and the repair of what a server lost with its disk. They
 * have different measures (a byte of the checkpoint, a byte rebuilt), so they have charts of their own and no sum.
 */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import { mainContest } from "../../verify/compare-contest.ts";
import type { CompareRow } from "../../verify/result.ts";
import type { ChartPanel, ChartSection } from "../chart-section.ts";
import { axisTicks } from "../chart-model.ts";
import type { ChartMark, ChartModel } from "../chart-model.ts";
import { contestPhrase, extremesOf } from "../comparison.ts";
import { counted, countText, listText, ratioText } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { contextOf, distinctRows, PLACE_COLOUR, rowOf, rowsAt, schemesOf } from "../view.ts";
import type { Panel, ReportView } from "../view.ts";

interface Traffic {
  readonly id: "restored" | "repaired";
  readonly title: string;
  readonly unit: string;
  readonly bytesOf: (row: CompareRow) => number | undefined;
  /** What stands at a bar that is missing. */
  readonly missingText: string;
  readonly columns: readonly { readonly header: string; readonly textOf: (row: CompareRow) => string }[];
}

const RESTORE: Traffic = {
  id: "restored",
  title: "Sent for one restore",
  unit: "bytes sent for one restore, for each byte of the checkpoint",
  bytesOf: (row) => row.restoreBytesPerImageByte,
  missingText: "no restore",
  columns: [
    { header: "bytes for each byte", textOf: (row) => ratioText(row.restoreBytesPerImageByte) },
    {
      header: "restores",
      textOf: (row) => countText(row.restoredCount + row.refusedCount + row.waitingCount),
    },
  ],
};

const REPAIR: Traffic = {
  id: "repaired",
  title: "Sent for repair",
  unit: "bytes sent for each byte rebuilt",
  bytesOf: (row) => row.repairBytesPerRebuiltByte,
  missingText: "nothing rebuilt",
  columns: [
    { header: "sent for each byte rebuilt", textOf: (row) => ratioText(row.repairBytesPerRebuiltByte) },
    { header: "rebuilt for each byte", textOf: (row) => ratioText(row.rebuiltBytesPerImageByte) },
    { header: "runs that rebuilt", textOf: (row) => countText(row.rebuiltRunCount) },
  ],
};

export function afterLossSection(view: ReportView): ChartSection {
  const { retentionCount } = view.cluster;
  const kept = retentionCount === 1 ? "one" : countText(retentionCount);
  return {
    id: "after-loss",
    title: "How many bytes a loss sends",
    context: contextOf(view),
    finding: finding(view),
    remarks: remarks(view),
    howToRead:
      "Restore: all bytes of a run’s restores over their number, the median of the runs; it is below 1.00 where the server that takes " +
      "over has a part already. Repair: a server that is back with a blank disk rebuilds its parts of every checkpoint that the others " +
      `hold then: the newest ${kept} that are durable, and one more until it is retired. Counted are only runs in which parts were rebuilt, all their repair bytes over all bytes rebuilt, so 3.00 means three bytes ` +
      "sent for each byte rebuilt. The table says how much was rebuilt in one such run (median, for each byte of a checkpoint), and in how many runs.",
    panels: [RESTORE, REPAIR].flatMap((traffic) => panelsOf(view, traffic)),
  };
}

function finding(view: ReportView): string {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return "Nothing was compared.";
  const contest = mainContest(
    rowsAt(panel, place).filter((row) => row.repairBytesPerRebuiltByte !== undefined),
  );
  const extremes = contest && extremesOf(contest.rows, (row) => row.repairBytesPerRebuiltByte);
  if (contest === undefined || extremes === undefined) {
    return "No two schemes that survive the same losses had to rebuild anything, so none is called cheaper.";
  }
  const { lowest, highest } = extremes;
  const [least, most] = [lowest, highest].map((row) => ratioText(row.repairBytesPerRebuiltByte));
  if (least === most)
    return `${contestPhrase(contest)}, all that rebuilt sent ${least ?? ""} bytes for each byte.`;
  return (
    `${contestPhrase(contest)}, ${lowest.scheme} sends the least for a repair, ${least ?? ""} bytes for each byte rebuilt ` +
    `(${counted(lowest.rebuiltRunCount, "run")}), and ${highest.scheme} the most, ${most ?? ""} (${counted(highest.rebuiltRunCount, "run")}).`
  );
}

function remarks(view: ReportView): readonly string[] {
  const rows = distinctRows(view.panels.flatMap((panel) => panel.rows));
  if (rows.length === 0) return [];
  if (rows.every((row) => row.rebuiltRunCount === 0)) {
    return ["In these runs no server had to rebuild anything."];
  }
  const never = view.schemes.filter((scheme) =>
    rows.every((row) => row.scheme !== scheme || row.rebuiltRunCount === 0),
  );
  return never.length === 0 ? [] : [`Nothing was rebuilt in the runs of ${listText(never)}.`];
}

function panelsOf(view: ReportView, traffic: Traffic): readonly ChartPanel[] {
  const bytes = view.panels.flatMap((panel) => panel.rows.map((row) => traffic.bytesOf(row) ?? 0));
  const largest = Math.max(0, ...bytes);
  return view.panels.map((panel) => panelOf(panel, view.places, traffic, largest));
}

function panelOf(
  panel: Panel,
  places: readonly FormerPlace[],
  traffic: Traffic,
  largest: number,
): ChartPanel {
  const schemes = schemesOf(panel);
  const title = `${traffic.title}, ${panel.phrase}`;
  const table = dataTable({
    caption: traffic.unit.replace(/^b/, "B"),
    label: title,
    headers: ["Scheme", "Former", ...traffic.columns.map((column) => column.header)],
    groups: schemes.map((scheme) => ({
      header: scheme,
      lines: panel.rows
        .filter((row) => row.scheme === scheme)
        .map((row) => ({
          header: row.former,
          cells: traffic.columns.map((column) => column.textOf(row)),
        })),
    })),
  });
  return { title, note: panel.note, chart: chartOf(panel, schemes, places, traffic, largest), table };
}

function chartOf(
  panel: Panel,
  schemes: readonly string[],
  places: readonly FormerPlace[],
  traffic: Traffic,
  largest: number,
): ChartModel {
  const marks: ChartMark[] = [];
  const series = places.map((place, seriesIndex) => {
    const rows = schemes.map((scheme) => rowOf(panel, scheme, place));
    const bytes = rows.map((row) => (row === undefined ? undefined : traffic.bytesOf(row)));
    rows.forEach((row, categoryIndex) => {
      if (row === undefined) return;
      const value = bytes[categoryIndex];
      const text = value === undefined ? traffic.missingText : ratioText(value);
      marks.push({ seriesIndex, categoryIndex, at: value ?? 0, text });
    });
    return {
      label: `former on ${place === "production" ? "the production" : `a ${place}`} server`,
      colour: PLACE_COLOUR[place],
      stack: place,
      values: bytes.map((value) => value ?? null),
      valueTexts: bytes.map((value) => ratioText(value)),
      whiskers: [],
    };
  });
  return {
    id: `${traffic.id}-${panel.kind}`,
    axisTitle: traffic.unit,
    ticks: axisTicks(largest),
    categories: schemes,
    series,
    marks,
  };
}
