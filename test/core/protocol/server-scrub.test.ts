/** A backup server gives checked bytes only, and finds rot by reading what it holds. */
import { describe, expect, it } from "vitest";
import type { Ballot } from "../../../src/core/checkpoint/key.ts";
import { manifestFile, memberFile } from "../../../src/core/protocol/server-state.ts";
import { SERVER_SCRUB } from "../../../src/core/protocol/server-scrub.ts";
import { decodeControl } from "../../../src/core/protocol/server-control.ts";
import { ballotOf, checkpointOf, clusterOf, digests, keyOf } from "./cluster-case.ts";
import { answerRepairs } from "./peers.ts";
import { ServerBench } from "./server-bench.ts";

const plain = clusterOf();
const cluster = { ...plain, times: { ...plain.times, scrubNs: 9000 } };
const checkpoint = checkpointOf(cluster, keyOf(2));
const { key } = checkpoint;
const ROTTEN = Uint8Array.of(9, 9, 9, 9);

function holding(): ServerBench {
  const server = ServerBench.init(cluster);
  server.store(checkpoint);
  server.env.forget();
  return server;
}

function fetch(
  server: ServerBench,
  group: number,
  member: number,
  ballot: Ballot | undefined = undefined,
): void {
  server.hear({ to: "server", type: "fetch", asker: "restorer", ballot, key, group, member }, 3);
  server.settle();
}

describe("a fetch", () => {
  it("gives the member's true bytes, and the manifest for group -1", () => {
    const server = holding();
    for (const { group, member } of checkpoint.membersOf(0)) fetch(server, group, member);
    expect(server.env.messages("members").map(({ bytes }) => [...(bytes ?? [])])).toEqual(
      checkpoint.membersOf(0).map(({ bytes }) => [...bytes]),
    );
    server.env.forget();
    fetch(server, -1, 0);
    expect(server.env.messages("members")).toMatchObject([
      { slot: 0, key, group: -1, bytes: checkpoint.bytes },
    ]);
    expect(server.env.receivers("members")).toEqual([3]);
  });

  it("is read and answered once, however often the same one asks meanwhile", () => {
    const server = holding();
    const question = { to: "server", type: "fetch", asker: "repair", ballot: undefined, key } as const;
    for (let repeat = 0; repeat < 5; repeat += 1) server.hear({ ...question, group: 0, member: 0 }, 2);
    server.hear({ ...question, asker: "restorer", group: 0, member: 0 }, 2);
    expect(server.env.operations.filter(({ kind }) => kind === "read")).toHaveLength(2);
    server.settle();
    server.hear({ ...question, group: 0, member: 0 }, 2);
    server.settle();
    expect(server.env.messages("members").map(({ to }) => to)).toEqual(["repair", "restorer", "repair"]);
  });

  it("is one of its host, asker, checkpoint, group and member: each other one is read for itself", () => {
    const other = checkpointOf(cluster, keyOf(2, 2), { byteCount: 32 });
    const server = holding();
    server.store(other);
    const question = { to: "server", type: "fetch", ballot: undefined } as const;
    const first = { ...question, asker: "repair", key: other.key, group: 0, member: 0 } as const;
    server.hear(first, 2);
    server.hear(first, 3);
    for (const change of [{ key }, { group: 3 }, { member: 1 }, { asker: "restorer" }] as const)
      server.hear({ ...first, ...change }, 2);
    expect(server.env.operations).toHaveLength(6);
    server.hear(first, 2);
    expect(server.env.operations).toHaveLength(6);
  });

  it("of a manifest that this server does not hold gives none", () => {
    const server = holding();
    const question = { asker: "repair", ballot: undefined, key: keyOf(1), group: -1, member: 0 } as const;
    server.hear({ to: "server", type: "fetch", ...question }, 2);
    expect(server.env.messages("members")).toMatchObject([{ key: keyOf(1), bytes: undefined }]);
  });

  it("of what is retired while it is read gives no bytes", () => {
    const server = holding();
    const question = { asker: "repair", ballot: undefined, key, group: 0, member: 0 } as const;
    server.hear({ to: "server", type: "fetch", ...question }, 2);
    const floor = keyOf(2, 9);
    server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    server.settle();
    expect(server.env.messages("members")).toMatchObject([{ bytes: undefined }]);
    expect(server.env.notesOf("rot-found")).toEqual([]);
  });

  it("of a rotten member gives no bytes, notes the rot, and repairs it", () => {
    const server = holding();
    server.env.files.set(memberFile(key, 0, 0), ROTTEN);
    fetch(server, 0, 0);
    expect(server.env.messages("members")).toMatchObject([{ group: 0, member: 0, bytes: undefined }]);
    expect(server.env.notesOf("rot-found")).toMatchObject([{ key, group: 0, member: 0 }]);
    answerRepairs(server, checkpoint);
    server.env.forget();
    fetch(server, 0, 0);
    expect(server.env.messages("members")).toMatchObject([{ bytes: checkpoint.membersOf(0)[0]?.bytes }]);
  });

  it("of what this server does not hold gives no bytes and starts no repair", () => {
    const server = holding();
    fetch(server, 0, 1); // another slot's member
    server.hear(
      { to: "server", type: "fetch", asker: "repair", ballot: undefined, key: keyOf(1), group: 0, member: 0 },
      2,
    );
    expect(server.env.messages("members").map(({ bytes }) => bytes)).toEqual([undefined, undefined]);
    expect(server.env.messages("fetch")).toEqual([]);
    expect(server.env.notesOf("rot-found")).toEqual([]);
  });

  it("of a restore below the promise is refused, not denied: what was retired since is no loss (R11)", () => {
    const server = holding();
    server.hear({ to: "server", type: "ask", ballot: ballotOf(4), operator: undefined }, 2);
    server.settle();
    server.env.forget();
    fetch(server, 0, 0, ballotOf(3));
    expect(server.env.messages("members")).toEqual([]);
    expect(server.env.messages("ask-refused")).toMatchObject([
      { to: "restorer", ballot: ballotOf(3), refusal: { promised: ballotOf(4) } },
    ]);
    fetch(server, 0, 0, ballotOf(4));
    expect(server.env.messages("members")).toHaveLength(1);
  });
});

describe("a scrub", () => {
  function pass(server: ServerBench): void {
    server.fire(SERVER_SCRUB);
    server.settle();
  }

  it("reads every member once, one at a time, and sets the next pass", () => {
    const server = holding();
    expect(server.env.timers[SERVER_SCRUB]).toBe(9000);
    server.fire(SERVER_SCRUB);
    const members = (): number =>
      server.env.operations.filter((each) => each.kind === "read" && each.file.startsWith("m/")).length;
    for (let more = true; more; more = server.step()) expect(members()).toBeLessThanOrEqual(1);
    expect(server.env.notesOf("scrubbed")).toEqual([
      { kind: "scrubbed", slot: 0, memberCount: checkpoint.membersOf(0).length },
    ]);
    expect(server.env.notesOf("rot-found")).toEqual([]);
    expect(server.env.timers[SERVER_SCRUB]).toBe(9000);
  });

  it("finds every rotten and every missing member", () => {
    const server = holding();
    const [first, second] = checkpoint.membersOf(0);
    server.env.files.set(memberFile(key, first?.group ?? -1, first?.member ?? -1), ROTTEN);
    server.env.files.delete(memberFile(key, second?.group ?? -1, second?.member ?? -1));
    pass(server);
    expect(server.env.notesOf("rot-found").map(({ group, member }) => ({ group, member }))).toEqual(
      [first, second].map((place) => ({ group: place?.group, member: place?.member })),
    );
    answerRepairs(server, checkpoint);
    server.env.forget();
    pass(server);
    expect(server.env.notesOf("rot-found")).toEqual([]);
  });

  it.each([
    { what: "rotten", spoiled: ROTTEN },
    { what: "gone", spoiled: undefined },
    { what: "another checkpoint's", spoiled: checkpointOf(cluster, keyOf(2, 2)).bytes },
  ])("writes a manifest that is $what anew from memory, asks nobody, and waits for nobody", ({ spoiled }) => {
    const server = holding();
    const [first] = checkpoint.membersOf(0);
    server.env.spoil(memberFile(key, first?.group ?? -1, first?.member ?? -1), ROTTEN);
    fetch(server, first?.group ?? -1, first?.member ?? -1); // a repair that nobody answers
    server.env.spoil(manifestFile(key), spoiled);
    server.env.forget();
    pass(server);
    expect(server.env.messages("fetch")).toEqual([]);
    expect(server.env.notesOf("rot-found")).toContainEqual({
      kind: "rot-found",
      slot: 0,
      key,
      group: -1,
      member: 0,
    });
    expect(server.env.notesOf("repaired")).toMatchObject([{ group: -1 }]);
    expect([...(server.env.diskAfterCrash().get(manifestFile(key)) ?? [])]).toEqual([...checkpoint.bytes]);
  });

  it("leaves the manifest of what is retired meanwhile alone", () => {
    const server = holding();
    server.fire(SERVER_SCRUB);
    const floor = keyOf(2, 9);
    server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    server.settle();
    expect(server.env.notesOf("rot-found")).toEqual([]);
    expect(server.env.files.has(manifestFile(key))).toBe(false);
  });

  it.each([0, 1])("writes a rotten copy %i of the record anew, so that a restart trusts the disk", (copy) => {
    for (const isGone of [false, true]) {
      const server = holding();
      const rotten = Uint8Array.from(server.env.files.get(`c/${copy}`) ?? []);
      rotten[40] = (rotten[40] ?? 0) ^ 4;
      const isWhole = server.state.controlWholeCopy === copy;
      if (isGone && !isWhole) continue;
      server.env.spoil(`c/${copy}`, isGone ? undefined : rotten);
      server.fire(SERVER_SCRUB);
      while (server.step()) {
        const isOnItsWay = server.env.operations.some(({ kind }) => kind === "write");
        if (isOnItsWay) expect(server.env.notesOf("scrubbed")).toEqual([]);
      }
      expect(server.env.notesOf("scrubbed")).toHaveLength(1);
      const disk = server.env.diskAfterCrash();
      for (const each of ["c/0", "c/1"])
        expect(decodeControl(disk.get(each), true, digests).kind).toBe("whole");
      const again = ServerBench.restart(cluster, disk);
      expect(again.state.control).toEqual(server.state.control);
      expect(again.state.control.held).toEqual([checkpoint.text]);
    }
  });

  it("does not miss the copy that was never written", () => {
    const server = ServerBench.init(cluster);
    server.fire(SERVER_SCRUB);
    do expect(server.env.operations.every(({ kind }) => kind === "read")).toBe(true);
    while (server.step());
    expect(server.env.notesOf("scrubbed")).toHaveLength(1);
  });

  it("looks again at a copy of the record that is written just now, and writes no other one for it", () => {
    const server = holding();
    const { controlNumber, controlWholeCopy } = server.state;
    const other = `c/${1 - controlWholeCopy}`;
    server.env.spoil(other, ROTTEN.subarray(0, 1));
    server.fire(SERVER_SCRUB);
    server.hear({ to: "server", type: "ask", ballot: ballotOf(5), operator: undefined }, 2);
    server.settle();
    expect(server.state.controlNumber).toBe(controlNumber + 1);
    expect(server.env.notesOf("scrubbed")).toHaveLength(1);
  });

  it("waits while the server is not joined", () => {
    const blank = ServerBench.restart(cluster, new Map());
    blank.env.forget();
    blank.fire(SERVER_SCRUB);
    expect(blank.env.operations).toEqual([]);
    expect(blank.env.timers[SERVER_SCRUB]).toBe(9000);
  });

  it("writes nothing when all is well", () => {
    const server = holding();
    server.fire(SERVER_SCRUB);
    do expect(server.env.operations.every(({ kind }) => kind === "read")).toBe(true);
    while (server.step());
  });
});
