/**
 * docs/zoo.md, made by `npm run zoo -- --write-docs`: bugs and strategies, with the number of the case that found each, and how
 * long that took.
 *
 * Numbers of cases are the same on every machine, as long as neither the code nor a generator changes; seconds are not.
 */
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { PROMISES } from "../../src/verify/promises/index.ts";
import { type Finding, scoresOf, type StrategyScore, type ZooJudgement } from "./judgement.ts";
import type { HuntReport } from "./hunt-worker.ts";

const OPENING = `# The bug zoo

This page is made by \`npm run zoo -- --write-docs\`.

Each bug is a small change of the real core's source text; a few are changes of the software that the core carries, for
what only the software can get wrong. It is applied to a bundle that the zoo builds for itself, and never to the published
build. \`npm run zoo\` looks for each bug, one strategy after the other, until one finds it.
\`npm run zoo -- --all\` runs every strategy on each bug. The command fails when a bug is not found, when anything is found
in the core without a bug, and when one of the ten [checkers](promises.md) catches no bug on its own.

The bugs are in [test/zoo/bugs](../test/zoo/bugs), with what they are said to break.

## Strategies

- \`exhaustive\`: crash points times losses, of some small clusters of the proof; a share of the steps of each.
- \`model-checker\`: every configuration of the [interleavings](verification.md#every-order-of-messages-and-timers-within-bounds).
- \`search\`: the properties of \`npm run search\`, in process, with as many runs as its commit lane makes and a fixed seed.
- \`families\`: random scenarios that only the zoo draws. Each family aims at something: bursts, races, repairs, and so on.
- \`scenarios\`: the scenario files that the project ships, and those that once broke a promise.
`;

export async function zooPage(
  judgement: ZooJudgement,
  root: string,
  cellSecondsMax: number | undefined,
): Promise<string> {
  const file = path.join(root, "docs/zoo.md");
  const scores = scoresOf(judgement.findings);
  const strategies = scores.map(({ strategy }) => strategy);
  const text = [
    OPENING,
    ...(cellSecondsMax === undefined ? [] : scoreLines(scores, judgement.findings.length, cellSecondsMax)),
    "## Bugs and strategies\n",
    "The case that found the bug, and the seconds until then. A dash: not found in all of its cases.",
    cellSecondsMax === undefined
      ? 'Empty: not tried, since another one had found the bug already; `--all` fills these. "4 of still": of this part of the strategy, where the bug was looked for first ([first-looks.ts](../test/zoo/first-looks.ts)). This page is from a run without `--all`.\n'
      : '"> 500": time was over after 500 cases, and the bug not found in them.\n',
    "A case is:\n",
    ...scores.map(({ strategy, unit }) => `- ${strategy}: ${unit}`),
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
    "On its own: in a run in which no other checker failed. The model checker does not count there, for it stops at the first.\n",
    row(["Checker", "On its own", "Only with others, or found by the model checker"]),
    row(["---", "---", "---"]),
    ...PROMISES.map(({ id }) => {
      const alone = judgement.caughtAloneBy[id];
      return row([id, names(alone), names(judgement.caughtBy[id].filter((bug) => !alone.includes(bug)))]);
    }),
    "",
  ].join("\n");
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

/** What each strategy was worth, and what would be missed without it. */
function scoreLines(scores: readonly StrategyScore[], bugCount: number, cellSecondsMax: number): string[] {
  return [
    `This page is from a run with \`--all\`: every strategy looked for each of the ${bugCount} bugs, for ${cellSecondsMax} seconds at most.`,
    "A bug that a strategy did not find in that time may be one that it finds later. One that only one strategy found would be missed without it, as far as this run tells.\n",
    row(["Strategy", "Found", "Not found", "Time was over", "Found by no other one"]),
    row(["---", "---", "---", "---", "---"]),
    ...scores.map(({ strategy, found, foundAlone, notFound, cut }) =>
      row([
        strategy,
        ...[found, notFound, cut].map(({ length }) => String(length)),
        foundAlone.length === 0 ? "none" : `${foundAlone.length}: ${names(foundAlone)}`,
      ]),
    ),
    "",
  ];
}

function names(bugs: readonly string[]): string {
  return bugs.map((bug) => `\`${bug}\``).join(", ");
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
  const { kind } = report.found;
  return `${number}, ${report.seconds.toFixed(1)} s${kind === "checker" ? "" : ` (${kind})`}`;
}
