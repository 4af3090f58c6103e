/**
 * `ckptlab compare SCENARIO`: several schemes side by side over seeds, as a table and, when asked for, as a page.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { renderReport } from "../report/render.ts";
import { compareScenario } from "../verify/compare.ts";
import type { CompareResult } from "../verify/result.ts";
import { checkOutputPath, writeFileAtomically } from "./atomic-file.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { createComparePool } from "./compare-pool.ts";
import { printComparison } from "./compare-output.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_THRESHOLD_MISSED, EXIT_UNDECIDED } from "./exit-code.ts";
import { readScenarioFile } from "./scenario-file.ts";
import { shellCommand } from "./shell-words.ts";

export interface CompareCommandOptions {
  readonly seed?: string;
  readonly seeds?: number;
  readonly report?: string;
}

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
        terminal.progress(`${doneCount} of ${totalCount} runs`);
      },
      execute: pool.execute,
      commandLine: commandLine(file, options),
      nowMs: () => performance.now(),
    });
  } finally {
    await pool.close();
  }
  terminal.progress("");
  if (options.report !== undefined)
    await writeFileAtomically(options.report, renderReport(result, clientScript));
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else printComparison(terminal, result, context.isQuiet);
  if (options.report !== undefined) {
    // The place of the page is for people; stdout of --json is for programs.
    const say = context.isJson ? terminal.err : terminal.out;
    if (!context.isQuiet) say(`report: ${options.report}`);
  }
  for (const broken of result.broken) sayBroken(context, broken);
  return exitCodeOf(result);
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
  context.terminal.err(`broken with seed ${broken.seed}:`);
  for (const violation of broken.violations) context.terminal.err(`  ${violation}`);
  context.terminal.err(`  replay: ${broken.command}`);
}

/** `brokenCount` of a row counts undecided runs too; those of the promises tell which it was. */
function exitCodeOf(result: CompareResult): number {
  if (result.promises.some((promise) => promise.brokenCount > 0)) return EXIT_PROMISE_BROKEN;
  if (result.rows.some((row) => row.brokenCount > 0)) return EXIT_UNDECIDED;
  return result.thresholds.every((threshold) => threshold.met) ? EXIT_OK : EXIT_THRESHOLD_MISSED;
}
