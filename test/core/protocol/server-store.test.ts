/** A backup server takes in members and a manifest: which stores it accepts (R5), in which order it flushes, what it answers. */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO, type CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import { manifestFile, memberFile } from "../../../src/core/protocol/server-state.ts";
import {
  ballotOf,
  checkpointOf,
  clusterOf,
  digests,
  FIRST_LIFE,
  keyOf,
  lifeOf,
  placementOf,
} from "./cluster-case.ts";
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
      to: "former",
      key,
      refusal: { slot: 0, joined: true, promised: ballotOf(3) },
    });
  });

  it("by a server that is not joined", () => {
    const server = ServerBench.restart(cluster, new Map());
    expect(refusalOf(server)).toMatchObject({ refusal: { joined: false, promised: BALLOT_ZERO } });
  });

  it("by a server that is not joined in the life that the manifest names, its pieces too", () => {
    const server = ServerBench.restart(cluster, new Map());
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 0 ? { slot: 0, life: server.state.control.life } : placed,
    );
    const named = checkpointOf(cluster, key, { placement });
    server.supplyPieces(named);
    expect(server.env.operations).toEqual([]);
    expect(refusalOf(server, named)).toMatchObject({ refusal: { joined: false } });
  });

  it("when the manifest names a slot that is none", () => {
    const server = ServerBench.init(cluster);
    const placement = placementOf(cluster, [0, 1, 7]);
    expect(refusalOf(server, checkpointOf(cluster, key, { placement }))).toBeDefined();
  });

  it("at once, before anything is written", () => {
    const server = ServerBench.init(cluster);
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 0 ? { slot: 0, life: lifeOf(3) } : placed,
    );
    const other = checkpointOf(cluster, key, { placement });
    server.supplyPieces(other);
    server.settle();
    server.supplyManifest(other);
    expect(server.env.operations).toEqual([]);
    const promised = ServerBench.init(cluster);
    promised.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    promised.settle();
    promised.supplyPieces(checkpoint);
    expect(promised.env.operations).toEqual([]);
    expect(promised.env.messages("store-refused")).toHaveLength(checkpoint.membersOf(0).length);
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
    const [first] = checkpoint.membersOf(0);
    expect(server.env.messages("received")).toEqual([
      { to: "former", type: "received", key, slot: 0, group: first?.group, member: first?.member },
    ]);
  });

  it("takes the manifest alone where there are no members for this server", () => {
    const empty = checkpointOf(cluster, key, { byteCount: 0 });
    const server = ServerBench.init(cluster);
    server.supplyManifest(empty);
    server.settle();
    expect(server.env.messages("stored")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([empty.text]);
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
    server.settle();
    expect([...server.env.files.keys()].filter((file) => !file.startsWith("c/"))).toEqual([]);
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
    expect(server.env.notesOf("storage-failed")).toEqual([{ kind: "storage-failed", slot: 0 }]);
    expect(server.env.messages("received")).toHaveLength(memberCount - 1);
    server.store(checkpoint);
    expect(server.env.messages("stored")).toHaveLength(1);
  });
});

describe("a write that fails", () => {
  it("of the manifest acknowledges nothing, though its flush succeeds; the manifest is taken when it comes again", () => {
    const server = handedOver();
    server.step(false);
    server.settle();
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.state.held).toEqual({});
    server.supplyManifest(checkpoint);
    server.settle();
    expect(server.env.messages("stored")).toHaveLength(1);
  });

  it("counts for nothing when its attempt was forgotten meanwhile: the piece is sent again", () => {
    const server = ServerBench.init(cluster);
    const [first, ...others] = checkpoint.membersOf(0);
    if (first === undefined) throw new Error("slot 0 has members");
    const piece = { to: "server", type: "piece", key, slot: 0 } as const;
    server.supplyManifest(checkpointOf(cluster, keyOf(2, 0), { byteCount: 0 }));
    server.hear({ ...piece, ...first });
    server.flush(false); // and what was written so far is forgotten
    for (const other of others) server.hear({ ...piece, ...other });
    server.settle();
    expect(server.env.messages("received")).toHaveLength(others.length);
    server.store(checkpoint);
    expect(server.env.messages("stored")).toMatchObject([{ key }]);
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

  it("a piece of what is held is answered, and written no more", () => {
    const server = ServerBench.init(cluster);
    server.store(checkpoint);
    server.env.forget();
    server.supplyPieces(checkpoint);
    expect(server.env.operations).toEqual([]);
    expect(server.env.messages("received")).toHaveLength(checkpoint.membersOf(0).length);
  });

  it("a piece with other bytes in the same place is neither answered nor written, and does for no manifest", () => {
    const server = ServerBench.init(cluster);
    const [first, ...others] = checkpoint.membersOf(0);
    if (first === undefined) throw new Error("slot 0 has members");
    const piece = { to: "server", type: "piece", key, slot: 0 } as const;
    const bytes = Uint8Array.of(1, 2, 3, 4);
    server.hear({ ...piece, ...first, bytes, digest: digests.member(bytes) });
    for (const other of others) server.hear({ ...piece, ...other });
    server.settle();
    server.env.forget();
    server.hear({ ...piece, ...first });
    server.supplyManifest(checkpoint);
    expect(server.env.operations).toEqual([]);
    expect(server.env.sent).toEqual([]);
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
    expect(server.state.incoming).toEqual({});
    server.supplyPieces(checkpoint);
    server.supplyManifest(checkpoint); // the pieces are not written yet
    server.settle();
    const other: CheckpointKey = keyOf(2, 1, 2);
    server.hear({ to: "server", type: "store", key: other, slot: 0, manifest: checkpoint.bytes });
    const rotten = Uint8Array.from(checkpoint.bytes);
    rotten[40] = (rotten[40] ?? 0) ^ 1;
    server.hear({ to: "server", type: "store", key, slot: 0, manifest: rotten });
    server.hear({ to: "server", type: "store", key, slot: 1, manifest: checkpoint.bytes });
    expect(server.env.operations).toEqual([]);
    expect(server.env.messages("stored")).toEqual([]);
  });

  it("a manifest of another key is not acted upon where this key's members are there, and equal", () => {
    const server = ServerBench.init(cluster);
    const second = checkpointOf(cluster, keyOf(2, 1, 2));
    server.supplyPieces(second);
    server.settle();
    server.hear({ to: "server", type: "store", key: second.key, slot: 0, manifest: checkpoint.bytes });
    expect(server.env.operations).toEqual([]);
  });

  it("a manifest is not acted upon while one of its members is missing", () => {
    const server = ServerBench.init(cluster);
    const [, ...others] = checkpoint.membersOf(0);
    for (const other of others) server.hear({ to: "server", type: "piece", key, slot: 0, ...other });
    server.settle();
    server.supplyManifest(checkpoint);
    expect(server.env.operations).toEqual([]);
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

  it("that are older take nothing from a newer one, and one that is being stored is stored", () => {
    const second = checkpointOf(cluster, keyOf(2, 1, 2));
    const server = ServerBench.init(cluster);
    server.supplyPieces(second);
    server.settle();
    server.supplyPieces(checkpoint);
    server.settle();
    server.supplyManifest(second);
    server.settle();
    expect(server.env.messages("stored")).toMatchObject([{ key: second.key }]);

    const storing = handedOver();
    storing.supplyPieces(second);
    storing.settle();
    expect(storing.env.messages("stored")).toMatchObject([{ key }]);
  });
});
