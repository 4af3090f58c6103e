/**
 * Sentences about times, computed from samples. A ranking is only stated where the rank test allows it
 * (comparison.ts); otherwise the sentence says that the times overlap, or that there are too few.
 */
import { mainContest, PLACE_PHRASE } from "../verify/compare-contest.ts";
import type { CompareRow, TimeSample } from "../verify/result.ts";
import { contestPhrase, differenceOf, extremesOf, isLonger, pairsText, schemeList } from "./comparison.ts";
import type { Difference } from "./comparison.ts";
import { countText, factorText, listText, timeText } from "./number-words.ts";
import type { TimeUnit } from "./number-words.ts";
import { rowOf, rowsAt } from "./view.ts";
import type { ReportView } from "./view.ts";

type SampleOf = (row: CompareRow) => TimeSample | undefined;

/** The sentence about the schemes, in the first panel, with the former at its first place. */
export function timingFinding(view: ReportView, sampleOf: SampleOf, unit: TimeUnit): string {
  const panel = view.panels[0];
  const place = view.places[0];
  if (panel === undefined || place === undefined) return "Nothing was compared.";
  const contest = mainContest(rowsAt(panel, place).filter((row) => sampleOf(row) !== undefined));
  const extremes = contest === undefined ? undefined : extremesOf(contest.rows, (row) => sampleOf(row)?.p50);
  const fastest = extremes && sampleOf(extremes.lowest);
  const slowest = extremes && sampleOf(extremes.highest);
  if (contest === undefined || extremes === undefined || fastest === undefined || slowest === undefined) {
    return "No two schemes that survive the same losses have times here, so none is called faster.";
  }
  const difference = differenceOf(fastest, slowest);
  if (difference.kind !== "longer") {
    const reason =
      difference.kind === "too-few" ? "there are too few times to tell them apart" : "the times overlap";
    return (
      `${contestPhrase(contest)}, none is called faster: ${reason}. Medians go from ` +
      `${timeText(fastest.p50, unit)} (${extremes.lowest.scheme}) to ${timeText(slowest.p50, unit)} (${extremes.highest.scheme}).`
    );
  }
  const level = contest.rows.filter((row) => {
    const sample = sampleOf(row);
    return row !== extremes.lowest && sample !== undefined && !isLonger(sample, fastest);
  });
  const ties =
    level.length === 0
      ? ""
      : `, though its times overlap with those of ${listText(level.map((row) => row.scheme))}`;
  return (
    `${contestPhrase(contest)}, ${extremes.lowest.scheme} has the shortest median: ${timeText(fastest.p50, unit)}${ties}` +
    `; ${extremes.highest.scheme} has the longest: ${timeText(slowest.p50, unit)}, ` +
    `${factorText(slowest.p50 / fastest.p50)} times as long.`
  );
}

/** Sentences about the former's place and about the width. */
export function timingRemarks(view: ReportView, sampleOf: SampleOf): readonly string[] {
  const panel = view.panels[0];
  const base = view.places[0];
  if (panel === undefined || base === undefined) return [];
  const remarks: string[] = [];
  for (const place of view.places.slice(1)) {
    const changes = rowsAt(panel, place).flatMap((row) =>
      changeOf(row.scheme, rowOf(panel, row.scheme, base), row, sampleOf),
    );
    const subject = `A former ${PLACE_PHRASE[place]} instead of ${PLACE_PHRASE[base].replace("on ", "")}`;
    if (changes.length > 0) remarks.push(`${subject}: ${changesPhrase(changes)}.`);
  }
  const common = view.panels[1];
  if (common !== undefined) {
    const changes = rowsAt(common, base).flatMap((row) => {
      const own = rowOf(panel, row.scheme, base);
      return own?.width === row.width ? [] : changeOf(row.scheme, own, row, sampleOf);
    });
    const subject = `A scheme spread over ${countText(common.rows[0]?.width ?? 0)} servers instead of its own width`;
    if (changes.length > 0) remarks.push(`${subject}: ${changesPhrase(changes)}.`);
  }
  return remarks;
}

interface Change {
  readonly scheme: string;
  readonly difference: Difference;
  /** Changed median over the base's. */
  readonly factor: number;
}

function changeOf(
  scheme: string,
  base: CompareRow | undefined,
  changed: CompareRow,
  sampleOf: SampleOf,
): readonly Change[] {
  const from = base === undefined ? undefined : sampleOf(base);
  const to = sampleOf(changed);
  if (from === undefined || to === undefined) return [];
  return [{ scheme, difference: differenceOf(from, to), factor: to.p50 / from.p50 }];
}

function changesPhrase(changes: readonly Change[]): string {
  const phrases: string[] = [];
  const ofKind = (kind: Difference["kind"]): readonly Change[] =>
    changes.filter((change) => change.difference.kind === kind);
  const names = (found: readonly Change[]): string =>
    schemeList(
      found.map((change) => change.scheme),
      changes.length,
    );
  for (const kind of ["longer", "shorter"] as const) {
    const found = ofKind(kind);
    if (found.length === 0) continue;
    const shares = found.map(({ difference }) =>
      kind === "longer" ? difference.longerShare : 1 - difference.longerShare,
    );
    phrases.push(
      `times are ${kind} for ${names(found)} (${mediansPhrase(found)}; ${kind} ${pairsText(shares)})`,
    );
  }
  const overlapping = ofKind("overlap");
  if (overlapping.length > 0) phrases.push(`they overlap for ${names(overlapping)}`);
  const few = ofKind("too-few");
  if (few.length > 0) phrases.push(`there are too few to tell for ${names(few)}`);
  return phrases.join("; ").replace(/^they /, "times ");
}

/** A factor of 1.00 would read as no difference at all beside "longer". */
function mediansPhrase(changes: readonly Change[]): string {
  if (changes.every(({ factor }) => Math.abs(factor - 1) < 0.01)) return "the median by less than 1\u00a0%";
  return `the median is ${factorRange(changes)} as long`;
}

function factorRange(changes: readonly Change[]): string {
  const least = factorText(Math.min(...changes.map((change) => change.factor)));
  const most = factorText(Math.max(...changes.map((change) => change.factor)));
  return least === most ? `${least} times` : `${least} to ${most} times`;
}
