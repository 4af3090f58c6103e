/**
 * A run that broke a promise as a file: an ordinary scenario with everything that was overridden written in, opened by a
 * comment for people and closed by a record for `ckptlab replay`.
 *
 * Invariant: loading the file and running it without any option gives the run that broke, with the same digest, as long as
 * neither the code nor the engine changed. Thresholds and comparisons are left out, for they do not change a run.
 *
 * Does not cover: workloads of files, whose bytes are not in the scenario, and writing to a disk.
 */
import type { FormerPlace } from "../core/protocol/cluster.ts";
import type { CounterexampleRecord } from "../scenario/counterexample.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { writeScenario } from "../scenario/write.ts";
import { writeBrief } from "../scenario/write-brief.ts";
import type { RunResult } from "./result.ts";
import { withoutFaults } from "./run.ts";

export interface BrokenRun {
  /** As it was loaded; the overrides of the run are taken from its result. */
  readonly scenario: Scenario;
  readonly result: Pick<
    RunResult,
    "seed" | "digest" | "version" | "scheme" | "former" | "width" | "placement" | "promises"
  >;
  readonly withoutFaults?: boolean | undefined;
  /** The bug that was planted into the core, if one was. */
  readonly planted?: string | undefined;
}

/** The first promise that broke, in the order of the design; undefined when none did. */
function recordOf(broken: BrokenRun): CounterexampleRecord | undefined {
  const { digest, version, promises } = broken.result;
  const promise = promises.find(({ status }) => status === "broken");
  if (promise === undefined) return undefined;
  const message = promise.violations[0] ?? "broken";
  return { promise: promise.id, message, digest, version, planted: broken.planted, outcome: undefined };
}

/** A scenario that names files needs them beside it, byte for byte: its own file is the counterexample then. */
function canBeWritten(scenario: Scenario): boolean {
  return scenario.workload.kind !== "files";
}

/** The scenario of exactly this run: what the command line overrode is written in. */
function ranScenario({ scenario, result, withoutFaults: isQuiet }: BrokenRun): Scenario {
  const { placement: _placement, ...placedAnyhow } = isQuiet === true ? withoutFaults(scenario) : scenario;
  const { servers } = scenario;
  const former: FormerPlace = result.former;
  return {
    ...placedAnyhow,
    ...(result.placement === "declustered" ? { placement: result.placement } : {}),
    seed: result.seed,
    scheme: result.scheme,
    former,
    width: result.width,
    // Names of roles that this run does not have would contradict it.
    formerServer: former === "backup" ? scenario.formerServer : undefined,
    servers: {
      ...servers,
      dedicatedFormer: former === "dedicated" ? servers.dedicatedFormer : undefined,
    },
    expect: {},
    compare: undefined,
  };
}

/** 32 bits: enough to keep the seeds and schemes of one scenario apart. */
const FILE_DIGEST_CHARACTERS = 8;

/** A file name that says what broke and tells runs of one scenario apart. */
export function counterexampleFileName(scenario: Scenario, record: CounterexampleRecord): string {
  return `${scenario.name}-${record.promise}-${record.digest.slice(0, FILE_DIGEST_CHARACTERS)}.yaml`;
}

/** Violations are single sentences; a line end in one must not end the comment. */
function commentLine(label: string, text: string): string {
  return `# ${label.padEnd(10)}${text.replaceAll(/\s+/g, " ")}`;
}

export interface CounterexampleText {
  readonly scenario: Scenario;
  readonly record: CounterexampleRecord;
  /** Where it will lie, for the commands in its comment; quoted for a shell where it has to be. */
  readonly fileWords: string;
  /** How it was shrunk, one sentence; such a file leaves out what the defaults say anyway. */
  readonly shrunk?: string | undefined;
}

/** The file. `scenario` is exactly what ran. */
export function counterexampleText({ scenario, record, fileWords, shrunk }: CounterexampleText): string {
  const lines = [
    "# A counterexample: this run broke a promise of ckptlab.",
    "#",
    commentLine("promise", record.promise),
    commentLine("message", record.message),
    ...(record.planted === undefined
      ? []
      : [commentLine("planted", `${record.planted} (not in a published build)`)]),
    ...(record.outcome === undefined
      ? []
      : [commentLine("outcome", `must be ${record.outcome.right.join(" or ")}`)]),
    commentLine("seed", scenario.seed),
    commentLine("digest", record.digest),
    commentLine("version", record.version),
    ...(shrunk === undefined ? [] : [commentLine("shrunk", shrunk)]),
    commentLine("replay", `ckptlab replay ${fileWords}`),
    commentLine("in words", `ckptlab explain ${fileWords}`),
  ];
  return `${lines.join("\n")}\n\n${(shrunk === undefined ? writeScenario : writeBrief)(scenario, record)}`;
}

export interface WrittenCounterexample {
  readonly record: CounterexampleRecord;
  readonly fileName: string;
  text(fileWords: string): string;
}

/** What to write for a run; undefined when nothing broke, or when the scenario cannot stand alone. */
export function counterexampleOf(broken: BrokenRun): WrittenCounterexample | undefined {
  const record = recordOf(broken);
  if (record === undefined || !canBeWritten(broken.scenario)) return undefined;
  const scenario = ranScenario(broken);
  return {
    record,
    fileName: counterexampleFileName(scenario, record),
    text: (fileWords) => counterexampleText({ scenario, record, fileWords }),
  };
}
