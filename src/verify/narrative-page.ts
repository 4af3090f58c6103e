/**
 * A narrative on at most a screenful of lines: routine stretches are drawn together and counted, and only when that is
 * not enough are steps drawn together too, and turns that say again what was said before. Other turns (faults, takeovers, verdicts) go last: then the middle is left out, and
 * the page says how many entries.
 *
 * Invariant: every entry is either printed, or counted in a line that stands where it happened.
 */
import { timeText } from "./facts/words.ts";
import type { NarrativeEntry, NarrativeWeight } from "./narrative.ts";

export interface NarrativeLine {
  readonly atNs: number;
  readonly text: string;
  /** How many entries the line stands for. */
  readonly entryCount: number;
  readonly weight: NarrativeWeight;
}

/** A terminal of 40 lines with room for the heading and the promises. */
export const PAGE_LINES_MAX = 30;

/** Fewer than these in a row are told one by one. */
const STRETCH_MIN = 3;

function lineOf(entry: NarrativeEntry): NarrativeLine {
  const text = entry.server === "" ? entry.text : `${entry.server} ${entry.text}`;
  return { atNs: entry.atNs, text, entryCount: 1, weight: entry.weight };
}

/** "3× checkpoint taken, 12× stored" in the order in which the kinds first came. */
function stretchLine(entries: readonly NarrativeEntry[]): NarrativeLine {
  const counts = new Map<string, number>();
  for (const { kind } of entries) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const words = [...counts].map(([kind, count]) => `${count}× ${kind}`);
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("a stretch has entries");
  const until = last.atNs > first.atNs ? ` (until ${timeText(last.atNs)})` : "";
  const weight = entries.every((entry) => entry.weight === "routine") ? "routine" : "step";
  return { atNs: first.atNs, text: `… ${words.join(", ")}${until}`, entryCount: entries.length, weight };
}

function drawnTogether(
  entries: readonly NarrativeEntry[],
  isDrawn: (entry: NarrativeEntry) => boolean,
): NarrativeLine[] {
  const lines: NarrativeLine[] = [];
  let stretch: NarrativeEntry[] = [];
  const flush = (): void => {
    if (stretch.length >= STRETCH_MIN) lines.push(stretchLine(stretch));
    else lines.push(...stretch.map(lineOf));
    stretch = [];
  };
  for (const entry of entries) {
    if (isDrawn(entry)) {
      stretch.push(entry);
      continue;
    }
    flush();
    lines.push(lineOf(entry));
  }
  flush();
  return lines;
}

/** Keeps the beginning and, more of it, the end: what broke stands there. */
function middleLeftOut(lines: readonly NarrativeLine[], max: number): NarrativeLine[] {
  if (lines.length <= max) return [...lines];
  const headCount = Math.floor(max / 3);
  const tailCount = max - headCount - 1;
  const left = lines.slice(headCount, lines.length - tailCount);
  const entryCount = left.reduce((sum, line) => sum + line.entryCount, 0);
  const atNs = left[0]?.atNs ?? 0;
  return [
    ...lines.slice(0, headCount),
    { atNs, text: `… ${entryCount} more entries, left out here`, entryCount, weight: "step" },
    ...lines.slice(lines.length - tailCount),
  ];
}

/** `linesMax` undefined: every entry on a line of its own. */
export function narrativePage(
  entries: readonly NarrativeEntry[],
  linesMax: number | undefined,
): NarrativeLine[] {
  if (linesMax === undefined || entries.length <= linesMax) return entries.map(lineOf);
  const told = drawnTogether(entries, ({ weight }) => weight === "routine");
  if (told.length <= linesMax) return told;
  const seen = new Set<string>();
  const isRepeat = ({ server, text }: NarrativeEntry): boolean => {
    const sentence = `${server} ${text}`;
    if (seen.has(sentence)) return true;
    seen.add(sentence);
    return false;
  };
  return middleLeftOut(
    drawnTogether(entries, (entry) => entry.weight !== "turn" || isRepeat(entry)),
    linesMax,
  );
}
