/** Spans of virtual time, both ends included; `toNs` undefined: to the end of the run and beyond. */
export interface Interval {
  readonly fromNs: number;
  readonly toNs: number | undefined;
}

/** True when any of the intervals meets fromNs..toNs. */
export function meetsAny(intervals: readonly Interval[], fromNs: number, toNs: number): boolean {
  return intervals.some((interval) => interval.fromNs <= toNs && (interval.toNs ?? Infinity) >= fromNs);
}
