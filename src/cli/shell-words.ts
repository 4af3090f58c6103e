/**
 * A command line that a person can paste into a shell.
 */

const PLAIN = /^[A-Za-z0-9_.,/:=@%+-]+$/;

export function shellCommand(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
