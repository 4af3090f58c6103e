/**
 * Schedules of the model checker for `replay` and `explain`: the steps, what came of each, and how it ended.
 *
 * A schedule has no digest: each of its steps is looked for by its words among the choices that there are. Where one is no
 * choice any more, the code takes another course, and the schedule shows nothing (undecided).
 */
import { replaySchedule, type ScheduleReplay } from "../verify/interleavings/index.ts";
import { PAGE_LINES_MAX } from "../verify/narrative-page.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN, EXIT_UNDECIDED } from "./exit-code.ts";
import { shellCommand } from "./shell-words.ts";

type Replayed = Extract<ScheduleReplay, { ok: true }>;

export function scheduleExitCode({ outcome }: Pick<Replayed, "outcome">): number {
  if (outcome === "holds") return EXIT_OK;
  return outcome === "another-course" ? EXIT_UNDECIDED : EXIT_PROMISE_BROKEN;
}

function sentenceOf({ outcome, expected, violation, missing, steps }: Replayed): string {
  const { promise, message } = expected;
  switch (outcome) {
    case "breaks-again":
      return `${promise} breaks again: ${violation?.message ?? message}`;
    case "breaks-otherwise":
      return `${violation?.promise ?? "another promise"} breaks, not ${promise}: ${violation?.message ?? message}`;
    case "holds":
      return `${promise} holds now over the same ${steps.length} steps; the file says: ${message}`;
    case "another-course":
      return `undecided: after ${steps.length} steps the code takes another course; this is no choice any more: ${missing ?? ""}`;
  }
}

function stepLines(steps: Replayed["steps"]): string[] {
  const digits = String(steps.length).length;
  return steps.flatMap(({ words, shown }, index) => [
    `${String(index + 1).padStart(digits)}  ${words}`,
    ...shown.map((fact) => `${" ".repeat(digits)}    ${fact}`),
  ]);
}

interface ScheduleOptions {
  /** Print the steps: all of them, a screenful (the end of them, where it broke), or none. */
  readonly steps: "all" | "page" | "none";
}

/** Replays a schedule and prints what came of it; `file` is only named. */
export function scheduleCommand(
  context: CommandContext,
  file: string,
  text: string,
  options: ScheduleOptions,
): number {
  const replay = replaySchedule(text);
  if (!replay.ok) return reportInputError(context, { message: `${file}: ${replay.error}` });
  const { terminal, isJson, isQuiet } = context;
  if (isJson) {
    terminal.out(JSON.stringify({ file, ...replay }, undefined, 2));
    return scheduleExitCode(replay);
  }
  const { paint } = terminal;
  if (options.steps !== "none" && !isQuiet) {
    const lines = stepLines(replay.steps);
    const shown = options.steps === "all" ? lines : lines.slice(-PAGE_LINES_MAX);
    if (shown.length < lines.length) {
      terminal.out(paint.dim(`${lines.length - shown.length} lines before these; --all tells each`));
    }
    for (const line of shown) terminal.out(line);
    terminal.out("");
  }
  const sentence = sentenceOf(replay);
  terminal.out(replay.outcome === "holds" ? paint.good(sentence) : paint.bad(sentence));
  if (options.steps === "none" && !isQuiet) {
    terminal.out(paint.dim(`in words: ${shellCommand(["ckptlab", "explain", file])}`));
  }
  return scheduleExitCode(replay);
}
