/**
 * What every command gets, and how it reports bad input.
 */
import { EXIT_BAD_INPUT } from "./exit-code.ts";
import type { InputError } from "./input-error.ts";
import type { Terminal } from "./terminal.ts";

export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Results as JSON on stdout, nothing else there. */
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/**
 * One error, one line; nothing has been written. With --json stdout gets it too, in the shape of every failure:
 * `{"ok": false, "error": {"kind", "code", "message"}}`. Only for commands that have given no result yet.
 */
export function reportInputError(context: CommandContext, error: InputError): number {
  if (context.isJson) context.terminal.out(inputErrorJson("bad-input", error.message));
  context.terminal.err(`error: ${error.message}`);
  return EXIT_BAD_INPUT;
}

/** `bad-usage`: the command line itself is wrong. `bad-input`: what it names is. */
export function inputErrorJson(code: "bad-input" | "bad-usage", message: string): string {
  return JSON.stringify({ ok: false, error: { kind: "input", code, message } }, undefined, 2);
}
