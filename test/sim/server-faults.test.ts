/** Pauses, slow processors and wrong clocks, in a world that runs the store program. */
import { describe, expect, it } from "vitest";
import { createWorld, type Fault, type RunHistory } from "../../src/sim/index.ts";
import { MILLISECOND_NS, smallWorldOptions } from "./small-world.ts";

function run(...faults: Fault[]): RunHistory {
  return createWorld(smallWorldOptions({ faults })).run();
}

/** Moments, in milliseconds, of the notes of one host and kind. */
function momentsOf(history: RunHistory, host: number, kind: string): number[] {
  return history.events.flatMap((event) =>
    event.host === host && event.kind === "note" && event.note.kind === kind
      ? [event.atNs / MILLISECOND_NS]
      : [],
  );
}

describe("a pause", () => {
  const FROM = 100;
  const LASTS = 35;
  const pause = (messages: "wait" | "lost", host = 2, lastsMs = LASTS): Fault => ({
    atNs: FROM * MILLISECOND_NS,
    kind: "pause",
    host,
    messages,
    lastsNs: lastsMs * MILLISECOND_NS,
  });

  it("lets nothing happen on the server, and then what waited, in one moment", () => {
    const history = run(pause("wait"));
    const stored = momentsOf(history, 2, "stored");
    expect(momentsOf(run(), 2, "stored").some((ms) => ms > FROM && ms < FROM + LASTS)).toBe(true);
    expect(stored.some((ms) => ms > FROM && ms < FROM + LASTS)).toBe(false);
    expect(stored.filter((ms) => ms >= FROM + LASTS && ms < FROM + LASTS + 3).length).toBeGreaterThan(0);
    expect(history.reach?.[0]).toBeGreaterThan(1);
  });

  it("with lost messages leaves the checkpoint under way without an acknowledgement", () => {
    const waited = momentsOf(run(pause("wait")), 0, "known-durable").filter((ms) => ms > FROM + LASTS);
    const lost = momentsOf(run(pause("lost")), 0, "known-durable").filter((ms) => ms > FROM + LASTS);
    expect(waited.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(waited.length);
  });

  it("of the production server puts its timers off to the end, and a longer one of a beat's absence is noticed", () => {
    const short = run(pause("wait", 0, 10));
    expect(momentsOf(short, 1, "verdict")).toEqual([]);
    const long = run(pause("wait", 0, 90));
    const [verdict = 0] = momentsOf(long, 1, "verdict");
    expect(verdict).toBeGreaterThan(FROM + 35);
    expect(verdict).toBeLessThan(FROM + 90);
  });

  it("ends with a crash, and nothing that waited comes after it", () => {
    const crash: Fault = {
      atNs: (FROM + 10) * MILLISECOND_NS,
      kind: "crash",
      host: 2,
      disk: "kept",
      restartAfterNs: 5 * MILLISECOND_NS,
    };
    const history = run(pause("wait"), crash);
    // The store program tells its files when it is up again: within the pause that was to be.
    const [back = 0] = momentsOf(history, 2, "scrubbed");
    expect(back).toBeGreaterThan(FROM + 14);
    expect(back).toBeLessThan(FROM + LASTS);
  });

  it("goes on alike in a fork", () => {
    const world = createWorld(smallWorldOptions({ faults: [pause("wait")] }));
    world.runUntil((FROM + 20) * MILLISECOND_NS);
    const copy = world.fork();
    expect(copy.run().digest).toBe(world.run().digest);
  });
});

describe("a slow server", () => {
  it("takes so many times as long for the work of its processor, and for nothing else", () => {
    const slow: Fault = {
      atNs: 0,
      kind: "slow-server",
      host: 1,
      factor: 1_000,
      lastsNs: 300 * MILLISECOND_NS,
    };
    const [usual = 0] = momentsOf(run(), 1, "stored");
    const history = run(slow);
    const [late = 0] = momentsOf(history, 1, "stored");
    // 20,000 bytes are digested at 4 GB/s in 5 us, and in 5 ms now.
    expect(late - usual).toBeCloseTo(4.995, 3);
    expect(history.reach?.[0]).toBeGreaterThan(0);
  });
});

describe("a clock that is wrong", () => {
  const beats = (history: RunHistory): number => history.costs.messageCount;

  it("drifts: timers of a fast clock come more often, those of a slow one less", () => {
    const drift = (driftPpm: number): Fault => ({
      atNs: 0,
      kind: "clock-drift",
      host: 0,
      driftPpm,
      lastsNs: 300 * MILLISECOND_NS,
    });
    const usual = beats(run());
    const fast = run(drift(900_000));
    const slow = run(drift(-450_000));
    expect(beats(fast)).toBeGreaterThan(usual);
    expect(beats(slow)).toBeLessThan(usual);
    expect(fast.reach?.[0]).toBeGreaterThan(10);
  });

  it("is stepped: a timer that waits for silence fires early by the step, and late by it", () => {
    const lost: Fault = { atNs: 100 * MILLISECOND_NS, kind: "permanent-loss", host: 0 };
    const step = (direction: "forward" | "back"): Fault => ({
      atNs: 110 * MILLISECOND_NS,
      kind: "clock-step",
      host: 1,
      direction,
      byNs: 20 * MILLISECOND_NS,
    });
    const [usual = 0] = momentsOf(run(lost), 1, "verdict");
    const forward = run(lost, step("forward"));
    expect(momentsOf(forward, 1, "verdict")[0]).toBeCloseTo(usual - 20, 6);
    expect(momentsOf(run(lost, step("back")), 1, "verdict")[0]).toBeCloseTo(usual + 20, 6);
    expect(forward.reach?.[1]).toBe(1);
  });
});

describe("a clock that is off from the start", () => {
  const withClock = (offsetNs: number, driftPpm: number, ...faults: Fault[]): RunHistory =>
    createWorld(smallWorldOptions({ clocks: [{ host: 0, offsetNs, driftPpm }], faults })).run();

  it("with an offset alone changes nothing of when timers fire: they run on the clock's own time", () => {
    expect(withClock(77 * MILLISECOND_NS, 0).digest).toBe(run().digest);
  });

  it("with a drift makes the timers of that server run at its rate, and of no other", () => {
    const exact = momentsOf(run(), 0, "known-durable");
    const fast = momentsOf(withClock(0, 100_000), 0, "known-durable");
    expect(fast[0]).toBeLessThan(exact[0] ?? 0);
    expect(fast.length).toBeGreaterThan(exact.length);
  });

  it("has its own rate again when a fault that changed it is over", () => {
    const drift: Fault = {
      atNs: 100 * MILLISECOND_NS,
      kind: "clock-drift",
      host: 0,
      driftPpm: 0,
      lastsNs: 1,
    };
    const undisturbed = momentsOf(withClock(0, 100_000), 0, "known-durable");
    const disturbed = momentsOf(withClock(0, 100_000, drift), 0, "known-durable");
    // One nanosecond at another rate, and one of rounding for each of the few timers after it.
    expect(undisturbed.length).toBeGreaterThan(3);
    for (const [index, ms] of undisturbed.entries())
      expect(Math.abs((disturbed[index] ?? 0) - ms)).toBeLessThan(0.001);
  });
});
