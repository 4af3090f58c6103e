/** A restorer fetches the fewest members that decode, within its window, and never takes bytes that do not match. */
import { describe, expect, it } from "vitest";
import {
  blockersOf,
  createFetching,
  fetchTick,
  takeMember,
} from "../../../src/core/protocol/restorer-fetch.ts";
import type { Fetching, MemberState } from "../../../src/core/protocol/restorer-state.ts";
import {
  checkpointOf,
  clusterOf,
  keyOf,
  lifeOf,
  SILENT_TICKS_MAX,
  type WholeCheckpoint,
} from "./cluster-case.ts";
import { memberAnswer } from "./peers.ts";
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

describe("redundancy on the restorer's own host", () => {
  it("is read in place of one data member that lies elsewhere, and no other redundancy is", () => {
    expect(asked(fetching()).sort()).toEqual(["0/0", "0/1", "1/0", "1/2"]);
    const twice = clusterOf("rs:2+2", 4, { windowGroups: 4 });
    const checkpointTwice = checkpointOf(twice, keyOf(1), { byteCount: 24 });
    const restorer = fetching([0, 1, 2], checkpointTwice, twice);
    // Groups 1 and 2 have redundancy on this host.
    expect(asked(restorer).sort()).toEqual(["0/0", "0/1", "1/0", "1/3", "2/0", "2/2"]);
  });
});

describe("the work of a fetch", () => {
  it.each([false, true])(
    "is a digest for each member that comes, and a decode where one is missing (%s)",
    (isGone) => {
      const one = checkpointOf(cluster, keyOf(1), { byteCount: 8 });
      const restorer = fetching([0, 1, 2], one);
      const [first] = restorer.env.messages("fetch");
      if (first === undefined) throw new Error("a member is asked for");
      if (isGone) restorer.member(one, first, { bytes: undefined });
      for (const fetch of restorer.env.messages("fetch").slice(isGone ? 1 : 0)) restorer.member(one, fetch);
      const digest = { work: "digest", bytes: 4 };
      const decode = { work: "decode", bytes: 8 };
      expect(restorer.state.restored?.key).toEqual(one.key);
      expect(restorer.env.charges).toEqual(isGone ? [digest, digest, decode] : [digest, digest]);
    },
  );
});

describe("a tick of a fetch", () => {
  const STATES = ["asked", "good", "gone", "silent", "open"] as const;

  function ticked(changes: Partial<Fetching>): Fetching {
    const open = [{ group: 0, states: [...STATES], members: [] }];
    const state = { ...createFetching(checkpoint.manifest), open, ...changes };
    fetchTick(state, SILENT_TICKS_MAX);
    return state;
  }

  it.each([
    { what: "is asked again", changes: {}, asked: "open", gone: "gone", silent: "silent" },
    {
      what: "and who was silent too, when nothing goes on",
      changes: { isBlocked: true },
      asked: "open",
      gone: "gone",
      silent: "open",
    },
    {
      what: "and what was gone, when waiting was told",
      changes: { isToldWaiting: true },
      asked: "open",
      gone: "open",
      silent: "silent",
    },
    {
      what: "or passed over after silentTicksMax",
      changes: { silentTicks: SILENT_TICKS_MAX - 1 },
      asked: "silent",
      gone: "gone",
      silent: "silent",
    },
  ])("what was asked for $what", ({ changes, asked: askedFor, gone, silent }) => {
    const after = ticked(changes);
    expect(after.open[0]?.states).toEqual([askedFor, "good", gone, silent, "open"]);
    expect(after).toMatchObject({ isBlocked: false, isToldWaiting: false });
    expect(after.silentTicks).toBe("silentTicks" in changes ? 0 : 1);
  });
});

describe("a member that nobody waits for", () => {
  it("changes nothing: of a group that is not open, of no place in it, or one that is there", () => {
    const restorer = fetching();
    const state = restorer.state.fetching;
    const [first] = restorer.env.messages("fetch");
    if (first === undefined || state === undefined) throw new Error("a member is asked for");
    const message = { ...memberAnswer(checkpoint, first), to: "restorer" } as const;
    const take = (changes: { readonly group?: number; readonly member?: number }): boolean =>
      takeMember(cluster, restorer.env, state, { ...message, ...changes });
    expect([take({ group: 4 }), take({ member: 9 }), take({}), take({})]).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});

describe("who blocks a fetch", () => {
  it("is told by slots, ascending: who lost members of the blocked groups, and who may yet answer", () => {
    const restorer = fetching([0, 1, 2], checkpoint, clusterOf("parity:2+1", 4));
    const state = restorer.state.fetching;
    const [first, second] = state?.open ?? [];
    if (state === undefined || first === undefined || second === undefined)
      throw new Error("two groups are open");
    const blockers = (states: readonly MemberState[]): unknown => {
      first.states.fill("gone"); // not blocked, and so not asked about
      states.forEach((each, member) => (second.states[member] = each));
      const { lostSlots, awaitedSlots } = blockersOf(restorer.state, state, [1]);
      return [lostSlots, awaitedSlots];
    };
    // Members 0, 1 and 2 of group 1 lie in the slots 1, 2 and 0.
    expect(blockers(["gone", "gone", "gone"])).toEqual([[0, 1, 2], []]);
    expect(blockers(["silent", "silent", "silent"])).toEqual([[], [0, 1, 2]]);
    expect(blockers(["good", "gone", "silent"])).toEqual([[2], [0]]);
    expect(blockers(["good", "open", "asked"])).toEqual([[], []]);
    // Blank since: what it held is gone.
    restorer.state.lives = restorer.state.lives.map((life, slot) => (slot === 1 ? lifeOf(2) : life));
    restorer.state.answers[1] = { slot: 1, life: lifeOf(2), complete: false, held: [], damaged: [] };
    restorer.state.answers[2] = undefined;
    expect(blockers(["open", "open", "good"])).toEqual([[1], [2]]);
  });
});
