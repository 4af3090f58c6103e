/**
 * A comparison as a person reads it in a terminal: the verdict, a row for each scheme and place of the former.
 */
import type { CompareResult, CompareRow } from "../verify/result.ts";
import { perImageByte, time } from "./quantity-text.ts";
import { thresholdWords } from "./run-output.ts";
import type { Paint, Terminal } from "./terminal.ts";
import { type Cell, type Column, textTable } from "./text-table.ts";

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

function rowCells(row: CompareRow, paint: Paint): Cell[] {
  const verdictCount = row.restoredCount + row.refusedCount + row.waitingCount;
  return [
    { text: row.scheme },
    { text: row.former },
    { text: String(row.width) },
    { text: String(row.tolerance) },
    { text: perImageByte(row.storedBytesPerImageByte) },
    { text: perImageByte(row.takeImageBytesPerImageByte + row.takeMemberBytesPerImageByte) },
    { text: row.durableNs === undefined ? "-" : time(row.durableNs.p50) },
    { text: row.restoreNs === undefined ? "-" : time(row.restoreNs.p50) },
    { text: verdictCount === 0 ? "-" : `${row.restoredCount}/${verdictCount}` },
    { text: String(row.brokenCount), paint: row.brokenCount === 0 ? paint.good : paint.bad },
  ];
}

export function printComparison(terminal: Terminal, result: CompareResult, isQuiet: boolean): void {
  const { paint } = terminal;
  const brokenCount = result.rows.reduce((sum, row) => sum + row.brokenCount, 0);
  terminal.out(brokenCount === 0 ? paint.good(result.verdict) : paint.bad(result.verdict));
  if (!isQuiet) {
    terminal.out("");
    terminal.out(
      textTable(
        COLUMNS,
        result.rows.map((row) => rowCells(row, paint)),
      ),
    );
    terminal.out("");
    terminal.out(
      paint.dim(
        "survives: server losses always survived; stored, sent: per image byte of one checkpoint; " +
          "durable, restore: medians",
      ),
    );
    for (const threshold of result.thresholds) terminal.out(thresholdWords(threshold));
    const { runCount, wallSeconds, scenarioHash, seed, version } = result;
    terminal.out(
      paint.dim(
        `${runCount} runs in ${wallSeconds.toFixed(1)} s  scenario ${scenarioHash}  seed ${seed}  version ${version}`,
      ),
    );
  }
}
