/** Times in the words of faults. */

/** To a thousandth of a millisecond: people compare moments, they do not compute with them. */
export function milliseconds(valueNs: number): string {
  return `${Math.round(valueNs / 1e3) / 1e3} ms`;
}
