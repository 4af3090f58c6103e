/**
 * `ckptlab verify`: the exhaustive and the bounded proof on the real code, in worker threads.
 *
 * Nothing is written before the options are known to be good. Counterexamples are written when the pieces have ended.
 */
import { junitXml } from "../report/junit.ts";
import type { BaseCount, CrashCell } from "../verify/crash-points/index.ts";
import type { VerifyResult } from "../verify/verify-result.ts";
import {
  type PartId,
  planVerification,
  type TimedResult,
  type VerifyPlan,
  type VerifyProfile,
  type VerifyTask,
} from "../verify/verify-task.ts";
import { cellWords } from "../verify/verify-words.ts";
import { verifyAll } from "../verify/verify.ts";
import { checkOutputPath, writeFileAtomically } from "./atomic-file.ts";
import { codeFingerprint } from "./code-fingerprint.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { COUNTEREXAMPLES_FOLDER, writeCounterexample } from "./counterexample-file.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_UNDECIDED } from "./exit-code.ts";
import { progressBar } from "./progress-line.ts";
import { shellCommand } from "./shell-words.ts";
import { type Journal, openJournal } from "./verify-journal.ts";
import { printPlan, printVerification, sayViolations } from "./verify-output.ts";
import { createVerifyPool, type VerifyPool } from "./verify-pool.ts";

export interface VerifyCommandOptions {
  readonly profile: VerifyProfile;
  readonly only?: PartId;
  readonly junit?: string;
  readonly out?: string;
  readonly workers?: number;
  readonly resume?: string;
  readonly plan?: boolean;
}

export async function verifyCommand(context: CommandContext, options: VerifyCommandOptions): Promise<number> {
  const { terminal } = context;
  for (const [name, file] of [
    ["--junit", options.junit],
    ["--resume", options.resume],
  ] as const) {
    const checked = file === undefined ? undefined : await checkOutputPath(file, name);
    if (checked?.ok === false) return reportInputError(context, checked.error);
  }
  let journal: Journal | undefined;
  if (options.resume !== undefined) {
    const opened = openJournal(options.resume, { profile: options.profile, code: codeFingerprint() });
    if (!opened.ok) return reportInputError(context, opened.error);
    journal = opened.value;
  }
  const pool = createVerifyPool(options.workers);
  let result: VerifyResult;
  try {
    const plan = await planVerification(options.profile, {
      only: options.only,
      count: (cell) => countOnce(pool, journal, cell),
      onProgress: (doneCount, totalCount) => {
        const bar = progressBar(doneCount, totalCount);
        terminal.progress(`${bar} counting: ${doneCount} of ${totalCount} cells`);
      },
    });
    terminal.progress("");
    if (options.plan === true) {
      if (context.isJson) terminal.out(JSON.stringify(planJson(plan), undefined, 2));
      else printPlan(terminal, plan);
      return EXIT_OK;
    }
    result = await runPlan(context, plan, options, { journal, pool });
  } finally {
    terminal.progress("");
    await pool.close();
  }
  const junit =
    options.junit === undefined ? undefined : await writeFileAtomically(options.junit, junitXml(result));
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else printVerification(terminal, result, context.isQuiet);
  sayViolations(terminal, result);
  // stdout has its result already.
  const exitCode = verifyExitCode(result);
  if (junit?.ok !== false) return exitCode;
  const unwritten = reportInputError({ ...context, isJson: false }, junit.error);
  // A broken promise weighs more than a file that could not be written.
  return exitCode === EXIT_PROMISE_BROKEN ? exitCode : unwritten;
}

/** A broken promise, or one that nothing exercised, weighs more than an undecided part. */
export function verifyExitCode({ verdict }: Pick<VerifyResult, "verdict">): number {
  if (verdict === "broken") return EXIT_PROMISE_BROKEN;
  return verdict === "undecided" ? EXIT_UNDECIDED : EXIT_OK;
}

/** What the journal knows is not counted again. */
async function countOnce(
  pool: VerifyPool,
  journal: Journal | undefined,
  cell: CrashCell,
): Promise<readonly BaseCount[]> {
  const name = cellWords(cell);
  const known = journal?.counts.get(name);
  if (known !== undefined) return known;
  const counts = await pool.count(cell);
  journal?.addCounts(name, counts);
  return counts;
}

function planJson(plan: VerifyPlan): Record<string, unknown> {
  const { profile, taskCount, crashPoints, interleavings } = plan;
  return {
    profile,
    pieceCount: taskCount,
    crashPoints:
      crashPoints === undefined
        ? undefined
        : {
            baseCount: crashPoints.baseCount,
            caseCount: crashPoints.caseCount,
            selectedCount: crashPoints.selectedCount,
            cells: crashPoints.cells,
          },
    interleavings: interleavings.map(({ configuration, bounds }) => ({
      name: configuration.name,
      ...bounds,
    })),
  };
}

async function runPlan(
  context: CommandContext,
  plan: VerifyPlan,
  options: VerifyCommandOptions,
  { journal, pool }: { readonly journal: Journal | undefined; readonly pool: VerifyPool },
): Promise<VerifyResult> {
  const { terminal } = context;
  const folder = options.out ?? COUNTEREXAMPLES_FOLDER;
  let caseCount = 0;
  return verifyAll({
    plan,
    execute: pool.execute,
    finished: journal?.finished,
    onFinished: (task: VerifyTask, timed: TimedResult) => {
      journal?.add(task.id, timed);
      if (timed.result.part === "crash-points") caseCount += timed.result.result.counts.executed;
    },
    onProgress: (doneCount, totalCount) => {
      const cases = caseCount === 0 ? "" : `, ${caseCount} cases`;
      terminal.progress(`${progressBar(doneCount, totalCount)} ${doneCount} of ${totalCount} pieces${cases}`);
    },
    keep: async (found) => {
      const written = await writeCounterexample(folder, found);
      if (written.ok) {
        return { file: written.value, command: shellCommand(["ckptlab", "replay", written.value]) };
      }
      // What broke weighs more than where it could have been kept.
      terminal.err(`no counterexample was written: ${written.error.message}`);
      return { file: "", command: commandLine(options) };
    },
    nowMs: () => performance.now(),
    command: commandLine(options),
  });
}

function commandLine(options: VerifyCommandOptions): string {
  const words = ["ckptlab", "verify", "--profile", options.profile];
  if (options.only !== undefined) words.push("--only", options.only);
  if (options.workers !== undefined) words.push("--workers", String(options.workers));
  if (options.out !== undefined) words.push("--out", options.out);
  if (options.junit !== undefined) words.push("--junit", options.junit);
  if (options.resume !== undefined) words.push("--resume", options.resume);
  return shellCommand(words);
}
