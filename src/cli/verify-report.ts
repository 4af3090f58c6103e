/**
 * Tells the result of a verification in every form that was asked for, and gives the exit code: the terminal or JSON, JUnit
 * XML, and in a GitHub job its annotations and the job's page.
 *
 * Annotations go to stderr: stdout belongs to the result, and a GitHub job reads both.
 */
import { appendFile } from "node:fs/promises";
import { githubAnnotations } from "../report/github-annotations.ts";
import { junitXml } from "../report/junit.ts";
import { verifyMarkdown } from "../report/verify-markdown.ts";
import type { VerifyResult } from "../verify/verify-result.ts";
import { checkOutputPath, writeFileAtomically } from "./atomic-file.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_UNDECIDED } from "./exit-code.ts";
import { accepted, type Checked, fileErrorWords, type InputError, refused } from "./input-error.ts";
import { printVerification, sayViolations } from "./verify-output.ts";

export interface ReportOptions {
  readonly junit?: string;
  readonly summary?: string;
  readonly github?: boolean;
  /** Folder of the counterexamples. */
  readonly out?: string;
}

/** Before any work: can the files be written where they shall lie? */
export async function checkReportPaths({ junit, summary }: ReportOptions): Promise<Checked<undefined>> {
  for (const [name, file] of [
    ["--junit", junit],
    ["--summary", summary],
  ] as const) {
    const checked = file === undefined ? undefined : await checkOutputPath(file, name);
    if (checked?.ok === false) return checked;
  }
  return accepted(undefined);
}

/** A broken promise, or one that nothing exercised, weighs more than an undecided part. */
export function verifyExitCode({ verdict }: Pick<VerifyResult, "verdict">): number {
  if (verdict === "broken") return EXIT_PROMISE_BROKEN;
  return verdict === "undecided" ? EXIT_UNDECIDED : EXIT_OK;
}

/** Gives the exit code. A broken promise weighs more than a file that could not be written. */
export async function reportVerification(
  context: CommandContext,
  result: VerifyResult,
  options: ReportOptions,
): Promise<number> {
  const { terminal, environment } = context;
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else printVerification(terminal, result, context.isQuiet);
  sayViolations(terminal, result);
  if (options.github === true || environment["GITHUB_ACTIONS"] === "true") {
    for (const line of githubAnnotations(result)) terminal.err(line);
  }
  const exitCode = verifyExitCode(result);
  const unwritten = await writeFiles(result, options, environment["GITHUB_STEP_SUMMARY"]);
  if (unwritten === undefined) return exitCode;
  // stdout has its result already.
  const refusedCode = reportInputError({ ...context, isJson: false }, unwritten);
  return exitCode === EXIT_PROMISE_BROKEN ? exitCode : refusedCode;
}

/** The first file that could not be written. `jobPage`: where a GitHub job collects its page; "" and undefined: nowhere. */
async function writeFiles(
  result: VerifyResult,
  { junit, summary }: ReportOptions,
  jobPage: string | undefined,
): Promise<InputError | undefined> {
  const written: Checked<undefined>[] = [];
  if (junit !== undefined) written.push(await writeFileAtomically(junit, junitXml(result)));
  if (summary !== undefined) written.push(await writeFileAtomically(summary, verifyMarkdown(result)));
  else if (jobPage !== undefined && jobPage !== "")
    written.push(await appendTo(jobPage, verifyMarkdown(result)));
  const failed = written.find((each) => !each.ok);
  return failed?.ok === false ? failed.error : undefined;
}

/** Other commands of the same step write to the page too. */
async function appendTo(file: string, text: string): Promise<Checked<undefined>> {
  try {
    await appendFile(file, text);
    return accepted(undefined);
  } catch (error) {
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    return refused(`${file}: cannot be written: ${words}`);
  }
}
