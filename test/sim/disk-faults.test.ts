/** The exact effect of every fault of a disk, and that it counts as a bite only when something came out otherwise. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DiskFault } from "../../src/sim/faults.ts";
import { mixSectors, SECTOR_BYTES } from "../../src/sim/sectors.ts";
import { RandomRoot } from "../../src/sim/random.ts";
import { StateHash } from "../../src/sim/state-hash.ts";
import { DiskBench, FLUSH_NS, LATENCY_NS } from "./disk-bench.ts";

const MILLION = 1_000_000;

function filled(sectorCount: number, value: number): Uint8Array {
  return new Uint8Array(sectorCount * SECTOR_BYTES).fill(value);
}

/** For each sector, the value it is filled with; -1 for a mixed one. */
function sectorValues(bytes: Uint8Array | undefined): number[] {
  const values: number[] = [];
  for (let from = 0; from < (bytes?.length ?? 0); from += SECTOR_BYTES) {
    const sector = (bytes as Uint8Array).subarray(from, from + SECTOR_BYTES);
    values.push(sector.every((byte) => byte === sector[0]) ? (sector[0] as number) : -1);
  }
  return values;
}

function writeFault(kind: "torn-write" | "lost-write" | "misdirected-write", writeCount = 1): DiskFault {
  return { kind, host: 0, filePrefix: "m/", writeCount };
}

describe("a latent sector error", () => {
  it("makes the file unreadable and no other, until it is written anew; a crash does not heal it", () => {
    const bench = new DiskBench();
    bench.write("m/1", filled(8, 1));
    bench.write("f/1", filled(1, 2));
    bench.flush();
    bench.run();
    const fault: DiskFault = { kind: "latent-error", host: 0, filePrefix: "m/", sectorCount: 3 };
    expect(bench.fault(fault)).toEqual(["m/1"]);
    expect(bench.read("m/1")).toBeUndefined();
    expect(sectorValues(bench.read("f/1"))).toEqual([2]);
    expect(bench.disk.facts().map(({ name, intact }) => [name, intact])).toEqual([
      ["f/1", true],
      ["m/1", false],
    ]);
    bench.disk.crash();
    expect(bench.read("m/1")).toBeUndefined();
    bench.write("m/1", filled(8, 3));
    bench.run();
    expect(sectorValues(bench.read("m/1"))).toEqual([3, 3, 3, 3, 3, 3, 3, 3]);
  });

  it("damages nothing where there is no file, nor a file that cannot be read already", () => {
    const bench = new DiskBench();
    const fault: DiskFault = { kind: "latent-error", host: 0, filePrefix: "m/", sectorCount: 1 };
    expect(bench.fault(fault)).toEqual([]);
    bench.write("m/1", filled(1, 1));
    bench.run();
    expect(bench.fault(fault, 1)).toEqual(["m/1"]);
    expect(bench.fault(fault, 2)).toEqual([]);
  });
});

describe("read errors", () => {
  it("fail the stated share of reads of matching files, and leave the files sound", () => {
    const bench = new DiskBench();
    for (const file of ["m/1", "f/1"]) bench.write(file, 1);
    bench.run();
    bench.fault({ kind: "read-error", host: 0, filePrefix: "m/", ratePpm: 300_000, lastsNs: 1 });
    let failedCount = 0;
    for (let count = 0; count < 1_000; count += 1) failedCount += bench.read("m/1") === undefined ? 1 : 0;
    expect(failedCount).toBeGreaterThan(230);
    expect(failedCount).toBeLessThan(370);
    expect(bench.bites()).toBe(failedCount);
    expect(bench.read("f/1")).toBeDefined();
    expect(bench.disk.facts().every(({ intact }) => intact)).toBe(true);
    bench.disk.endFault(0);
    for (let count = 0; count < 50; count += 1) expect(bench.read("m/1")).toBeDefined();
  });

  it("do not bite when there was nothing to read", () => {
    const bench = new DiskBench();
    bench.fault({ kind: "read-error", host: 0, filePrefix: "", ratePpm: MILLION, lastsNs: 1 });
    expect(bench.read("none")).toBeUndefined();
    expect(bench.bites()).toBe(0);
  });
});

describe("a torn write", () => {
  it("is acknowledged, and leaves some sectors as they were and some as they were to be", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 0, max: 1_000 }),
        (sectorCount, seed) => {
          const bench = new DiskBench();
          bench.write("m/1", filled(sectorCount, 1));
          bench.run();
          bench.disk.beginFault(0, writeFault("torn-write"), new RandomRoot("torn").stream("fault", seed));
          bench.write("m/1", filled(sectorCount, 2));
          bench.run();
          expect(bench.last()).toEqual({ kind: "written", token: "write m/1", ok: true });
          const values = sectorValues(bench.read("m/1"));
          expect(values).toHaveLength(sectorCount);
          expect(new Set(values)).toEqual(new Set([1, 2]));
          expect(bench.bites()).toBe(1);
          expect(bench.disk.takeDamaged()).toMatchObject([{ files: ["m/1"] }]);
          bench.write("m/1", filled(sectorCount, 3));
          bench.run();
          expect(new Set(sectorValues(bench.read("m/1")))).toEqual(new Set([3]));
        },
      ),
    );
  });

  it("does not count where nothing was torn: one sector, the same bytes again, another file", () => {
    const bench = new DiskBench();
    bench.write("m/same", filled(4, 1));
    bench.run();
    bench.fault(writeFault("torn-write"));
    bench.write("m/short", filled(1, 1));
    bench.write("m/same", filled(4, 1));
    bench.write("f/other", filled(4, 1));
    bench.run();
    expect(bench.bites()).toBe(0);
    expect(bench.disk.facts().every(({ intact }) => intact)).toBe(true);
    bench.write("m/long", filled(4, 1));
    bench.run();
    expect(bench.bites()).toBe(1);
    expect(bench.disk.takeDamaged()).toMatchObject([{ files: ["m/long"] }]);
  });

  it("reads as zeros where nothing stood before, and keeps a shorter length when the end was not stored", () => {
    const mixed = mixSectors(undefined, filled(4, 7), [false, true, false, false]);
    expect(sectorValues(mixed)).toEqual([0, 7]);
    expect(sectorValues(mixSectors(filled(3, 1), filled(4, 7), [true, false, false, false]))).toEqual([
      7, 1, 1,
    ]);
    expect(sectorValues(mixSectors(undefined, filled(3, 7), [false, false, true]))).toEqual([0, 0, 7]);
  });
});

describe("a lost write", () => {
  it("is acknowledged, and the file stays what it was, or absent, after a flush and a crash too", () => {
    const bench = new DiskBench();
    bench.write("m/old", 1);
    bench.flush();
    bench.run();
    bench.fault(writeFault("lost-write", 2));
    bench.write("m/old", 2);
    bench.write("m/new", 2);
    bench.write("m/next", 2);
    bench.flush();
    bench.run();
    expect(bench.completions.every(({ completion }) => !("ok" in completion) || completion.ok)).toBe(true);
    for (const when of ["before a crash", "after a crash"]) {
      expect([bench.first("m/old"), bench.first("m/new"), bench.first("m/next")], when).toEqual([
        1,
        undefined,
        2,
      ]);
      bench.disk.crash();
    }
    expect(bench.disk.wasWritten("m/new")).toBe(true);
    expect(bench.bites()).toBe(2);
    expect(bench.disk.facts().map(({ name, intact }) => [name, intact])).toEqual([
      ["m/next", true],
      ["m/old", false],
    ]);
    bench.disk.issue({ kind: "list", token: "l" });
    bench.run();
    expect(bench.last()).toEqual({ kind: "listed", token: "l", files: ["m/next", "m/old"] });
  });

  it("does not count when the file held the same bytes already", () => {
    const bench = new DiskBench();
    bench.write("m/1", 1);
    bench.run();
    bench.fault(writeFault("lost-write"));
    bench.write("m/1", 1);
    bench.run();
    expect(bench.bites()).toBe(0);
  });
});

describe("a misdirected write", () => {
  it("leaves its file as it was and lays its beginning over another, from a sector on", () => {
    const bench = new DiskBench();
    const shared = filled(4, 1);
    bench.write("f/victim", shared);
    bench.run();
    bench.fault(writeFault("misdirected-write"));
    bench.write("m/1", filled(2, 2));
    bench.flush();
    bench.run();
    expect(bench.first("m/1")).toBeUndefined();
    const values = sectorValues(bench.disk.content("f/victim"));
    expect(values).toHaveLength(4);
    const from = values.indexOf(2);
    expect(values).toEqual(
      [1, 1, 1, 1].map((value, sector) => (sector >= from && sector < from + 2 ? 2 : value)),
    );
    expect(new Set(shared), "the view that messages share is not touched").toEqual(new Set([1]));
    expect(bench.bites()).toBe(1);
    expect(bench.disk.takeDamaged()).toMatchObject([{ files: ["m/1", "f/victim"] }]);
  });

  it("waits while there is nothing else that it could hit", () => {
    const bench = new DiskBench();
    bench.fault(writeFault("misdirected-write"));
    bench.write("m/1", 1);
    bench.run();
    expect([bench.first("m/1"), bench.bites()]).toEqual([1, 0]);
    bench.write("m/2", 2);
    bench.run();
    expect([bench.first("m/1"), bench.first("m/2"), bench.bites()]).toEqual([2, undefined, 1]);
  });
});

describe("a failed flush", () => {
  it("says so, and with a kept cache the next flush makes durable what it should have", () => {
    const bench = new DiskBench();
    bench.fault({ kind: "failed-flush", host: 0, flushCount: 1, cache: "kept" });
    bench.write("m/1", 1);
    bench.flush();
    bench.run();
    expect(bench.last()).toEqual({ kind: "flushed", token: "flush", ok: false });
    expect([bench.bites(), bench.disk.hasUnflushed("m/1")]).toEqual([1, true]);
    bench.flush();
    bench.run();
    expect(bench.last()).toEqual({ kind: "flushed", token: "flush", ok: true });
    bench.disk.crash();
    expect(bench.first("m/1")).toBe(1);
  });

  it("with a dropped cache no later flush does, though it can be read until a crash; a new write can", () => {
    const bench = new DiskBench();
    bench.write("m/removed", 1);
    bench.flush();
    bench.run();
    bench.fault({ kind: "failed-flush", host: 0, flushCount: 1, cache: "dropped" });
    bench.write("m/dropped", 1);
    bench.write("m/again", 1);
    bench.disk.issue({ kind: "remove", file: "m/removed" });
    bench.flush();
    bench.write("m/again", 2);
    bench.write("m/later", 2);
    bench.flush();
    bench.run();
    expect(bench.first("m/dropped")).toBe(1);
    expect(["m/dropped", "m/again", "m/removed"].map((file) => bench.disk.hasUnflushed(file))).toEqual([
      true,
      false,
      true,
    ]);
    expect(new DiskBench().disk.hasUnflushed("")).toBe(false);
    bench.disk.crash();
    expect(bench.disk.facts().map(({ name }) => name)).toEqual(["m/again", "m/later", "m/removed"]);
    expect(bench.disk.hasUnflushed("")).toBe(false);
  });
});

describe("a full disk", () => {
  it("refuses what does not fit, changes nothing then, and takes what a removal made room for", () => {
    const bench = new DiskBench();
    bench.write("a", 1);
    bench.run();
    bench.fault({ kind: "disk-full", host: 0, freeBytes: 150, lastsNs: 1 });
    bench.write("b", 1);
    bench.write("c", 1);
    bench.write("a", 2);
    bench.run();
    expect(bench.completions.slice(1).map(({ completion }) => "ok" in completion && completion.ok)).toEqual([
      true,
      false,
      true,
    ]);
    expect([bench.first("a"), bench.first("b"), bench.first("c"), bench.bites()]).toEqual([
      2,
      1,
      undefined,
      1,
    ]);
    bench.disk.issue({ kind: "remove", file: "b" });
    bench.write("c", 1);
    bench.run();
    expect(bench.first("c")).toBe(1);
    bench.write("d", 1);
    bench.run();
    expect(bench.first("d")).toBeUndefined();
    bench.disk.endFault(0);
    bench.write("d", 1);
    bench.run();
    expect([bench.first("d"), bench.bites()]).toEqual([1, 2]);
  });
});

describe("a slow disk", () => {
  it("takes a multiple of every operation's time from the next one on", () => {
    const bench = new DiskBench();
    bench.fault({ kind: "slow-disk", host: 0, factor: 7, lastsNs: 1 });
    bench.write("a", new Uint8Array(1_000));
    bench.flush();
    bench.run();
    expect(bench.completions.map(({ atNs }) => atNs)).toEqual([
      7 * (LATENCY_NS + 1_000),
      7 * (LATENCY_NS + 1_000 + FLUSH_NS),
    ]);
    expect(bench.bites()).toBe(2);
    bench.disk.endFault(0);
    const beganNs = bench.timeline.nowNs;
    bench.flush();
    bench.run();
    expect(bench.completions.at(-1)?.atNs).toBe(beganNs + FLUSH_NS);
  });
});

describe("a crash that keeps single sectors", () => {
  it("leaves each sector of what was not flushed old or new, and what was flushed as it was", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const bench = new DiskBench("sectors", `sectors ${seed}`);
      bench.write("kept", filled(4, 1));
      bench.write("changed", filled(4, 1));
      bench.flush();
      bench.run();
      bench.write("changed", filled(4, 2));
      bench.run();
      bench.disk.crash();
      expect(sectorValues(bench.disk.content("kept"))).toEqual([1, 1, 1, 1]);
      const values = sectorValues(bench.disk.content("changed"));
      expect(values).toHaveLength(4);
      for (const value of values) expect([1, 2]).toContain(value);
      seen.add(values.join(""));
    }
    expect(seen.has("1111")).toBe(true);
    expect(seen.has("2222")).toBe(true);
    expect(
      [...seen].some((values) => /21+2|12+1/.test(values)),
      "sectors in the midst are lost, too",
    ).toBe(true);
  });
});

describe("the faults of a disk", () => {
  it("go on alike in a fork, and count in the state's hash", () => {
    const bench = new DiskBench();
    bench.write("m/1", filled(6, 1));
    bench.run();
    const quiet = new StateHash();
    bench.disk.addTo(quiet);
    bench.fault(writeFault("torn-write"));
    bench.fault({ kind: "read-error", host: 0, filePrefix: "", ratePpm: 500_000, lastsNs: 1 }, 1);
    const armed = new StateHash();
    bench.disk.addTo(armed);
    expect(armed.text()).not.toBe(quiet.text());
    const timeline = bench.timeline.fork();
    const copy = bench.disk.fork(timeline);
    const outcome = (disk: typeof copy, line: typeof timeline): unknown[] => {
      disk.issue({ kind: "write", file: "m/1", bytes: filled(6, 2), token: "w" });
      for (let count = 0; count < 20; count += 1) disk.issue({ kind: "read", file: "m/1", token: "r" });
      const completions: unknown[] = [];
      while (line.queue.pop()) {
        line.nowNs = line.queue.timeNs;
        completions.push(disk.complete());
      }
      return completions;
    };
    expect(outcome(copy, timeline)).toEqual(outcome(bench.disk, bench.timeline));
  });

  it("are gone with the disk", () => {
    const bench = new DiskBench();
    bench.fault({ kind: "disk-full", host: 0, freeBytes: 0, lastsNs: 1 });
    bench.disk.lose();
    bench.write("a", 1);
    bench.run();
    expect(bench.first("a")).toBe(1);
  });

  it("of several, each write is taken by the first of the plan", () => {
    const bench = new DiskBench();
    bench.fault(writeFault("lost-write"), 5);
    bench.fault(writeFault("torn-write"), 2);
    bench.write("m/1", filled(4, 1));
    bench.write("m/2", filled(4, 1));
    bench.run();
    expect([bench.bites(2), bench.bites(5)]).toEqual([1, 1]);
    expect(bench.disk.takeDamaged()).toMatchObject([
      { fault: { kind: "torn-write" }, files: ["m/1"] },
      { fault: { kind: "lost-write" }, files: ["m/2"] },
    ]);
  });
});
