/**
 * The verdict of a comparison in one or two sentences, computed from its rows.
 *
 * Schemes are compared only where they survive equally many lost servers, in the first place of the former and at each
 * scheme's own width.
 */
import type { CompareRow } from "./result.ts";

const NS_PER_MS = 1e6;

function byValue(rows: readonly CompareRow[], valueOf: (row: CompareRow) => number): CompareRow[] {
  return [...rows].sort((a, b) => valueOf(a) - valueOf(b));
}

/** Rows of the tolerance that most schemes share, at least 1. */
function comparableRows(rows: readonly CompareRow[]): CompareRow[] {
  const [first] = rows;
  const own = rows.filter(
    (row) => row.widthKind === "own" && row.former === first?.former && row.tolerance > 0,
  );
  let best: CompareRow[] = [];
  for (const tolerance of new Set(own.map((row) => row.tolerance))) {
    const group = own.filter((row) => row.tolerance === tolerance);
    if (group.length > best.length) best = group;
  }
  return best;
}

function promisesSentence(runCount: number, brokenCount: number): string {
  if (brokenCount > 0) return `${brokenCount} of ${runCount} runs broke a promise or stayed undecided.`;
  return `All ${runCount} runs kept every promise.`;
}

export function verdictSentence(rows: readonly CompareRow[], runCount: number, brokenCount: number): string {
  const promises = promisesSentence(runCount, brokenCount);
  const comparable = comparableRows(rows);
  const stored = byValue(comparable, (row) => row.storedBytesPerImageByte);
  const least = stored[0];
  const most = stored[stored.length - 1];
  if (least === undefined || most === undefined || least === most) return promises;
  const losses = least.tolerance === 1 ? "any one lost server" : `any ${least.tolerance} lost servers`;
  const storage =
    `Among the schemes that survive ${losses}, ${least.scheme} stores the least ` +
    `(${least.storedBytesPerImageByte.toFixed(2)} bytes for each checkpoint byte) and ${most.scheme} the most ` +
    `(${most.storedBytesPerImageByte.toFixed(2)})`;
  return `${promises} ${storage}.${timeSentence(least, most)}`;
}

/** Medians only: whether times differ clearly is for the report, which shows their spread. */
function timeSentence(least: CompareRow, most: CompareRow): string {
  if (least.durableNs === undefined || most.durableNs === undefined) return "";
  const ms = (ns: number): string => `${(ns / NS_PER_MS).toFixed(1)}\u00a0ms`;
  const durable =
    ` Half of the checkpoints were durable within ${ms(least.durableNs.p50)} under ${least.scheme} and within ` +
    `${ms(most.durableNs.p50)} under ${most.scheme}`;
  if (least.reassembleNs === undefined || most.reassembleNs === undefined) return `${durable}.`;
  return (
    `${durable}; half of the restores had the image together within ${ms(least.reassembleNs.p50)} and ` +
    `${ms(most.reassembleNs.p50)}.`
  );
}
