/**
 * `ckptlab compare SCENARIO`: several schemes side by side over seeds, as a table and, when asked for, as a page.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { renderReport } from "../report/render.ts";
import { compareScenario } from "../verify/compare.ts";
import { replayWords } from "../verify/replay-words.ts";
import type { CompareResult } from "../verify/result.ts";
import { checkOutputPath, checkOutputIsNoInput, writeFileAtomically } from "./atomic-file.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { createComparePool } from "./compare-pool.ts";
import { printComparison } from "./compare-output.ts";
import { progressBar } from "./progress-line.ts";
import { readScenarioFile, workloadPaths } from "./scenario-file.ts";
import { shellCommand } from "./shell-words.ts";
import { compareExitCode } from "./verdict-exit-code.ts";

export interface CompareCommandOptions {
  readonly seed?: string;
  readonly seeds?: number;
  readonly report?: string;
  readonly all?: boolean;
}

/** The replay shows them all. */
const VIOLATIONS_SHOWN_MAX = 5;

/** Made by the build, beside the compiled report layer. */
const CLIENT_SCRIPT = "../report/client.js";

export async function compareCommand(
  context: CommandContext,
  file: string,
  options: CompareCommandOptions,
): Promise<number> {
  const read = await readScenarioFile(file);
  if (!read.ok) return reportInputError(context, read.error);
  const { scenario, files, compareMissing } = read.value;
  if (scenario.compare === undefined) return reportInputError(context, { message: compareMissing });
  if (options.report !== undefined) {
    const output = await checkOutputPath(options.report, "--report");
    if (!output.ok) return reportInputError(context, output.error);
    const isOther = await checkOutputIsNoInput(options.report, "--report", [
      file,
      ...workloadPaths(file, scenario),
    ]);
    if (!isOther.ok) return reportInputError(context, isOther.error);
  }
  // Read before the runs: a broken installation shows at once.
  const clientScript = options.report === undefined ? "" : await readClientScript();

  const { terminal } = context;
  const pool = createComparePool({ scenario, files: files ?? [] });
  let result: CompareResult;
  try {
    result = await compareScenario(scenario, {
      seed: options.seed,
      seedCount: options.seeds,
      files,
      onProgress: (doneCount, totalCount) => {
        terminal.progress(`${progressBar(doneCount, totalCount)} ${doneCount} of ${totalCount} runs`);
      },
      execute: pool.execute,
      commandLine: commandLine(file, options),
      replayCommand: (task) => shellCommand(["ckptlab", "run", file, ...replayWords(task.seed, task)]),
      nowMs: () => performance.now(),
    });
  } finally {
    await pool.close();
  }
  terminal.progress("");
  // Written first: the table may say where the page is only when it is there.
  const page =
    options.report === undefined
      ? undefined
      : await writeFileAtomically(options.report, renderReport(result, clientScript));
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else printComparison(terminal, result, { isQuiet: context.isQuiet, isAll: options.all === true });
  for (const broken of result.broken) sayBroken(context, broken);
  // stdout has its result already.
  if (page?.ok === false) return reportInputError({ ...context, isJson: false }, page.error);
  if (options.report !== undefined && !context.isQuiet) {
    // The place of the page is for people; stdout of --json is for programs.
    const say = context.isJson ? terminal.err : terminal.out;
    say(`report: ${options.report}`);
  }
  return compareExitCode(result);
}

function readClientScript(): Promise<string> {
  return readFile(path.join(path.dirname(fileURLToPath(import.meta.url)), CLIENT_SCRIPT), "utf8");
}

function commandLine(file: string, options: CompareCommandOptions): string {
  const words = ["ckptlab", "compare", file];
  if (options.seed !== undefined) words.push("--seed", options.seed);
  if (options.seeds !== undefined) words.push("--seeds", String(options.seeds));
  if (options.report !== undefined) words.push("--report", options.report);
  return shellCommand(words);
}

function sayBroken(context: CommandContext, broken: CompareResult["broken"][number]): void {
  const { seed, violations } = broken;
  context.terminal.err(`not held with seed ${seed}:`);
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN_MAX)) context.terminal.err(`  ${violation}`);
  if (violations.length > VIOLATIONS_SHOWN_MAX) {
    context.terminal.err(`  and ${violations.length - VIOLATIONS_SHOWN_MAX} more`);
  }
  context.terminal.err(`  replay: ${broken.command}`);
}
