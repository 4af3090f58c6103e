/** What generators of random scenarios share: a choice from a list, and how many servers a scheme needs. */
import { parseScheme } from "../core/redundancy/scheme.ts";
import type { RandomStream } from "../sim/random.ts";

/** One of the values, each as likely as the others. An empty list is a bug: RangeError. */
export function pick<Value>(stream: RandomStream, values: readonly Value[]): Value {
  const value = values[stream.below(values.length)];
  if (value === undefined) throw new RangeError("nothing to pick from");
  return value;
}

/** Members of a group under a scheme: the fewest servers that it can be placed on. Another text is a bug: RangeError. */
export function memberCountOf(schemeText: string): number {
  const parsed = parseScheme(schemeText);
  if (!parsed.ok) throw new RangeError(parsed.error.message);
  return parsed.scheme.k + parsed.scheme.m;
}
