/**
 * One question of the report: what the numbers show in words, a chart and a table for each panel, how to read them.
 *
 * The plot is hidden until the browser side has drawn it, so that without a script no empty frame is left.
 */
import { barsPerCategory } from "./chart-model.ts";
import type { ChartModel } from "./chart-model.ts";
import { html, lines, NO_HTML } from "./html.ts";
import type { Html } from "./html.ts";

export interface ChartPanel {
  /** Its own among the headings of the page. */
  readonly title: string;
  /** Stands under the title; empty: nothing. */
  readonly note: string;
  readonly chart: ChartModel;
  readonly table: Html;
}

export interface ChartSection {
  readonly id: string;
  readonly title: string;
  /** What the finding speaks of: "with the former on ..., at ...". */
  readonly context: string;
  /** One sentence computed from the data. */
  readonly finding: string;
  /** Further sentences of the same kind. */
  readonly remarks: readonly string[];
  readonly howToRead: string;
  readonly panels: readonly ChartPanel[];
}

export function renderChartSection(section: ChartSection): Html {
  return html`<section id="${section.id}" aria-labelledby="${section.id}-title">
    <h2 id="${section.id}-title">${section.title}</h2>
    <div class="explanation">
      <div>
        <p class="finding">
          <span class="label">What this shows</span>
          <span class="context">${section.context}</span> ${section.finding}
        </p>
        ${
          section.remarks.length === 0
            ? NO_HTML
            : html`<ul class="remarks">
                ${section.remarks.map((remark) => html`<li>${remark}</li>`)}
              </ul>`
        }
      </div>
      <p class="reading"><span class="label">How to read it</span> ${section.howToRead}</p>
    </div>
    <div class="panels">${lines(section.panels.map((panel) => renderPanel(panel)))}</div>
  </section>`;
}

function renderPanel(panel: ChartPanel): Html {
  const label = `${panel.title}. Bar chart of ${panel.chart.axisTitle}; the table after it has the same numbers.`;
  return html`<div class="panel">
    <h3>${panel.title}</h3>
    ${panel.note === "" ? NO_HTML : html`<p class="note">${panel.note}</p>`}
    <figure hidden data-plot="${panel.chart.id}">
      ${legend(panel.chart)}
      <div class="plot" style="--bars:${plotRows(panel.chart)}">
        <canvas id="${panel.chart.id}" role="img" aria-label="${label}"></canvas>
      </div>
      <figcaption>${panel.chart.axisTitle}</figcaption>
    </figure>
    ${panel.table}
  </div>`;
}

/** A category is as high as its bars and a gap. */
function plotRows(chart: ChartModel): number {
  return chart.categories.length * (Math.max(barsPerCategory(chart), 1.25) + 0.75);
}

/** A single kind of bar is named by its axis. */
function legend(chart: ChartModel): Html {
  const entries = new Map(chart.series.map((series) => [series.label, series.colour]));
  if (entries.size < 2) return NO_HTML;
  const items = [...entries].map(
    ([label, colour]) =>
      html`<li><span class="swatch" style="background:var(--colour-${colour})"></span>${label}</li>`,
  );
  return html`<ul class="legend" aria-label="Colours">
    ${items}
  </ul>`;
}
