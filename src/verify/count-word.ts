/** Small counts as words, for sentences. */

const COUNT_WORDS: readonly string[] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/** 0..8 in words, above that in digits. */
export function countWord(count: number): string {
  return COUNT_WORDS[count] ?? String(count);
}
