/** One byte of an image may stand for many: which bytes do, in network, disk and processor. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/protocol/messages.ts";
import { CostCounter } from "../../src/sim/costs.ts";
import { Disk } from "../../src/sim/disk.ts";
import { messageTypeId } from "../../src/sim/message-types.ts";
import { RandomRoot } from "../../src/sim/random.ts";
import { Timeline } from "../../src/sim/timeline.ts";
import { createWorld, type HostProgram } from "../../src/sim/index.ts";
import { CounterRun } from "./counter-workload.ts";
import { smallWorldOptions } from "./small-world.ts";

const SCALE = 1_000;
const BALLOT = { epoch: 0, number: 1, restorer: 0, nonce: 0 };
const KEY = { ballot: BALLOT, sequence: 1, attempt: 0 };
const BYTES = new Uint8Array(10);

const piece: Message = {
  to: "server",
  type: "piece",
  key: KEY,
  slot: 0,
  group: 0,
  member: 0,
  digest: "",
  bytes: BYTES,
};

describe("on the wire", () => {
  const wireBytes = (message: Message): readonly [number, number] => [
    new CostCounter(SCALE).sent(message, messageTypeId(message)),
    new CostCounter().sent(message, messageTypeId(message)),
  ];

  it("bytes of members and of images stand for others, headers for themselves", () => {
    expect(wireBytes(piece)).toEqual([64 + 10 * SCALE, 64 + 10]);
    const data: Message = { to: "former", type: "form-data", key: KEY, boot: 1, group: 0, bytes: BYTES };
    expect(wireBytes(data)).toEqual([64 + 10 * SCALE, 64 + 10]);
  });

  it("manifests and the software's own messages stand for themselves", () => {
    const store: Message = { to: "server", type: "store", key: KEY, slot: 0, manifest: BYTES };
    expect(wireBytes(store)).toEqual([74, 74]);
    const own: Message = { to: "software", type: "application", payload: 1, payloadBytes: 10 };
    expect(wireBytes(own)).toEqual([74, 74]);
    const read = { to: "repair", type: "members", slot: 0, key: KEY, member: 0, bytes: BYTES } as const;
    expect(wireBytes({ ...read, group: -1 })).toEqual([74, 74]);
    expect(wireBytes({ ...read, group: 0 })).toEqual([64 + 10 * SCALE, 74]);
  });

  it("what is counted are the bytes of the simulation", () => {
    const counter = new CostCounter(SCALE);
    counter.sent(piece, messageTypeId(piece));
    expect(counter.costs(0, 0).networkBytes.take.member).toBe(10);
  });
});

describe("on a disk", () => {
  const LATENCY_NS = 1_000;

  function endNs(file: string): number {
    const timeline = new Timeline();
    const settings = { latencyNs: LATENCY_NS, bandwidthBytesPerSecond: 1_000_000_000, flushNs: 0 };
    const disk = new Disk(0, settings, timeline, new RandomRoot("scale").stream("disk"), SCALE);
    disk.issue({ kind: "write", file, bytes: BYTES, token: "w" });
    disk.issue({ kind: "read", file, token: "r" });
    while (timeline.queue.pop()) {
      timeline.nowNs = timeline.queue.timeNs;
      disk.complete();
    }
    return timeline.nowNs;
  }

  it("bytes of members stand for others when they are written and read; manifests and control records do not", () => {
    expect(endNs("m/key/0/0")).toBe(2 * (LATENCY_NS + 10 * SCALE));
    expect(endNs("f/key")).toBe(2 * (LATENCY_NS + 10));
    expect(endNs("c/0")).toBe(2 * (LATENCY_NS + 10));
  });
});

describe("on a processor", () => {
  it("all work is on bytes that stand for others", () => {
    const program: HostProgram = {
      create: (host) => ({ host }),
      start: (_state, env) => {
        if (env.self !== 0) return;
        env.charge("encode", 4_000);
        env.charge("digest", 4_000);
        env.note({ kind: "storage-failed", slot: 0 });
      },
      message: () => undefined,
      timer: () => undefined,
      storage: () => undefined,
      checkpoint: () => undefined,
      incarnation: () => undefined,
    };
    const workload = new CounterRun({ imageBytes: 8, clientCount: 0, hosts: [] });
    const history = createWorld(smallWorldOptions({ program, workload, scale: SCALE })).run();
    const note = history.events.find(({ kind }) => kind === "note");
    // 4,000,000 bytes at 2 GB/s, and again at 4 GB/s.
    expect(note?.atNs).toBe(2_000_000 + 1_000_000);
  });
});
