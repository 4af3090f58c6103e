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
import { ballotOf, checkpointOf, clusterOf, digests, FIRST_LIFE, keyOf, lifeOf } from "./cluster-case.ts";
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
