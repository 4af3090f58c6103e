/** A backup server takes in members and a manifest: which stores it accepts (R5), in which order it flushes, what it answers. */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO, type CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import { manifestFile, memberFile } from "../../../src/core/protocol/server-state.ts";
import { ballotOf, checkpointOf, clusterOf, FIRST_LIFE, keyOf, lifeOf, placementOf } from "./cluster-case.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf();
const checkpoint = checkpointOf(cluster, keyOf(2));
const { key } = checkpoint;

/** Members written and answered, manifest handed over, nothing flushed yet. */
function handedOver(): ServerBench {
  const server = ServerBench.init(cluster);
  server.supplyPieces(checkpoint);
  server.settle();
  server.supplyManifest(checkpoint);
  server.env.forget();
  return server;
}

describe("a store is refused (R5)", () => {
  function refusalOf(server: ServerBench, asked = checkpoint): unknown {
    server.store(asked);
    expect(server.env.messages("stored")).toEqual([]);
    return server.env.messages("store-refused").at(-1);
  }

  it("below the promised ballot, which the refusal tells", () => {
    const server = ServerBench.init(cluster);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    server.settle();
    expect(refusalOf(server)).toMatchObject({
      key,
      refusal: { slot: 0, joined: true, promised: ballotOf(3) },
    });
  });

  it("by a server that is not joined", () => {
    const server = ServerBench.restart(cluster, new Map());
    expect(refusalOf(server)).toMatchObject({ refusal: { joined: false, promised: BALLOT_ZERO } });
  });

  it.each([
    ["older", { number: 0, nonce: 0 }],
    ["newer", lifeOf(3)],
    ["same number, other nonce", { number: 1, nonce: 5 }],
  ])("when the manifest names another life of this slot: %s", (_, named) => {
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 0 ? { slot: 0, life: named } : placed,
    );
    const server = ServerBench.init(cluster);
    expect(refusalOf(server, checkpointOf(cluster, key, { placement }))).toBeDefined();
  });

  it.each([1, 2])(
    "when a newer life of slot %i of the placement is known, which the refusal teaches",
    (slot) => {
      const server = ServerBench.init(cluster);
      server.hear({ to: "server", type: "hello", slot, life: lifeOf(2) }, slot + 1);
      server.settle();
      const lives = [FIRST_LIFE, FIRST_LIFE, FIRST_LIFE].map((life, each) =>
        each === slot ? lifeOf(2) : life,
      );
      expect(refusalOf(server)).toMatchObject({ refusal: { lives } });
    },
  );

  it("not when the manifest names a life that is newer than the known one of another slot", () => {
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 1 ? { slot: 1, life: lifeOf(2) } : placed,
    );
    const server = ServerBench.init(cluster);
    server.store(checkpointOf(cluster, key, { placement }));
    expect(server.env.messages("stored")).toHaveLength(1);
  });

  it("below the floor, and not at it", () => {
    const server = ServerBench.init(cluster);
    const floor = keyOf(2, 1, 1);
    server.hear({ to: "server", type: "retire", ballot: ballotOf(2), key: floor, floor });
    server.settle();
    const below = checkpointOf(cluster, keyOf(2, 0, 1));
    expect(refusalOf(server, below)).toMatchObject({ key: below.key });
    server.store(checkpointOf(cluster, floor));
    expect(server.env.messages("stored")).toMatchObject([{ key: floor }]);
  });

  it("not at a higher ballot than the promised one, which it then raises to that", () => {
    const server = ServerBench.init(cluster);
    server.store(checkpoint);
    expect(server.env.messages("stored")).toEqual([
      { to: "former", type: "stored", key, slot: 0, life: FIRST_LIFE },
    ]);
    expect(server.recordOn(server.env.diskAfterCrash())?.promised).toEqual(key.ballot);
  });
});

describe("the order of a store", () => {
  it("answers a piece when the disk took it, and not before", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(checkpoint);
    expect(server.env.messages("received")).toEqual([]);
    server.step();
    expect(server.env.messages("received")).toHaveLength(1);
  });

  it("is manifest, flush, record, flush, acknowledgement: nothing is acknowledged before", () => {
    const server = handedOver();
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["write", "flush"]);
    expect(server.env.operations[0]).toMatchObject({ file: manifestFile(key) });
    server.flush();
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["write", "flush"]);
    expect(server.env.operations[0]).toMatchObject({ file: expect.stringMatching(/^c\/[01]$/) as string });
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([]);
    server.flush();
    expect(server.env.messages("stored")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([checkpoint.text]);
  });

  it("is kept at every crash point: what was acknowledged is on the disk that the crash leaves", () => {
    for (let steps = 0; steps < 20; steps += 1) {
      const server = ServerBench.init(cluster);
      server.supplyPieces(checkpoint);
      for (let step = 0; step < steps; step += 1) {
        if (server.env.messages("received").length === checkpoint.membersOf(0).length)
          server.supplyManifest(checkpoint);
        server.step();
      }
      const isAcknowledged = server.env.messages("stored").length > 0;
      for (const fate of ["lost", "torn", "kept"] as const) {
        const again = ServerBench.restart(
          cluster,
          server.env.diskAfterCrash(() => fate),
        );
        if (isAcknowledged) expect(Object.keys(again.state.held)).toEqual([checkpoint.text]);
        const isHeld = again.state.held[checkpoint.text] !== undefined;
        expect(again.env.notesOf("rot-found")).toEqual([]);
        const whole = checkpoint
          .membersOf(0)
          .every(({ group, member }) => again.env.files.has(memberFile(key, group, member)));
        if (isHeld) expect(whole, `${steps} steps, ${fate}`).toBe(true);
      }
    }
  });

  it("checks R5 once more after the first flush: a promise that came between undoes the store", () => {
    const server = handedOver();
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    server.settle();
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.env.messages("store-refused")).toMatchObject([{ key, refusal: { promised: ballotOf(3) } }]);
    expect(server.env.messages("promise")).toMatchObject([{ manifests: [], damaged: [] }]);
    expect([...server.env.files.keys()].filter((file) => !file.startsWith("c/"))).toEqual([]);
  });

  it("checks R5 once more after the first flush: a newer life that came between undoes the store", () => {
    const server = handedOver();
    server.hear({ to: "server", type: "hello", slot: 2, life: lifeOf(2) }, 3);
    server.settle();
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.env.messages("store-refused")).toHaveLength(1);
    expect(server.state.held).toEqual({});
  });

  it("names a key in the survey from the moment in which it is held, acknowledged or not", () => {
    const server = handedOver();
    server.flush(); // held in memory; the record is on its way
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    server.settle();
    expect(server.env.messages("promise")).toMatchObject([{ manifests: [checkpoint.bytes] }]);
  });
});

describe("a flush that fails", () => {
  it("before the key is held acknowledges nothing; a manifest alone does not bring back what the flush may have dropped", () => {
    const server = handedOver();
    server.flush(false);
    expect(server.env.notesOf("storage-failed")).toHaveLength(1);
    expect(server.state.held).toEqual({});
    server.supplyManifest(checkpoint);
    server.settle();
    expect(server.env.messages("stored")).toEqual([]);
    server.store(checkpoint);
    expect(server.env.messages("stored")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([checkpoint.text]);
  });

  it("after the key is held acknowledges nothing; a repeated manifest waits for a record that is flushed", () => {
    const server = handedOver();
    server.flush();
    server.flush(false);
    expect(server.env.messages("stored")).toEqual([]);
    server.supplyManifest(checkpoint);
    expect(server.env.messages("stored")).toEqual([]);
    server.settle();
    expect(server.env.messages("stored")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([checkpoint.text]);
  });

  it("of a piece's write answers nothing; the piece is taken when it comes again", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(checkpoint);
    server.step(false);
    server.settle();
    const memberCount = checkpoint.membersOf(0).length;
    expect(server.env.messages("received")).toHaveLength(memberCount - 1);
    server.store(checkpoint);
    expect(server.env.messages("stored")).toHaveLength(1);
  });
});

describe("what comes twice or damaged", () => {
  it("a piece is written once and answered each time it comes after that", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(checkpoint);
    server.supplyPieces(checkpoint);
    const memberCount = checkpoint.membersOf(0).length;
    expect(server.env.operations).toHaveLength(memberCount);
    server.settle();
    expect(server.env.messages("received")).toHaveLength(memberCount);
    server.supplyPieces(checkpoint);
    expect(server.env.operations).toEqual([]);
    expect(server.env.messages("received")).toHaveLength(2 * memberCount);
  });

  it("a manifest is made durable once while that is under way, and acknowledged again when it comes again", () => {
    const server = handedOver();
    server.supplyManifest(checkpoint);
    server.settle();
    expect(server.env.messages("stored")).toHaveLength(1);
    server.supplyManifest(checkpoint);
    server.settle();
    expect(server.env.messages("stored")).toHaveLength(2);
    expect(server.state.control.held).toEqual([checkpoint.text]);
  });

  it("a repeated manifest below the promise is refused, held or not", () => {
    const server = ServerBench.init(cluster);
    server.store(checkpoint);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    server.settle();
    server.env.forget();
    server.supplyManifest(checkpoint);
    server.settle();
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.env.messages("store-refused")).toHaveLength(1);
  });

  it("a piece whose digest does not match, or of another slot, is not written", () => {
    const server = ServerBench.init(cluster);
    const [first] = checkpoint.membersOf(0);
    if (first === undefined) throw new Error("slot 0 has members");
    const piece = { to: "server", type: "piece", key, slot: 0, ...first } as const;
    server.hear({ ...piece, bytes: Uint8Array.of(1, 2, 3, 4) });
    server.hear({ ...piece, slot: 1 });
    expect(server.env.operations).toEqual([]);
    expect(server.env.sent).toEqual([]);
  });

  it("a manifest without all its members, damaged, or of another key is not acted upon", () => {
    const server = ServerBench.init(cluster);
    server.supplyManifest(checkpoint);
    server.supplyPieces(checkpoint);
    server.supplyManifest(checkpoint); // the pieces are not written yet
    server.settle();
    const other: CheckpointKey = keyOf(2, 1, 2);
    server.hear({ to: "server", type: "store", key: other, slot: 0, manifest: checkpoint.bytes });
    const rotten = Uint8Array.from(checkpoint.bytes);
    rotten[40] = (rotten[40] ?? 0) ^ 1;
    server.hear({ to: "server", type: "store", key, slot: 0, manifest: rotten });
    expect(server.env.operations).toEqual([]);
    expect(server.env.messages("stored")).toEqual([]);
  });
});

describe("attempts", () => {
  it("never overwrite each other, and a new one removes what an unfinished earlier one wrote (R6)", () => {
    const server = ServerBench.init(cluster);
    const second = checkpointOf(cluster, keyOf(2, 1, 2));
    server.supplyPieces(checkpoint);
    server.settle();
    server.store(second);
    const names = [...server.env.files.keys()].filter((file) => file.startsWith("m/"));
    expect(names.sort()).toEqual(
      second
        .membersOf(0)
        .map(({ group, member }) => memberFile(second.key, group, member))
        .sort(),
    );
    expect(server.state.control.held).toEqual([second.text]);
  });
});
