/**
 * What a replayed counterexample shows: is it still the same run, and does its promise break again?
 *
 * Pure. The digest covers every event of the run, so "the same digest" means the same run; another one means that the code
 * or the engine is not the one that found it, and that what holds now may hold because the run takes another course.
 */
import type { CounterexampleRecord } from "../scenario/counterexample.ts";
import { outcomeMessage, type RunOutcome } from "./crash-points/index.ts";
import type { RunResult } from "./result.ts";

export interface Replay {
  /** `breaks-again`: the promise of the file. `breaks-otherwise`: only others. */
  readonly outcome: "holds" | "breaks-again" | "breaks-otherwise" | "undecided";
  readonly sameDigest: boolean;
  readonly sameMessage: boolean;
  readonly expected: CounterexampleRecord;
  readonly digest: string;
  readonly version: string;
  /** One each, for people. */
  readonly sentences: readonly string[];
}

export type ReplayedRun = Pick<RunResult, "verdict" | "undecided" | "promises" | "digest" | "version"> & {
  /** How the run ended after the strike that the file names; undefined where it names none, or the run has no such strike. */
  readonly endedAs?: RunOutcome | undefined;
};

/** Violations of the promise that the file names: those of its checker, and an outcome that is none of the right ones. */
function violationsAgain({ promise, outcome }: CounterexampleRecord, run: ReplayedRun): string[] {
  const found = run.promises
    .filter(({ id, status }) => id === promise && status === "broken")
    .flatMap(({ violations }) => violations);
  const { endedAs } = run;
  if (outcome === undefined || endedAs === undefined || outcome.right.includes(endedAs)) return found;
  return [...found, outcomeMessage(endedAs, outcome.right)];
}

function outcomeOf(expected: CounterexampleRecord, run: ReplayedRun): Replay["outcome"] {
  const broken = run.promises.filter(({ status }) => status === "broken");
  if (violationsAgain(expected, run).length > 0) return "breaks-again";
  if (broken.length > 0) return "breaks-otherwise";
  return run.verdict === "undecided" ? "undecided" : "holds";
}

function digestWords(expected: CounterexampleRecord, run: ReplayedRun): string {
  if (run.digest === expected.digest) return `same digest: ${run.digest}, this is the same run`;
  const versions =
    run.version === expected.version
      ? ""
      : ` (found with version ${expected.version}, this is ${run.version})`;
  const why =
    expected.planted === undefined
      ? `the code or the engine changed${versions}`
      : `it was found with the bug ${expected.planted} planted, which is not in this build${versions}`;
  return `another digest: ${run.digest} instead of ${expected.digest}; ${why}`;
}

function outcomeWords(
  outcome: Replay["outcome"],
  expected: CounterexampleRecord,
  run: ReplayedRun,
): string[] {
  switch (outcome) {
    case "breaks-again":
      return [`${expected.promise} breaks again: ${violationsAgain(expected, run)[0] ?? expected.message}`];
    case "breaks-otherwise":
      return run.promises
        .filter(({ status }) => status === "broken")
        .map(({ id, violations }) => `${id} breaks, not ${expected.promise}: ${violations[0] ?? "broken"}`);
    case "undecided":
      return [`undecided: ${run.undecided.join(" ")}`];
    case "holds":
      if (run.digest === expected.digest) {
        return [
          `${expected.promise} holds in the very run that broke it: the checker changed; the file says: ${expected.message}`,
        ];
      }
      return [`${expected.promise} holds now; the file says: ${expected.message}`];
  }
}

export function replayOf(expected: CounterexampleRecord, run: ReplayedRun): Replay {
  const outcome = outcomeOf(expected, run);
  const sameMessage = violationsAgain(expected, run).includes(expected.message);
  return {
    outcome,
    sameDigest: run.digest === expected.digest,
    sameMessage,
    expected,
    digest: run.digest,
    version: run.version,
    sentences: [...outcomeWords(outcome, expected, run), digestWords(expected, run)],
  };
}
