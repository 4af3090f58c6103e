/** Faults between two events: struck on a fork, they are the same run as the plan that names the event. */
import { describe, expect, it } from "vitest";
import type { Fault, FaultAction, KeptOnCrash } from "../../src/sim/faults.ts";
import { createWorld } from "../../src/sim/world.ts";
import { MILLISECOND_NS, smallWorldOptions } from "./small-world.ts";

const ACTIONS: readonly FaultAction[] = [
  { kind: "crash", host: 1, disk: "kept", restartAfterNs: 5 * MILLISECOND_NS },
  {
    kind: "crash",
    host: 2,
    disk: "kept",
    restartAfterNs: undefined,
    keeps: { completed: "all", inFlightBytes: 512 },
  },
  { kind: "crash", host: 3, disk: "lost", restartAfterNs: MILLISECOND_NS },
  { kind: "permanent-loss", host: 3 },
  { kind: "partition", from: [0], to: [1, 2], symmetric: true, healAfterNs: 7 * MILLISECOND_NS },
  { kind: "loss", ratePpm: 300_000, lastsNs: 20 * MILLISECOND_NS },
  { kind: "bit-rot", host: 1, filePrefix: "", bitCount: 3 },
];

describe("a fault struck between two events", () => {
  it("gives the same digest as the plan that names the event, wherever it strikes", () => {
    for (const [index, action] of ACTIONS.entries()) {
      for (const atEvent of [0, 1, 40 + index, 333, 1200]) {
        const base = createWorld(smallWorldOptions());
        for (let count = 0; count < atEvent; count += 1) base.step();
        const fork = base.fork();
        const struck = fork.strike(action);
        expect(struck).toEqual({ ...action, atEvent });
        const planned = createWorld(smallWorldOptions({ faults: [struck] }));
        const history = fork.run();
        expect(planned.run().digest, `${action.kind} at ${atEvent}`).toBe(history.digest);
        expect(base.run().digest).not.toBe(history.digest);
      }
    }
  });

  it("takes several at one event in the order of the plan, behind what was planned before", () => {
    const early: Fault = { kind: "permanent-loss", host: 3, atNs: 2 * MILLISECOND_NS };
    const base = createWorld(smallWorldOptions({ faults: [early] }));
    for (let count = 0; count < 200; count += 1) base.step();
    base.strike({ kind: "crash", host: 1, disk: "kept", restartAfterNs: MILLISECOND_NS });
    base.strike({ kind: "crash", host: 2, disk: "lost", restartAfterNs: MILLISECOND_NS });
    const atNs = base.nowNs + 3 * MILLISECOND_NS;
    base.addFault({ kind: "permanent-loss", host: 1, atNs });
    base.addFault({ kind: "bit-rot", host: 2, filePrefix: "", bitCount: 1, atEvent: 420 });
    const { faults } = base;
    expect(faults).toHaveLength(5);
    const history = base.run();
    expect(createWorld(smallWorldOptions({ faults })).run().digest).toBe(history.digest);
    expect(history.events.filter(({ kind }) => kind === "fault")).toHaveLength(5);
  });

  it("is refused in the past, and on hosts that are not there", () => {
    const world = createWorld(smallWorldOptions());
    for (let count = 0; count < 50; count += 1) world.step();
    expect(() => world.addFault({ kind: "permanent-loss", host: 1, atNs: 0 })).toThrow("later");
    expect(() => world.addFault({ kind: "permanent-loss", host: 1, atEvent: 50 })).toThrow("later");
    expect(() => world.strike({ kind: "permanent-loss", host: 9 })).toThrow("host 9");
    const keeps: KeptOnCrash = { completed: "all" };
    expect(() =>
      world.strike({ kind: "crash", host: 1, disk: "lost", restartAfterNs: undefined, keeps }),
    ).toThrow("keeps nothing");
  });

  it("a host that is lost before it came up for the first time never comes up", () => {
    const world = createWorld(smallWorldOptions());
    world.strike({ kind: "permanent-loss", host: 2 });
    world.runUntil(MILLISECOND_NS);
    expect(world.isUp(2)).toBe(false);
    expect(world.isUp(1)).toBe(true);
  });

  it("the end of a run can be moved: the run up to there is the same", () => {
    const long = createWorld(smallWorldOptions());
    long.runUntil(50 * MILLISECOND_NS);
    long.endAt(50 * MILLISECOND_NS);
    const history = long.run();
    const short = createWorld(smallWorldOptions({ durationNs: 50 * MILLISECOND_NS })).run();
    expect(history.endNs).toBe(50 * MILLISECOND_NS);
    expect(history.digest).toBe(short.digest);
  });
});
