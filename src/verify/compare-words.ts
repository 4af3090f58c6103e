/**
 * The verdict of a comparison in a few sentences, computed from its rows.
 *
 * Schemes are compared only where they survive equally many lost servers, in the first place of the former and at each
 * scheme's own width; the sentence says so, and every number in it stands beside the scheme that it belongs to.
 */
import { contestSchemes, mainContest, PLACE_PHRASE } from "./compare-contest.ts";
import type { CompareRow, Spread } from "./result.ts";

const NS_PER_MS = 1e6;

function promisesSentence(runCount: number, brokenCount: number): string {
  if (brokenCount > 0) return `${brokenCount} of ${runCount} runs broke a promise or stayed undecided.`;
  return `All ${runCount} runs kept every promise.`;
}

export function verdictSentence(rows: readonly CompareRow[], runCount: number, brokenCount: number): string {
  const promises = promisesSentence(runCount, brokenCount);
  const [first] = rows;
  if (first === undefined) return promises;
  const contest = mainContest(rows.filter((row) => row.widthKind === "own" && row.former === first.former));
  if (contest === undefined) return promises;
  const stored = [...contest.rows].sort((a, b) => a.storedBytesPerImageByte - b.storedBytesPerImageByte);
  const least = stored[0];
  const most = stored[stored.length - 1];
  if (least === undefined || most === undefined) return promises;
  const context =
    `With the former ${PLACE_PHRASE[first.former]} and each scheme at its own width: ` +
    `of ${contestSchemes(contest.tolerance)},`;
  const leastText = least.storedBytesPerImageByte.toFixed(2);
  const mostText = most.storedBytesPerImageByte.toFixed(2);
  if (leastText === mostText) {
    return `${promises} ${context} all store ${leastText} bytes for each byte of a checkpoint.`;
  }
  return (
    `${promises} ${context} ${least.scheme} stores the least, ${leastText} bytes for each byte of a checkpoint, ` +
    `and ${most.scheme} the most, ${mostText}.${timeSentence(least, most)}`
  );
}

/** Medians only: whether times differ beyond chance is for the report, which has the times themselves. */
function timeSentence(least: CompareRow, most: CompareRow): string {
  const clauses = [
    timeClause("Half of the checkpoints before a takeover were durable", least, most, (row) => row.durableNs),
    timeClause("half of the restores had the image together", least, most, (row) => row.reassembleNs),
  ].filter((clause) => clause !== "");
  if (clauses.length === 0) return "";
  const text = clauses.join("; ");
  return ` ${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function timeClause(
  subject: string,
  least: CompareRow,
  most: CompareRow,
  spreadOf: (row: CompareRow) => Spread | undefined,
): string {
  const leastNs = spreadOf(least)?.p50;
  const mostNs = spreadOf(most)?.p50;
  if (leastNs === undefined || mostNs === undefined) return "";
  const ms = (ns: number): string => `${(ns / NS_PER_MS).toFixed(1)}\u00a0ms`;
  return `${subject} within ${ms(leastNs)} under ${least.scheme} and within ${ms(mostNs)} under ${most.scheme}`;
}
