/**
 * `ckptlab explain ID|FILE`: what a promise means, or what happened in a run, in words.
 *
 * An argument that is the id of a promise is one; anything else is a file.
 */
import { existsSync } from "node:fs";
import { resolvePlan } from "../scenario/plan.ts";
import { timeText } from "../verify/facts/words.ts";
import { type Aftermath, aftermathOf } from "../verify/loss/aftermath.ts";
import { aftermathLines } from "../verify/loss/loss-words.ts";
import { isScheduleText } from "../verify/interleavings/index.ts";
import { narrativePage, PAGE_LINES_MAX, type NarrativeLine } from "../verify/narrative-page.ts";
import { type NarrativeEntry, narrativeOf } from "../verify/narrative.ts";
import { PROMISES, type PromiseChecker } from "../verify/promises/index.ts";
import { boundsUsed, EXAMPLE_WORDS, wordsUsed } from "../verify/promise-words.ts";
import type { RunResult } from "../verify/result.ts";
import { judgeRun, prepareEngines, prepareRun } from "../verify/run.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK } from "./exit-code.ts";
import { overrideError } from "./input-error.ts";
import { nearestWord } from "./nearest-word.ts";
import { time } from "./quantity-text.ts";
import { verdictLine } from "./run-output.ts";
import { readTextFile, scenarioFileOf } from "./scenario-file.ts";
import { scheduleCommand } from "./schedule-command.ts";
import type { Terminal } from "./terminal.ts";
import { textTable } from "./text-table.ts";
import { runExitCode } from "./verdict-exit-code.ts";

export interface ExplainCommandOptions {
  readonly all?: boolean;
  readonly seed?: string;
}

/** The rest is in `ckptlab run`. */
const VIOLATIONS_SHOWN_MAX = 3;

const PLAIN_COLUMNS = [
  { header: "", align: "left" },
  { header: "", align: "left" },
] as const;

export async function explainCommand(
  context: CommandContext,
  subject: string | undefined,
  options: ExplainCommandOptions,
): Promise<number> {
  if (subject === undefined) {
    listPromises(context);
    return EXIT_OK;
  }
  const promise = PROMISES.find(({ id }) => id === subject);
  if (promise !== undefined) {
    explainPromise(context, promise);
    return EXIT_OK;
  }
  if (!existsSync(subject)) return reportUnknown(context, subject);
  const text = await readTextFile(subject);
  if (!text.ok) return reportInputError(context, text.error);
  if (isScheduleText(text.value)) {
    return scheduleCommand(context, subject, text.value, { steps: options.all === true ? "all" : "page" });
  }
  return explainRun(context, subject, text.value, options);
}

function pairs(rows: readonly (readonly [string, string])[]): string {
  return textTable(
    PLAIN_COLUMNS,
    rows.map((row) => row.map((text) => ({ text }))),
  );
}

function listPromises({ terminal, isJson }: CommandContext): void {
  if (isJson) {
    terminal.out(
      JSON.stringify(
        PROMISES.map(({ id, claim }) => ({ id, claim })),
        undefined,
        2,
      ),
    );
    return;
  }
  terminal.out(pairs(PROMISES.map(({ id, claim }) => [id, claim])));
}

function reportUnknown(context: CommandContext, subject: string): number {
  const ids = PROMISES.map(({ id }) => id);
  const nearest = nearestWord(subject, ids);
  const hint = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
  const exitCode = reportInputError(context, { message: `${subject}: neither a promise nor a file${hint}` });
  context.terminal.err(`promises: ${ids.join(", ")}`);
  return exitCode;
}

function explainPromise({ terminal, isJson }: CommandContext, promise: PromiseChecker): void {
  const { id, claim, checks, doesNotCheck } = promise;
  const bounds = boundsUsed(id);
  const words = wordsUsed(id);
  if (isJson) {
    const all = { id, claim, checks, doesNotCheck, bounds, boundsExample: EXAMPLE_WORDS, words };
    terminal.out(JSON.stringify(all, undefined, 2));
    return;
  }
  terminal.out(terminal.paint.strong(id));
  terminal.out(claim);
  list(terminal, "What is checked", checks);
  list(terminal, "What is not checked", doesNotCheck);
  terminal.out("");
  terminal.out(terminal.paint.strong("Bounds"));
  if (bounds.length === 0) terminal.out("  none: it holds at every moment, or at the end of the run");
  else {
    const rows = bounds.map(({ value, unit, meaning }): [string, string] => [
      unit === "ns" ? time(value) : String(value),
      meaning,
    ]);
    terminal.out(indented(pairs(rows)));
    terminal.out(terminal.paint.dim(`  for ${EXAMPLE_WORDS}; src/verify/bounds.ts computes them`));
  }
  terminal.out("");
  terminal.out(terminal.paint.strong("Words"));
  terminal.out(indented(pairs(words.map(({ word, meaning }) => [word, meaning]))));
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

function list(terminal: Terminal, title: string, sentences: readonly string[]): void {
  terminal.out("");
  terminal.out(terminal.paint.strong(title));
  for (const sentence of sentences) terminal.out(`  - ${sentence}`);
}

async function explainRun(
  context: CommandContext,
  file: string,
  text: string,
  options: ExplainCommandOptions,
): Promise<number> {
  const read = await scenarioFileOf(text, file);
  if (!read.ok) return reportInputError(context, read.error);
  const { scenario, files } = read.value;
  const planned = resolvePlan(scenario, {}, options.seed ?? scenario.seed);
  if (!planned.ok) return reportInputError(context, overrideError(file, planned.error));
  const engines = await prepareEngines(scenario);
  const { plan, world } = prepareRun(scenario, engines, { seed: options.seed, files });
  const history = world.run();
  const result = judgeRun(plan, history);
  const entries = narrativeOf(history, { hostNames: plan.hosts.names, slotHosts: plan.hosts.slots });
  const lines = narrativePage(entries, options.all === true ? undefined : PAGE_LINES_MAX);
  const { terminal, isJson } = context;
  const aftermath = aftermathOf(scenario, engines, result, { files });
  if (isJson) terminal.out(JSON.stringify({ result, entries, aftermath }, undefined, 2));
  else {
    printStory(terminal, result, lines, entries.length);
    if (aftermath !== undefined) printAftermath(terminal, aftermath, entries);
  }
  return runExitCode(result);
}

function printAftermath(terminal: Terminal, aftermath: Aftermath, entries: readonly NarrativeEntry[]): void {
  terminal.out("");
  terminal.out(terminal.paint.strong("What it took"));
  for (const line of aftermathLines(aftermath, entries)) terminal.out(line);
}

function printStory(
  terminal: Terminal,
  result: RunResult,
  lines: readonly NarrativeLine[],
  entryCount: number,
): void {
  const { paint } = terminal;
  terminal.out(verdictLine(result, paint));
  for (const reason of result.undecided) terminal.out(reason);
  terminal.out("");
  const rows = lines.map((line) => [
    { text: timeText(line.atNs) },
    { text: line.text, ...(line.weight === "routine" ? { paint: paint.dim } : {}) },
  ]);
  terminal.out(
    textTable(
      [
        { header: "", align: "right" },
        { header: "", align: "left" },
      ],
      rows,
    ),
  );
  terminal.out("");
  for (const { id, violations } of result.promises) {
    for (const violation of violations.slice(0, VIOLATIONS_SHOWN_MAX)) {
      terminal.out(`${paint.bad("BROKEN")} ${id}: ${violation}`);
    }
    const moreCount = violations.length - VIOLATIONS_SHOWN_MAX;
    if (moreCount > 0) terminal.out(`       ${id}: and ${moreCount} more`);
  }
  const held = result.promises.filter(({ status }) => status === "held").map(({ id }) => id);
  terminal.out(`held: ${held.length === 0 ? "nothing" : held.join(", ")}`);
  if (lines.length < entryCount) {
    terminal.out(paint.dim(`${lines.length} lines for ${entryCount} entries; --all tells each`));
  }
}
