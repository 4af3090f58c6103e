/** All quantities side by side for one place of the former at each scheme's own width: the page in one table. */
import { contestSchemes, mainContest, PLACE_PHRASE } from "../../verify/compare-contest.ts";
import type { CompareRow, TimeSample } from "../../verify/result.ts";
import { extremesOf, isLonger } from "../comparison.ts";
import { html, NO_HTML } from "../html.ts";
import type { Html } from "../html.ts";
import { ratioText, timeDigits, timeUnitFor } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { rowsAt } from "../view.ts";
import type { ReportView } from "../view.ts";
import { takeBytesOf } from "./network.ts";

interface Column {
  readonly header: string;
  /** Whether a row of the contest is as good as the best one, as far as the numbers can tell. */
  readonly isLevel: (row: CompareRow, best: CompareRow) => boolean;
  readonly valueOf: (row: CompareRow) => number | undefined;
  readonly textOf: (row: CompareRow) => string;
}

export function renderGlance(view: ReportView): Html {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return NO_HTML;
  const rows = rowsAt(panel, place);
  const columns = columnsFor(rows);
  const contest = mainContest(rows);
  const marked = columns.map((column) => leastOf(column, contest?.rows ?? []));
  const table = dataTable({
    caption: `Former ${PLACE_PHRASE[place]}, ${panel.phrase}`,
    label: "All quantities at a glance",
    headers: ["Scheme", "Servers used", "Losses always survived", ...columns.map((column) => column.header)],
    groups: rows.map((row) => ({
      header: row.scheme,
      lines: [
        {
          header: undefined,
          cells: [
            String(row.width),
            row.tolerance === 0 ? "none" : String(row.tolerance),
            ...columns.map((column, index) => cell(column, row, rows, marked[index]?.includes(row) === true)),
          ],
        },
      ],
    })),
  });
  return html`<section id="glance" aria-labelledby="glance-title">
    <h2 id="glance-title">At a glance</h2>
    ${table}
    <p class="note">
      ${glanceNote(contest?.tolerance)}Times are medians. Storage and network are bytes for each byte of the
      checkpoint.
    </p>
  </section>`;
}

function glanceNote(tolerance: number | undefined): string {
  return tolerance === undefined
    ? ""
    : `Marked among ${contestSchemes(tolerance)}: the least, and every time that cannot be told from the shortest. The other schemes survive more or less, so they are not ranked. `;
}

function columnsFor(rows: readonly CompareRow[]): readonly Column[] {
  return [
    ratioColumn("Stored", (row) => row.storedBytesPerImageByte),
    ratioColumn("Sent to be durable", takeBytesOf),
    timeColumn("Durable after", rows, (row) => row.durableNs),
    timeColumn("Reassembled in", rows, (row) => row.reassembleNs),
    timeColumn("Restored after", rows, (row) => row.restoreNs),
  ];
}

function ratioColumn(header: string, valueOf: (row: CompareRow) => number): Column {
  const textOf = (row: CompareRow): string => ratioText(valueOf(row));
  return { header, valueOf, textOf, isLevel: (row, best) => textOf(row) === textOf(best) };
}

function timeColumn(
  title: string,
  rows: readonly CompareRow[],
  sampleOf: (row: CompareRow) => TimeSample | undefined,
): Column {
  const unit = timeUnitFor(Math.max(0, ...rows.map((row) => sampleOf(row)?.p50 ?? 0)));
  return {
    header: `${title}, ${unit.name}`,
    valueOf: (row) => sampleOf(row)?.p50,
    textOf: (row) => timeDigits(sampleOf(row)?.p50, unit),
    isLevel: (row, best) => {
      const sample = sampleOf(row);
      const bestSample = sampleOf(best);
      return sample !== undefined && bestSample !== undefined && !isLonger(sample, bestSample);
    },
  };
}

/** The rows of the contest to mark: none when all of it is level. */
function leastOf(column: Column, contest: readonly CompareRow[]): readonly CompareRow[] {
  const best = extremesOf(contest, column.valueOf)?.lowest;
  if (best === undefined) return [];
  const level = contest.filter((row) => column.isLevel(row, best));
  return level.length === contest.length ? [] : level;
}

/** The number over a bar that shows its size within the column. */
function cell(column: Column, row: CompareRow, rows: readonly CompareRow[], isMarked: boolean): Html {
  const value = column.valueOf(row);
  const text = column.textOf(row);
  if (value === undefined) return html`${text}`;
  const largest = Math.max(...rows.map((other) => column.valueOf(other) ?? 0));
  const share = largest > 0 ? value / largest : 0;
  const number = isMarked ? html`<mark>${text}</mark>` : html`${text}`;
  return html`${number}<span class="meter" style="--share:${share.toFixed(4)}"></span>`;
}
