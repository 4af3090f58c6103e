/**
 * The zoo's command line: visits every planted bug and the sound core, prints a table, and fails when a bug was not
 * found, when something was found in the sound core, or when a checker caught no bug.
 *
 * `--all`: every strategy for each bug, for `--seconds` each.
 *
 * Usage: npm run zoo -- [--all] [--json] [--seconds N] [--only ID,ID] [--strategy ID,ID] [--write-docs] [--workers N]
 * The last line of stdout is JSON: {passed, failed, skipped}; with --json it is the whole judgement instead.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { PROMISES } from "../../src/verify/promises/index.ts";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import { BUGS } from "./bugs/index.ts";
import { judge, type ZooJudgement } from "./judgement.ts";
import { zooPage } from "./page.ts";
import { STRATEGY_IDS, type StrategyId } from "./strategies/strategy.ts";
import { problemLines, promiseTable, visitLine } from "./table.ts";
import { visitAll } from "./visit.ts";

/** For each bug; above what it takes. The sound core takes longest, for nothing ends the search in it. */
const SECONDS_MAX = 1200;
const SECONDS_MAX_ALL = 3600;
/** With --all, for each strategy and bug, unless told otherwise: most of what is found is found in the first seconds. */
const CELL_SECONDS_MAX = 60;

function strategiesOf(text: string | undefined): readonly StrategyId[] {
  if (text === undefined) return STRATEGY_IDS;
  return text.split(",").map((word) => {
    const id = STRATEGY_IDS.find((each) => each === word);
    if (id === undefined)
      throw new RangeError(`unknown strategy "${word}"; there are ${STRATEGY_IDS.join(", ")}`);
    return id;
  });
}

/** Exit code. */
export async function zoo(
  root: string,
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      seconds: { type: "string", default: String(CELL_SECONDS_MAX) },
      only: { type: "string" },
      strategy: { type: "string" },
      workers: { type: "string", default: String(Math.min(2, availableParallelism())) },
      "write-docs": { type: "boolean", default: false },
    },
  });
  const only = values.only?.split(",");
  const bugs = BUGS.filter(({ id }) => only === undefined || only.includes(id));
  if (bugs.length === 0 && only?.includes("sound") !== true)
    throw new RangeError(`no bug is called ${values.only}`);
  const isWhole = only === undefined && values.strategy === undefined;
  const isEveryStrategyRun = values.all;
  const cellSecondsMax = isEveryStrategyRun ? Number(values.seconds) : undefined;
  if (cellSecondsMax !== undefined && !(cellSecondsMax > 0))
    throw new RangeError(`--seconds must be above 0, not ${values.seconds}`);
  const say = values.json ? () => undefined : print;
  const startMs = performance.now();
  const folder = scratchFolder(root, "zoo");
  let judgement: ZooJudgement;
  try {
    // The sound core first: it takes longest, since nothing ends its search.
    const wanted = only === undefined || only.includes("sound") ? [undefined, ...bugs] : bugs;
    const visits = await visitAll(
      wanted,
      {
        root,
        folder,
        strategies: strategiesOf(values.strategy),
        isEveryStrategyRun,
        cellSecondsMax,
        secondsMax: isEveryStrategyRun ? SECONDS_MAX_ALL : SECONDS_MAX,
      },
      Number(values.workers),
      (visited) => say(visitLine(visited)),
    );
    const ids = PROMISES.map(({ id }) => id);
    judgement = judge(visits, ids);
  } finally {
    removeFolder(folder);
  }
  const problems = problemLines(judgement, isWhole);
  const failedBugs = judgement.findings.filter(({ problem }) => problem !== undefined).length;
  const controls = isWhole ? 2 : 0; // the sound core, and every checker's catch
  const failed = problems.length === 0 ? 0 : Math.max(1, failedBugs + controlsFailed(judgement, isWhole));
  const passed = judgement.findings.length + controls - failed;
  for (const line of promiseTable(judgement)) say(line);
  for (const line of problems) say(line);
  if (values["write-docs"] && failed === 0 && isWhole) {
    writeFileSync(path.join(root, "docs/zoo.md"), await zooPage(judgement, root, cellSecondsMax));
  }
  say(`${judgement.findings.length} bugs in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  print(JSON.stringify(values.json ? judgement : { passed, failed, skipped: [] }));
  return failed === 0 ? 0 : 1;
}

function controlsFailed(judgement: ZooJudgement, isWhole: boolean): number {
  if (!isWhole) return judgement.soundProblems !== undefined && judgement.soundProblems.length > 0 ? 1 : 0;
  return (judgement.soundProblems?.length === 0 ? 0 : 1) + (judgement.idlePromises.length === 0 ? 0 : 1);
}
