/** A backup server rebuilds its members from its peers: with the fewest reads, from good bytes only, and again until it can. */
import { describe, expect, it } from "vitest";
import { memberFile, manifestFile } from "../../../src/core/protocol/server-state.ts";
import { SERVER_REPAIR } from "../../../src/core/protocol/server-repair.ts";
import { checkpointOf, clusterOf, keyOf, SILENT_TICKS_MAX, type WholeCheckpoint } from "./cluster-case.ts";
import { answerRepairs, memberAnswer } from "./peers.ts";
import { ServerBench } from "./server-bench.ts";

/** A server that holds the checkpoint, with one member rotten on its disk that a fetch has just found. */
function withRot(text: string, checkpoint: WholeCheckpoint, group = 0): ServerBench {
  const server = ServerBench.init(clusterOf(text));
  server.store(checkpoint);
  const rotten = checkpoint.membersOf(0).find((each) => each.group === group);
  if (rotten === undefined) throw new Error("slot 0 has a member of that group");
  const { key } = checkpoint;
  server.env.files.set(memberFile(key, group, rotten.member), Uint8Array.of(9, 9, 9, 9));
  server.env.forget();
  const { member } = rotten;
  server.hear({ to: "server", type: "fetch", asker: "restorer", ballot: undefined, key, group, member }, 2);
  server.step();
  return server;
}

function asked(server: ServerBench): string[] {
  return server.env.messages("fetch").map(({ group, member }) => `${group}/${member}`);
}

const parity = checkpointOf(clusterOf(), keyOf(2));
const mirror = checkpointOf(clusterOf("mirror:3"), keyOf(2), { byteCount: 8 });

describe("one member is repaired", () => {
  it("by reading k others of its group, and nothing else", () => {
    const server = withRot("parity:2+1", parity);
    expect(asked(server)).toEqual(["0/1", "0/2"]);
    expect(server.env.receivers("fetch")).toEqual([2, 3]);
  });

  it("by reading one copy of a mirror, not all", () => {
    expect(asked(withRot("mirror:3", mirror))).toHaveLength(1);
  });

  it("by reading only what exists of a short last group", () => {
    // 26 bytes are seven subsegments: the fourth group has one of them, and a parity that equals it.
    const short = checkpointOf(clusterOf(), keyOf(2), { byteCount: 26 });
    const server = withRot("parity:2+1", short, 3);
    expect(asked(server)).toHaveLength(1);
    answerRepairs(server, short);
    expect(server.env.notesOf("repaired")).toHaveLength(1);
  });

  it("to exactly its bytes, told when they are flushed", () => {
    const server = withRot("parity:2+1", parity);
    for (const fetch of server.env.messages("fetch")) server.hearMembers(memberAnswer(parity, fetch));
    server.step();
    expect(server.env.notesOf("repaired")).toEqual([]);
    server.step();
    expect(server.env.notesOf("repaired")).toMatchObject([{ key: parity.key, group: 0, member: 0 }]);
    const expected = parity.membersOf(0)[0]?.bytes ?? [];
    const disk = server.env.diskAfterCrash();
    expect([...(disk.get(memberFile(parity.key, 0, 0)) ?? [])]).toEqual([...expected]);
  });

  it("from another copy when the first peer's bytes are damaged or missing", () => {
    for (const bytes of [Uint8Array.of(1, 1, 1, 1), undefined]) {
      const server = withRot("mirror:3", mirror);
      const [first] = server.env.messages("fetch");
      if (first === undefined) throw new Error("a peer is asked");
      server.hearMembers({ ...memberAnswer(mirror, first), bytes });
      expect(asked(server)).toHaveLength(2);
      answerRepairs(server, mirror);
      expect(server.env.notesOf("repaired")).toHaveLength(1);
    }
  });

  it("never from bytes that nobody was asked for", () => {
    const server = withRot("mirror:3", mirror);
    const [first] = server.env.messages("fetch");
    if (first === undefined) throw new Error("a peer is asked");
    const other = first.member === 1 ? 2 : 1;
    server.hearMembers({ ...memberAnswer(mirror, { ...first, member: other }) });
    server.hearMembers({ ...memberAnswer(mirror, first), key: keyOf(1) });
    expect(server.env.operations).toEqual([]);
  });
});

describe("a repair that lacks members", () => {
  it("says so, writes nothing, and tries again at the next tick", () => {
    const server = withRot("parity:2+1", parity);
    for (const fetch of server.env.messages("fetch"))
      server.hearMembers({ ...memberAnswer(parity, fetch), bytes: undefined });
    expect(server.env.notesOf("repair-waiting")).toMatchObject([{ key: parity.key }]);
    expect(server.env.operations).toEqual([]);
    server.env.forget();
    expect(server.env.timers[SERVER_REPAIR]).toBeDefined();
    server.fire(SERVER_REPAIR);
    expect(asked(server)).toEqual(["0/1", "0/2"]);
    answerRepairs(server, parity);
    expect(server.env.notesOf("repaired")).toHaveLength(1);
  });

  it("asks silent peers again, and counts them out after silentTicksMax ticks", () => {
    const server = withRot("mirror:3", mirror);
    for (let tick = 0; tick < SILENT_TICKS_MAX; tick += 1) server.fire(SERVER_REPAIR);
    const [first] = asked(server);
    expect(asked(server)).toEqual(new Array(SILENT_TICKS_MAX + 1).fill(first));
    server.fire(SERVER_REPAIR);
    expect(asked(server).at(-1)).not.toBe(first);
  });

  it("keeps one timer: messages do not put it off", () => {
    const server = withRot("mirror:3", mirror);
    const [fetch] = server.env.messages("fetch");
    if (fetch === undefined) throw new Error("a peer is asked");
    delete server.env.timers[SERVER_REPAIR];
    server.hearMembers({ ...memberAnswer(mirror, fetch), bytes: undefined });
    expect(server.env.timers[SERVER_REPAIR]).toBeUndefined();
  });

  it("falls away with its checkpoint", () => {
    const server = withRot("parity:2+1", parity);
    const floor = keyOf(2, 5);
    server.hear({ to: "server", type: "retire", ballot: floor.ballot, key: floor, floor });
    server.settle();
    for (const fetch of server.env.messages("fetch")) server.hearMembers(memberAnswer(parity, fetch));
    server.settle();
    expect(server.env.notesOf("repaired")).toEqual([]);
    expect([...server.env.files.keys()].filter((file) => file.startsWith("m/"))).toEqual([]);
    server.fire(SERVER_REPAIR);
    expect(server.state.activeRepair).toBeUndefined();
    expect(server.env.timers[SERVER_REPAIR]).toBeUndefined();
  });
});

describe("a manifest that cannot be read", () => {
  function withoutManifest(): ServerBench {
    const server = ServerBench.init(clusterOf());
    server.store(parity);
    const disk = server.env.diskAfterCrash();
    disk.set(manifestFile(parity.key), parity.bytes.subarray(0, 50));
    return ServerBench.restart(clusterOf(), disk);
  }

  it("leaves the key held, reported as damaged, and asked of every peer", () => {
    const server = withoutManifest();
    expect(server.env.messages("fetch").map(({ group, member }) => [group, member])).toEqual([
      [-1, 1],
      [-1, 2],
    ]);
    server.hear({ to: "server", type: "ask", ballot: keyOf(4).ballot, operator: undefined }, 2);
    server.settle();
    expect(server.env.messages("promise")).toMatchObject([{ manifests: [], damaged: [parity.key] }]);
  });

  it("comes back from the first peer that has it, and is kept on disk", () => {
    const server = withoutManifest();
    const fetches = server.env.messages("fetch");
    fetches.forEach((fetch, index) => {
      const answer = memberAnswer(parity, fetch);
      server.hearMembers(index === 0 ? { ...answer, bytes: undefined } : answer);
    });
    server.settle();
    expect(server.env.notesOf("repaired")).toMatchObject([{ key: parity.key, group: -1 }]);
    const again = ServerBench.restart(clusterOf(), server.env.diskAfterCrash());
    expect(again.state.held[parity.text]?.manifest).toBeDefined();
    expect(again.env.notesOf("rot-found")).toEqual([]);
  });

  it("keeps its members on the disk meanwhile, and gives none of them away unchecked", () => {
    const server = withoutManifest();
    const names = parity.membersOf(0).map(({ group, member }) => memberFile(parity.key, group, member));
    server.settle();
    expect(names.every((name) => server.env.files.has(name))).toBe(true);
    const { key } = parity;
    server.hear(
      { to: "server", type: "fetch", asker: "restorer", ballot: undefined, key, group: 0, member: 0 },
      2,
    );
    expect(server.env.messages("members")).toMatchObject([{ bytes: undefined }]);
  });
});
