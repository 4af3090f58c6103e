import { describe, expect, it } from "vitest";
import { AssertionError } from "../../src/core/assertion.ts";
import { createWorld } from "../../src/sim/index.ts";
import { WorldBuffers } from "../../src/sim/world-buffers.ts";
import { CounterRun } from "./counter-workload.ts";
import { MILLISECOND_NS, smallWorldOptions } from "./small-world.ts";

const SEEDS = ["one", "two", "three", "four"] as const;

/** Runs of different lengths, some cut off in the middle of everything. */
function digestOf(seed: string, durationNs: number, buffers?: WorldBuffers): string {
  const workload = new CounterRun({ imageBytes: 20_000, clientCount: 2, hosts: [0, 1] });
  const faults = [
    {
      kind: "crash",
      atNs: 40 * MILLISECOND_NS,
      host: 2,
      disk: "kept",
      restartAfterNs: 20 * MILLISECOND_NS,
    },
  ] as const;
  const world = createWorld(smallWorldOptions({ seed, workload, durationNs, faults, buffers }));
  return world.run().digest;
}

describe("the buffers of worlds", () => {
  it("give the same runs whatever ran in them before, in any order", () => {
    const tasks = SEEDS.flatMap((seed) =>
      [150, 63, 7].map((ms) => ({ seed, durationNs: ms * MILLISECOND_NS })),
    );
    const alone = new Map(tasks.map((task) => [task, digestOf(task.seed, task.durationNs)]));
    expect(new Set(alone.values()).size).toBe(tasks.length);
    const buffers = new WorldBuffers();
    for (const order of [tasks, tasks.toReversed(), [...tasks.slice(5), ...tasks.slice(0, 5)]]) {
      for (const task of order) {
        expect(digestOf(task.seed, task.durationNs, buffers)).toBe(alone.get(task));
        buffers.release();
      }
    }
  });

  it("serve one world at a time", () => {
    const buffers = new WorldBuffers();
    digestOf("one", MILLISECOND_NS, buffers);
    expect(buffers.isTaken).toBe(true);
    expect(() => digestOf("two", MILLISECOND_NS, buffers)).toThrow(AssertionError);
    buffers.release();
    expect(digestOf("two", MILLISECOND_NS, buffers)).toBe(digestOf("two", MILLISECOND_NS));
  });
});
