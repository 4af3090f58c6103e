/** What the families of random scenarios share: drawing from a stream (with src/verify/draw.ts), and the shape of a fault in the YAML form. */
import type { RandomStream } from "../../../src/sim/random.ts";

export type FaultText = Readonly<Record<string, unknown>>;

export const SERVER_NAMES = ["a", "b", "c", "d", "e", "f"] as const;

/** True once in `count` draws. */
export function oneIn(stream: RandomStream, count: number): boolean {
  return stream.below(count) === 0;
}

/** A time in the YAML form, at least a microsecond. */
export function microseconds(us: number): string {
  return `${Math.max(1, Math.round(us))}us`;
}
