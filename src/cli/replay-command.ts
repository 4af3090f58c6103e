/**
 * `ckptlab replay FILE`: a counterexample once more, as it stands.
 *
 * The exit code is about the promise alone: whether the digest is the same is said in words and stands in the JSON.
 */
import { isScheduleText } from "../verify/interleavings/index.ts";
import { PROMISES } from "../verify/promises/index.ts";
import type { Replay } from "../verify/replay.ts";
import { replayRun } from "../verify/replay-run.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_UNDECIDED } from "./exit-code.ts";
import { readTextFile, scenarioFileOf } from "./scenario-file.ts";
import { scheduleCommand } from "./schedule-command.ts";
import { shellCommand } from "./shell-words.ts";

export async function replayCommand(context: CommandContext, file: string): Promise<number> {
  const text = await readTextFile(file);
  if (!text.ok) return reportInputError(context, text.error);
  if (isScheduleText(text.value)) return scheduleCommand(context, file, text.value, { steps: "none" });
  const read = await scenarioFileOf(text.value, file);
  if (!read.ok) return reportInputError(context, read.error);
  const { scenario, files, counterexample } = read.value;
  if (counterexample === undefined) {
    const instead = shellCommand(["ckptlab", "run", file]);
    return reportInputError(context, {
      message: `${file}: counterexample: is missing: this is a scenario; ${instead} runs it`,
    });
  }
  if (!PROMISES.some(({ id }) => id === counterexample.promise)) {
    const message = `${file}: counterexample.promise: there is no promise "${counterexample.promise}"`;
    return reportInputError(context, { message });
  }
  const replay = await replayRun(counterexample, scenario, { files });
  print(context, file, replay);
  return exitCodeOf(replay);
}

function exitCodeOf({ outcome }: Pick<Replay, "outcome">): number {
  if (outcome === "holds") return EXIT_OK;
  return outcome === "undecided" ? EXIT_UNDECIDED : EXIT_PROMISE_BROKEN;
}

function print({ terminal, isJson, isQuiet }: CommandContext, file: string, replay: Replay): void {
  if (isJson) {
    terminal.out(JSON.stringify({ file, ...replay }, undefined, 2));
    return;
  }
  const { paint } = terminal;
  const [first = "", ...others] = replay.sentences;
  terminal.out(replay.outcome === "holds" ? paint.good(first) : paint.bad(first));
  for (const sentence of others) terminal.out(sentence);
  if (!isQuiet) terminal.out(paint.dim(`in words: ${shellCommand(["ckptlab", "explain", file])}`));
}
