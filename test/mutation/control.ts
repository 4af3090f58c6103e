/**
 * The control of mutation testing: code whose tests miss nothing, so that every mutant of it has to die. One that survives
 * shows that the tool, and not the tests, is at fault: that mutants were not switched on, or tests not run.
 */

/** Made while the file is loaded: mutants of it have to be there before the tests are. */
const WORDS: readonly string[] = ["lost", "enough", "whole"];

/** How many members of a group are lost, at most as many as it has data members. */
export function lostCount(dataCount: number, lost: readonly boolean[]): number {
  let count = 0;
  for (const isLost of lost) if (isLost) count += 1;
  return Math.min(count, dataCount);
}

/** What a group is called of which this many members are left. */
export function groupWord(leftCount: number, dataCount: number): string | undefined {
  if (leftCount > dataCount) return WORDS[2];
  return WORDS[leftCount === dataCount ? 1 : 0];
}
