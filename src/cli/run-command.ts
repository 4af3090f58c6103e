/**
 * `ckptlab run SCENARIO`: one run of one scenario.
 */
import { resolvePlan, type RunOverrides } from "../scenario/plan.ts";
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { PlacementKind } from "../core/redundancy/placement.ts";
import { type BrokenRun, counterexampleOf } from "../verify/counterexample.ts";
import { replayWords } from "../verify/replay-words.ts";
import { type RunOptions, runScenario, runTraced } from "../verify/run.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { COUNTEREXAMPLES_FOLDER, writeCounterexample } from "./counterexample-file.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN } from "./exit-code.ts";
import { overrideError } from "./input-error.ts";
import { printRun } from "./run-output.ts";
import { readScenarioFile, workloadPaths } from "./scenario-file.ts";
import { shellCommand } from "./shell-words.ts";
import { checkTraceFile, writeTrace } from "./trace-file.ts";
import { runExitCode } from "./verdict-exit-code.ts";

export interface RunCommandOptions {
  readonly seed?: string;
  readonly scheme?: string;
  readonly former?: FormerPlace;
  readonly placement?: PlacementKind;
  readonly width?: number;
  readonly withoutFaults?: boolean;
  readonly trace?: string;
}

export async function runCommand(
  context: CommandContext,
  file: string,
  options: RunCommandOptions,
): Promise<number> {
  const read = await readScenarioFile(file);
  if (!read.ok) return reportInputError(context, read.error);
  const { scenario, files, counterexample } = read.value;
  const overrides: RunOverrides = {
    scheme: options.scheme,
    former: options.former,
    // The scenario's own width belongs to its own scheme.
    width: options.width ?? (options.scheme === undefined ? undefined : "own"),
    placement: options.placement,
  };
  const planned = resolvePlan(scenario, overrides, options.seed ?? scenario.seed);
  if (!planned.ok) return reportInputError(context, overrideError(file, planned.error));

  const { trace: traceFile } = options;
  if (traceFile !== undefined) {
    const checked = await checkTraceFile(traceFile, [file, ...workloadPaths(file, scenario)]);
    if (!checked.ok) return reportInputError(context, checked.error);
  }

  const { seed, withoutFaults } = options;
  const runOptions: RunOptions = { seed, overrides, files, withoutFaults };
  const traced = traceFile === undefined ? undefined : await runTraced(scenario, runOptions);
  const result = traced?.result ?? (await runScenario(scenario, runOptions));
  if (traceFile !== undefined && traced !== undefined) {
    const written = await writeTrace(traceFile, traced);
    if (!written.ok) return reportInputError(context, written.error);
  }
  if (context.isJson) context.terminal.out(JSON.stringify(result, undefined, 2));
  else printRun(context.terminal, result, context.isQuiet);
  if (traceFile !== undefined && !context.isQuiet) context.terminal.err(`trace: ${traceFile}`);
  const exitCode = runExitCode(result);
  if (exitCode !== EXIT_OK) sayHowToReplay(context, file, result.seed, runOptions);
  if (exitCode !== EXIT_PROMISE_BROKEN) return exitCode;
  // A counterexample that is run again is one already.
  if (counterexample !== undefined) return exitCode;
  await keepCounterexample(context, { scenario, result, withoutFaults: options.withoutFaults });
  return exitCode;
}

/** The run broke a promise, whether or not its file can be written: the exit code stays. */
async function keepCounterexample(context: CommandContext, broken: BrokenRun): Promise<void> {
  const toWrite = counterexampleOf(broken);
  if (toWrite === undefined) return;
  const written = await writeCounterexample(COUNTEREXAMPLES_FOLDER, toWrite);
  if (written.ok) context.terminal.err(`counterexample: ${written.value}`);
  else context.terminal.err(`no counterexample was written: ${written.error.message}`);
}

/** To stderr, so that it is seen with --json too. */
function sayHowToReplay(context: CommandContext, file: string, seed: string, options: RunOptions): void {
  context.terminal.err(`seed: ${seed}`);
  context.terminal.err(`replay: ${shellCommand(["ckptlab", "run", file, ...replayWords(seed, options)])}`);
}
