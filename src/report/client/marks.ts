/**
 * What chart.js does not draw by itself: the thin line from the median to the 99th percentile, and the number
 * behind each bar.
 */
import type { Chart, Plugin } from "chart.js";
import type { ChartModel } from "../chart-model.ts";
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
  const width = Math.max(0, ...model.marks.map((mark) => context.measureText(mark.text).width));
  context.restore();
  return Math.ceil(width) + MARK_GAP_PX + 2;
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

function drawMarks(chart: Chart<"bar">, model: ChartModel, theme: Theme): void {
  const { ctx: context } = chart;
  const axis = chart.scales["x"];
  if (axis === undefined) return;
  context.save();
  context.font = markFont(theme);
  context.fillStyle = theme.ink;
  context.textBaseline = "middle";
  for (const mark of model.marks) {
    const y = chart.getDatasetMeta(mark.seriesIndex).data[mark.categoryIndex]?.y;
    if (y === undefined) continue;
    context.fillText(mark.text, axis.getPixelForValue(mark.at) + MARK_GAP_PX, y + 0.5);
  }
  context.restore();
}
