import { describe, expect, it } from "vitest";
import { createWorld } from "../../src/sim/index.ts";
import type { Trace, TraceRow } from "../../src/sim/trace.ts";
import type { WorldOptions } from "../../src/sim/settings.ts";
import { CounterRun } from "./counter-workload.ts";
import { MILLISECOND_NS, smallWorldOptions } from "./small-world.ts";

const CHANGES: Partial<WorldOptions> = {
  faults: [
    { kind: "loss", atNs: 20 * MILLISECOND_NS, ratePpm: 300_000, lastsNs: 40 * MILLISECOND_NS },
    { kind: "crash", atNs: 70 * MILLISECOND_NS, host: 1, disk: "kept", restartAfterNs: 30 * MILLISECOND_NS },
    { kind: "crash", atNs: 75 * MILLISECOND_NS, host: 1, disk: "kept", restartAfterNs: undefined },
  ],
};

/** A fresh workload for each world. */
function optionsOf(changes: Partial<WorldOptions>): WorldOptions {
  const workload = new CounterRun({ imageBytes: 20_000, clientCount: 2, hosts: [0, 1] });
  return smallWorldOptions({ ...CHANGES, workload, ...changes });
}

function traceOf(changes: Partial<WorldOptions> = {}): { trace: Trace; rows: TraceRow[]; digest: string } {
  const world = createWorld(optionsOf({ ...changes, traced: true }));
  const { digest } = world.run();
  const { trace } = world;
  if (trace === undefined) throw new Error("the world was to be traced");
  return { trace, rows: [...trace.rows()], digest };
}

describe("the trace of a world", () => {
  const { rows, digest } = traceOf();
  const events = rows.filter(({ event }) => event !== undefined);

  it("changes nothing of the run, and is there only when asked for", () => {
    const plain = createWorld(optionsOf({}));
    const history = plain.run();
    expect(digest).toBe(history.digest);
    expect(plain.trace).toBeUndefined();
    expect(events).toHaveLength(history.costs.eventCount);
    expect(createWorld(optionsOf({})).fork().trace).toBeUndefined();
  });

  it("goes on in a fork: the trace of what came before it, and of what the fork does, whoever runs first", () => {
    const world = createWorld(optionsOf({ traced: true }));
    world.runUntil(60 * MILLISECOND_NS);
    const fork = world.fork();
    const before = fork.trace?.rowCount ?? 0;
    expect(before).toBeGreaterThan(100);
    expect(fork.run().digest).toBe(digest);
    expect(world.trace?.rowCount).toBe(before);
    expect([...(fork.trace?.rows() ?? [])]).toEqual(rows);
    world.run();
    expect([...(world.trace?.rows() ?? [])]).toEqual(rows);
  });

  it("numbers every event in the order in which they were executed, times ascending", () => {
    expect(events.map(({ event }) => event)).toEqual(events.map((_, index) => index + 1));
    for (const [index, row] of rows.entries()) {
      expect(row.atNs).toBeGreaterThanOrEqual(rows[index - 1]?.atNs ?? 0);
    }
  });

  it("has causes that form a tree pointing backwards in time, down to the start of the run", () => {
    let last = 0;
    for (const row of rows) {
      if (row.event === undefined) {
        // What happened during an event, or before the first one.
        expect(row.cause).toBe(last);
        continue;
      }
      last = row.event;
      expect(row.cause).toBeLessThan(row.event);
      const cause = events[row.cause - 1];
      if (row.cause > 0) expect((cause as TraceRow).atNs).toBeLessThanOrEqual(row.atNs);
      else expect(["boot", "client-start", "fault-moment"]).toContain(row.kind);
    }
  });

  it("names the arrival as the cause of each delivery, with the same message", () => {
    const deliveries = rows.filter(({ kind, bytes }) => kind === "deliver" && bytes > 0);
    expect(deliveries.length).toBeGreaterThan(50);
    for (const { cause, name, host, peer, bytes, atNs, transferNs, leavesAtNs } of deliveries) {
      expect(events[cause - 1]).toMatchObject({ kind: "arrive", name, host, peer, bytes, leavesAtNs });
      expect(atNs).toBeGreaterThanOrEqual(leavesAtNs + transferNs);
    }
  });

  it("tells sizes of disk operations, and which messages were lost", () => {
    const writes = rows.filter(({ kind, name }) => kind === "disk" && name === "write");
    expect(writes.length).toBeGreaterThan(0);
    for (const { bytes, subject } of writes) {
      expect(bytes).toBeGreaterThan(0);
      expect(subject).not.toBe("");
    }
    const lostAtSend = rows.filter(({ kind }) => kind === "send-lost");
    expect(lostAtSend.length).toBeGreaterThan(0);
    expect(lostAtSend.every(({ lost, peer }) => lost && peer >= 0)).toBe(true);
    // Sent before the receiver went down, or while it was down.
    expect(rows.some(({ kind, lost, host }) => kind === "deliver" && lost && host === 1)).toBe(true);
  });

  it("tells of faults whether they did something", () => {
    const faults = rows.filter(({ kind }) => kind === "fault");
    expect(faults.map(({ name, subject }) => [name, subject])).toEqual([
      ["loss", ""],
      ["crash", ""],
      ["crash", "found nothing to harm"],
    ]);
  });
});
