/**
 * The word that somebody may have meant, for hints.
 */

/** Insertions, deletions and replacements of one character (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** undefined when none is near: a hint that is a guess helps nobody. */
export function nearestWord(wanted: string, words: readonly string[]): string | undefined {
  const lower = wanted.toLowerCase();
  let best: { readonly word: string; readonly steps: number } | undefined;
  for (const word of words) {
    const isPart = lower.length >= 3 && word.includes(lower);
    const steps = isPart ? 1 : distance(lower, word);
    if (best === undefined || steps < best.steps) best = { word, steps };
  }
  return best !== undefined && best.steps <= Math.max(2, Math.floor(best.word.length / 3))
    ? best.word
    : undefined;
}
