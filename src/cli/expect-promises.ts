/**
 * The public face of "ckptlab/vitest": the gate as one line of another project's tests.
 *
 * ```ts
 * import { expectPromises } from "ckptlab/vitest";
 * import { test } from "vitest";
 *
 * test("checkpoints survive what we promise", () => expectPromises("cluster.yaml", { seeds: 20 }));
 * ```
 *
 * It throws an error that says all, and imports no test runner: it serves those of others as well.
 *
 * Does not cover: the exhaustive proof (`ckptlab verify`). A scenario and its seeds are samples.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { FormerPlace } from "../core/protocol/cluster.ts";
import { resolvePlan, type RunOverrides } from "../scenario/plan.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { writeScenario } from "../scenario/write.ts";
import { counterexampleOf } from "../verify/counterexample.ts";
import { derivedSeeds, replayWords } from "../verify/replay-words.ts";
import type { PromiseId, RunResult } from "../verify/result.ts";
import { runScenario, type RunOptions } from "../verify/run.ts";
import { COUNTEREXAMPLES_FOLDER, writeCounterexample } from "./counterexample-file.ts";
import { type Checked, overrideError } from "./input-error.ts";
import { readScenarioFile, type ScenarioFile, scenarioFileOf } from "./scenario-file.ts";
import { shellCommand } from "./shell-words.ts";
import { thresholdLine } from "./threshold-line.ts";
import { runExitCode } from "./verdict-exit-code.ts";

/**
 * A path (or file URL) of a scenario file; YAML text, recognised by a line end or an opening brace; the same as an object; or
 * what `loadScenario` gave.
 */
export type ScenarioSource = string | URL | Scenario | Readonly<Record<string, unknown>>;

export interface ExpectPromisesOptions {
  /**
   * Which runs: these seeds, or so many that are derived from the scenario's own as `ckptlab compare` does. Left out: one
   * run with the scenario's own seed.
   */
  readonly seeds?: number | readonly string[] | undefined;
  readonly scheme?: string | undefined;
  readonly former?: FormerPlace | undefined;
  /** Servers that hold members. */
  readonly width?: number | undefined;
  /** Promises that some run must have given something to check: a scenario that loses nothing shows nothing. */
  readonly exercised?: readonly PromiseId[] | undefined;
  /** Where a run that broke a promise is written, for `ckptlab replay`; "counterexamples" when left out, false: nowhere. */
  readonly counterexamples?: string | false | undefined;
  /** Plants a bug into the core: to see that the scenario would find it. */
  readonly plant?: RunOptions["plant"];
}

/** "bad-input": the scenario or an option; nothing ran. "not-exercised": every run held, and none checked what was asked for. */
export type PromisesErrorCode =
  "bad-input" | "promise-broken" | "undecided" | "threshold-missed" | "not-exercised";

/** Its message tells each run that failed: the seed, what broke, where the counterexample is, and how to replay it. */
export class PromisesError extends Error {
  override readonly name: string = "PromisesError";
  /** The worst of what happened. */
  readonly code: PromisesErrorCode;
  /** Of every run, those that held too; empty for "bad-input". */
  readonly results: readonly RunResult[];

  constructor(code: PromisesErrorCode, message: string, results: readonly RunResult[]) {
    super(message);
    this.code = code;
    this.results = results;
  }
}

const SHOWN_RUNS_MAX = 5;

/**
 * Runs the scenario with each seed, and fails unless every promise held in every run, every run decided something, and every
 * threshold of the scenario was met.
 *
 * @returns the result of each run, in the order of the seeds
 * @throws {PromisesError} otherwise
 */
export async function expectPromises(
  source: ScenarioSource,
  options: ExpectPromisesOptions = {},
): Promise<readonly RunResult[]> {
  const { scheme, former, width, plant } = options;
  const { file, read } = await readSource(source);
  if (!read.ok) throw new PromisesError("bad-input", read.error.message, []);
  const { scenario, files } = read.value;
  const seeds = seedsOf(scenario, options.seeds);
  // The scenario's own width belongs to its own scheme.
  const overrides: RunOverrides = {
    scheme,
    former,
    width: width ?? (scheme === undefined ? undefined : "own"),
  };
  const results: RunResult[] = [];
  const failures: string[] = [];
  for (const seed of seeds) {
    const planned = resolvePlan(scenario, overrides, seed);
    if (!planned.ok) {
      throw new PromisesError("bad-input", overrideError(file ?? scenario.name, planned.error).message, []);
    }
    const result = await runScenario(scenario, { seed, overrides, files, plant });
    results.push(result);
    if (runExitCode(result) === 0) continue;
    const isShown = failures.length < SHOWN_RUNS_MAX;
    failures.push(isShown ? await failureText({ scenario, file, result }, options) : "");
  }
  if (failures.length > 0) throw failed(scenario, results, failures);
  const idle = (options.exercised ?? []).filter((id) =>
    results.every((result) => checkedCount(result, id) === 0),
  );
  if (idle.length > 0) {
    const message = `${scenario.name}: no run gave anything to check for ${idle.join(", ")}`;
    throw new PromisesError("not-exercised", message, results);
  }
  return results;
}

interface ReadSource {
  /** undefined where no file can be named in a command. */
  readonly file: string | undefined;
  readonly read: Checked<ScenarioFile>;
}

/** Files that a text or an object names are looked for from the working directory. */
async function readSource(source: ScenarioSource): Promise<ReadSource> {
  if (source instanceof URL || (typeof source === "string" && !/^\s*\{|\n/.test(source))) {
    const file = source instanceof URL ? fileURLToPath(source) : source;
    return { file: path.relative(".", file), read: await readScenarioFile(file) };
  }
  const text = typeof source === "string" ? source : textOf(source);
  return { file: undefined, read: await scenarioFileOf(text, "scenario") };
}

/** A loaded scenario has its duration as a number of nanoseconds; one that is still to be loaded has none. */
function textOf(source: Scenario | Readonly<Record<string, unknown>>): string {
  return "durationNs" in source ? writeScenario(source as Scenario) : JSON.stringify(source);
}

function seedsOf({ seed }: Scenario, seeds: ExpectPromisesOptions["seeds"]): readonly string[] {
  if (seeds === undefined) return [seed];
  const list = typeof seeds === "number" ? derivedSeeds(seed, seeds) : seeds;
  if (list.length === 0 || list.includes("")) {
    throw new PromisesError("bad-input", "seeds: there must be one at least, and none may be empty", []);
  }
  return list;
}

function checkedCount({ promises }: RunResult, id: PromiseId): number {
  return promises.find((promise) => promise.id === id)?.checkedCount ?? 0;
}

interface FailedRun {
  readonly scenario: Scenario;
  readonly file: string | undefined;
  readonly result: RunResult;
}

async function failureText(
  { scenario, file, result }: FailedRun,
  options: ExpectPromisesOptions,
): Promise<string> {
  const lines = [`seed ${JSON.stringify(result.seed)}`, ...reasonsOf(result).map((reason) => `  ${reason}`)];
  if (result.faults.length > 0) lines.push(`  faults: ${result.faults.join("; ")}`);
  const planted = options.plant === undefined ? undefined : "a bug of the test";
  const folder = options.counterexamples ?? COUNTEREXAMPLES_FOLDER;
  const toWrite = folder === false ? undefined : counterexampleOf({ scenario, result, planted });
  const written =
    toWrite === undefined || folder === false ? undefined : await writeCounterexample(folder, toWrite);
  if (written?.ok === true) {
    lines.push(`  counterexample: ${written.value}`);
    lines.push(`  replay: ${shellCommand(["npx", "ckptlab", "replay", written.value])}`);
    lines.push(`  in words: ${shellCommand(["npx", "ckptlab", "explain", written.value])}`);
    return lines.join("\n");
  }
  if (written?.ok === false) lines.push(`  no counterexample was written: ${written.error.message}`);
  if (file !== undefined) {
    const { scheme, former, width } = options;
    const words = replayWords(result.seed, { overrides: { scheme, former, width } });
    lines.push(`  replay: ${shellCommand(["npx", "ckptlab", "run", file, ...words])}`);
  }
  return lines.join("\n");
}

function reasonsOf({ promises, undecided, thresholds }: RunResult): string[] {
  return [
    ...promises.flatMap(({ id, violations }) => violations.map((violation) => `${id} broken: ${violation}`)),
    ...undecided.map((reason) => `undecided: ${reason}`),
    ...thresholds.filter(({ met }) => !met).map(thresholdLine),
  ];
}

function failed(
  { name }: Scenario,
  results: readonly RunResult[],
  failures: readonly string[],
): PromisesError {
  const verdicts = results.map(({ verdict }) => verdict);
  const code = verdicts.includes("broken")
    ? "promise-broken"
    : verdicts.includes("undecided")
      ? "undecided"
      : "threshold-missed";
  const shown = failures.slice(0, SHOWN_RUNS_MAX);
  const moreCount = failures.length - shown.length;
  const runs = results.length === 1 ? "the run" : `${failures.length} of ${results.length} runs`;
  const lines = [`${name}: ${runs} failed`, ...shown];
  if (moreCount > 0) lines.push(`and ${moreCount} more`);
  return new PromisesError(code, lines.join("\n"), results);
}
