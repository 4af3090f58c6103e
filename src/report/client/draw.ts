/** One chart model as one chart.js chart: horizontal bars, no animation, colours from the page. */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from "chart.js";
import type { ChartConfiguration } from "chart.js";
import type { ChartModel } from "../chart-model.ts";
import { marksPlugin, markWidth } from "./marks.ts";
import type { Theme } from "./theme.ts";

// Only what bars need: the script is inside every report.
Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** A bar is never thicker than this, however few there are. */
const BAR_PX_MAX = 18;

/** Draws at once. The canvas says in `data-points` how many values the chart holds. */
export function drawChart(
  canvas: HTMLCanvasElement,
  model: ChartModel,
  theme: Theme,
): Chart<"bar", (number | null)[], string> {
  const context = canvas.getContext("2d");
  const room = context === null ? 0 : markWidth(context, model, theme);
  const chart = new Chart<"bar", (number | null)[], string>(canvas, configurationOf(model, theme, room));
  const pointCount = model.series.reduce((sum, _, index) => sum + chart.getDatasetMeta(index).data.length, 0);
  canvas.dataset["points"] = String(pointCount);
  return chart;
}

function configurationOf(
  model: ChartModel,
  theme: Theme,
  rightRoom: number,
): ChartConfiguration<"bar", (number | null)[], string> {
  const font = { family: theme.fontFamily, size: 12 };
  return {
    type: "bar",
    data: {
      labels: [...model.categories],
      datasets: model.series.map((series) => ({
        label: series.label,
        data: [...series.values],
        stack: series.stack,
        backgroundColor: theme.colourOf(series.colour),
        // A thin gap between what is stacked keeps neighbours apart without their colours.
        borderColor: theme.page,
        borderWidth: { right: 0.75, left: 0, top: 0, bottom: 0 },
        borderSkipped: false,
        maxBarThickness: BAR_PX_MAX,
        barPercentage: 0.92,
        categoryPercentage: 0.8,
      })),
    },
    options: {
      indexAxis: "y",
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { padding: { right: rightRoom } },
      scales: {
        x: {
          stacked: true,
          min: 0,
          max: model.ticks.at(-1)?.value ?? 1,
          grid: { color: theme.rule, drawTicks: false },
          border: { display: false },
          afterBuildTicks: (axis) => {
            axis.ticks = model.ticks.map((tick) => ({ value: tick.value }));
          },
          ticks: {
            color: theme.quiet,
            font,
            padding: 4,
            maxRotation: 0,
            callback: (_, index) => model.ticks[index]?.text ?? "",
          },
        },
        y: {
          stacked: true,
          grid: { display: false },
          border: { color: theme.quiet },
          ticks: { color: theme.ink, font, autoSkip: false, padding: 6 },
        },
      },
      plugins: {
        tooltip: {
          displayColors: true,
          callbacks: {
            label: (item) => {
              const series = model.series[item.datasetIndex];
              return series === undefined
                ? ""
                : `${series.label}: ${series.valueTexts[item.dataIndex] ?? ""}`;
            },
          },
        },
      },
    },
    plugins: [marksPlugin(model, theme)],
  };
}
