/**
 * The browser side of the report: draws the charts that the page holds as data, and draws them again in other colours
 * when the reader's setting changes or the page is printed. It changes nothing else and loads nothing.
 */
import type { Chart } from "chart.js";
import { CHARTS_ELEMENT_ID } from "../chart-model.ts";
import type { ChartModel } from "../chart-model.ts";
import { drawChart } from "./draw.ts";
import { readTheme } from "./theme.ts";

const AS_PRINTED_CLASS = "as-printed";

const root = document.documentElement;
const drawn: Chart<"bar", (number | null)[], string>[] = [];

function readModels(): readonly ChartModel[] {
  const text = document.getElementById(CHARTS_ELEMENT_ID)?.textContent ?? "[]";
  return JSON.parse(text) as readonly ChartModel[];
}

function drawAll(models: readonly ChartModel[]): void {
  for (const chart of drawn.splice(0)) chart.destroy();
  const theme = readTheme(root);
  for (const model of models) {
    const canvas = document.getElementById(model.id);
    if (!(canvas instanceof HTMLCanvasElement)) continue;
    // The chart measures its frame, so the frame has to be seen first.
    canvas.closest("figure")?.removeAttribute("hidden");
    drawn.push(drawChart(canvas, model, theme));
  }
}

const models = readModels();
drawAll(models);

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(models));

addEventListener("beforeprint", () => {
  root.classList.add(AS_PRINTED_CLASS);
  drawAll(models);
});
addEventListener("afterprint", () => {
  root.classList.remove(AS_PRINTED_CLASS);
  drawAll(models);
});
