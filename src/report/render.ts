/**
 * A comparison's result as one HTML file that opens from disk: data, style and script are inside, and a content
 * policy forbids the browser to load anything.
 *
 * Pure: the same result and script give the same text. The browser side only draws what is in the data; every
 * number is in a table without it.
 */
import type { CompareResult } from "../verify/result.ts";
import { CHARTS_ELEMENT_ID } from "./chart-model.ts";
import { renderChartSection } from "./chart-section.ts";
import { embedJson, embedScript, embedStyle } from "./embed.ts";
import { html, lines } from "./html.ts";
import { afterLossSection } from "./sections/after-loss.ts";
import { renderGlossary } from "./sections/glossary.ts";
import { renderGlance } from "./sections/glance.ts";
import { networkSection } from "./sections/network.ts";
import { renderContents, renderMeaning, renderOpening } from "./sections/opening.ts";
import { renderPromises } from "./sections/promises.ts";
import { renderProvenance, RESULT_ELEMENT_ID } from "./sections/provenance.ts";
import { storageSection } from "./sections/storage.ts";
import { survivalSection } from "./sections/survival.ts";
import { durableSection, reassembleSection, restoreSection } from "./sections/timing.ts";
import { STYLE } from "./style.ts";
import { viewOf } from "./view.ts";

const CONTENT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The sections with charts, as the line of contents names them. */
const SECTION_TITLES: Readonly<Record<string, string>> = {
  storage: "Storage",
  network: "Network: every checkpoint",
  "after-loss": "Network: after a loss",
  durable: "Time to durable",
  reassemble: "Time to reassemble",
  restore: "Time to restore",
  survival: "Losses survived",
};

/**
 * `clientScript` is the text of dist/report/client.js, the bundle of src/report/client/main.ts.
 * Returns the whole file, to be written as UTF-8.
 */
export function renderReport(result: CompareResult, clientScript: string): string {
  const view = viewOf(result);
  const sections =
    view.panels.length === 0
      ? []
      : [
          storageSection(view),
          networkSection(view),
          afterLossSection(view),
          durableSection(view),
          reassembleSection(view),
          restoreSection(view),
          survivalSection(view),
        ];
  const charts = sections.flatMap((section) => section.panels.map((panel) => panel.chart));
  const contents = [
    ...sections.map(({ id }) => ({ id, title: SECTION_TITLES[id] ?? id })),
    { id: "promises", title: "Promises" },
    { id: "provenance", title: "What was run" },
    { id: "glossary", title: "Words" },
  ];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="ckptlab ${result.version}" />
        <title>${result.title} · ckptlab</title>
        <link rel="icon" href="data:," />
        ${embedStyle(STYLE)}
      </head>
      <body>
        ${renderOpening(result)}
        <main>
          ${renderMeaning()} ${renderGlance(view)} ${renderContents(contents)}
          ${lines(sections.map(renderChartSection))} ${renderPromises(result)} ${renderProvenance(result)}
          ${renderGlossary()}
        </main>
        <footer>
          <p>
            Made by ckptlab ${result.version} from scenario <code>${result.scenarioHash}</code>, seed
            <code>${result.seed}</code>.
          </p>
        </footer>
        ${embedJson(RESULT_ELEMENT_ID, result)} ${embedJson(CHARTS_ELEMENT_ID, charts)}
        ${embedScript(clientScript)}
      </body>
    </html> `;
  return page.markup;
}
