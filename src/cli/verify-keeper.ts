/**
 * Keeps the counterexamples of a verification in a folder, and says which command shows each again.
 */
import type { VerifyRun } from "../verify/verify.ts";
import type { CommandContext } from "./command-context.ts";
import { COUNTEREXAMPLES_FOLDER, writeCounterexample } from "./counterexample-file.ts";
import { shellCommand } from "./shell-words.ts";

/** `command`: shows what broke where a file cannot be written; what broke weighs more than where it could have been kept. */
export function verificationKeeper(
  { terminal }: CommandContext,
  folder: string | undefined,
  command: string,
): VerifyRun["keep"] {
  return async (found) => {
    const written = await writeCounterexample(folder ?? COUNTEREXAMPLES_FOLDER, found);
    if (written.ok)
      return { file: written.value, command: shellCommand(["ckptlab", "replay", written.value]) };
    terminal.err(`no counterexample was written: ${written.error.message}`);
    return { file: "", command };
  };
}
