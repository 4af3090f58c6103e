/** A server's clock: what it reads, and what becomes of timers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/sim/clock.ts";

const drift = fc.integer({ min: -500_000, max: 1_000_000 });
const moment = fc.integer({ min: 0, max: 1e12 });

describe("a clock", () => {
  it("without drift and steps reads virtual time, and delays are what they are", () => {
    fc.assert(
      fc.property(moment, (nowNs) => {
        expect(new Clock().read(nowNs)).toBe(nowNs);
        expect(new Clock().trueDelayNs(nowNs)).toBe(nowNs);
      }),
    );
  });

  it("that is off from the start reads so, and its rate goes on from there", () => {
    const clock = new Clock({ offsetNs: -5e6, driftPpm: 100 });
    expect(clock.read(0)).toBe(-5e6);
    expect(clock.read(1e9)).toBe(1e9 - 5e6 + 1e5);
    clock.step(1e9, 2e6);
    expect(clock.read(2e9)).toBe(2e9 - 3e6 + 2e5);
  });

  it("that is fast by a tenth goes on by 1.1 s in a second, and ends a delay of 1.1 s after one", () => {
    const clock = new Clock();
    clock.drift(0, 100_000);
    expect(clock.read(1e9)).toBe(1.1e9);
    expect(clock.trueDelayNs(1.1e9)).toBe(1e9);
  });

  it("reads on without a jump when its rate changes, and a delay ends when the clock has gone on by it", () => {
    fc.assert(
      fc.property(drift, drift, moment, moment, (first, second, firstNs, spanNs) => {
        const clock = new Clock();
        clock.drift(0, first);
        const before = clock.read(firstNs);
        clock.drift(firstNs, second);
        expect(clock.read(firstNs)).toBe(before);
        const endNs = firstNs + clock.trueDelayNs(spanNs);
        // A nanosecond for each of the two roundings, at up to twice the rate.
        expect(Math.abs(clock.read(endNs) - before - spanNs)).toBeLessThanOrEqual(3);
      }),
    );
  });

  it("keeps the deadlines of timers where they are on the clock", () => {
    fc.assert(
      fc.property(drift, drift, moment, moment, (first, second, nowNs, delayNs) => {
        const clock = new Clock();
        clock.drift(0, first);
        const deadlineNs = nowNs + clock.trueDelayNs(delayNs);
        const dueAt = clock.read(nowNs) + delayNs;
        const moved = clock.drift(nowNs, second);
        expect(Math.abs(clock.read(moved(deadlineNs)) - dueAt)).toBeLessThanOrEqual(6);
      }),
    );
  });

  it("stepped forward brings deadlines nearer, not into the past; stepped back puts them off", () => {
    const clock = new Clock();
    const forward = clock.step(1_000, 300);
    expect([forward(2_000), forward(1_100)]).toEqual([1_700, 1_000]);
    expect(clock.read(1_000)).toBe(1_300);
    expect(clock.step(1_000, -500)(2_000)).toBe(2_500);
    expect(clock.read(1_000)).toBe(800);
  });
});
