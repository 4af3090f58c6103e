/**
 * Plain tables for a terminal: columns as wide as their widest cell, two spaces between them.
 *
 * Cells are coloured after their width is known, so that invisible characters do not shift anything.
 */

export interface Column {
  readonly header: string;
  readonly align: "left" | "right";
}

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

function widthOf(text: string): number {
  // Code points, not UTF-16 units; the tables hold no wide characters.
  return [...text].length;
}

function padded(text: string, width: number, align: Column["align"]): string {
  const fill = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + fill : fill + text;
}

/** Every row has as many cells as there are columns. Lines carry no spaces at their end. */
export function textTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.header), ...rows.map((row) => widthOf(row[index]?.text ?? ""))),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, index) => {
        const column = columns[index];
        const isLast = index === cells.length - 1;
        const text =
          isLast && column?.align === "left"
            ? cell.text
            : padded(cell.text, widths[index] ?? 0, column?.align ?? "left");
        return cell.paint === undefined ? text : cell.paint(text);
      })
      .join("  ");
  const hasHeader = columns.some((column) => column.header !== "");
  const header = hasHeader ? [line(columns.map((column) => ({ text: column.header })))] : [];
  return [...header, ...rows.map(line)].map((text) => text.trimEnd()).join("\n");
}
