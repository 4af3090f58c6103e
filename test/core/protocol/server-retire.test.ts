/** A backup server retires (R7): whose word counts, and that the record lets go of a key before the disk does. */
import { describe, expect, it } from "vitest";
import type { Ballot, CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import { ballotOf, checkpointOf, clusterOf, keyOf } from "./cluster-case.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf();
const older = checkpointOf(cluster, keyOf(2, 1));
const newer = checkpointOf(cluster, keyOf(2, 2));

function holdingBoth(): ServerBench {
  const server = ServerBench.init(cluster);
  server.store(older);
  server.store(newer);
  server.env.forget();
  return server;
}

function retire(server: ServerBench, floor: CheckpointKey, ballot: Ballot = floor.ballot): void {
  server.hear({ to: "server", type: "retire", ballot, key: floor, floor });
}

function filesOf(server: ServerBench, { text }: { readonly text: string }): string[] {
  return [...server.env.files.keys()].filter((file) => file.includes(text));
}

describe("retiring", () => {
  it("drops what lies below the floor and keeps what does not, on disk too", () => {
    const server = holdingBoth();
    const kept = filesOf(server, newer);
    retire(server, newer.key);
    server.settle();
    expect(server.state.control.held).toEqual([newer.text]);
    server.env.storage.flush("after");
    server.settle();
    expect(filesOf(server, older)).toEqual([]);
    expect(filesOf(server, newer)).toEqual(kept);
    expect(server.env.notesOf("retired")).toEqual([{ kind: "retired", slot: 0, floor: newer.key }]);
  });

  it("takes the keys off the flushed record before any of their files is removed", () => {
    const server = holdingBoth();
    retire(server, newer.key);
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["write", "flush"]);
    server.step();
    expect(server.env.operations.map(({ kind }) => kind)).toEqual(["flush"]);
    server.step();
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([newer.text]);
    expect(server.env.operations.every(({ kind }) => kind === "remove")).toBe(true);
    expect(server.env.operations).toHaveLength(filesOf(server, older).length);
  });

  it("removes nothing when the record's flush failed", () => {
    const server = holdingBoth();
    retire(server, newer.key);
    server.flush(false);
    server.settle();
    expect(filesOf(server, older).length).toBeGreaterThan(0);
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    expect(Object.keys(again.state.held).sort()).toEqual([older.text, newer.text]);
  });

  it("raises `promised` to the ballot that it carries", () => {
    const server = holdingBoth();
    retire(server, newer.key, ballotOf(5));
    server.settle();
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({
      promised: ballotOf(5),
      floor: newer.key,
      floorBallot: ballotOf(5),
    });
  });

  it("below the promised ballot is ignored", () => {
    const server = holdingBoth();
    server.hear({ to: "server", type: "ask", ballot: ballotOf(3), operator: undefined }, 2);
    server.settle();
    retire(server, newer.key);
    expect(server.env.operations).toEqual([]);
    expect(server.state.control.floor).toBeUndefined();
  });

  it("never lowers the floor", () => {
    const server = holdingBoth();
    retire(server, newer.key);
    server.settle();
    retire(server, older.key);
    retire(server, newer.key, ballotOf(7));
    expect(server.state.control.floor).toEqual(newer.key);
    expect(server.env.operations).toEqual([]);
  });

  it("is ignored by a server that is not joined", () => {
    const server = ServerBench.restart(cluster, new Map());
    retire(server, newer.key);
    expect(server.state.control.floor).toBeUndefined();
  });

  it("abandons unfinished attempts below the floor, with their files", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(older);
    server.settle();
    retire(server, newer.key);
    server.env.storage.flush("after");
    server.settle();
    expect(server.state.incoming).toEqual({});
    expect(filesOf(server, older)).toEqual([]);
  });

  it.each([older, newer])("keeps what it is taking in at the floor and above it", (floor) => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(newer);
    server.settle();
    retire(server, floor.key);
    server.settle();
    server.supplyManifest(newer);
    server.settle();
    expect(server.env.messages("stored")).toMatchObject([{ key: newer.key }]);
  });

  it("between the flushes of a store undoes it: what is below the floor is never acknowledged", () => {
    const server = ServerBench.init(cluster);
    server.supplyPieces(older);
    server.settle();
    server.supplyManifest(older);
    retire(server, newer.key);
    server.settle();
    expect(server.env.messages("stored")).toEqual([]);
    expect(server.env.messages("store-refused")).toHaveLength(1);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([]);
  });
});
