/**
 * What a search found, shrunk as a whole run by the project's own shrinker, and as a file to keep.
 *
 * Not covered: who found it (search.ts, model-property.ts).
 */
import { loadScenario } from "../../src/scenario/load.ts";
import { shrinkRun, type ShrinkResult } from "../../src/verify/shrink/shrink.ts";
import { shrunkFile } from "../../src/verify/shrink/shrunk-file.ts";

export interface SearchFailure {
  readonly message: string;
  /** The scenario that failed; undefined: the search itself failed. */
  readonly text: string | undefined;
  /** Undefined: there is no scenario, or it does not load. */
  readonly shrunk: ShrinkResult | undefined;
}

const SHRINK_RUN_COUNT_MAX = 1000;

export async function shrunkFailure(message: string, text: string | undefined): Promise<SearchFailure> {
  const loaded = text === undefined ? undefined : loadScenario(text, "search");
  const shrunk =
    loaded?.ok === true ? await shrinkRun(loaded.scenario, { runCountMax: SHRINK_RUN_COUNT_MAX }) : undefined;
  return { message, text, shrunk };
}

export interface KeptFile {
  readonly fileName: string;
  readonly isShrunk: boolean;
  /** `fileWords`: where it will lie, quoted for a shell where it has to be. */
  readonly textFor: (fileWords: string) => string;
}

/**
 * A counterexample when it could be shrunk; else the scenario as it failed, with what failed as its comment, for `ckptlab run`.
 * Undefined: there is nothing to keep.
 */
export function keptFile({ message, text, shrunk }: SearchFailure): KeptFile | undefined {
  if (text === undefined) return undefined;
  if (shrunk?.outcome === "shrunk") {
    const { fileName, text: textFor } = shrunkFile(shrunk);
    return { fileName, isShrunk: true, textFor };
  }
  const comment = message
    .split("\n")
    .map((line) => `# ${line}`.trimEnd())
    .join("\n");
  return { fileName: "search.yaml", isShrunk: false, textFor: () => `${comment}\n${text}\n` };
}

/** fast-check puts what the property threw into its own error's cause. */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return `${error.cause.name}: ${error.cause.message}`;
  return error.message.split("\n").slice(0, 4).join(" ");
}
