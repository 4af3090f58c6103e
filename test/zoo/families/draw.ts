/** What the families of random scenarios share: drawing from a stream, and the shape of a fault in the YAML form. */
import type { RandomStream } from "../../../src/sim/random.ts";

export type FaultText = Readonly<Record<string, unknown>>;

export const SERVER_NAMES = ["a", "b", "c", "d", "e", "f"] as const;

export function pick<Value>(stream: RandomStream, values: readonly Value[]): Value {
  const value = values[stream.below(values.length)];
  if (value === undefined) throw new RangeError("nothing to pick from");
  return value;
}

/** True once in `count` draws. */
export function oneIn(stream: RandomStream, count: number): boolean {
  return stream.below(count) === 0;
}

/** A time in the YAML form, at least a microsecond. */
export function microseconds(us: number): string {
  return `${Math.max(1, Math.round(us))}us`;
}

/** Members of a group under a scheme. */
export function memberCountOf(scheme: string): number {
  const [kind, numbers = ""] = scheme.split(":");
  const [first = 1, second = 0] = numbers.split("+").map(Number);
  return kind === "mirror" ? first : first + second;
}
