/** Commands as the page shows them: those of an installed package, as the README writes them. */

const PROGRAM = "ckptlab ";

/** A result names its command as the program knows it; without `npx` a shell finds no such program. */
export function shownCommand(command: string): string {
  return command.startsWith(PROGRAM) ? `npx ${command}` : command;
}
