/** A blank server takes a life, is welcomed, joins, and becomes complete (R4, R8, R9); and how others welcome it. */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO, type Life } from "../../../src/core/checkpoint/key.ts";
import type { WelcomeMessage } from "../../../src/core/protocol/messages.ts";
import { SERVER_HELLO } from "../../../src/core/protocol/server-rejoin.ts";
import {
  ballotOf,
  checkpointOf,
  clusterOf,
  FIRST_LIFE,
  keyOf,
  lifeOf,
  placementOf,
  RETRY_NS,
} from "./cluster-case.ts";
import { ServerBench } from "./server-bench.ts";
import { welcomeOf } from "./peers.ts";

/** f = 1: three welcomes are needed. */
const cluster = clusterOf("parity:2+1", 4);

function blank(): ServerBench {
  return ServerBench.restart(cluster, new Map());
}

function welcome(server: ServerBench, slot: number, changes: Partial<WelcomeMessage> = {}): void {
  server.hear(welcomeOf(server, slot, changes), slot + 1);
}

describe("a blank server", () => {
  it("takes a life above the known one and greets all others when that is flushed, not before", () => {
    const server = ServerBench.restart(cluster, new Map(), 0, false);
    for (let step = 0; step < 3; step += 1) server.step(); // the list, and both copies of the record
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["write", "flush"]);
    server.step();
    expect(server.env.sent).toEqual([]);
    server.step();
    const { life } = server.state.control;
    expect(life.number).toBe(FIRST_LIFE.number + 1);
    expect(server.env.receivers("hello")).toEqual([2, 3, 4]);
    expect(server.env.messages("hello")[0]).toEqual({ to: "server", type: "hello", slot: 0, life });
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({
      life,
      lives: [life, FIRST_LIFE, FIRST_LIFE, FIRST_LIFE],
      joined: false,
      complete: false,
    });
    expect(server.env.timers[SERVER_HELLO]).toBe(RETRY_NS);
  });

  it("refuses or ignores everything else before it is joined (R8)", () => {
    const server = blank();
    server.env.forget();
    server.hear({ to: "server", type: "hello", slot: 1, life: lifeOf(2) }, 2);
    server.hear(
      { to: "server", type: "fetch", asker: "repair", ballot: undefined, key: keyOf(1), group: 0, member: 0 },
      2,
    );
    server.settle();
    expect(server.env.sent).toEqual([]);
    server.hear({ to: "server", type: "beat", ballot: ballotOf(1), restoring: false, hears: true });
    expect(server.env.messages("alive")).toMatchObject([{ joined: false, complete: false }]);
  });

  it("takes the same life up again after a restart: a life is one disk", () => {
    const server = blank();
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    expect(again.state.control.life).toEqual(server.state.control.life);
    expect(again.env.messages("hello")).toHaveLength(3);
  });

  it("takes a still higher life when it is told that its own is taken", () => {
    const server = blank();
    server.env.forget();
    const lives = [lifeOf(5), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE];
    server.hear({ to: "server", type: "superseded", lives }, 2);
    expect(server.env.sent).toEqual([]);
    server.settle();
    expect(server.state.control.life.number).toBe(6);
    expect(server.env.messages("hello")[0]).toMatchObject({ life: { number: 6 } });
  });
});

describe("a life whose number is taken", () => {
  function told(server: ServerBench, lives: readonly Life[]): void {
    server.settle();
    server.env.forget();
    server.hear({ to: "server", type: "superseded", lives }, 2);
  }

  it("by another blank disk of this slot is given up by a server that greets: which one was welcomed, it cannot know", () => {
    const server = blank();
    const { number, nonce } = server.state.control.life;
    told(server, [{ number, nonce: nonce + 1 }, FIRST_LIFE, FIRST_LIFE, FIRST_LIFE]);
    server.settle();
    expect(server.state.control.life.number).toBe(number + 1);
  });

  it("is kept by a server that greets when the word is of itself, of an earlier one, or of no life at all", () => {
    const server = blank();
    const { life } = server.state.control;
    for (const own of [life, { number: life.number - 1, nonce: life.nonce + 1 }])
      told(server, [own, FIRST_LIFE, FIRST_LIFE, FIRST_LIFE]);
    told(server, []);
    expect(server.env.operations).toEqual([]);
    expect(server.state.control.life).toEqual(life);
  });

  it("is kept by a server that works: it was welcomed, and the other one was not", () => {
    const server = ServerBench.init(cluster);
    told(server, [{ number: FIRST_LIFE.number, nonce: 9 }, FIRST_LIFE, FIRST_LIFE, FIRST_LIFE]);
    expect(server.env.operations).toEqual([]);
    expect(server.state.phase).toBe("working");
  });
});

describe("joining (R8)", () => {
  it("needs welcomes from N - f other slots, each counted once", () => {
    const server = blank();
    for (const slot of [1, 1, 2, 1, 2]) welcome(server, slot);
    server.settle();
    expect(server.state.control.joined).toBe(false);
    welcome(server, 3);
    server.settle();
    expect(server.state.control.joined).toBe(true);
    expect(server.env.notesOf("joined")).toHaveLength(1);
  });

  it("is told when the record is flushed, and not before", () => {
    const server = blank();
    for (const slot of [1, 2, 3]) welcome(server, slot);
    server.step();
    expect(server.env.notesOf("joined")).toEqual([]);
    expect(server.recordOn(server.env.diskAfterCrash())?.joined).toBe(false);
    server.settle();
    expect(server.env.notesOf("joined")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.joined).toBe(true);
  });

  it("adopts the highest ballot that a welcomer promised, and keeps that fence on disk", () => {
    const server = blank();
    welcome(server, 1, { promised: ballotOf(2) });
    welcome(server, 2, { promised: ballotOf(7, 1) });
    welcome(server, 3, { promised: ballotOf(7) });
    server.settle();
    expect(server.recordOn(server.env.diskAfterCrash())?.promised).toEqual(ballotOf(7, 1));
    server.env.forget();
    server.store(
      checkpointOf(cluster, keyOf(7), {
        placement: [0, 1, 2].map((slot) => ({
          slot,
          life: slot === 0 ? server.state.control.life : FIRST_LIFE,
        })),
      }),
    );
    expect(server.env.messages("stored")).toEqual([]);
  });

  it("does not count a welcome for another life", () => {
    const server = blank();
    welcome(server, 1);
    welcome(server, 2);
    welcome(server, 3, { newLife: lifeOf(9) });
    expect(server.state.phase).toBe("greeting");
  });

  it("does not count a welcome whose sender's life has ended, as another welcome shows (R4)", () => {
    const server = blank();
    const lives = (life: Life): Life[] => [server.state.control.life, life, FIRST_LIFE, FIRST_LIFE];
    welcome(server, 1);
    welcome(server, 2, { lives: lives(lifeOf(2)) });
    welcome(server, 3, { lives: lives(lifeOf(2)) });
    expect(server.state.phase).toBe("greeting");
    welcome(server, 1, { life: lifeOf(2), lives: lives(lifeOf(2)) });
    expect(server.state.phase).toBe("working");
  });

  it("begins again in a higher life when a welcomer knows a newer one of this slot: an earlier disk's hello came late", () => {
    const server = blank();
    welcome(server, 1);
    welcome(server, 2, { lives: [lifeOf(8), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE] });
    server.settle();
    expect(server.state.control).toMatchObject({ life: { number: 9 }, joined: false });
    welcome(server, 1);
    welcome(server, 3);
    expect(server.state.phase, "the welcome that told it was for the life before").toBe("greeting");
    welcome(server, 2);
    server.settle();
    expect(server.env.notesOf("joined")).toMatchObject([{ life: { number: 9 } }]);
  });

  it("tells a welcomer whose life has ended that it has: nobody else may know", () => {
    const server = blank();
    const lives = [server.state.control.life, FIRST_LIFE, lifeOf(2), FIRST_LIFE];
    welcome(server, 1, { lives });
    server.env.forget();
    welcome(server, 2);
    expect(server.env.messages("superseded")).toEqual([{ to: "server", type: "superseded", lives }]);
    expect(server.env.receivers("superseded")).toEqual([3]);
  });

  it("does not count a welcome of a slot that is none", () => {
    const server = blank();
    for (const slot of [1, 2, 9]) welcome(server, slot);
    expect(server.state.phase).toBe("greeting");
  });

  it("does not count a welcome whose manifests were damaged on the way: what they name is to be rebuilt (R9)", () => {
    const server = blank();
    const checkpoint = checkpointOf(cluster, keyOf(2));
    const rotten = Uint8Array.from(checkpoint.bytes);
    rotten[40] = (rotten[40] ?? 0) ^ 1;
    welcome(server, 1, { manifests: [rotten] });
    welcome(server, 2);
    welcome(server, 3);
    expect(server.state.phase).toBe("greeting");
    welcome(server, 1, { manifests: [checkpoint.bytes] });
    expect(server.state.phase).toBe("working");
  });

  it("is not told when this life ended before the record was on the disk", () => {
    const server = blank();
    for (const slot of [1, 2, 3]) welcome(server, slot);
    server.hear({ to: "server", type: "superseded", lives: [lifeOf(8), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE] });
    server.settle();
    expect(server.env.notesOf("joined")).toEqual([]);
    expect(server.env.notesOf("complete")).toEqual([]);
    expect(server.state.phase).toBe("greeting");
  });
});

describe("a server that works, and hears of a newer life of its own slot", () => {
  const checkpoint = checkpointOf(cluster, keyOf(2));

  function superseded(): ServerBench {
    const server = ServerBench.init(cluster);
    server.store(checkpoint);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(4), operator: undefined });
    server.settle();
    server.env.forget();
    const lives = [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE];
    server.hear({ to: "server", type: "superseded", lives });
    return server;
  }

  it("begins a life above it, and says so when that is flushed", () => {
    const server = superseded();
    server.step();
    expect(server.env.sent).toEqual([]);
    server.settle();
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({
      life: { number: 3 },
      joined: false,
      complete: false,
    });
    expect(server.env.messages("hello")).toMatchObject([3, 3, 3].map((number) => ({ life: { number } })));
  });

  it("acts as little as a blank one, also by what waited for a flush, until it is welcomed", () => {
    const server = ServerBench.init(cluster);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(4), operator: undefined });
    server.hear({ to: "server", type: "superseded", lives: [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE] });
    server.settle();
    expect(server.env.messages("promise")).toEqual([]);
    server.store(checkpointOf(cluster, keyOf(5)));
    expect(server.env.messages("stored")).toEqual([]);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(9), operator: undefined });
    server.settle();
    expect(server.env.messages("promise")).toEqual([]);
  });

  it("keeps what it holds and what it promised, through a restart too", () => {
    const server = superseded();
    server.settle();
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    expect(again.state.phase).toBe("greeting");
    for (const slot of [1, 2, 3]) welcome(again, slot, { manifests: [checkpoint.bytes] });
    again.settle();
    expect(again.env.notesOf("complete")).toHaveLength(1);
    expect(again.state.control.promised).toEqual(ballotOf(4));
    again.env.forget();
    again.hear({ to: "server", type: "ask", ballot: ballotOf(5), operator: undefined });
    again.settle();
    expect(again.env.messages("promise")).toMatchObject([
      { life: { number: 3 }, complete: true, manifests: [checkpoint.bytes] },
    ]);
  });

  it("gives up what it was taking in, and refuses what it was storing when that is flushed", () => {
    const lives = [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE];
    const [taking, storing] = [ServerBench.init(cluster), ServerBench.init(cluster)];
    for (const server of [taking, storing]) server.supplyPieces(checkpoint);
    storing.settle();
    storing.supplyManifest(checkpoint);
    for (const server of [taking, storing]) {
      server.hear({ to: "server", type: "superseded", lives });
      expect(Object.keys(server.state.incoming)).toEqual(server === taking ? [] : [checkpoint.text]);
      server.settle();
      const left = [...server.env.files.keys()].filter((file) => !file.startsWith("c/"));
      expect(left).toEqual([]);
    }
    expect(storing.env.messages("stored")).toEqual([]);
    expect(storing.env.messages("store-refused")).toMatchObject([{ refusal: { joined: false } }]);
  });

  it("leaves a store be that the welcomes of the next life have it rebuild", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(checkpoint);
    server.settle();
    server.supplyManifest(checkpoint);
    server.hear({ to: "server", type: "superseded", lives: [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE] });
    for (const slot of [1, 2, 3]) welcome(server, slot, slot < 3 ? { manifests: [checkpoint.bytes] } : {});
    server.settle();
    expect(Object.keys(server.state.rebuilding)).toEqual([checkpoint.text]);
    expect(server.env.messages("store-refused")).toEqual([]);
  });

  it("is left alone by news that is none", () => {
    const server = ServerBench.init(cluster);
    for (const lives of [[], server.state.control.lives])
      server.hear({ to: "server", type: "superseded", lives });
    expect(server.env.operations).toEqual([]);
  });

  it("is left alone by news of other slots and of its own earlier lives", () => {
    const server = ServerBench.init(cluster);
    server.hear({
      to: "server",
      type: "superseded",
      lives: [FIRST_LIFE, lifeOf(7), FIRST_LIFE, FIRST_LIFE],
    });
    server.settle();
    expect(server.state.phase).toBe("working");
    expect(server.recordOn(server.env.diskAfterCrash())?.lives[1]).toEqual(lifeOf(7));
  });
});

describe("a welcomer", () => {
  function hello(server: ServerBench, life: Life, slot = 2): void {
    server.hear({ to: "server", type: "hello", slot, life }, slot + 1);
  }

  it("records the life before it answers", () => {
    const server = ServerBench.init(cluster);
    hello(server, lifeOf(2));
    server.step();
    expect(server.env.sent).toEqual([]);
    server.step();
    expect(server.recordOn(server.env.diskAfterCrash())?.lives[2]).toEqual(lifeOf(2));
    expect(server.env.messages("welcome")).toMatchObject([
      {
        to: "server",
        slot: 0,
        life: FIRST_LIFE,
        newLife: lifeOf(2),
        promised: BALLOT_ZERO,
        floor: undefined,
        manifests: [],
      },
    ]);
    expect(server.env.receivers("welcome")).toEqual([3]);
  });

  it("brings its survey, its floor and its promise", () => {
    const server = ServerBench.init(cluster);
    const checkpoint = checkpointOf(cluster, keyOf(2));
    server.store(checkpoint);
    server.hear({
      to: "server",
      type: "retire",
      ballot: ballotOf(3),
      key: checkpoint.key,
      floor: checkpoint.key,
    });
    hello(server, lifeOf(2));
    server.settle();
    expect(server.env.messages("welcome")).toMatchObject([
      {
        promised: ballotOf(3),
        floor: checkpoint.key,
        floorBallot: ballotOf(3),
        manifests: [checkpoint.bytes],
      },
    ]);
  });

  it("does not answer when the flush failed, and flushes again when the hello is repeated", () => {
    const server = ServerBench.init(cluster);
    hello(server, lifeOf(2));
    server.flush(false);
    expect(server.env.messages("welcome")).toEqual([]);
    hello(server, lifeOf(2));
    server.settle();
    expect(server.env.messages("welcome")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.lives[2]).toEqual(lifeOf(2));
  });

  it("welcomes a life no more when a newer one of that slot came before the flush", () => {
    const server = ServerBench.init(cluster);
    hello(server, lifeOf(2));
    hello(server, lifeOf(3));
    server.settle();
    expect(server.env.messages("welcome").map(({ newLife }) => newLife)).toEqual([lifeOf(3)]);
  });

  it("refuses an older life, and teaches the lives that it knows", () => {
    const server = ServerBench.init(cluster);
    hello(server, lifeOf(3));
    server.settle();
    server.env.forget();
    hello(server, lifeOf(2));
    expect(server.env.messages("superseded")).toMatchObject([
      { to: "server", lives: [FIRST_LIFE, FIRST_LIFE, lifeOf(3), FIRST_LIFE] },
    ]);
  });

  it("is a complete one: a server that is being rebuilt says nothing", () => {
    const server = blank();
    const checkpoint = checkpointOf(cluster, keyOf(2));
    for (const slot of [1, 2, 3]) welcome(server, slot, { manifests: slot < 3 ? [checkpoint.bytes] : [] });
    server.settle();
    expect(server.state.control).toMatchObject({ joined: true, complete: false });
    server.env.forget();
    hello(server, lifeOf(2));
    server.settle();
    expect(server.env.sent).toEqual([]);
  });

  it("says nothing to a slot that is none, nor to its own: that is a word of an earlier disk", () => {
    const server = ServerBench.init(cluster);
    hello(server, lifeOf(2), 9);
    hello(server, lifeOf(2), 0);
    expect(server.env.operations).toEqual([]);
    expect(server.env.sent).toEqual([]);
    expect(server.state.control.life).toEqual(FIRST_LIFE);
  });

  it("neither greets nor heeds welcomes, late ones of its own life included", () => {
    const server = ServerBench.init(cluster);
    server.fire(SERVER_HELLO);
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 0 ? { slot: 0, life: { number: 0, nonce: 0 } } : placed,
    );
    welcome(server, 1, { manifests: [checkpointOf(cluster, keyOf(2), { placement }).bytes] });
    expect(server.env.sent).toEqual([]);
    expect(server.env.timers[SERVER_HELLO]).toBeUndefined();
    expect(server.state.rebuilding).toEqual({});
  });

  it("is none while its disk is read: it says nothing, and writes nothing over what it has not read", () => {
    const held = ServerBench.init(cluster);
    held.store(checkpointOf(cluster, keyOf(2)));
    const disk = held.env.diskAfterCrash();
    for (const readCount of [0, 3]) {
      const server = ServerBench.restart(cluster, disk, 0, false);
      for (let step = 0; step < readCount; step += 1) server.step();
      expect(server.state.phase).toBe("loading");
      const before = server.env.operations.map(({ kind }) => kind);
      server.fire(SERVER_HELLO);
      hello(server, lifeOf(2));
      welcome(server, 1, { manifests: [] });
      server.hear({ to: "server", type: "superseded", lives: [lifeOf(5), lifeOf(5), lifeOf(5), lifeOf(5)] });
      expect(server.env.sent).toEqual([]);
      expect(server.env.operations.map(({ kind }) => kind)).toEqual(before);
      server.settle();
      expect(server.state.control).toMatchObject({ life: FIRST_LIFE, joined: true, complete: true });
    }
  });
});
