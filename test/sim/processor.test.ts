import { describe, expect, it } from "vitest";
import { createWorld, type HostProgram, type RunHistory } from "../../src/sim/index.ts";
import { CounterRun } from "./counter-workload.ts";
import { MILLISECOND_NS, SMALL_CONFIGURATION, smallWorldOptions } from "./small-world.ts";

const BALLOT = { epoch: 0, number: 1, restorer: 0, nonce: 0 };

/** Host 0 does `act` at its start; every host notes what its disk completed, and each beat that it gets. */
function runWith(
  act: HostProgram["start"],
  faults: Parameters<typeof smallWorldOptions>[0] = {},
): RunHistory {
  const program: HostProgram = {
    create: (host) => ({ host }),
    start: (state, env, mode) => {
      if (env.self === 0 && mode === "init") act(state, env, mode);
    },
    message: (_state, env) => env.note({ kind: "storage-failed", slot: env.self }),
    timer: (_state, env) =>
      env.note({ kind: "retired", slot: env.self, floor: { ballot: BALLOT, sequence: 0, attempt: 0 } }),
    storage: (_state, env, completion) => {
      const memberCount = completion.kind === "listed" ? completion.files.length : -1;
      env.note({ kind: "scrubbed", slot: env.self, memberCount });
    },
    checkpoint: () => undefined,
    incarnation: () => undefined,
  };
  const { network } = smallWorldOptions();
  return createWorld(
    smallWorldOptions({
      program,
      configuration: SMALL_CONFIGURATION,
      workload: new CounterRun({ imageBytes: 8, clientCount: 0, hosts: [] }),
      network: { ...network, latencyJitterNs: 0 },
      ...faults,
    }),
  ).run();
}

function notes(history: RunHistory): [string, number, number][] {
  return history.events.flatMap((event): [string, number, number][] =>
    event.kind === "note" ? [[event.note.kind, event.host, event.atNs]] : [],
  );
}

/** 2e9 bytes a second: 4,000,000 bytes take 2 ms. */
const WORK_BYTES = 4_000_000;
const BEAT = { to: "server", type: "beat", ballot: BALLOT, restoring: false, hears: true } as const;

describe("a charge", () => {
  it("delays what the handler does after it, not what it did before", () => {
    const history = runWith((_state, env) => {
      env.send(1, BEAT);
      env.charge("encode", WORK_BYTES);
      env.send(2, BEAT);
      env.note({ kind: "incarnation-started", ballot: BALLOT });
      env.setTimer("t", 1_000);
      env.storage.write("a", new Uint8Array(0), "w");
    });
    // 64 bytes at 1 byte a nanosecond and 0.1 ms of latency; a write of nothing takes the disk's latency of 0.05 ms.
    expect(notes(history)).toEqual([
      ["storage-failed", 1, 100_064],
      ["incarnation-started", 0, 2_000_000],
      ["retired", 0, 2_001_000],
      ["scrubbed", 0, 2_050_000],
      ["storage-failed", 2, 2_100_064],
    ]);
  });

  it("adds up over kinds of work, each at its own rate", () => {
    const history = runWith((_state, env) => {
      env.charge("encode", WORK_BYTES);
      env.charge("decode", WORK_BYTES);
      env.charge("digest", WORK_BYTES);
      env.note({ kind: "incarnation-started", ballot: BALLOT });
    });
    expect(notes(history)).toEqual([["incarnation-started", 0, 5_000_000]]);
  });

  it("keeps the order in which things were done", () => {
    const history = runWith((_state, env) => {
      env.storage.write("a", new Uint8Array(8), "first");
      env.charge("encode", WORK_BYTES);
      env.storage.write("a", new Uint8Array(8), "second");
      env.storage.remove("a");
      env.note({ kind: "incarnation-started", ballot: BALLOT });
      env.storage.list("third");
    });
    const inOrder = history.events.flatMap((event) => {
      if (event.kind !== "note") return [];
      return [event.note.kind === "scrubbed" ? event.note.memberCount : event.note.kind];
    });
    // The first write completes while the processor is busy, so what its handler does waits behind the note.
    expect(inOrder).toEqual(["incarnation-started", -1, -1, 0]);
  });

  it("ends with a crash: what waited for the processor never happens", () => {
    const history = runWith(
      (_state, env) => {
        env.charge("encode", WORK_BYTES);
        env.send(1, BEAT);
        env.note({ kind: "incarnation-started", ballot: BALLOT });
        env.setTimer("t", 0);
      },
      { faults: [{ kind: "crash", atNs: MILLISECOND_NS, host: 0, disk: "kept", restartAfterNs: 10 }] },
    );
    expect(notes(history)).toEqual([]);
  });
});
