import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomRoot } from "../../src/sim/random.ts";
import { StateHash } from "../../src/sim/state-hash.ts";
import { Timeline } from "../../src/sim/timeline.ts";
import { DiskBench, FLUSH_NS, LATENCY_NS } from "./disk-bench.ts";

describe("the queue of a disk", () => {
  it("carries operations out one at a time, in order, each for its stated time", () => {
    const bench = new DiskBench();
    bench.write("a", new Uint8Array(5_000));
    bench.flush();
    bench.disk.issue({ kind: "read", file: "a", token: "r" });
    bench.disk.issue({ kind: "remove", file: "a" });
    bench.disk.issue({ kind: "read", file: "a", token: "gone" });
    bench.disk.issue({ kind: "list", token: "l" });
    bench.run();
    expect(
      bench.completions.map(({ atNs, completion }) => [completion.kind, completion.token, atNs]),
    ).toEqual([
      ["written", "write a", 6_000],
      ["flushed", "flush", 56_000],
      ["read", "r", 62_000],
      ["read", "gone", 63_000],
      ["listed", "l", 64_000],
    ]);
    expect(bench.completions[3]?.completion).toEqual({ kind: "read", token: "gone", bytes: undefined });
  });

  it("gives the very view that was written, and file names in code unit order", () => {
    const bench = new DiskBench();
    const bytes = new Uint8Array(10);
    for (const file of ["b", "Z", "a", "\u00e9", "a/1"]) bench.write(file, bytes);
    bench.disk.issue({ kind: "read", file: "a", token: "r" });
    bench.disk.issue({ kind: "list", token: "l" });
    bench.run();
    const [read, listed] = bench.completions.slice(-2).map(({ completion }) => completion);
    expect(read?.kind === "read" && read.bytes === bytes).toBe(true);
    expect(listed?.kind === "listed" && listed.files).toEqual(["Z", "a", "a/1", "b", "\u00e9"]);
  });
});

describe("a crash that keeps only what was flushed", () => {
  it("undoes completed writes, replacements and removes that no flush covered", () => {
    const bench = new DiskBench();
    bench.write("kept", 1);
    bench.write("replaced", 1);
    bench.write("removed", 1);
    bench.flush();
    bench.run();
    bench.write("new", 2);
    bench.write("replaced", 2);
    bench.disk.issue({ kind: "remove", file: "removed" });
    bench.run();
    expect([bench.first("new"), bench.first("replaced"), bench.first("removed")]).toEqual([2, 2, undefined]);
    expect(bench.disk.hasUnflushed("new")).toBe(true);
    expect(bench.disk.hasUnflushed("kept")).toBe(false);
    bench.disk.crash();
    expect(["kept", "new", "replaced", "removed"].map((file) => bench.first(file))).toEqual([
      1,
      undefined,
      1,
      1,
    ]);
    expect(bench.disk.hasUnflushed("")).toBe(false);
  });

  it("a flush covers what was issued before it and nothing later, and only when it has completed", () => {
    const bench = new DiskBench();
    bench.write("before", 1);
    bench.flush();
    bench.write("after", 1);
    bench.runUntil(LATENCY_NS + 100 + FLUSH_NS - 1);
    const early = bench.disk.fork(bench.timeline.fork());
    early.crash();
    expect(early.content("before")).toBeUndefined();
    bench.run();
    expect(bench.disk.facts().map(({ name, flushed }) => [name, flushed])).toEqual([
      ["after", false],
      ["before", true],
    ]);
    bench.disk.crash();
    expect(bench.disk.facts().map(({ name }) => name)).toEqual(["before"]);
  });

  it("cancels what was waiting, and the disk works on", () => {
    const bench = new DiskBench();
    bench.write("a", 1);
    bench.write("b", 1);
    bench.disk.crash();
    bench.run();
    expect(bench.completions).toEqual([]);
    bench.write("c", 3);
    bench.run();
    expect(bench.disk.facts().map(({ name }) => name)).toEqual(["c"]);
  });

  it("a lost disk is empty", () => {
    const bench = new DiskBench();
    bench.write("a", 1);
    bench.flush();
    bench.run();
    expect(bench.disk.lose()).toBe(true);
    expect(bench.disk.facts()).toEqual([]);
    expect(bench.disk.lose()).toBe(false);
  });
});

describe("a crash that says what it leaves", () => {
  /** "old" is flushed; "new" is completed, "old" removed; 1100 bytes in place of "torn" are under way. */
  function bench(): DiskBench {
    const made = new DiskBench("random");
    made.write("old", 1);
    made.write("torn", 1);
    made.flush();
    made.run();
    made.write("new", 2);
    made.disk.issue({ kind: "remove", file: "old" });
    made.run();
    made.write("torn", new Uint8Array(1100).fill(3));
    return made;
  }

  it("is asked beforehand what is at risk", () => {
    expect(bench().disk.atRisk()).toEqual({
      durableCount: 2,
      completedCount: 2,
      inFlightBytes: 1100,
    });
    const idle = new DiskBench();
    idle.flush();
    expect(idle.disk.atRisk()).toEqual({
      durableCount: 0,
      completedCount: 0,
      inFlightBytes: undefined,
    });
  });

  it("keeps all or nothing of what had completed, and so much of what was under way", () => {
    const left = (completed: "all" | "none", inFlightBytes?: number): unknown => {
      const { disk } = bench();
      disk.crash({ completed, inFlightBytes });
      return ["old", "new", "torn"].map((file) => disk.content(file)?.length);
    };
    expect(left("none")).toEqual([100, undefined, 100]);
    expect(left("all")).toEqual([undefined, 100, 100]);
    expect(left("none", 0)).toEqual([100, undefined, 0]);
    expect(left("all", 512)).toEqual([undefined, 100, 512]);
    expect(left("none", 519)).toEqual([100, undefined, 519]);
    expect(left("none", 1100)).toEqual([100, undefined, 1100]);
    expect(left("none", 9999)).toEqual([100, undefined, 1100]);
  });

  it("tells a torn file from a whole one, and the state with it", () => {
    const torn = bench().disk;
    torn.crash({ completed: "all", inFlightBytes: 512 });
    const whole = bench().disk;
    whole.crash({ completed: "all", inFlightBytes: 1100 });
    expect(torn.facts().find(({ name }) => name === "torn")?.intact).toBe(false);
    expect(whole.facts().find(({ name }) => name === "torn")?.intact).toBe(true);
    expect(torn.facts().every(({ flushed }) => flushed)).toBe(true);
    const streams = [torn, whole, bench().disk].map((disk) => {
      const hash = new StateHash();
      disk.fork(new Timeline()).addTo(hash);
      return hash.text();
    });
    expect(new Set(streams).size).toBe(3);
  });
});

describe("a crash whose unflushed writes are drawn", () => {
  it("keeps or drops each completed one whole, and never touches flushed files", () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const bench = new DiskBench("random", `${seed}`);
      bench.write("f", 1);
      bench.write("r", 1);
      bench.flush();
      bench.write("a", 2);
      bench.write("r", 2);
      bench.run();
      bench.disk.crash();
      expect(bench.first("f")).toBe(1);
      outcomes.add(`${bench.first("a")} ${bench.first("r")}`);
      expect(
        bench.disk.facts().every(({ intact, flushed, bytes }) => intact && flushed && bytes === 100),
      ).toBe(true);
    }
    expect([...outcomes].sort()).toEqual(["2 1", "2 2", "undefined 1", "undefined 2"]);
  });

  it("tears the one under way at a sector boundary, or drops it; what had not begun is gone", () => {
    const outcomes = new Set<number | undefined>();
    const bytes = new Uint8Array(1_300).fill(7);
    for (let seed = 0; seed < 60; seed += 1) {
      const bench = new DiskBench("random", `${seed}`);
      bench.write("torn", bytes);
      bench.write("waiting", 1);
      bench.runUntil(500);
      bench.disk.crash();
      const [file] = bench.disk.facts();
      outcomes.add(file?.bytes);
      if (file !== undefined) expect(file).toMatchObject({ name: "torn", intact: false });
      expect(bench.disk.content("waiting")).toBeUndefined();
    }
    expect([...outcomes].sort()).toEqual([0, 1024, 512, undefined]);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
  });
});

describe("bit-rot", () => {
  it("flips exactly the stated number of bits, in matching files only, and never in the shared view", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(10_000), (bitCount, seed) => {
        const bench = new DiskBench();
        const shared = new Uint8Array(16).fill(0xa5);
        bench.write("m/1", shared);
        bench.write("m/2", shared);
        bench.write("f/1", shared);
        bench.run();
        const flipped = bench.disk.rot("m/", bitCount, new RandomRoot("rot").stream("fault", seed));
        expect(flipped).toHaveLength(bitCount);
        expect(shared.every((byte) => byte === 0xa5)).toBe(true);
        let differing = 0;
        for (const file of ["m/1", "m/2"]) {
          for (const [index, byte] of (bench.disk.content(file) as Uint8Array).entries()) {
            for (let bit = 0; bit < 8; bit += 1) {
              if (((byte ^ 0xa5) & (1 << bit)) === 0) continue;
              differing += 1;
              expect(flipped).toContainEqual({ file, bitIndex: index * 8 + bit });
            }
          }
        }
        expect(differing).toBe(bitCount);
        expect(bench.disk.content("f/1")).toBe(shared);
        for (const { name, intact } of bench.disk.facts()) {
          expect(intact).toBe(!flipped.some(({ file }) => file === name));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("flips no more bits than there are, and none on an empty disk", () => {
    const bench = new DiskBench();
    const random = new RandomRoot("rot").stream("fault");
    expect(bench.disk.rot("", 5, random)).toEqual([]);
    bench.write("a", new Uint8Array(1));
    bench.run();
    expect(bench.disk.rot("", 50, random)).toHaveLength(8);
    expect(bench.first("a")).toBe(0xff);
  });

  it("stays through a crash and goes with the next write", () => {
    const bench = new DiskBench();
    bench.write("a", 1);
    bench.flush();
    bench.run();
    bench.disk.rot("", 1, new RandomRoot("rot").stream("fault"));
    bench.disk.crash();
    expect(bench.disk.facts()[0]?.intact).toBe(false);
    bench.write("a", 2);
    bench.run();
    expect(bench.disk.facts()[0]?.intact).toBe(true);
  });
});

describe("a forked disk", () => {
  it("goes on by itself", () => {
    const bench = new DiskBench("random");
    bench.write("a", 1);
    bench.run();
    bench.write("b", 2);
    const timeline = bench.timeline.fork();
    const copy = bench.disk.fork(timeline);
    bench.disk.rot("", 3, new RandomRoot("rot").stream("fault"));
    bench.disk.lose();
    expect(copy.facts()).toEqual([
      { name: "a", intact: true, flushed: false, bytes: 100, content: copy.content("a") },
    ]);
    expect(timeline.queue.pop()).toBe(true);
    expect(copy.complete()).toMatchObject({ kind: "written", token: "write b" });
    expect(copy.facts().map(({ name }) => name)).toEqual(["a", "b"]);
  });
});
