/**
 * Simpler values of a whole number: with fewer digits that are not noughts at its end, or with as many and smaller.
 *
 * Invariant: what is offered is simpler in that order, which has no endless descent; so taking one again and again ends.
 */

/** 3420000 has three: 342. Nought has none. */
function digitCount(value: number): number {
  let rest = value;
  while (rest !== 0 && rest % 10 === 0) rest /= 10;
  return rest === 0 ? 0 : String(rest).length;
}

/** A unit of the last digit that counts, when only so many may count. */
function unitOf(value: number, digits: number): number {
  let unit = 1;
  for (let length = String(value).length; length > digits; length -= 1) unit *= 10;
  return unit;
}

/** The next smaller number with no more digits that count. */
function predecessor(value: number, digits: number): number {
  const unit = unitOf(value, digits);
  const next = value - unit;
  // Below 1000 comes 900, and not 0.
  return next <= 0 || String(next).length < String(value).length
    ? value - Math.max(1, unit / 10)
    : next - (next % unit);
}

/** The same with fewer digits, from few to many; above the value too, for a round number reads well. */
export function rounder(value: number, least: number): number[] {
  const found: number[] = [];
  for (let digits = 1; digits < digitCount(value); digits += 1) {
    const unit = unitOf(value, digits);
    const below = value - (value % unit);
    found.push(below, below + unit);
  }
  return found.filter((one) => one >= least);
}

/** The least one first, then round ones, half of it, and the one before it. */
export function simpler(value: number, least: number): number[] {
  if (value <= least) return [];
  const digits = Math.max(1, digitCount(value));
  const half = Math.floor(value / 2);
  const halfRounded = half - (half % unitOf(half, digits));
  const smaller = [halfRounded, predecessor(value, digits)].filter((one) => digitCount(one) <= digits);
  const offered = [least, ...rounder(value, least), ...smaller];
  return [...new Set(offered)].filter((one) => one >= least && one !== value);
}
