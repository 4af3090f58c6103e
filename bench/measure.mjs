/**
 * Measuring on noisy machines: processor time instead of time on the wall, and medians over rounds.
 */

/** Nanoseconds of processor time that a call takes, with the threads that work for it (compiler, collector). @param {() => void} action */
export function processorNs(action) {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1_000;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
