/** All quantities side by side for one place of the former at each scheme's own width: the page in one table. */
import type { CompareRow } from "../../verify/result.ts";
import { lossPhrase, mainContest } from "../comparison.ts";
import { html, NO_HTML } from "../html.ts";
import type { Html } from "../html.ts";
import { ratioText, timeDigits, timeUnitFor } from "../number-words.ts";
import type { TimeUnit } from "../number-words.ts";
import { dataTable } from "../table.ts";
import { PLACE_PHRASE, rowsAt } from "../view.ts";
import type { ReportView } from "../view.ts";
import { takeBytesOf } from "./network.ts";

interface Column {
  readonly header: string;
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
            ...columns.map((column) => cell(column, row, rows, contest?.rows ?? [])),
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
    : `Marked: the least among the schemes that survive ${lossPhrase(tolerance)}, where the schemes differ as printed; whether times differ clearly is said below. `;
}

function columnsFor(rows: readonly CompareRow[]): readonly Column[] {
  const durableUnit = timeUnitFor(Math.max(0, ...rows.map((row) => row.durableNs?.p50 ?? 0)));
  const restoreUnit = timeUnitFor(Math.max(0, ...rows.map((row) => row.restoreNs?.p50 ?? 0)));
  return [
    {
      header: "Stored",
      valueOf: (row) => row.storedBytesPerImageByte,
      textOf: (row) => ratioText(row.storedBytesPerImageByte),
    },
    { header: "Sent to be durable", valueOf: takeBytesOf, textOf: (row) => ratioText(takeBytesOf(row)) },
    timeColumn("Durable after", durableUnit, (row) => row.durableNs?.p50),
    timeColumn("Restored after", restoreUnit, (row) => row.restoreNs?.p50),
  ];
}

function timeColumn(title: string, unit: TimeUnit, valueOf: (row: CompareRow) => number | undefined): Column {
  return { header: `${title}, ${unit.name}`, valueOf, textOf: (row) => timeDigits(valueOf(row), unit) };
}

/** The number over a bar that shows its size within the column; the least within the contest is marked. */
function cell(
  column: Column,
  row: CompareRow,
  rows: readonly CompareRow[],
  contest: readonly CompareRow[],
): Html {
  const value = column.valueOf(row);
  const text = column.textOf(row);
  if (value === undefined) return html`${text}`;
  const largest = Math.max(...rows.map((other) => column.valueOf(other) ?? 0));
  const share = largest > 0 ? value / largest : 0;
  const rivals = contest.flatMap((member) => column.valueOf(member) ?? []);
  const texts = new Set(contest.map((member) => column.textOf(member)));
  const isLeast = contest.includes(row) && value === Math.min(...rivals) && texts.size > 1;
  const number = isLeast ? html`<mark>${text}</mark>` : html`${text}`;
  return html`${number}<span class="meter" style="--share:${share.toFixed(4)}"></span>`;
}
