/**
 * What the browser side draws: plain data, ready down to the texts. The page's tables come from the same numbers,
 * so a chart and its table cannot differ, and the browser side computes nothing.
 */

/** The element of the page that holds the list of its charts as JSON. */
export const CHARTS_ELEMENT_ID = "ckptlab-charts";

/** Names a colour of the style sheet: the CSS variable `--colour-NAME`. */
export type ChartColour =
  | "place-production"
  | "place-backup"
  | "place-dedicated"
  | "place-any"
  | "phase-former"
  | "phase-servers"
  | "loss-1"
  | "loss-2"
  | "loss-3"
  | "loss-4";

export interface ChartSeries {
  readonly label: string;
  readonly colour: ChartColour;
  /** Series of one stack lie end to end; different stacks lie side by side. */
  readonly stack: string;
  /** One a category; null: nothing to draw. */
  readonly values: readonly (number | null)[];
  /** What the pointer shows for each value. */
  readonly valueTexts: readonly string[];
  /** Where a thin line that starts at the bar's end stops (the longest time, or the 99th percentile); empty: no lines. */
  readonly whiskers: readonly (number | null)[];
}

/** A text to the right of a bar, or in its end. */
export interface ChartMark {
  readonly seriesIndex: number;
  readonly categoryIndex: number;
  /** The value on the axis that the text stands behind. */
  readonly at: number;
  readonly text: string;
  /**
   * For a bar that a thin line goes on from: the text stands inside the bar's end, so that it is not taken for the end
   * of the line. Where the bar is too short, this text stands behind the line instead.
   */
  readonly outsideText?: string;
}

export interface ChartTick {
  readonly value: number;
  readonly text: string;
}

/** Horizontal bars: a category a row. */
export interface ChartModel {
  /** Also the id of its canvas. */
  readonly id: string;
  /** Stands under the plot, where it can wrap. */
  readonly axisTitle: string;
  /** The first is 0, the last is the end of the axis. */
  readonly ticks: readonly ChartTick[];
  readonly categories: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly marks: readonly ChartMark[];
}

/** Bars that lie side by side in one category. */
export function barsPerCategory(chart: ChartModel): number {
  return new Set(chart.series.map((series) => series.stack)).size;
}

/** More labels than this run into each other on a narrow screen. */
const TICK_COUNT_MAX = 7;

/** The steps at which a person counts, within a power of ten. */
const STEPS: readonly number[] = [0.1, 0.2, 0.25, 0.5, 1, 2];

/** Ticks at round numbers from 0 to the first one that is not below `largest`. */
export function axisTicks(largest: number): readonly ChartTick[] {
  const target = largest > 0 ? largest : 1;
  let magnitude = 1;
  while (magnitude * 10 <= target) magnitude *= 10;
  while (magnitude > target) magnitude /= 10;
  const steps = STEPS.map((share) => share * magnitude);
  // The last step needs six ticks at most: the target is below ten times the magnitude.
  const step = steps.find((candidate) => stepCount(target, candidate) < TICK_COUNT_MAX) ?? magnitude * 2;
  const decimals = decimalsOf(step);
  return Array.from({ length: stepCount(target, step) + 1 }, (_, index) => ({
    value: Number((index * step).toFixed(decimals)),
    text: (index * step).toFixed(decimals),
  }));
}

/** The slack is for quotients such as 0.6 / 0.2, which come out a little above 3. */
function stepCount(target: number, step: number): number {
  return Math.ceil(target / step - 1e-9);
}

function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 9; decimals += 1) {
    if (Math.abs(Number(step.toFixed(decimals)) - step) < step * 1e-6) return decimals;
  }
  return 9;
}
