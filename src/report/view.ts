/**
 * A comparison's rows in the order in which the report shows them: a panel for each scheme's own width, one for
 * the common width, and one for schemes declustered over it, in each the schemes in the order they were compared in, in each of those the former's places.
 *
 * Invariant: a panel holds at most one row for a scheme and a place. A scheme whose own width is the common one
 * appears in both panels even when it was run once.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import { PLACE_PHRASE } from "../verify/compare-contest.ts";
import type { CompareResult, CompareRow } from "../verify/result.ts";
import type { ChartColour } from "./chart-model.ts";
import { listText } from "./number-words.ts";

export interface Panel {
  readonly kind: CompareRow["widthKind"];
  /** A heading. */
  readonly title: string;
  /** The same inside a sentence. */
  readonly phrase: string;
  /** What a reader must know of these rows; empty: nothing. */
  readonly note: string;
  readonly rows: readonly CompareRow[];
}

export interface ReportView {
  readonly cluster: CompareResult["cluster"];
  readonly seedCount: number;
  readonly schemes: readonly string[];
  readonly places: readonly FormerPlace[];
  /** The first is the one that findings speak of. Empty only when the comparison has no row. */
  readonly panels: readonly Panel[];
}

const PLACES: readonly FormerPlace[] = ["production", "backup", "dedicated"];

export const PLACE_COLOUR: Readonly<Record<FormerPlace, ChartColour>> = {
  production: "place-production",
  backup: "place-backup",
  dedicated: "place-dedicated",
};

export function viewOf(result: CompareResult): ReportView {
  const schemes = [...new Set(result.rows.map((row) => row.scheme))];
  const places = PLACES.filter((place) => result.rows.some((row) => row.former === place));
  const own = result.rows.filter((row) => row.widthKind === "own");
  const common = result.rows.filter((row) => row.widthKind === "common");
  const commonWidth = common[0]?.width;
  const panels: Panel[] = [];
  if (own.length > 0) {
    panels.push({
      kind: "own",
      title: "Each scheme at its own width",
      phrase: "at each scheme’s own width",
      note: "",
      rows: ordered(schemes, places, own),
    });
  }
  if (commonWidth !== undefined) {
    const alike = own.filter((row) => row.width === commonWidth);
    panels.push({
      kind: "common",
      title: `All schemes at width ${commonWidth}`,
      phrase: `at width ${commonWidth}`,
      note: alikeNote(schemes.filter((scheme) => alike.some((row) => row.scheme === scheme))),
      rows: ordered(schemes, places, [...common, ...alike]),
    });
  }
  const declustered = result.rows.filter((row) => row.widthKind === "declustered");
  if (declustered.length > 0) {
    panels.push({
      kind: "declustered",
      title: `Declustered over width ${commonWidth}`,
      phrase: `declustered over width ${commonWidth}`,
      note: "Each group lies on other servers of the width than the one before, so that a lost server is rebuilt from all others alike.",
      rows: ordered(schemes, places, declustered),
    });
  }
  return { schemes, places, panels, cluster: result.cluster, seedCount: result.seedCount };
}

/** The same bars stand in both panels for these, and are not a second measurement. */
function alikeNote(schemes: readonly string[]): string {
  if (schemes.length === 0) return "";
  const isOne = schemes.length === 1;
  return `${listText(schemes)}: the same runs as at ${isOne ? "its" : "their"} own width, which is this one.`;
}

/** Rows without those that stand a second time for the same runs: needed wherever runs are summed up. */
export function distinctRows(rows: readonly CompareRow[]): readonly CompareRow[] {
  const byRuns = new Map<string, CompareRow>();
  for (const row of rows) {
    const placement = row.widthKind === "declustered" ? row.widthKind : "rotated";
    const key = `${row.scheme} ${row.former} ${row.width} ${placement}`;
    if (!byRuns.has(key)) byRuns.set(key, row);
  }
  return [...byRuns.values()];
}

function ordered(
  schemes: readonly string[],
  places: readonly FormerPlace[],
  rows: readonly CompareRow[],
): readonly CompareRow[] {
  return schemes.flatMap((scheme) =>
    places.flatMap((place) => rows.find((row) => row.scheme === scheme && row.former === place) ?? []),
  );
}

export function schemesOf(panel: Panel): readonly string[] {
  return [...new Set(panel.rows.map((row) => row.scheme))];
}

export function rowOf(panel: Panel, scheme: string, place: FormerPlace): CompareRow | undefined {
  return panel.rows.find((row) => row.scheme === scheme && row.former === place);
}

/** What findings speak of: the first place of the first panel. */
export function contextOf(view: ReportView): string {
  const panel = view.panels[0];
  const place = view.places[0];
  return panel === undefined || place === undefined ? "" : `Former ${PLACE_PHRASE[place]}, ${panel.phrase}`;
}

/** Rows of one place: what schemes are compared on. */
export function rowsAt(panel: Panel, place: FormerPlace): readonly CompareRow[] {
  return panel.rows.filter((row) => row.former === place);
}

/** Whether `textOf` is the same for all places of every scheme of every panel; then one bar serves for all. */
export function samePlaces(view: ReportView, textOf: (row: CompareRow) => string): boolean {
  return view.panels.every((panel) =>
    schemesOf(panel).every(
      (scheme) => new Set(panel.rows.filter((row) => row.scheme === scheme).map(textOf)).size === 1,
    ),
  );
}

/** A line of a chart or table: one place, or all of them where they agree. */
export interface PlaceChoice {
  readonly place: FormerPlace;
  readonly label: string;
  readonly colour: ChartColour;
}

export function placeChoices(view: ReportView, agree: boolean): readonly PlaceChoice[] {
  const first = view.places[0];
  if (agree && first !== undefined && view.places.length > 1) {
    return [{ place: first, label: "any place", colour: "place-any" }];
  }
  return view.places.map((place) => ({ place, label: place, colour: PLACE_COLOUR[place] }));
}
