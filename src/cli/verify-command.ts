/**
 * `ckptlab verify`: the exhaustive and the bounded proof on the real code, in worker threads.
 *
 * Nothing is written before the options are known to be good. Counterexamples are written when the pieces have ended.
 */
import type { BaseCount } from "../verify/crash-points/index.ts";
import { shardOfPlan, shardWords } from "../verify/shard.ts";
import type { Shard, VerifyResult } from "../verify/verify-result.ts";
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
import { checkOutputPath } from "./atomic-file.ts";
import { codeFingerprint } from "./code-fingerprint.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { accepted, type Checked, refused } from "./input-error.ts";
import { EXIT_OK } from "./exit-code.ts";
import { progressBar } from "./progress-line.ts";
import { shellCommand } from "./shell-words.ts";
import { type Journal, openJournal } from "./verify-journal.ts";
import { verificationKeeper } from "./verify-keeper.ts";
import { printPlan } from "./verify-output.ts";
import { createVerifyPool, type VerifyPool } from "./verify-pool.ts";
import type { CountTask } from "./verify-worker.ts";
import { checkReportPaths, type ReportOptions, reportVerification } from "./verify-report.ts";

export interface VerifyCommandOptions extends ReportOptions {
  readonly profile: VerifyProfile;
  readonly only?: PartId;
  readonly workers?: number;
  readonly resume?: string;
  readonly shard?: Shard;
  readonly minutes?: number;
  readonly plan?: boolean;
}

export async function verifyCommand(context: CommandContext, options: VerifyCommandOptions): Promise<number> {
  const { terminal } = context;
  const checked = await checkOptions(options);
  if (!checked.ok) return reportInputError(context, checked.error);
  const { profile, only, shard, resume } = options;
  let journal: Journal | undefined;
  if (resume !== undefined) {
    const head = { profile, code: codeFingerprint(), ...(shard === undefined ? {} : { only, shard }) };
    const opened = openJournal(resume, head);
    if (!opened.ok) return reportInputError(context, opened.error);
    journal = opened.value;
  }
  const pool = createVerifyPool(options.workers);
  let result: VerifyResult;
  try {
    const whole = await planVerification(profile, {
      only,
      count: (cell) =>
        countOnce(pool, journal, {
          cell,
          extent: options.plan === true && journal === undefined ? "sample" : "all",
        }),
      onProgress: (doneCount, totalCount) => {
        const bar = progressBar(doneCount, totalCount);
        terminal.progress(`${bar} counting: ${doneCount} of ${totalCount} cells`);
      },
    });
    const plan = shard === undefined ? whole : shardOfPlan(whole, shard);
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
  return reportVerification(context, result, options);
}

async function checkOptions(options: VerifyCommandOptions): Promise<Checked<undefined>> {
  const { resume, shard, plan } = options;
  if (shard !== undefined && resume === undefined && plan !== true) {
    const words = shardWords(shard);
    return refused(
      `--shard ${words}: needs --resume FILE, which ckptlab merge puts together with the others`,
    );
  }
  const journal = resume === undefined ? accepted(undefined) : await checkOutputPath(resume, "--resume");
  return journal.ok ? checkReportPaths(options) : journal;
}

/** What the journal knows is not counted again. A plan that is only looked at, and kept nowhere, is estimated. */
async function countOnce(
  pool: VerifyPool,
  journal: Journal | undefined,
  task: CountTask,
): Promise<readonly BaseCount[]> {
  const name = cellWords(task.cell);
  const known = journal?.counts.get(name);
  if (known !== undefined) return known;
  const counts = await pool.count(task);
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
            isEstimated: crashPoints.isEstimated,
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
    // What is handed out is ended: one piece waits for each thread, and no more.
    handedOutCountMax: 2 * pool.threadCount,
    isTimeUp: timeLimit(options.minutes),
    keep: verificationKeeper(context, options.out, commandLine(options)),
    nowMs: () => performance.now(),
    command: commandLine(options),
  });
}

/** From the first piece on that was not finished before: counting and reading a journal do not use the time up. */
function timeLimit(minutes: number | undefined): (() => boolean) | undefined {
  if (minutes === undefined) return undefined;
  let startedMs: number | undefined;
  return () => {
    startedMs ??= performance.now();
    return performance.now() - startedMs > minutes * 60_000;
  };
}

function commandLine(options: VerifyCommandOptions): string {
  const words = ["ckptlab", "verify", "--profile", options.profile];
  if (options.only !== undefined) words.push("--only", options.only);
  if (options.workers !== undefined) words.push("--workers", String(options.workers));
  if (options.out !== undefined) words.push("--out", options.out);
  if (options.junit !== undefined) words.push("--junit", options.junit);
  if (options.shard !== undefined) words.push("--shard", shardWords(options.shard));
  if (options.minutes !== undefined) words.push("--minutes", String(options.minutes));
  if (options.resume !== undefined) words.push("--resume", options.resume);
  return shellCommand(words);
}
