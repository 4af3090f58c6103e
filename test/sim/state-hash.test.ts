import { describe, expect, it } from "vitest";
import { parseScheme } from "../../src/core/redundancy/scheme.ts";
import type { ClusterConfiguration } from "../../src/core/protocol/cluster.ts";
import { coreHostProgram } from "../../src/sim/host-program.ts";
import { StateHash } from "../../src/sim/state-hash.ts";
import { createWorld, type World } from "../../src/sim/world.ts";
import { createWorkload } from "../../src/workload/index.ts";
import { MILLISECOND_NS, SMALL_CONFIGURATION, smallWorldOptions } from "./small-world.ts";

function hashOf(add: (hash: StateHash) => void): string {
  const hash = new StateHash();
  add(hash);
  return hash.text();
}

describe("a hash of plain data", () => {
  it("is 16 hexadecimal characters and the same for equal data in other objects", () => {
    const value = { count: 1, text: "a", list: [1, undefined, null, true], bytes: new Uint8Array([1, 2]) };
    const copy = { count: 1, text: "a", list: [1, undefined, null, true], bytes: new Uint8Array([1, 2]) };
    expect(hashOf((hash) => hash.addValue(value))).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf((hash) => hash.addValue(value))).toBe(hashOf((hash) => hash.addValue(copy)));
  });

  it("is another one for values that look alike", () => {
    const values: unknown[] = [
      undefined,
      null,
      0,
      -0,
      1,
      -1,
      2 ** 32,
      2 ** 40 + 1,
      0.5,
      Infinity,
      NaN,
      "",
      "0",
      "1",
      true,
      false,
      [],
      [[]],
      [0],
      [undefined],
      {},
      { a: undefined },
      { a: 0 },
      { a: { b: 0 } },
      { a: {}, b: 0 },
      new Uint8Array(0),
      new Uint8Array(1),
      new Uint8Array(2),
      new Int32Array(1),
      new Map(),
      new Map([[0, 0]]),
      new Set(),
      new Set([0]),
    ];
    expect(new Set(values.map((value) => hashOf((hash) => hash.addValue(value)))).size).toBe(values.length);
  });

  it("does not depend on the order of entries that have none", () => {
    const add = (entries: [string, number][]) => (hash: StateHash) =>
      hash.addUnordered(entries, (key, value) => {
        hash.addText(key);
        hash.add(value);
      });
    const forth = hashOf(
      add([
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ]),
    );
    expect(
      hashOf(
        add([
          ["c", 3],
          ["a", 1],
          ["b", 2],
        ]),
      ),
    ).toBe(forth);
    expect(
      hashOf(
        add([
          ["a", 2],
          ["b", 1],
          ["c", 3],
        ]),
      ),
    ).not.toBe(forth);
    expect(
      hashOf(
        add([
          ["a", 1],
          ["b", 2],
        ]),
      ),
    ).not.toBe(forth);
  });

  it("remembers what is immutable, and gives the same as without", () => {
    const message = { type: "beat", bytes: new Uint8Array(600) };
    const first = hashOf((hash) => hash.addImmutable(message));
    expect(hashOf((hash) => hash.addImmutable(message))).toBe(first);
    expect(hashOf((hash) => hash.addImmutable({ type: "beat", bytes: new Uint8Array(600) }))).toBe(first);
  });

  it("refuses what is no data", () => {
    expect(() => hashOf((hash) => hash.addValue({ call: () => 1 }))).toThrow("data only");
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    expect(() => hashOf((hash) => hash.addValue(cycle))).toThrow("no cycles");
  });
});

const scheme = parseScheme("mirror:2");
if (!scheme.ok) throw new Error("mirror:2 is a scheme");

/** The real protocol and the synthetic program: three slots, one checkpoint after the other. */
const CONFIGURATION: ClusterConfiguration = {
  ...SMALL_CONFIGURATION,
  scheme: scheme.scheme,
  width: 2,
  subsegmentBytes: 1024,
};

function realWorld(): World {
  return createWorld(
    smallWorldOptions({
      configuration: CONFIGURATION,
      program: coreHostProgram(CONFIGURATION),
      workload: createWorkload(
        {
          kind: "synthetic",
          imageBytes: 3000,
          contentSeed: 1,
          checkpointEveryNs: 20 * MILLISECOND_NS,
        },
        {},
      ),
    }),
  );
}

function stepped(count: number): World {
  const world = realWorld();
  for (let done = 0; done < count; done += 1) world.step();
  return world;
}

describe("the state hash of a world", () => {
  it("is the same for a fork and its original, and stays the same as both go on", () => {
    const world = stepped(60);
    const fork = world.fork();
    for (let count = 0; count < 120; count += 1) {
      expect(fork.stateHash()).toBe(world.stateHash());
      world.step();
      fork.step();
    }
  });

  it("changes with every event", () => {
    const world = realWorld();
    const hashes = new Set<string>();
    let count = 0;
    while (count < 250 && world.step()) {
      hashes.add(world.stateHash());
      count += 1;
    }
    expect(hashes.size).toBe(count);
  });

  it("recognises one state that was reached on different paths", () => {
    // A server that is lost for ever takes with it whatever it was doing: here nothing that others have seen.
    const lost = stepped(70);
    lost.strike({ kind: "permanent-loss", host: 3 });
    const crashedFirst = stepped(70);
    crashedFirst.strike({ kind: "crash", host: 3, disk: "kept", restartAfterNs: undefined });
    expect(crashedFirst.stateHash()).not.toBe(lost.stateHash());
    crashedFirst.strike({ kind: "permanent-loss", host: 3 });
    expect(crashedFirst.stateHash()).toBe(lost.stateHash());
  });

  it("tells apart whatever differs in one part only", () => {
    const changes: Record<string, (world: World) => void> = {
      nothing: () => {},
      crash: (world) => world.strike({ kind: "crash", host: 2, disk: "kept", restartAfterNs: undefined }),
      "crash and restart": (world) =>
        world.strike({ kind: "crash", host: 2, disk: "kept", restartAfterNs: MILLISECOND_NS }),
      "later restart": (world) =>
        world.strike({ kind: "crash", host: 2, disk: "kept", restartAfterNs: 2 * MILLISECOND_NS }),
      "disk lost": (world) =>
        world.strike({ kind: "crash", host: 2, disk: "lost", restartAfterNs: MILLISECOND_NS }),
      "lost for ever": (world) => world.strike({ kind: "permanent-loss", host: 2 }),
      "another host": (world) => world.strike({ kind: "permanent-loss", host: 1 }),
      cut: (world) =>
        world.strike({ kind: "partition", from: [0], to: [1], symmetric: true, healAfterNs: undefined }),
      "cut one way": (world) =>
        world.strike({ kind: "partition", from: [0], to: [1], symmetric: false, healAfterNs: undefined }),
      "cut that heals": (world) =>
        world.strike({ kind: "partition", from: [0], to: [1], symmetric: true, healAfterNs: 5 }),
      rot: (world) => world.strike({ kind: "bit-rot", host: 2, filePrefix: "", bitCount: 1 }),
      "fault to come": (world) =>
        world.addFault({ kind: "permanent-loss", host: 2, atNs: world.nowNs + MILLISECOND_NS }),
      "fault to come after events": (world) =>
        world.addFault({ kind: "permanent-loss", host: 2, atEvent: world.executedCount + 5 }),
      loss: (world) => world.strike({ kind: "loss", ratePpm: 500_000, lastsNs: MILLISECOND_NS }),
    };
    const hashes = new Map<string, string>();
    for (const [name, change] of Object.entries(changes)) {
      const world = stepped(140);
      change(world);
      hashes.set(world.stateHash(), name);
    }
    expect([...hashes.values()]).toEqual(Object.keys(changes));
  });

  it("does not depend on the clock or on what has happened before", () => {
    const plain = stepped(140);
    const digest = plain.digestText();
    // A fault that finds nothing to harm leaves its trace in the history alone.
    const struck = stepped(140);
    struck.strike({ kind: "bit-rot", host: 0, filePrefix: "m/", bitCount: 1 });
    expect(struck.digestText()).not.toBe(digest);
    expect(struck.stateHash()).toBe(plain.stateHash());
  });

  it("refuses worlds whose software has none", () => {
    const world = createWorld(smallWorldOptions());
    for (let count = 0; count < 30; count += 1) world.step();
    expect(() => world.stateHash()).toThrow("no state hash");
  });
});
