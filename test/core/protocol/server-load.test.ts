/** A backup server comes up on the disk that it finds: what it believes, what it removes, and when the disk counts as lost. */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import { manifestFile, memberFile } from "../../../src/core/protocol/server-state.ts";
import { SERVER_WATCH } from "../../../src/core/protocol/server-promise.ts";
import { ballotOf, checkpointOf, clusterOf, FIRST_LIFE, keyOf } from "./cluster-case.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf();
const held = checkpointOf(cluster, keyOf(2, 1));
const unfinished = checkpointOf(cluster, keyOf(2, 2));

/** A disk with one held checkpoint and an unfinished store of another. */
function diskOf(): Map<string, Uint8Array> {
  const server = ServerBench.init(cluster);
  server.store(held);
  server.supplyPieces(unfinished);
  server.settle();
  server.supplyManifest(unfinished);
  server.flush(); // manifest and members are flushed; the record does not name them
  return server.env.diskAfterCrash();
}

function flipped(bytes: Uint8Array | undefined, offset: number): Uint8Array {
  const copy = Uint8Array.from(bytes ?? []);
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return copy;
}

/** The copy that the newest whole record is in. */
function newestCopy(disk: ReadonlyMap<string, Uint8Array>): "c/0" | "c/1" {
  const again = ServerBench.restart(cluster, disk, 0, false);
  for (let step = 0; step < 3; step += 1) again.step();
  return again.state.controlWholeCopy === 0 ? "c/0" : "c/1";
}

describe("a restart on its own disk", () => {
  it("knows what it promised, held and which life it has, and watches for beats", () => {
    const again = ServerBench.restart(cluster, diskOf());
    expect(again.state.phase).toBe("working");
    expect(again.state.control).toMatchObject({
      life: FIRST_LIFE,
      promised: ballotOf(2),
      joined: true,
      complete: true,
    });
    expect(Object.keys(again.state.held)).toEqual([held.text]);
    expect(again.env.timers[SERVER_WATCH]).toBeDefined();
    expect(again.env.notesOf("started")).toMatchObject([{ slot: 0, life: FIRST_LIFE, joined: true }]);
    expect(again.env.sent).toEqual([]);
  });

  it("removes files that the record does not name, and keeps those that it does", () => {
    const disk = diskOf();
    disk.set("foreign", Uint8Array.of(1));
    disk.set(memberFile(held.key, 9, 9), Uint8Array.of(1));
    expect(disk.has(manifestFile(unfinished.key))).toBe(true);
    const again = ServerBench.restart(cluster, disk);
    again.env.storage.flush("after");
    again.settle();
    const expected = [
      manifestFile(held.key),
      ...held.membersOf(0).map(({ group, member }) => memberFile(held.key, group, member)),
    ];
    const left = [...again.env.diskAfterCrash().keys()];
    expect(left.sort()).toEqual(["c/0", "c/1", ...expected].sort());
  });

  it("keeps the members of a checkpoint whose manifest is rotten, and repairs that", () => {
    const disk = diskOf();
    disk.set(manifestFile(held.key), flipped(disk.get(manifestFile(held.key)), 30));
    const again = ServerBench.restart(cluster, disk);
    again.env.storage.flush("after");
    again.settle();
    for (const { group, member } of held.membersOf(0))
      expect(again.env.files.has(memberFile(held.key, group, member))).toBe(true);
    expect(again.env.notesOf("rot-found")).toMatchObject([{ key: held.key, group: -1 }]);
    expect(again.env.messages("fetch").every(({ group }) => group === -1)).toBe(true);
    expect(again.state.control.held).toEqual([held.text]);
    expect([...again.env.files.keys()].filter((file) => file.includes(unfinished.text))).toEqual([]);
  });

  it("takes a manifest that is gone for a rotten one", () => {
    const disk = diskOf();
    disk.delete(manifestFile(held.key));
    const again = ServerBench.restart(cluster, disk);
    expect(again.state.phase).toBe("working");
    expect(again.env.notesOf("rot-found")).toMatchObject([{ key: held.key, group: -1 }]);
  });

  it("begins when all manifests are read, and once", () => {
    const server = ServerBench.init(cluster);
    server.store(held);
    server.store(unfinished);
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    expect(again.env.notesOf("started")).toHaveLength(1);
    expect([held, unfinished].every(({ text }) => again.state.held[text]?.manifest !== undefined)).toBe(true);
  });

  it("does not take a manifest of another checkpoint for its own", () => {
    const disk = diskOf();
    disk.set(manifestFile(held.key), unfinished.bytes);
    const again = ServerBench.restart(cluster, disk);
    expect(again.state.held[held.text]?.manifest).toBeUndefined();
    expect(again.env.notesOf("rot-found")).toHaveLength(1);
  });

  it("takes the older record when a crash cut the newer one short, or tore it to nothing", () => {
    for (const length of [0, 10, 60]) {
      const server = ServerBench.init(cluster);
      server.store(held);
      const disk = server.env.diskAfterCrash();
      const other = newestCopy(disk) === "c/0" ? "c/1" : "c/0";
      disk.set(other, (disk.get("c/0") ?? new Uint8Array(0)).subarray(0, length));
      const again = ServerBench.restart(cluster, disk);
      expect(again.state.control).toMatchObject({ life: FIRST_LIFE, held: [held.text] });
    }
  });

  it("answers nothing before the disk is read", () => {
    const again = ServerBench.restart(cluster, diskOf(), 0, false);
    again.hear({ to: "server", type: "beat", ballot: ballotOf(2), restoring: false, hears: true });
    for (const operator of [undefined, { lostSlots: [] }])
      again.hear({ to: "server", type: "ask", ballot: ballotOf(9), operator }, 2);
    again.hear(
      { to: "server", type: "fetch", asker: "repair", ballot: undefined, key: held.key, group: 0, member: 0 },
      2,
    );
    expect(again.env.sent).toEqual([]);
    expect(again.env.operations.map(({ kind }) => kind)).toEqual(["list"]);
    expect(again.state.control.promised).toEqual(BALLOT_ZERO);
  });

  it("does not watch for beats while it is not joined", () => {
    const blank = ServerBench.restart(cluster, new Map());
    const again = ServerBench.restart(cluster, blank.env.diskAfterCrash());
    expect(again.state.phase).toBe("greeting");
    expect(again.env.timers[SERVER_WATCH]).toBeUndefined();
  });
});

describe("a disk that counts as lost", () => {
  it.each(["c/0", "c/1"] as const)(
    "has a rotten record in %s, the newest or not: it may have been the newest",
    (file) => {
      const disk = diskOf();
      expect(disk.has(file)).toBe(true);
      disk.set(file, flipped(disk.get(file), 40));
      const again = ServerBench.restart(cluster, disk);
      expect(again.state.phase).toBe("greeting");
      expect(again.state.control).toMatchObject({ joined: false, complete: false, held: [] });
      expect(again.state.control.life.number).toBeGreaterThan(FIRST_LIFE.number);
    },
  );

  it("has no record at all, and loses every file but the new record", () => {
    const disk = diskOf();
    disk.delete("c/0");
    disk.delete("c/1");
    const again = ServerBench.restart(cluster, disk);
    expect(again.state.phase).toBe("greeting");
    expect([...again.env.diskAfterCrash().keys()].every((file) => file.startsWith("c/"))).toBe(true);
  });

  it("lists a copy that it cannot read", () => {
    const disk = diskOf();
    const again = ServerBench.restart(cluster, disk, 0, false);
    again.step();
    again.step(false); // the read of c/0 gives nothing
    again.settle();
    expect(again.state.phase).toBe("greeting");
  });
});
