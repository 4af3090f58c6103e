/**
 * What every command gets, and how it reports bad input.
 */
import { EXIT_BAD_INPUT } from "./exit-code.ts";
import type { InputError } from "./input-error.ts";
import type { Terminal } from "./terminal.ts";

export interface CommandContext {
  readonly terminal: Terminal;
  /** Results as JSON on stdout, nothing else there. */
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/** One error, one line; nothing has been written. */
export function reportInputError(context: CommandContext, error: InputError): number {
  context.terminal.err(`error: ${error.message}`);
  return EXIT_BAD_INPUT;
}
