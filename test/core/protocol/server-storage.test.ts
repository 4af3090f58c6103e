/**
 * The control record's two copies: one record is on its way at a time, never over the copy that is known to be whole, and
 * at any crash the disk tells the newest record that anything depended on.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BALLOT_ZERO,
  compareBallots,
  compareKeys,
  type Ballot,
  type CheckpointKey,
} from "../../../src/core/checkpoint/key.ts";
import { decodeControl } from "../../../src/core/protocol/server-control.ts";
import { serverStorage } from "../../../src/core/protocol/server.ts";
import { SERVER_CONTROL } from "../../../src/core/protocol/server-storage.ts";
import {
  ballotOf,
  checkpointOf,
  clusterOf,
  digests,
  FIRST_LIFE,
  keyOf,
  lifeOf,
  RETRY_NS,
  type WholeCheckpoint,
} from "./cluster-case.ts";
import type { Fate } from "./recorder.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf("mirror:2", 3);
const CHECKPOINTS = [1, 2, 3].map((sequence) => checkpointOf(cluster, keyOf(2, sequence), { byteCount: 4 }));

/** What others were told, and so may depend on. */
interface Told {
  promised: Ballot;
  readonly stored: Map<string, CheckpointKey>;
  /** The life of slot 1 that was welcomed. */
  welcomed: number;
}

type Event =
  | { readonly kind: "ask"; readonly number: number }
  | { readonly kind: "hello"; readonly number: number }
  | { readonly kind: "supply" | "manifest" | "retire"; readonly index: number }
  | { readonly kind: "complete"; readonly isFlushOk: boolean };

const few = fc.nat({ max: 2 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("ask" as const), number: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("hello" as const), number: fc.integer({ min: 2, max: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("supply" as const, "manifest" as const, "retire" as const),
      index: few,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("complete" as const),
      isFlushOk: fc.nat({ max: 9 }).map((draw) => draw > 0),
    }),
  },
);

function apply(server: ServerBench, each: Event): void {
  switch (each.kind) {
    case "ask":
      return server.hear(
        { to: "server", type: "ask", ballot: ballotOf(each.number), operator: undefined },
        2,
      );
    case "hello":
      return server.hear({ to: "server", type: "hello", slot: 1, life: lifeOf(each.number) }, 2);
    case "complete": {
      const isFlush = server.env.operations.find(({ kind }) => kind !== "remove")?.kind === "flush";
      server.step(!isFlush || each.isFlushOk);
      return;
    }
    default: {
      const checkpoint = CHECKPOINTS[each.index];
      if (checkpoint === undefined) return;
      const { key } = checkpoint;
      if (each.kind === "supply") server.supplyPieces(checkpoint);
      else if (each.kind === "manifest") server.supplyManifest(checkpoint);
      else server.hear({ to: "server", type: "retire", ballot: key.ballot, key, floor: key });
    }
  }
}

function listen(server: ServerBench, told: Told): void {
  for (const { ballot } of server.env.messages("promise"))
    if (compareBallots(ballot, told.promised) > 0) told.promised = ballot;
  for (const { key } of server.env.messages("stored")) told.stored.set(JSON.stringify(key), key);
  for (const { newLife } of server.env.messages("welcome"))
    told.welcomed = Math.max(told.welcomed, newLife.number);
  server.env.forget();
}

/** Records that are written and not covered by a completed flush: at most one, and not where the newest flushed one is. */
function checkWrites(server: ServerBench): void {
  const onWay = server.env.operations.filter((each) => each.kind === "write" && each.file.startsWith("c/"));
  expect(onWay.length).toBeLessThanOrEqual(1);
  const disk = server.env.diskAfterCrash();
  const numberOf = (file: string): number => {
    const copy = decodeControl(disk.get(file), disk.has(file), digests);
    return copy.kind === "whole" ? copy.number : 0;
  };
  const newest = numberOf("c/1") > numberOf("c/0") ? "c/1" : "c/0";
  for (const each of onWay) if (each.kind === "write") expect(each.file).not.toBe(newest);
  if (server.state.isControlOnItsWay) expect(`c/${server.state.controlWholeCopy}`).toBe(newest);
}

function checkCrash(server: ServerBench, told: Told, fates: readonly Fate[]): void {
  const disk = server.env.diskAfterCrash((index) => fates[index % fates.length] ?? "lost");
  const again = ServerBench.restart(cluster, disk);
  const { control, phase } = again.state;
  expect(control.life, "the disk is trusted").toEqual(FIRST_LIFE);
  expect(phase).toBe("working");
  expect(compareBallots(control.promised, told.promised)).toBeGreaterThanOrEqual(0);
  expect(control.lives[1]?.number).toBeGreaterThanOrEqual(told.welcomed);
  for (const key of told.stored.values()) {
    const isRetired = control.floor !== undefined && compareKeys(key, control.floor) < 0;
    const isHeld = Object.values(again.state.held).some((each) => compareKeys(each.key, key) === 0);
    expect(isRetired || isHeld, "what was acknowledged is held").toBe(true);
  }
  expect(again.env.notesOf("rot-found"), "no manifest of a held key was torn").toEqual([]);
}

describe("the control record", () => {
  it("at any crash point is the newest one that anything depended on, or a newer one", () => {
    const fate = fc.constantFrom<Fate>("kept", "lost", "torn");
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 5, maxLength: 60 }),
        fc.array(fate, { minLength: 1, maxLength: 7 }),
        (events, fates) => {
          const server = ServerBench.init(cluster);
          const told: Told = { promised: BALLOT_ZERO, stored: new Map(), welcomed: 1 };
          for (const each of events) {
            apply(server, each);
            listen(server, told);
            checkWrites(server);
            checkCrash(server, told, fates);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gathers changes that come while one is on its way: one more record, whatever their number", () => {
    const server = ServerBench.init(cluster);
    const before = server.state.controlNumber;
    for (const number of [2, 3, 4, 5, 6])
      server.hear({ to: "server", type: "ask", ballot: ballotOf(number), operator: undefined }, 2);
    server.settle();
    expect(server.state.controlNumber).toBe(before + 2);
    expect(server.env.messages("promise")).toMatchObject([{ ballot: ballotOf(6) }]);
  });

  it("after a flush that failed goes to the same copy again: the other one is still the whole one", () => {
    const server = ServerBench.init(cluster);
    const fileOfWrite = (): string | undefined => {
      const [first] = server.env.operations;
      return first?.kind === "write" ? first.file : undefined;
    };
    server.hear({ to: "server", type: "ask", ballot: ballotOf(2), operator: undefined }, 2);
    const file = fileOfWrite();
    server.flush(false);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    expect(fileOfWrite()).toBe(file);
  });
});

/** A store of this checkpoint up to the moment in which it is held; its record is on its way. */
function holding(checkpoint: WholeCheckpoint): ServerBench {
  const server = ServerBench.init(cluster);
  server.supplyPieces(checkpoint);
  server.settle();
  server.supplyManifest(checkpoint);
  server.flush();
  server.env.forget();
  return server;
}

const stored = checkpointOf(cluster, keyOf(2, 5), { byteCount: 4 });
const empty = checkpointOf(cluster, keyOf(2, 6), { byteCount: 0 });

function ask(server: ServerBench, number: number, from: number): void {
  server.hear({ to: "server", type: "ask", ballot: ballotOf(number), operator: undefined }, from);
}

function hello(server: ServerBench, slot: number, from: number, number = 2): void {
  server.hear({ to: "server", type: "hello", slot, life: lifeOf(number) }, from);
}

function manifestFrom(server: ServerBench, { key, bytes }: WholeCheckpoint, from: number): void {
  server.hear({ to: "server", type: "store", key, slot: server.slot, manifest: bytes }, from);
}

describe("an answer that is due", () => {
  it("is an acknowledgement to each asker for each key, and not due again", () => {
    const server = holding(stored);
    for (const from of [0, 7, 7, 0]) manifestFrom(server, stored, from);
    manifestFrom(server, empty, 7);
    server.settle();
    manifestFrom(server, empty, 7);
    manifestFrom(server, empty, 7);
    manifestFrom(server, stored, 7);
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["flush", "flush"]);
    server.settle();
    const answers = server.env.sent.map(({ to, message }) => [to, "key" in message && message.key.sequence]);
    expect(answers).toEqual([0, 7].map((to) => [to, 5]).concat([6, 6, 5].map((sequence) => [7, sequence])));
  });

  it("is a welcome to each asker for each slot and life, and not due again", () => {
    const server = ServerBench.init(cluster);
    hello(server, 1, 2);
    server.settle();
    hello(server, 2, 3);
    server.settle();
    server.env.forget();
    for (const [slot, from] of [
      [1, 2],
      [2, 3],
      [1, 2],
      [2, 2],
      [1, 3],
      [2, 3],
    ] as const)
      hello(server, slot, from);
    expect(server.env.operations).toHaveLength(4);
    server.settle();
    expect(server.env.receivers("welcome")).toEqual([2, 3, 2, 3]);
    // Both in the record that is written next: each life is answered for itself.
    hello(server, 1, 2, 3);
    hello(server, 2, 3, 3);
    hello(server, 2, 3, 4);
    server.settle();
    const lives = server.env.messages("welcome").map(({ newLife }) => newLife.number);
    expect(lives).toEqual([2, 2, 2, 2, 3, 4]);
  });

  it("is one promise, also while it waits for the record after the one that is on its way", () => {
    const server = ServerBench.init(cluster);
    ask(server, 3, 2);
    for (let repeat = 0; repeat < 3; repeat += 1) ask(server, 4, 3);
    ask(server, 4, 1);
    server.settle();
    expect(server.env.receivers("promise")).toEqual([3, 1]);
  });

  it("waits for the record that it depends on, not for another flush that completes before", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(stored);
    server.settle();
    server.supplyManifest(stored);
    server.supplyManifest(empty); // its flush is issued before the record that names the first key
    server.flush();
    manifestFrom(server, stored, 7);
    server.flush();
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([]);
    server.flush();
    expect(server.env.receivers("stored")).toEqual([0, 7]);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([stored.text]);
  });

  it("does not wait for a record whose flush cannot count any more: a flush before it failed", () => {
    const server = holding(stored);
    server.settle();
    server.supplyManifest(empty);
    ask(server, 3, 2);
    server.flush(false);
    ask(server, 3, 3);
    server.settle(); // the record's flush succeeds, and proves nothing
    expect(server.env.messages("promise")).toEqual([]);
    server.fire(SERVER_CONTROL);
    server.settle();
    expect(server.env.receivers("promise")).toEqual([3]);
  });
});

describe("a question about what is on the disk already", () => {
  it("costs a flush and no new record", () => {
    const server = ServerBench.init(cluster);
    ask(server, 3, 2);
    server.settle();
    const { controlNumber } = server.state;
    ask(server, 3, 2);
    ask(server, 3, 2);
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["flush"]);
    server.settle();
    expect(server.env.receivers("promise")).toEqual([2, 2]);
    expect(server.state.controlNumber).toBe(controlNumber);
  });

  it("is not answered when that flush failed, and is when it is asked again", () => {
    const server = ServerBench.init(cluster);
    ask(server, 3, 2);
    server.settle();
    server.env.forget();
    ask(server, 3, 2);
    server.flush(false);
    expect(server.env.messages("promise")).toEqual([]);
    ask(server, 3, 2);
    server.settle();
    expect(server.env.receivers("promise")).toEqual([2]);
  });
});

describe("a record whose flush failed", () => {
  it("is written again when the timer fires, and what this server does by itself follows then", () => {
    const server = holding(stored);
    server.settle();
    const floor = keyOf(2, 9);
    server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    server.flush(false);
    expect(server.env.timers[SERVER_CONTROL]).toBe(RETRY_NS);
    server.settle();
    expect(server.env.notesOf("retired")).toEqual([]);
    server.fire(SERVER_CONTROL);
    server.settle();
    expect(server.env.notesOf("retired")).toMatchObject([{ floor }]);
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({ floor, held: [] });
    expect([...server.env.files.keys()].filter((file) => file.includes(stored.text))).toEqual([]);
  });

  it("keeps what waits for the next one in its turn", () => {
    const server = holding(stored);
    server.settle();
    for (const sequence of [8, 9]) {
      const floor = keyOf(2, sequence);
      server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    }
    server.flush(false);
    server.fire(SERVER_CONTROL);
    server.settle();
    expect(server.env.notesOf("retired").map(({ floor }) => floor.sequence)).toEqual([8, 9]);
  });

  it("leaves answers to others out: they ask again", () => {
    const server = holding(stored);
    manifestFrom(server, stored, 7);
    hello(server, 1, 2);
    server.flush(false);
    ask(server, 3, 3);
    server.flush(false);
    server.fire(SERVER_CONTROL);
    server.settle();
    expect(server.env.sent).toEqual([]);
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({ held: [stored.text] });
  });

  it("is not written twice when the timer fires late, and not again once it is there", () => {
    const server = ServerBench.init(cluster);
    ask(server, 3, 2);
    server.fire(SERVER_CONTROL); // the record is on its way
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["write", "flush"]);
    hello(server, 1, 2);
    server.fire(SERVER_CONTROL); // and another will follow it
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["write", "flush"]);
    server.settle();
    server.fire(SERVER_CONTROL);
    expect(server.env.operations).toEqual([]);
  });
});

describe("a completion", () => {
  it("belongs to the operation of its token, whatever the order, and a foreign one to none", () => {
    const server = holding(stored);
    server.settle();
    server.env.forget();
    const [member] = stored.membersOf(0);
    if (member === undefined) throw new Error("slot 0 has a member");
    const question = { to: "server", type: "fetch", ballot: undefined, key: stored.key, ...member } as const;
    server.hear({ ...question, asker: "repair" }, 2);
    server.hear({ ...question, asker: "restorer" }, 3);
    const tokens = server.env.operations.map((each) => ("token" in each ? each.token : ""));
    const { state, env } = server;
    for (const token of ["elsewhere", ...tokens.toReversed()])
      serverStorage(cluster, state, env, { kind: "read", token, bytes: member.bytes });
    expect(env.sent.map(({ to, message }) => [to, message.to])).toEqual([
      [3, "restorer"],
      [2, "repair"],
    ]);
    expect(state.continuations).toEqual([]);
  });
});
