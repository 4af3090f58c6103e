/**
 * Repairs that meet failures: of the disk while they write, of peers that answer something else, of checkpoints that are
 * retired meanwhile; and several of them at once. What a single repair does is in server-repair.test.ts.
 */
import { describe, expect, it } from "vitest";
import type { CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import { encodeManifest } from "../../../src/core/checkpoint/manifest.ts";
import { manifestFile, memberFile } from "../../../src/core/protocol/server-state.ts";
import { SERVER_REPAIR } from "../../../src/core/protocol/server-repair.ts";
import { SERVER_SCRUB } from "../../../src/core/protocol/server-scrub.ts";
import { checkpointOf, clusterOf, digests, keyOf, RETRY_NS, type WholeCheckpoint } from "./cluster-case.ts";
import { answerRepairs, memberAnswer, welcomeOf } from "./peers.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf("parity:2+1", 4);
const older = checkpointOf(cluster, keyOf(2, 1));
const newer = checkpointOf(cluster, keyOf(2, 2));
const ROTTEN = Uint8Array.of(9, 9, 9, 9);

/** A blank server that was welcomed by holders of these and has asked for its first member. */
function rebuilding(held: readonly Uint8Array[]): ServerBench {
  const server = ServerBench.restart(cluster, new Map());
  for (const slot of [1, 2, 3])
    server.hear(welcomeOf(server, slot, slot < 3 ? { manifests: held } : {}), slot + 1);
  server.settle();
  server.env.notes = [];
  return server;
}

/** Answers the fetches that were sent since the last `forget`, and completes what follows; operations as `isOk` says. */
function answer(server: ServerBench, checkpoint: WholeCheckpoint, isOk?: (file: string) => boolean): void {
  for (;;) {
    const fetches = server.env.messages("fetch");
    if (fetches.length === 0) return;
    server.env.sent = [];
    for (const fetch of fetches) server.hearMembers(memberAnswer(checkpoint, fetch));
    for (;;) {
      const next = server.env.operations.find(({ kind }) => kind !== "remove");
      if (next === undefined) break;
      server.step(isOk?.("file" in next ? next.file : next.kind) ?? true);
    }
  }
}

/** All operations succeed but the first one that this names. */
function failing(name: string): (file: string) => boolean {
  let isFailed = false;
  return (file) => {
    const isIt = !isFailed && file === name;
    isFailed ||= isIt;
    return !isIt;
  };
}

/** Rot in every member of slot 0, found by fetches. */
function withRot(checkpoints: readonly WholeCheckpoint[]): ServerBench {
  const server = ServerBench.init(cluster);
  for (const checkpoint of checkpoints) server.store(checkpoint);
  server.env.forget();
  for (const { key, membersOf } of checkpoints)
    for (const { group, member } of membersOf(0)) server.env.spoil(memberFile(key, group, member), ROTTEN);
  readAll(server, checkpoints);
  return server;
}

/** A restorer asks for a member, for which the disk is read. */
function askFor(server: ServerBench, key: CheckpointKey, group = 0, member = 0): void {
  server.hear({ to: "server", type: "fetch", asker: "restorer", ballot: undefined, key, group, member }, 2);
}

function readAll(server: ServerBench, checkpoints: readonly WholeCheckpoint[]): void {
  for (const { key, membersOf } of checkpoints) {
    for (const { group, member } of membersOf(0)) {
      askFor(server, key, group, member);
    }
  }
  server.settle();
}

function places(server: ServerBench): string[] {
  return server.env.messages("fetch").map(({ key, group, member }) => `${key.sequence}: ${group}/${member}`);
}

describe("repairs of several members", () => {
  const all = [older, newer];

  it("go on one after the other, each once, however often the rot is found meanwhile", () => {
    const server = withRot(all);
    readAll(server, all);
    for (const checkpoint of all) {
      for (let round = 0; round < checkpoint.membersOf(0).length; round += 1) {
        const fetches = server.env.messages("fetch");
        expect(fetches).toHaveLength(2);
        server.env.sent = [];
        for (const fetch of fetches) server.hearMembers(memberAnswer(checkpoint, fetch));
        server.settle();
        const [asked] = fetches;
        expect(asked?.key).toEqual(checkpoint.key);
      }
    }
    expect(places(server)).toEqual([]);
    const repaired = server.env.notesOf("repaired").map(({ key, group }) => `${key.sequence}: ${group}`);
    expect(repaired).toEqual(
      all.flatMap(({ key, membersOf }) => membersOf(0).map(({ group }) => `${key.sequence}: ${group}`)),
    );
  });

  it("that cannot be done now are not doubled by finding the rot again", () => {
    const server = withRot([older]);
    for (const fetch of server.env.messages("fetch"))
      server.hearMembers({ ...memberAnswer(older, fetch), bytes: undefined });
    const first = older.membersOf(0)[0];
    if (first === undefined) throw new Error("slot 0 has members");
    const { group, member } = first;
    askFor(server, older.key, group, member);
    server.settle();
    expect(server.state.stalledRepairs).toHaveLength(1);
    expect(server.state.repairs.filter((task) => task.group === group)).toEqual([]);
  });

  it("of two checkpoints that are rebuilt make both of them held", () => {
    const server = rebuilding([older.bytes, newer.bytes]);
    for (const checkpoint of [older, newer]) {
      while (server.env.messages("fetch").some(({ key }) => key.sequence === checkpoint.key.sequence)) {
        const fetches = server.env.messages("fetch");
        server.env.sent = [];
        for (const fetch of fetches) server.hearMembers(memberAnswer(checkpoint, fetch));
        server.settle();
      }
    }
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({
      complete: true,
      held: [older.text, newer.text],
    });
  });
});

describe("a rebuilt checkpoint", () => {
  it("is held when all of it is flushed: its manifest is written once, after the members, and it is told as a whole", () => {
    const server = rebuilding([older.bytes]);
    const written: string[] = [];
    answer(server, older, (file) => written.push(file) > 0);
    const files = older.membersOf(0).map(({ group, member }) => memberFile(older.key, group, member));
    expect(written.slice(0, files.length + 2)).toEqual([...files, manifestFile(older.key), "flush"]);
    expect(written.filter((file) => file === manifestFile(older.key))).toHaveLength(1);
    expect(server.env.notesOf("repaired")).toEqual([
      { kind: "repaired", slot: 0, key: older.key, group: -1, member: -1 },
    ]);
  });

  it.each([memberFile(older.key, 0, 0), manifestFile(older.key), "flush"])(
    "is not held when the disk failed at %s: it is rebuilt once more",
    (name) => {
      const server = rebuilding([older.bytes]);
      answer(server, older, failing(name));
      const disk = server.env.diskAfterCrash();
      expect(server.recordOn(disk)?.complete).toBe(true);
      for (const { group, member, bytes } of older.membersOf(0))
        expect(disk.get(memberFile(older.key, group, member))).toEqual(bytes);
      expect(disk.get(manifestFile(older.key))).toEqual(older.bytes);
    },
  );

  it.each([true, false])("falls away when it is retired before its flush completes (well: %s)", (isOk) => {
    const server = rebuilding([older.bytes]);
    for (let flushCount = 0; flushCount === 0;) {
      const fetches = server.env.messages("fetch");
      server.env.sent = [];
      for (const fetch of fetches) server.hearMembers(memberAnswer(older, fetch));
      flushCount = server.env.operations.filter(({ kind }) => kind === "flush").length;
      if (flushCount === 0) server.settle();
    }
    const floor = newer.key;
    server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    server.flush(isOk);
    for (let round = 0; round < 3; round += 1) {
      for (const timer of Object.keys(server.env.timers)) server.fire(timer);
      server.settle();
    }
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({ floor, held: [] });
    expect(server.state.rebuilding).toEqual({});
    expect(places(server)).toEqual([]);
  });

  it("is never made of bytes that its manifest does not name", () => {
    const rows = older.manifest.memberDigests.map((row) => [...row]);
    const [firstRow] = rows;
    if (firstRow === undefined) throw new Error("there are groups");
    firstRow[0] = digests.member(ROTTEN);
    const bytes = encodeManifest({ ...older.manifest, memberDigests: rows }, digests);
    const server = rebuilding([bytes]);
    for (const fetch of server.env.messages("fetch")) server.hearMembers(memberAnswer(older, fetch));
    expect(server.env.notesOf("repair-waiting")).toMatchObject([{ key: older.key }]);
    expect(server.env.operations).toEqual([]);
  });
});

describe("a repair of what is held", () => {
  it.each([memberFile(older.key, 0, 0), "flush"])(
    "is not told when the disk failed at %s, and is done again",
    (name) => {
      const one = checkpointOf(cluster, older.key, { byteCount: 8 });
      const server = withRot([one]);
      const isOk = failing(name);
      let failedAt = 0;
      answer(server, one, (file) => {
        const result = isOk(file);
        if (!result) failedAt = server.env.notesOf("repaired").length;
        return result;
      });
      expect(failedAt).toBe(0);
      expect(server.env.notesOf("repaired")).toHaveLength(1);
      expect(server.env.diskAfterCrash().get(memberFile(one.key, 0, 0))).toEqual(one.membersOf(0)[0]?.bytes);
    },
  );

  it("of a manifest that a scrub found rotten is done again when its write failed", () => {
    const server = ServerBench.init(cluster);
    server.store(older);
    server.env.forget();
    server.env.spoil(manifestFile(older.key), ROTTEN);
    server.fire(SERVER_SCRUB);
    const isOk = failing(manifestFile(older.key));
    for (;;) {
      const next = server.env.operations[0];
      if (next === undefined) break;
      const isWrite = next.kind === "write";
      if (isWrite) expect(server.env.notesOf("repaired")).toEqual([]);
      server.step(!isWrite || isOk(next.file));
    }
    expect(server.env.notesOf("repaired")).toMatchObject([{ key: older.key, group: -1 }]);
    expect(server.env.diskAfterCrash().get(manifestFile(older.key))).toEqual(older.bytes);
  });

  it("that no scheme can do is told and tried again for ever, by one timer", () => {
    const stripes = clusterOf("stripe:3", 3);
    const striped = checkpointOf(stripes, keyOf(2), { byteCount: 12 });
    const server = ServerBench.init(stripes);
    server.store(striped);
    server.env.spoil(memberFile(striped.key, 0, 0), ROTTEN);
    askFor(server, striped.key);
    server.settle();
    for (let round = 1; round < 4; round += 1) {
      expect(server.env.notesOf("repair-waiting")).toHaveLength(round);
      expect(server.env.timers[SERVER_REPAIR]).toBe(RETRY_NS);
      server.fire(SERVER_REPAIR);
    }
  });
});

describe("what peers answer", () => {
  it("is asked for by the full name of the member, as a repair", () => {
    const server = withRot([older]);
    expect(server.env.messages("fetch")[0]).toEqual({
      to: "server",
      type: "fetch",
      asker: "repair",
      ballot: undefined,
      key: older.key,
      group: 0,
      member: 1,
    });
    expect(server.env.timers[SERVER_REPAIR]).toBe(RETRY_NS);
  });

  it("costs a digest for each member that comes, and a decode where there is one", () => {
    const server = withRot([older]);
    server.env.charges = [];
    for (const fetch of server.env.messages("fetch")) server.hearMembers(memberAnswer(older, fetch));
    const digest = { work: "digest", bytes: 4 };
    expect(server.env.charges).toEqual([digest, digest, { work: "decode", bytes: 8 }, digest]);

    const mirrors = clusterOf("mirror:2", 3);
    const mirrored = checkpointOf(mirrors, keyOf(2), { byteCount: 4 });
    const copy = ServerBench.init(mirrors);
    copy.store(mirrored);
    copy.env.spoil(memberFile(mirrored.key, 0, 0), ROTTEN);
    askFor(copy, mirrored.key);
    copy.settle();
    copy.env.charges = [];
    for (const fetch of copy.env.messages("fetch")) copy.hearMembers(memberAnswer(mirrored, fetch));
    expect(copy.env.charges).toEqual([digest, digest]);
  });

  it("counts once: the first of two answers makes it ask nobody again, at a tick the one that is missing", () => {
    const server = withRot([older]);
    const [first, second] = server.env.messages("fetch");
    if (first === undefined || second === undefined) throw new Error("two members are asked for");
    server.env.forget();
    server.hearMembers(memberAnswer(older, first));
    expect(places(server)).toEqual([]);
    server.fire(SERVER_REPAIR);
    expect(places(server)).toEqual([`1: ${second.group}/${second.member}`]);
  });

  it("to another question is no answer to this one, whether it has bytes or not", () => {
    const mirrors = clusterOf("mirror:3");
    const mirrored = checkpointOf(mirrors, keyOf(2), { byteCount: 8 });
    const server = ServerBench.init(mirrors);
    server.store(mirrored);
    server.env.forget();
    server.env.spoil(memberFile(mirrored.key, 0, 0), ROTTEN);
    askFor(server, mirrored.key);
    server.settle();
    const [asked] = server.env.messages("fetch");
    if (asked === undefined) throw new Error("a peer is asked");
    const good = memberAnswer(mirrored, asked);
    const none = { ...good, bytes: undefined };
    for (const change of [{ key: keyOf(1) }, { group: 1 }, { member: asked.member === 1 ? 2 : 1 }])
      server.hearMembers({ ...none, ...change });
    server.hearMembers({ ...good, group: 1, bytes: mirrored.membersOf(0)[1]?.bytes });
    expect(server.env.messages("fetch")).toHaveLength(1);
    server.hearMembers(none);
    expect(server.env.messages("fetch"), "the copy that nobody was asked for can still be had").toHaveLength(
      2,
    );
    answerRepairs(server, mirrored);
    expect(server.env.notesOf("repaired")).toHaveLength(1);
  });
});

describe("a manifest that cannot be read", () => {
  function withoutManifest(): ServerBench {
    const server = ServerBench.init(clusterOf());
    server.store(older);
    server.env.spoil(manifestFile(older.key), older.bytes.subarray(0, 50));
    return ServerBench.restart(clusterOf(), server.env.diskAfterCrash());
  }

  it("is waited for when no peer has it, and asked for again at the next tick", () => {
    const server = withoutManifest();
    const fetches = server.env.messages("fetch");
    expect(fetches.map(({ member }) => member)).toEqual([1, 2]);
    server.env.forget();
    for (const [index, fetch] of fetches.entries()) {
      expect(server.env.notesOf("repair-waiting")).toHaveLength(0);
      server.hearMembers({ ...memberAnswer(older, fetch), bytes: index === 0 ? undefined : newer.bytes });
    }
    expect(server.env.notesOf("repair-waiting")).toMatchObject([{ key: older.key }]);
    expect(server.state.held[older.text]?.manifest).toBeUndefined();
    expect(server.env.operations).toEqual([]);
    server.fire(SERVER_REPAIR);
    expect(server.env.messages("fetch")).toEqual(fetches);
    answerRepairs(server, older);
    expect(server.state.held[older.text]?.manifest).toEqual(older.manifest);
  });

  it("is not told as repaired when its write failed, and written again", () => {
    const server = withoutManifest();
    const isOk = failing(manifestFile(older.key));
    answer(server, older, (file) => {
      if (file === "flush") expect(server.env.notesOf("repaired")).toEqual([]);
      return isOk(file);
    });
    server.settle();
    expect(server.env.notesOf("repaired")).toMatchObject([{ key: older.key, group: -1 }]);
    expect(server.env.diskAfterCrash().get(manifestFile(older.key))).toEqual(older.bytes);
  });

  it("is not needed any more when its checkpoint was retired before it came", () => {
    const server = withoutManifest();
    const fetches = server.env.messages("fetch");
    const floor = newer.key;
    server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    for (const fetch of fetches) server.hearMembers(memberAnswer(older, fetch));
    server.settle();
    expect(server.state.held).toEqual({});
    expect(server.env.notesOf("repaired")).toEqual([]);
  });

  it("is not written by a scrub, which has none: its repair goes on", () => {
    const server = withoutManifest();
    server.env.forget();
    server.fire(SERVER_SCRUB);
    while (server.env.operations.length > 0) {
      expect(server.env.operations.every(({ kind }) => kind === "read")).toBe(true);
      server.step();
    }
    expect(server.env.notesOf("rot-found")).toMatchObject([{ key: older.key, group: -1, member: 0 }]);
    expect(server.state.repairs).toEqual([]);
  });
});
