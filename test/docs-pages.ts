/**
 * Reads the documentation: its files, links, headings, tables and command lines.
 *
 * A small reader of the Markdown that prettier writes, not a parser of all Markdown: links stand on one line, tables have
 * bars at both ends, headings begin with "#".
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

export interface Page {
  /** Relative to the project's root. */
  readonly file: string;
  readonly text: string;
}

/** README.md once it exists, CONTRIBUTING.md, and everything under docs/. */
export function allPages(): readonly Page[] {
  const files = readdirSync(path.join(ROOT, "docs"), { recursive: true })
    .map((file) => path.join("docs", String(file)))
    .concat("README.md", "CONTRIBUTING.md")
    .filter((file) => file.endsWith(".md") && existsSync(path.join(ROOT, file)));
  return files.toSorted().map(readPage);
}

export function readPage(file: string): Page {
  return { file, text: readFileSync(path.join(ROOT, file), "utf8") };
}

/** The text without fenced blocks. */
function proseOf(text: string): string {
  return text.replace(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, "");
}

export interface Fence {
  /** What stands behind the opening marks, for example `text parity:3+1 width 4`. */
  readonly info: string;
  readonly body: string;
}

export function fencesOf(text: string): readonly Fence[] {
  return [...text.matchAll(/^(```+)([^\n]*)\n([\s\S]*?)^\1$/gm)].map(([, , info, body]) => ({
    info: info ?? "",
    body: body ?? "",
  }));
}

/** Targets of links as written, without those that name a site. */
export function linksOf(text: string): readonly string[] {
  const prose = proseOf(text).replace(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, as code hosts make them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Rows of all tables, as lists of trimmed cells, without the lines that only draw. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const rows = text.split("\n").filter((line) => /^\|.*\|$/.test(line) && !/^[|\s:-]+$/.test(line));
  return rows.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** Words of each command line of the project's own command, in code spans and in fenced blocks. */
export function commandLinesOf(text: string): readonly (readonly string[])[] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? "");
  const lines = fencesOf(text).flatMap(({ body }) => body.replace(/\\\n\s*/g, " ").split("\n"));
  return [...spans, ...lines].flatMap((code) => {
    const match =
      /^\s*(?:\$ )?(?:npx (?:--no-install )?)?(?:ckptlab|node dist\/cli\/main\.js) ([^#>|&]+)/.exec(code);
    const words = match?.[1]?.match(/"[^"]*"|\S+/g) ?? [];
    return words.length === 0 ? [] : [words.map((word) => word.replace(/^"|"$/g, ""))];
  });
}
