/**
 * What was shrunk, in words and as a file: a counterexample for `ckptlab replay`, or, where the core stopped with an error and
 * no promise was judged, a scenario for `ckptlab run`.
 */
import type { CounterexampleRecord } from "../../scenario/counterexample.ts";
import { writeBrief } from "../../scenario/write-brief.ts";
import { counterexampleFileName, counterexampleText } from "../counterexample.ts";
import { VERSION } from "../version.ts";
import type { Shrunk } from "./shrink.ts";

/** One sentence: how small it is, and whether it could be smaller. */
export function shrunkSentence({ isMinimal, stepCountLeft, runCount, runCountMax }: Shrunk): string {
  if (!isMinimal)
    return `not to the end: the ${runCountMax} runs that were allowed are used up, and a smaller run may fail too`;
  return `in ${runCount} runs; no single piece can be taken away: each of the ${stepCountLeft} steps that are left was tried, and the run holds then`;
}

export interface ShrunkFile {
  readonly fileName: string;
  /** `fileWords`: where it will lie, quoted for a shell where it has to be. */
  text(fileWords: string): string;
}

/** `planted`: the bug that was planted into the core, if one was. */
export function shrunkFile(shrunk: Shrunk, planted?: string): ShrunkFile {
  const { scenario, failure } = shrunk;
  const { promise, message, digest } = failure;
  if (promise === undefined) {
    return {
      fileName: `${scenario.name}-error.yaml`,
      text: (fileWords) =>
        [
          "# The core of ckptlab stops with an error in this run.",
          "#",
          `# error     ${message.replaceAll(/\s+/g, " ")}`,
          `# shrunk    ${shrunkSentence(shrunk)}`,
          `# run       ckptlab run ${fileWords}`,
          "",
          writeBrief(scenario),
        ].join("\n"),
    };
  }
  const record: CounterexampleRecord = {
    promise,
    message,
    digest,
    version: VERSION,
    planted,
    outcome: undefined,
  };
  return {
    fileName: counterexampleFileName(scenario, record),
    text: (fileWords) => counterexampleText({ scenario, record, fileWords, shrunk: shrunkSentence(shrunk) }),
  };
}
