/** A backup server hears beats, misses them, and promises ballots (R1, R2, R14). */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO, type Ballot } from "../../../src/core/checkpoint/key.ts";
import { SERVER_WATCH } from "../../../src/core/protocol/server-promise.ts";
import { ballotOf, checkpointOf, clusterOf, FIRST_LIFE, keyOf, lifeOf } from "./cluster-case.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf();
const checkpoint = checkpointOf(cluster, keyOf(2));
const RESTORER = 3;

function ask(server: ServerBench, ballot: Ballot, lostSlots?: readonly number[]): void {
  const operator = lostSlots === undefined ? undefined : { lostSlots };
  server.hear({ to: "server", type: "ask", ballot, operator }, RESTORER);
}

describe("a promise (R2)", () => {
  it("is not answered before the record with it is flushed", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3));
    server.step();
    expect(server.env.sent).toEqual([]);
    expect(server.recordOn(server.env.diskAfterCrash())?.promised).toEqual(BALLOT_ZERO);
    server.step();
    expect(server.env.messages("promise")).toEqual([
      {
        to: "restorer",
        type: "promise",
        ballot: ballotOf(3),
        slot: 0,
        life: FIRST_LIFE,
        lives: [FIRST_LIFE, FIRST_LIFE, FIRST_LIFE],
        complete: true,
        floor: undefined,
        manifests: [],
        damaged: [],
      },
    ]);
    expect(server.env.receivers("promise")).toEqual([RESTORER]);
    expect(server.recordOn(server.env.diskAfterCrash())?.promised).toEqual(ballotOf(3));
  });

  it("is not given when its flush failed; the repeated question flushes again", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3));
    server.flush(false);
    expect(server.env.messages("promise")).toEqual([]);
    ask(server, ballotOf(3));
    server.settle();
    expect(server.env.messages("promise")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.promised).toEqual(ballotOf(3));
  });

  it("is flushed and answered once, however often the same restorer asks meanwhile; another asker gets its own answer", () => {
    const server = ServerBench.init(cluster);
    for (let repeat = 0; repeat < 5; repeat += 1) ask(server, ballotOf(3));
    expect(server.env.operations.filter(({ kind }) => kind === "flush")).toHaveLength(1);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    server.settle();
    expect(server.env.receivers("promise").sort()).toEqual([2, RESTORER]);
    // Once it is given, a repeated question is answered again (R2).
    ask(server, ballotOf(3));
    server.settle();
    expect(server.env.messages("promise")).toHaveLength(3);
  });

  it("tells nothing that is not on the disk: what changed while it was flushed is flushed before it is told", () => {
    const server = ServerBench.init(cluster);
    const lives = [FIRST_LIFE, lifeOf(2), FIRST_LIFE];
    ask(server, ballotOf(3));
    server.hear({ to: "server", type: "superseded", lives });
    server.flush();
    expect(server.env.messages("promise")).toEqual([]);
    server.settle();
    expect(server.env.messages("promise")).toMatchObject([{ lives }]);
    expect(server.recordOn(server.env.diskAfterCrash())?.lives).toEqual(lives);
  });

  it("takes its survey when it is answered: a store that was held meanwhile is named", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(checkpoint);
    server.settle();
    server.supplyManifest(checkpoint);
    ask(server, checkpoint.key.ballot); // the very ballot of the store: it may still be held
    server.settle();
    expect(server.env.messages("stored")).toHaveLength(1);
    expect(server.env.messages("promise")).toMatchObject([{ manifests: [checkpoint.bytes] }]);
  });

  it("to a lower ballot is refused, with the promised one", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3, 1));
    server.settle();
    server.env.forget();
    ask(server, ballotOf(3, 0));
    server.settle();
    expect(server.env.messages("promise")).toEqual([]);
    expect(server.env.messages("ask-refused")).toMatchObject([
      {
        to: "restorer",
        ballot: ballotOf(3, 0),
        refusal: { slot: 0, joined: true, promised: ballotOf(3, 1) },
      },
    ]);
  });

  it("to the same ballot is given again", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3));
    server.settle();
    ask(server, ballotOf(3));
    server.settle();
    expect(server.env.messages("promise")).toHaveLength(2);
  });

  it("is not given any more when a higher one was made before the flush", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3));
    ask(server, ballotOf(4));
    server.settle();
    expect(server.env.messages("promise").map(({ ballot }) => ballot)).toEqual([ballotOf(4)]);
  });

  it("survives a restart: the fence is on the disk", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3));
    server.settle();
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    again.env.forget();
    again.store(checkpoint);
    expect(again.env.messages("stored")).toEqual([]);
    expect(again.env.messages("store-refused").length).toBeGreaterThan(0);
  });

  it("is refused by a blank server, and not answered at all while the disk is being read", () => {
    const blank = ServerBench.restart(cluster, new Map());
    ask(blank, ballotOf(3));
    expect(blank.env.messages("ask-refused")).toMatchObject([{ refusal: { joined: false } }]);
    const loading = ServerBench.restart(cluster, new Map(), 0, false);
    ask(loading, ballotOf(3));
    ask(loading, ballotOf(3), []);
    expect(loading.env.sent).toEqual([]);
    expect(loading.state.control.promised).toEqual(BALLOT_ZERO);
  });
});

describe("an operator's restore (R14)", () => {
  it("joins nobody who is joined already: what that server is waited for stays as it was", () => {
    const server = ServerBench.init(cluster);
    ask(server, ballotOf(3));
    ask(server, ballotOf(1, 3, 1), []);
    server.settle();
    expect(server.env.notesOf("joined")).toEqual([]);
    expect(server.recordOn(server.env.diskAfterCrash())?.joinedByOperator).toBeUndefined();
  });

  it("joins a blank server that answers it, once that is flushed; it is not complete", () => {
    const blank = ServerBench.restart(cluster, new Map());
    ask(blank, ballotOf(1, 3, 1), [1]);
    expect(blank.env.messages("promise")).toEqual([]);
    blank.settle();
    expect(blank.env.notesOf("joined")).toMatchObject([{ slot: 0, life: blank.state.control.life }]);
    expect(blank.env.messages("promise")).toMatchObject([
      { complete: false, life: blank.state.control.life },
    ]);
    expect(blank.recordOn(blank.env.diskAfterCrash())).toMatchObject({
      joined: true,
      complete: false,
      joinedByOperator: ballotOf(1, 3, 1),
    });
  });

  it("leaves it incomplete until that incarnation retires for the first time", () => {
    const blank = ServerBench.restart(cluster, new Map());
    ask(blank, ballotOf(1, 3, 1), [1]);
    blank.settle();
    const old = keyOf(9);
    blank.hear({ to: "server", type: "retire", ballot: ballotOf(1, 3, 1), key: old, floor: old });
    blank.settle();
    expect(blank.state.control.complete).toBe(false);
    const own = { ballot: ballotOf(1, 3, 1), sequence: 4, attempt: 1 };
    blank.hear({ to: "server", type: "retire", ballot: own.ballot, key: own, floor: own });
    expect(blank.env.notesOf("complete")).toEqual([]);
    blank.settle();
    expect(blank.env.notesOf("complete")).toHaveLength(1);
    expect(blank.recordOn(blank.env.diskAfterCrash())).toMatchObject({
      complete: true,
      joinedByOperator: undefined,
    });
  });
});

describe("beats", () => {
  function beat(
    server: ServerBench,
    changes: { ballot?: Ballot; restoring?: boolean; hears?: boolean },
  ): void {
    server.hear({
      to: "server",
      type: "beat",
      ballot: ballotOf(3),
      restoring: false,
      hears: true,
      ...changes,
    });
  }

  it("are answered with what the writer must know", () => {
    const server = ServerBench.init(cluster, 1);
    ask(server, ballotOf(4));
    server.settle();
    server.env.forget();
    beat(server, {});
    expect(server.env.messages("alive")).toEqual([
      {
        to: "production",
        type: "alive",
        ballot: ballotOf(3),
        slot: 1,
        life: FIRST_LIFE,
        joined: true,
        complete: true,
        promised: ballotOf(4),
        floor: undefined,
      },
    ]);
  });

  it("put a takeover off, unless their ballot is below the promise or their sender hears nobody", () => {
    const server = ServerBench.init(cluster, 1);
    ask(server, ballotOf(3));
    server.settle();
    for (const { changes, isPutOff } of [
      { changes: {}, isPutOff: true },
      { changes: { restoring: true }, isPutOff: true },
      { changes: { hears: false }, isPutOff: false },
      { changes: { ballot: ballotOf(2) }, isPutOff: false },
    ]) {
      server.env.cancelTimer(SERVER_WATCH);
      beat(server, changes);
      expect(server.env.timers[SERVER_WATCH] !== undefined, JSON.stringify(changes)).toBe(isPutOff);
    }
  });

  it("of a restorer are not answered", () => {
    const server = ServerBench.init(cluster);
    beat(server, { restoring: true });
    expect(server.env.sent).toEqual([]);
  });

  it("missed for the takeover time, later in higher slots, start the local restorer above the promise", () => {
    const server = ServerBench.init(cluster, 2);
    expect(server.env.timers[SERVER_WATCH]).toBe(500 + 2 * 50);
    ask(server, ballotOf(3));
    server.settle();
    server.env.forget();
    server.fire(SERVER_WATCH);
    expect(server.env.sent).toMatchObject([
      { to: 3, message: { to: "restorer", type: "restore", above: ballotOf(3), operator: undefined } },
    ]);
    expect(server.env.timers[SERVER_WATCH]).toBeDefined();
  });

  it("missed by a blank server start nothing", () => {
    const blank = ServerBench.restart(cluster, new Map());
    blank.env.forget();
    blank.fire(SERVER_WATCH);
    expect(blank.env.sent).toEqual([]);
  });
});
