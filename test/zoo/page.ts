/**
 * docs/zoo.md, made by `npm run zoo -- --write-docs`: bugs and strategies, with the number of the case that found each.
 *
 * Numbers of cases are the same on every machine, as long as neither the code nor a generator changes. Times are not, so
 * the page has none.
 */
import path from "node:path";
import { format, resolveConfig } from "prettier";
import type { Finding, ZooJudgement } from "./judgement.ts";
import type { HuntReport } from "./hunt-worker.ts";

const OPENING = `# The bug zoo

This page is made by \`npm run zoo -- --write-docs\`.

Each bug is a small change of the real core's source text; a few are changes of the software that the core carries, for
what only the software can get wrong. It is applied to a bundle that the zoo builds for itself, and never to the published
build. \`npm run zoo\` looks for each bug, one strategy after the other, until one finds it.
\`npm run zoo -- --all\` runs every strategy on each bug. The command fails when a bug is not found, when anything is found
in the core without a bug, and when one of the ten [checkers](promises.md) catches no bug at all.

The bugs are in [test/zoo/bugs](../test/zoo/bugs), with what they are said to break.
`;

export async function zooPage(
  judgement: ZooJudgement,
  root: string,
  cellSecondsMax: number | undefined,
): Promise<string> {
  const file = path.join(root, "docs/zoo.md");
  const units = new Map<string, string>();
  for (const { reports } of judgement.findings) {
    for (const { strategy, unit } of reports) units.set(strategy, unit);
  }
  const strategies = [...units.keys()];
  const text = [
    OPENING,
    "## Bugs and strategies\n",
    'A number is the case that found the bug. A dash: not found. Empty: not tried, since another one had found the bug already; `--all` fills these. "4 of still": of this part of the strategy, where the bug was looked for first ([first-looks.ts](../test/zoo/first-looks.ts)).',
    cellSecondsMax === undefined
      ? "This page is from a run without `--all`.\n"
      : `This page is from a run with \`--all\`, in which each strategy had ${cellSecondsMax} seconds for each bug. "> 500": cut short by that after 500 cases, and not found in them.\n`,
    "A case is:\n",
    ...[...units].map(([id, unit]) => `- ${id}: ${unit}`),
    "",
    row(["Bug", ...strategies, "Checkers that failed"]),
    row(["---", ...strategies.map(() => "---"), "---"]),
    ...judgement.findings.map((finding) => bugRow(finding, strategies)),
    "",
    "## Stories\n",
    row(["Bug", "What the program does wrong", "Source"]),
    row(["---", "---", "---"]),
    ...judgement.findings.map(({ bug }) => row([`\`${bug.id}\``, bug.story, bug.source])),
    "",
    "## What each checker caught\n",
    row(["Checker", "Bugs"]),
    row(["---", "---"]),
    ...Object.entries(judgement.caughtBy).map(([id, bugs]) =>
      row([id, bugs.map((bug) => `\`${bug}\``).join(", ")]),
    ),
    "",
  ].join("\n");
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function bugRow({ bug, reports }: Finding, strategies: readonly string[]): string {
  const cells = strategies.map((id) => caseOf(reports.find(({ strategy }) => strategy === id)));
  const promises = new Set(reports.flatMap(({ found }) => found?.promises ?? []));
  return row([`\`${bug.id}\``, ...cells, [...promises].sort().join(", ") || "none: the core crashed"]);
}

function caseOf(report: HuntReport | undefined): string {
  if (report === undefined) return "";
  if (report.found === undefined) return report.isCut === true ? "> " + String(report.cases) : "–";
  const number = report.within === undefined ? String(report.cases) : `${report.cases} of ${report.within}`;
  return report.found.kind === "crash" ? `${number} (crash)` : number;
}
