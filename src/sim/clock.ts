/**
 * The clock of one server: it may be off by an offset, and run faster or slower than virtual time.
 *
 * Model. While virtual time goes on by a million nanoseconds, the clock goes on by a million and `driftPpm`. Timers run on it:
 * a delay of d on a clock that is fast by a tenth ends after d / 1.1. When the clock is stepped, the deadlines of timers stay
 * where they are on the clock: a step forward brings them nearer, one back puts them off.
 *
 * A clock may be off from the start, and drift from then on; faults step it or change its rate.
 *
 * Invariant: with no offset and no drift it reads virtual time exactly. Does not cover: clocks that are set right bit by bit.
 */
import type { StateHash } from "./state-hash.ts";

const MILLION = 1_000_000;

export class Clock {
  private driftPpm: number;
  /** At this moment of virtual time the clock read so much more. */
  private sinceNs: number = 0;
  private offsetNs: number;

  /** As it is at the start of the run. `driftPpm` is above -1,000,000. */
  constructor({ offsetNs, driftPpm }: { offsetNs: number; driftPpm: number } = { offsetNs: 0, driftPpm: 0 }) {
    this.offsetNs = offsetNs;
    this.driftPpm = driftPpm;
  }

  get isExact(): boolean {
    return this.driftPpm === 0;
  }

  read(nowNs: number): number {
    if (this.driftPpm === 0) return nowNs + this.offsetNs;
    return nowNs + this.offsetNs + Math.floor(((nowNs - this.sinceNs) * this.driftPpm) / MILLION);
  }

  /** How long a delay of this clock takes in virtual time. */
  trueDelayNs(delayNs: number): number {
    if (this.driftPpm === 0) return delayNs;
    return Math.ceil((delayNs * MILLION) / (MILLION + this.driftPpm));
  }

  /** How much the clock goes on in a span of virtual time. */
  private ownNs(spanNs: number): number {
    return (spanNs * (MILLION + this.driftPpm)) / MILLION;
  }

  /** Changes the rate; returns what becomes of a deadline. `driftPpm` is above -1,000,000. */
  drift(nowNs: number, driftPpm: number): (deadlineNs: number) => number {
    const before = this.fork();
    this.offsetNs = this.read(nowNs) - nowNs;
    this.sinceNs = nowNs;
    this.driftPpm = driftPpm;
    return (deadlineNs) => nowNs + this.trueDelayNs(Math.round(before.ownNs(deadlineNs - nowNs)));
  }

  /** Steps the clock, forward by a positive amount; returns what becomes of a deadline. */
  step(nowNs: number, byNs: number): (deadlineNs: number) => number {
    this.offsetNs += byNs;
    const trueNs = byNs < 0 ? -this.trueDelayNs(-byNs) : this.trueDelayNs(byNs);
    return (deadlineNs) => Math.max(nowNs, deadlineNs - trueNs);
  }

  addTo(hash: StateHash, nowNs: number): void {
    hash.add(this.driftPpm);
    hash.add(this.read(nowNs) - nowNs);
  }

  fork(): Clock {
    const copy = new Clock();
    copy.driftPpm = this.driftPpm;
    copy.sinceNs = this.sinceNs;
    copy.offsetNs = this.offsetNs;
    return copy;
  }
}
