/**
 * Sentences about times, computed from spreads. A ranking is only stated where the spreads are apart; otherwise the
 * sentence says that no difference was seen.
 */
import type { CompareRow, Spread } from "../verify/result.ts";
import {
  contestPhrase,
  differenceOf,
  extremesOf,
  isClearlyLower,
  mainContest,
  schemeList,
} from "./comparison.ts";
import type { Difference } from "./comparison.ts";
import { countText, factorText, listText, timeText } from "./number-words.ts";
import type { TimeUnit } from "./number-words.ts";
import { PLACE_PHRASE, rowOf, rowsAt } from "./view.ts";
import type { ReportView } from "./view.ts";

type SpreadOf = (row: CompareRow) => Spread | undefined;

/** The sentence about the schemes, in the first panel, with the former at its first place. */
export function timingFinding(view: ReportView, spreadOf: SpreadOf, unit: TimeUnit): string {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return "Nothing was compared.";
  const contest = mainContest(rowsAt(panel, place).filter((row) => spreadOf(row) !== undefined));
  const extremes = contest === undefined ? undefined : extremesOf(contest.rows, (row) => spreadOf(row)?.p50);
  const fastest = extremes && spreadOf(extremes.lowest);
  const slowest = extremes && spreadOf(extremes.highest);
  if (contest === undefined || extremes === undefined || fastest === undefined || slowest === undefined) {
    return "No two schemes that survive the same losses have times here, so none is called faster.";
  }
  if (!isClearlyLower(fastest, slowest)) {
    const reason = fastest.max < slowest.min ? "there are too few times to tell" : "their spreads overlap";
    return (
      `${contestPhrase(contest)}, no difference was seen: ${reason}, with medians from ` +
      `${timeText(fastest.p50, unit)} to ${timeText(slowest.p50, unit)}.`
    );
  }
  const level = contest.rows.filter((row) => {
    const spread = spreadOf(row);
    return row !== extremes.lowest && spread !== undefined && !isClearlyLower(fastest, spread);
  });
  const ties =
    level.length === 0 ? "" : ` (no difference seen to ${listText(level.map((row) => row.scheme))})`;
  return (
    `${contestPhrase(contest)}, ${extremes.lowest.scheme} takes the shortest time: ${timeText(fastest.p50, unit)} at the median${ties}` +
    `; ${extremes.highest.scheme} takes the longest: ${timeText(slowest.p50, unit)}, ` +
    `${factorText(slowest.p50 / fastest.p50)} times as long.`
  );
}

/** Sentences about the former's place and about the width. */
export function timingRemarks(view: ReportView, spreadOf: SpreadOf): readonly string[] {
  const panel = view.panels[0];
  const base = view.places[0];
  if (panel === undefined || base === undefined) return [];
  const remarks: string[] = [];
  for (const place of view.places.slice(1)) {
    const changes = rowsAt(panel, place).flatMap((row) =>
      changeOf(row.scheme, spreadOfRow(rowOf(panel, row.scheme, base), spreadOf), spreadOf(row)),
    );
    const subject = `A former ${PLACE_PHRASE[place]} instead of ${PLACE_PHRASE[base].replace("on ", "")}`;
    if (changes.length > 0) remarks.push(`${subject} ${changesPhrase(changes)}.`);
  }
  const common = view.panels[1];
  if (common !== undefined) {
    const changes = rowsAt(common, base).flatMap((row) => {
      const own = rowOf(panel, row.scheme, base);
      if (own === undefined || own.width === row.width) return [];
      return changeOf(row.scheme, spreadOf(own), spreadOf(row));
    });
    const subject = `Spreading a scheme over ${countText(common.rows[0]?.width ?? 0)} servers instead of its own width`;
    if (changes.length > 0) remarks.push(`${subject} ${changesPhrase(changes)}.`);
  }
  return remarks;
}

interface Change {
  readonly scheme: string;
  readonly difference: Difference;
  /** Changed median over the base's. */
  readonly factor: number;
}

function spreadOfRow(row: CompareRow | undefined, spreadOf: SpreadOf): Spread | undefined {
  return row === undefined ? undefined : spreadOf(row);
}

function changeOf(scheme: string, base: Spread | undefined, changed: Spread | undefined): readonly Change[] {
  if (base === undefined || changed === undefined) return [];
  return [{ scheme, difference: differenceOf(base, changed), factor: changed.p50 / base.p50 }];
}

function changesPhrase(changes: readonly Change[]): string {
  const phrases: string[] = [];
  for (const [difference, verb] of [
    ["longer", "makes it clearly longer for"],
    ["shorter", "makes it clearly shorter for"],
  ] as const) {
    const found = changes.filter((change) => change.difference === difference);
    if (found.length === 0) continue;
    const schemes = found.map((change) => change.scheme);
    phrases.push(`${verb} ${schemeList(schemes, changes.length)} (${factorRange(found)} the median)`);
  }
  const unseen = changes.filter((change) => change.difference === "none-seen");
  if (phrases.length === 0) return `makes no difference that was seen`;
  if (unseen.length > 0) {
    phrases.push("makes no difference that was seen for the others");
  }
  return phrases.join("; it ");
}

function factorRange(changes: readonly Change[]): string {
  const least = factorText(Math.min(...changes.map((change) => change.factor)));
  const most = factorText(Math.max(...changes.map((change) => change.factor)));
  return least === most ? `${least} times` : `${least} to ${most} times`;
}
