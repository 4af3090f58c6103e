/**
 * A comparison as a person reads it in a terminal: the verdict, and a row for each scheme in the first place of the former
 * and at its own width; all rows when asked for. A row whose own width is the common one stands once. A row with a run that
 * did not hold is always shown.
 */
import { distinctRows } from "../report/view.ts";
import type { CompareResult, CompareRow } from "../verify/result.ts";
import { perImageByte, plain, time } from "./quantity-text.ts";
import type { Paint, Terminal } from "./terminal.ts";
import { type Cell, type Column, textTable } from "./text-table.ts";
import { thresholdLine } from "./threshold-line.ts";

const COLUMNS: readonly Column[] = [
  { header: "scheme", align: "left" },
  { header: "former", align: "left" },
  { header: "width", align: "right" },
  { header: "survives", align: "right" },
  { header: "stored", align: "right" },
  { header: "sent", align: "right" },
  { header: "durable", align: "right" },
  { header: "restore", align: "right" },
  { header: "restored", align: "right" },
  { header: "broken", align: "right" },
];

/** The common width has a star, declustered a plus; the digits stand under each other all the same. */
function widthText(row: CompareRow, commonWidth: number | undefined): string {
  if (commonWidth === undefined) return String(row.width);
  if (row.widthKind === "declustered") return `${row.width}+`;
  return `${row.width}${row.width === commonWidth ? "*" : " "}`;
}

function widthLegend(rows: readonly CompareRow[]): string {
  const isDeclustered = rows.some((row) => row.widthKind === "declustered");
  return ` (*: the common width${isDeclustered ? ", +: declustered over it" : ""})`;
}

function rowCells(row: CompareRow, commonWidth: number | undefined, paint: Paint): Cell[] {
  const verdictCount = row.restoredCount + row.refusedCount + row.waitingCount;
  return [
    { text: row.scheme },
    { text: row.former },
    { text: widthText(row, commonWidth) },
    { text: String(row.tolerance) },
    { text: perImageByte(row.storedBytesPerImageByte) },
    { text: perImageByte(row.takeImageBytesPerImageByte + row.takeMemberBytesPerImageByte) },
    { text: row.durableNs === undefined ? "-" : time(row.durableNs.p50) },
    { text: row.restoreNs === undefined ? "-" : time(row.restoreNs.p50) },
    { text: verdictCount === 0 ? "-" : `${row.restoredCount}/${verdictCount}` },
    { text: String(row.brokenCount), paint: row.brokenCount === 0 ? paint.good : paint.bad },
  ];
}

export interface ComparisonPrint {
  /** The verdict only. */
  readonly isQuiet: boolean;
  /** Every place of the former and width. */
  readonly isAll: boolean;
}

export function printComparison(terminal: Terminal, result: CompareResult, print: ComparisonPrint): void {
  const { paint } = terminal;
  const rows = distinctRows(result.rows);
  const firstFormer = rows[0]?.former;
  const shown = rows.filter(
    (row) => print.isAll || row.brokenCount > 0 || (row.widthKind === "own" && row.former === firstFormer),
  );
  const commonWidth = result.rows.find((row) => row.widthKind === "common")?.width;
  const brokenCount = rows.reduce((sum, row) => sum + row.brokenCount, 0);
  const verdict = plain(result.verdict);
  terminal.out(brokenCount === 0 ? paint.good(verdict) : paint.bad(verdict));
  if (!print.isQuiet) {
    terminal.out("");
    terminal.out(
      textTable(
        COLUMNS,
        shown.map((row) => rowCells(row, commonWidth, paint)),
      ),
    );
    const otherCount = rows.length - shown.length;
    if (otherCount > 0) {
      terminal.out(
        `and ${otherCount} rows of other places of the former and other widths: --all shows them, and so does the page`,
      );
    }
    terminal.out("");
    terminal.out(
      paint.dim(
        `width: servers used${commonWidth === undefined ? "" : widthLegend(rows)}; survives: lost servers always survived; stored, sent: bytes for each byte of one ` +
          "checkpoint; durable, restore: medians, durable of the checkpoints before a takeover; restored: of the restores in all runs of the row",
      ),
    );
    for (const threshold of result.thresholds) terminal.out(thresholdLine(threshold));
    const { runCount, wallSeconds, scenarioHash, seed, version } = result;
    terminal.out(
      paint.dim(
        `${runCount} runs in ${wallSeconds.toFixed(1)} s  scenario ${scenarioHash}  seed ${seed}  version ${version}`,
      ),
    );
  }
}
