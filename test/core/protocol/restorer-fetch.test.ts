/** A restorer fetches the fewest members that decode, within its window, and never takes bytes that do not match. */
import { describe, expect, it } from "vitest";
import { checkpointOf, clusterOf, keyOf, SILENT_TICKS_MAX, type WholeCheckpoint } from "./cluster-case.ts";
import { RestorerBench } from "./restorer-bench.ts";

const cluster = clusterOf("parity:2+1", 3);
const checkpoint = checkpointOf(cluster, keyOf(1), { byteCount: 40 });
const GROUP_COUNT = 5;

function fetching(slots = [0, 1, 2], of: WholeCheckpoint = checkpoint, among = cluster): RestorerBench {
  const restorer = new RestorerBench(among);
  for (const slot of slots) restorer.promise(slot, [of]);
  return restorer;
}

function asked(restorer: RestorerBench): string[] {
  return restorer.env.messages("fetch").map(({ group, member }) => `${group}/${member}`);
}

describe("a fetch", () => {
  it("asks k members a group while all can be had: one that lies on its own host, and no redundancy from elsewhere", () => {
    const restorer = fetching([0, 1, 2], checkpoint, clusterOf("parity:2+1", 4));
    restorer.answerFetches(checkpoint);
    expect(asked(restorer)).toHaveLength(2 * GROUP_COUNT);
    restorer.env.messages("fetch").forEach(({ member }, index) => {
      if (member === 2) expect(restorer.env.receivers("fetch")[index]).toBe(restorer.env.self);
    });
    expect(restorer.env.receivers("fetch").filter((host) => host === restorer.env.self)).toHaveLength(
      GROUP_COUNT,
    );
    expect(restorer.state.restored?.segments.flatMap(({ bytes }) => [...bytes])).toEqual([
      ...checkpoint.image,
    ]);
  });

  it("asks k members of a group when one slot is unheard, never one of that slot", () => {
    const restorer = fetching([0, 2]);
    restorer.answerFetches(checkpoint);
    expect(restorer.fetchedSlots()).toEqual([0, 2]);
    expect(asked(restorer)).toHaveLength(2 * GROUP_COUNT);
    expect(restorer.state.restored?.segments.flatMap(({ bytes }) => [...bytes])).toEqual([
      ...checkpoint.image,
    ]);
  });

  it("asks one copy of a mirror", () => {
    const mirrors = clusterOf("mirror:3", 3);
    const copies = checkpointOf(mirrors, keyOf(1), { byteCount: 16 });
    const restorer = fetching([0, 1, 2], copies, mirrors);
    restorer.answerFetches(copies);
    expect(asked(restorer)).toHaveLength(4);
  });

  it("has no more than windowGroups groups open, and hands them over in order", () => {
    const restorer = fetching();
    expect([...new Set(restorer.env.messages("fetch").map(({ group }) => group))]).toEqual([0, 1]);
    for (const fetch of restorer.env.messages("fetch"))
      if (fetch.group === 1) restorer.member(checkpoint, fetch);
    expect(restorer.env.messages("fetch").some(({ group }) => group > 1)).toBe(false);
    for (const fetch of restorer.env.messages("fetch"))
      if (fetch.group === 0) restorer.member(checkpoint, fetch);
    expect([...new Set(restorer.env.messages("fetch").map(({ group }) => group))]).toEqual([0, 1, 2, 3]);
  });

  it("carries the restore's ballot", () => {
    const restorer = fetching();
    expect(restorer.env.messages("fetch").every(({ ballot }) => ballot === restorer.state.ballot)).toBe(true);
  });
});

describe("a member", () => {
  it("that its server does not have is replaced by redundancy", () => {
    const restorer = fetching();
    const [first] = restorer.env.messages("fetch");
    if (first === undefined) throw new Error("a member is asked for");
    restorer.member(checkpoint, first, { bytes: undefined });
    expect(asked(restorer)).toContain("0/2");
    for (const fetch of restorer.env.messages("fetch").slice(1)) restorer.member(checkpoint, fetch);
    restorer.answerFetches(checkpoint);
    expect(restorer.state.restored?.segments.flatMap(({ bytes }) => [...bytes])).toEqual([
      ...checkpoint.image,
    ]);
  });

  it("that was damaged on the way is asked for again, not given up", () => {
    const restorer = fetching();
    const [first] = restorer.env.messages("fetch");
    if (first === undefined) throw new Error("a member is asked for");
    restorer.member(checkpoint, first, { bytes: Uint8Array.of(5, 5, 5, 5) });
    expect(asked(restorer).filter((place) => place === "0/0")).toHaveLength(2);
    expect(asked(restorer)).not.toContain("0/2");
  });

  it("that comes twice counts once, and one of another checkpoint not at all", () => {
    const restorer = fetching();
    const [first] = restorer.env.messages("fetch");
    if (first === undefined) throw new Error("a member is asked for");
    restorer.member(checkpointOf(cluster, keyOf(1, 1, 2), { byteCount: 40 }), first);
    expect(restorer.state.fetching?.open[0]?.states[0]).toBe("asked");
    restorer.member(checkpoint, first);
    restorer.member(checkpoint, first, { bytes: undefined });
    expect(restorer.state.fetching?.open[0]?.states[0]).toBe("good");
  });

  it("that is not answered is asked for at every tick, and passed over for redundancy after silentTicksMax", () => {
    const restorer = fetching();
    for (const fetch of restorer.env.messages("fetch"))
      if (fetch.group !== 0 || fetch.member !== 0) restorer.member(checkpoint, fetch);
    restorer.env.sent = [];
    restorer.tick();
    expect(asked(restorer)).toEqual(["0/0"]);
    restorer.tick(SILENT_TICKS_MAX - 1);
    expect(asked(restorer)).toContain("0/2");
  });

  it("of a server that was passed over is asked for in no later group, until nothing goes on without that server", () => {
    const restorer = fetching();
    const [first] = restorer.env.receivers("fetch").filter((host) => host !== restorer.env.self);
    const silent = cluster.slotHosts.indexOf(first ?? -1);
    restorer.answerFetches(checkpoint, [silent]);
    restorer.tick(SILENT_TICKS_MAX);
    expect(restorer.state.fetching?.silentSlots).toEqual([silent]);
    restorer.env.sent = [];
    restorer.tick();
    // The other two have every group between them.
    restorer.answerFetches(checkpoint);
    expect(restorer.fetchedSlots()).not.toContain(silent);
    expect(restorer.state.restored?.segments.flatMap(({ bytes }) => [...bytes])).toEqual([
      ...checkpoint.image,
    ]);
  });

  it("of a server that was passed over is asked for again when another one falls silent too", () => {
    const restorer = fetching();
    const remote = cluster.slotHosts.flatMap((host, slot) => (host === restorer.env.self ? [] : [slot]));
    // Both are silent: nothing can go on.
    restorer.answerFetches(checkpoint, remote);
    restorer.tick(2 * SILENT_TICKS_MAX);
    restorer.env.sent = [];
    restorer.tick(SILENT_TICKS_MAX);
    expect(restorer.fetchedSlots()).toEqual(expect.arrayContaining(remote));
    restorer.answerFetches(checkpoint);
    expect(restorer.state.restored).toBeDefined();
  });
});
