/**
 * The tables of the report: a body for each scheme, its name as the header of the group, a line for each place of
 * the former. They are rendered here, so that the page says everything without a script.
 */
import { html, lines, NO_HTML } from "./html.ts";
import type { Html } from "./html.ts";

export interface TableLine {
  /** The second header of the line; undefined when a scheme has one line only. */
  readonly header: string | undefined;
  readonly cells: readonly (string | Html)[];
}

export interface TableGroup {
  readonly header: string;
  readonly lines: readonly TableLine[];
}

export interface TableContent {
  /** What the numbers are, with their unit. */
  readonly caption: string;
  /** The name of the table among the others of the page. */
  readonly label: string;
  /** Headers of the first column or two, then of the numbers. */
  readonly headers: readonly string[];
  readonly groups: readonly TableGroup[];
}

export function dataTable(content: TableContent): Html {
  const twoHeaders = content.groups.some((group) => group.lines.some((line) => line.header !== undefined));
  const headerCount = twoHeaders ? 2 : 1;
  const heads = content.headers.map((header, index) =>
    index < headerCount
      ? html`<th scope="col">${header}</th>`
      : html`<th scope="col" class="number">${header}</th>`,
  );
  return html`<div class="scroller" role="region" tabindex="0" aria-label="${content.label}">
    <table>
      <caption>
        <span>${content.caption}</span>
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      ${lines(content.groups.map((group) => tableBody(group, twoHeaders)))}
    </table>
  </div>`;
}

function tableBody(group: TableGroup, twoHeaders: boolean): Html {
  const body = group.lines.map((line, index) => {
    const cells = line.cells.map((cell) => html`<td>${cell}</td>`);
    const second = line.header === undefined ? NO_HTML : html`<th scope="row">${line.header}</th>`;
    return html`<tr>
      ${index === 0 ? groupHeader(group, twoHeaders) : NO_HTML}${second}${cells}
    </tr>`;
  });
  return html`<tbody>
    ${body}
  </tbody>`;
}

function groupHeader(group: TableGroup, twoHeaders: boolean): Html {
  if (!twoHeaders) return html`<th scope="row" class="scheme">${group.header}</th>`;
  return html`<th scope="rowgroup" rowspan="${group.lines.length}" class="scheme">${group.header}</th>`;
}
