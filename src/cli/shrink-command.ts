/**
 * `ckptlab shrink FILE`: a smaller run that fails as the file's does, as a counterexample file of its own.
 *
 * The file may be a counterexample or any scenario. Nothing is written when nothing fails. Exit codes: 0 nothing fails,
 * 1 a promise is broken (and a smaller run was written), 2 the run fails once and not when it is run again.
 */
import path from "node:path";
import { resolvePlan } from "../scenario/plan.ts";
import type { CounterexampleRecord } from "../scenario/counterexample.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { isScheduleText } from "../verify/interleavings/index.ts";
import { PROMISES } from "../verify/promises/index.ts";
import type { Wanted } from "../verify/shrink/failure.ts";
import { shrinkRun, SHRINK_RUN_COUNT_MAX, type Shrunk } from "../verify/shrink/shrink.ts";
import { shrunkFile, shrunkSentence } from "../verify/shrink/shrunk-file.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { COUNTEREXAMPLES_FOLDER, writeCounterexample } from "./counterexample-file.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_UNDECIDED } from "./exit-code.ts";
import { overrideError } from "./input-error.ts";
import { progressBar } from "./progress-line.ts";
import { counted, time } from "./quantity-text.ts";
import { readTextFile, scenarioFileOf } from "./scenario-file.ts";
import { shellCommand } from "./shell-words.ts";

export interface ShrinkCommandOptions {
  readonly any?: boolean;
  readonly runs?: number;
  readonly out?: string;
  readonly seed?: string;
}

export async function shrinkCommand(
  context: CommandContext,
  file: string,
  options: ShrinkCommandOptions,
): Promise<number> {
  const text = await readTextFile(file);
  if (!text.ok) return reportInputError(context, text.error);
  if (isScheduleText(text.value)) {
    const message = `${file}: is a schedule of the model checker, which searches breadth first: no shorter one breaks the promise`;
    return reportInputError(context, { message });
  }
  const read = await scenarioFileOf(text.value, file);
  if (!read.ok) return reportInputError(context, read.error);
  const { files, counterexample } = read.value;
  const scenario: Scenario = { ...read.value.scenario, seed: options.seed ?? read.value.scenario.seed };
  const planned = resolvePlan(scenario, {}, scenario.seed);
  if (!planned.ok) return reportInputError(context, overrideError(file, planned.error));
  const { terminal } = context;
  const result = await shrinkRun(scenario, {
    files,
    wanted: options.any === true ? "any" : wantedBy(counterexample?.promise),
    runCountMax: options.runs ?? SHRINK_RUN_COUNT_MAX,
    onProgress: ({ runCount, runCountMax, scenario: smallest }) => {
      const size = `${smallest.servers.backups.length} servers, ${smallest.faults.length} faults`;
      terminal.progress(
        `${progressBar(runCount, runCountMax)} ${runCount} of at most ${runCountMax} runs: ${size}`,
      );
    },
  });
  terminal.progress("");
  switch (result.outcome) {
    case "holds":
      return sayHolds(context, file, counterexample);
    case "fails-now-and-then":
      terminal.err(
        `error: the run fails, and fails otherwise when it is run again: ${result.failure.message}`,
      );
      return EXIT_UNDECIDED;
    case "shrunk": {
      // Files of a workload are named relative to the scenario.
      const folder = result.scenario.workload.kind === "files" ? path.dirname(file) : COUNTEREXAMPLES_FOLDER;
      const written = await writeCounterexample(options.out ?? folder, shrunkFile(result));
      if (!written.ok) return reportInputError(context, written.error);
      print(context, file, result, written.value);
      return EXIT_PROMISE_BROKEN;
    }
  }
}

/** Of a file that names a promise, that one; otherwise the first that breaks. */
function wantedBy(promise: string | undefined): Wanted | undefined {
  return PROMISES.find(({ id }) => id === promise)?.id;
}

function sayHolds(
  context: CommandContext,
  file: string,
  counterexample: CounterexampleRecord | undefined,
): number {
  const what = counterexample?.promise ?? "every promise";
  const outcome =
    counterexample?.outcome === undefined
      ? ""
      : "; the file is about how a crash point ended, and what is right there depends on the whole case";
  const message = `${what} holds in this run: there is nothing to shrink${outcome}`;
  if (context.isJson) context.terminal.out(JSON.stringify({ file, outcome: "holds", message }, undefined, 2));
  else context.terminal.out(message);
  return EXIT_OK;
}

function print(
  { terminal, isJson, isQuiet }: CommandContext,
  file: string,
  shrunk: Shrunk,
  written: string,
): void {
  const { scenario, failure, taken, runCount, runCountMax, stepCountLeft, isMinimal } = shrunk;
  const { promise, message, digest } = failure;
  const size = {
    servers: scenario.servers.backups.length,
    scheme: scenario.scheme,
    faults: scenario.faults.length,
    durationNs: scenario.durationNs,
  };
  if (isJson) {
    const counts = { runCount, runCountMax, stepCountLeft, isMinimal };
    const json = {
      file,
      outcome: "shrunk",
      written,
      promise,
      message,
      digest,
      seed: scenario.seed,
      size,
      ...counts,
      taken,
    };
    terminal.out(JSON.stringify(json, undefined, 2));
    return;
  }
  const { paint } = terminal;
  terminal.out(paint.bad(`${promise ?? "error"}: ${message}`));
  terminal.out(
    `${counted(size.servers, "backup server")}, ${size.scheme}, ${counted(size.faults, "fault")}, ${time(size.durationNs)} of virtual time`,
  );
  terminal.out(`shrunk ${shrunkSentence(shrunk)}`);
  terminal.out(`written: ${written}`);
  if (isQuiet) return;
  const command = promise === undefined ? "run" : "replay";
  terminal.out(paint.dim(`${command}: ${shellCommand(["ckptlab", command, written])}`));
}
