/**
 * What chart.js does not draw by itself: the thin line from the median to the longest time, and the number behind
 * each bar or in its end.
 */
import type { Chart, Plugin, Scale } from "chart.js";
import type { ChartMark, ChartModel } from "../chart-model.ts";
import type { Theme } from "./theme.ts";

const MARK_FONT_PX = 11;
const MARK_GAP_PX = 5;
const WHISKER_CAP_PX = 3;

function markFont(theme: Theme): string {
  return `${MARK_FONT_PX}px ${theme.fontFamily}`;
}

/** Room to the right of the axis, so that the number behind the longest bar is not cut off. */
export function markWidth(context: CanvasRenderingContext2D, model: ChartModel, theme: Theme): number {
  context.save();
  context.font = markFont(theme);
  const width = Math.max(
    0,
    ...model.marks
      .filter((mark) => !standsInside(model, mark))
      .map((mark) => context.measureText(mark.outsideText ?? mark.text).width),
  );
  context.restore();
  return Math.ceil(width) + MARK_GAP_PX + 2;
}

/** A bar of a third of the axis has room for its number on the narrowest screen, so nothing is kept free behind it. */
const INSIDE_SHARE_MIN = 1 / 3;

function standsInside(model: ChartModel, mark: ChartMark): boolean {
  const value = model.series[mark.seriesIndex]?.values[mark.categoryIndex] ?? 0;
  const largest = model.ticks.at(-1)?.value ?? 1;
  return mark.outsideText !== undefined && value >= largest * INSIDE_SHARE_MIN;
}

export function marksPlugin(model: ChartModel, theme: Theme): Plugin<"bar"> {
  return {
    id: "ckptlab-marks",
    afterDatasetsDraw(chart) {
      drawWhiskers(chart, model, theme);
      drawMarks(chart, model, theme);
    },
  };
}

function drawWhiskers(chart: Chart<"bar">, model: ChartModel, theme: Theme): void {
  const { ctx: context } = chart;
  const axis = chart.scales["x"];
  if (axis === undefined) return;
  context.save();
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.25;
  model.series.forEach((series, seriesIndex) => {
    series.whiskers.forEach((end, categoryIndex) => {
      const start = series.values[categoryIndex];
      const y = chart.getDatasetMeta(seriesIndex).data[categoryIndex]?.y;
      if (end === null || start === null || start === undefined || y === undefined) return;
      const startX = axis.getPixelForValue(start);
      const endX = axis.getPixelForValue(end);
      context.beginPath();
      context.moveTo(startX, y);
      context.lineTo(endX, y);
      context.moveTo(endX, y - WHISKER_CAP_PX);
      context.lineTo(endX, y + WHISKER_CAP_PX);
      context.stroke();
    });
  });
  context.restore();
}

/** Right-aligned in the bar's end; false when the bar is too short for it. */
function drawInside(
  context: CanvasRenderingContext2D,
  axis: Scale,
  model: ChartModel,
  theme: Theme,
  mark: ChartMark,
  y: number,
): boolean {
  const series = model.series[mark.seriesIndex];
  const value = series?.values[mark.categoryIndex];
  if (series === undefined || value === null || value === undefined) return false;
  const end = axis.getPixelForValue(value);
  const width = context.measureText(mark.text).width;
  if (end - axis.getPixelForValue(0) < width + 2 * MARK_GAP_PX) return false;
  context.fillStyle = inkOn(theme.colourOf(series.colour));
  context.fillText(mark.text, end - width - MARK_GAP_PX, y + 0.5);
  return true;
}

/** Black or white, whichever is easier to read on a colour of the style sheet: six hexadecimal digits. */
function inkOn(colour: string): string {
  const channel = (offset: number): number => {
    const share = Number.parseInt(colour.slice(offset, offset + 2), 16) / 255;
    return share * share;
  };
  const lightness = 0.21 * channel(1) + 0.72 * channel(3) + 0.07 * channel(5);
  return lightness > 0.18 ? "#000000" : "#ffffff";
}

function drawMarks(chart: Chart<"bar">, model: ChartModel, theme: Theme): void {
  const { ctx: context } = chart;
  const axis = chart.scales["x"];
  if (axis === undefined) return;
  context.save();
  context.font = markFont(theme);
  context.textBaseline = "middle";
  for (const mark of model.marks) {
    const y = chart.getDatasetMeta(mark.seriesIndex).data[mark.categoryIndex]?.y;
    if (y === undefined) continue;
    if (mark.outsideText !== undefined && drawInside(context, axis, model, theme, mark, y)) continue;
    context.fillStyle = theme.ink;
    context.fillText(mark.outsideText ?? mark.text, axis.getPixelForValue(mark.at) + MARK_GAP_PX, y + 0.5);
  }
  context.restore();
}
