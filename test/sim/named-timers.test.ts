import { describe, expect, it } from "vitest";
import { NamedTimers } from "../../src/sim/named-timers.ts";
import { Timeline } from "../../src/sim/timeline.ts";

function bench(): { timeline: Timeline; timers: NamedTimers; fire: (timers: NamedTimers) => string[] } {
  const timeline = new Timeline();
  return {
    timeline,
    timers: new NamedTimers(timeline, 3, 1),
    fire: (timers) => {
      const fired: string[] = [];
      while (timeline.queue.pop()) {
        const name = timeline.queue.payload as string;
        timers.fired(name);
        fired.push(`${name}@${timeline.queue.timeNs}`);
      }
      return fired;
    },
  };
}

describe("named timers", () => {
  it("fire once; setting one again moves it, also after it fired or was cancelled", () => {
    const { timeline, timers, fire } = bench();
    timers.set("a", 10);
    timers.set("b", 20);
    timers.set("a", 30);
    expect(timeline.queue.size).toBe(2);
    expect(fire(timers)).toEqual(["b@20", "a@30"]);
    timers.set("a", 40);
    timers.cancel("a");
    timers.cancel("a");
    timers.cancel("never set");
    expect(timeline.queue.size).toBe(0);
    timers.set("a", 50);
    expect(fire(timers)).toEqual(["a@50"]);
  });

  it("are as right with many names as with few", () => {
    const { timeline, timers, fire } = bench();
    const names = Array.from({ length: 100 }, (_, index) => `timer ${index}`);
    for (const [index, name] of names.entries()) timers.set(name, index);
    for (const name of names.slice(10)) timers.cancel(name);
    for (const [index, name] of names.entries()) if (index >= 95) timers.set(name, 1_000 + index);
    expect(fire(timers)).toEqual([
      ...names.slice(0, 10).map((name, index) => `${name}@${index}`),
      ...names.slice(95).map((name, index) => `${name}@${1_095 + index}`),
    ]);
    for (const name of names) timers.set(name, 5_000);
    timers.cancelAll();
    expect(timeline.queue.size).toBe(0);
  });

  it("of a forked queue are cancelled there and not in the original", () => {
    const { timeline, timers, fire } = bench();
    timers.set("a", 10);
    timers.set("b", 20);
    timers.cancel("b");
    const fork = timeline.fork();
    const copies = new NamedTimers(fork, 3, 1);
    copies.copyFrom(timers);
    copies.cancel("a");
    copies.cancel("b");
    expect(fork.queue.size).toBe(0);
    expect(fire(timers)).toEqual(["a@10"]);
  });
});
