/** When a joined server counts as complete again: everything that names its slot is rebuilt, refuted, or below the floor (R9). */
import { describe, expect, it } from "vitest";
import type { WelcomeMessage } from "../../../src/core/protocol/messages.ts";
import { SERVER_HELLO } from "../../../src/core/protocol/server-rejoin.ts";
import {
  ballotOf,
  checkpointOf,
  clusterOf,
  keyOf,
  placementOf,
  RETRY_NS,
  type WholeCheckpoint,
} from "./cluster-case.ts";
import { ServerBench } from "./server-bench.ts";
import { answerRepairs, memberAnswer, welcomeOf } from "./peers.ts";

const cluster = clusterOf("parity:2+1", 4);
const checkpoint = checkpointOf(cluster, keyOf(2));
const { bytes } = checkpoint;

/** Joined by three welcomes, with these changes to each. */
function joined(changes: readonly Partial<WelcomeMessage>[]): ServerBench {
  const server = ServerBench.restart(cluster, new Map());
  changes.forEach((change, index) => server.hear(welcomeOf(server, index + 1, change), index + 2));
  server.settle();
  expect(server.state.control.joined).toBe(true);
  return server;
}

/** Told so; and then, and only then, the flushed record says so, too. */
function complete(server: ServerBench): boolean {
  const isTold = server.env.notesOf("complete").length > 0;
  expect(server.recordOn(server.env.diskAfterCrash())?.complete).toBe(isTold);
  return isTold;
}

/** The others hold the checkpoint; slot 3 is not in its placement. */
const HELD = [{ manifests: [bytes] }, { manifests: [bytes] }, {}];

describe("a joined server is complete", () => {
  it("at once when no welcome names its slot, and told only when that is flushed", () => {
    const elsewhere = checkpointOf(cluster, keyOf(2), { placement: placementOf(cluster, [1, 2, 3]) });
    const server = joined([1, 2, 3].map(() => ({ manifests: [elsewhere.bytes] })));
    expect(complete(server)).toBe(true);
    expect(server.state.control.held).toEqual([]);
  });

  it("not before all its members are rebuilt, flushed and named by the record", () => {
    const server = joined(HELD);
    expect(complete(server)).toBe(false);
    answerRepairs(server, checkpoint, (isFlushPending) => {
      if (isFlushPending) expect(server.env.notesOf("complete")).toEqual([]);
    });
    expect(complete(server)).toBe(true);
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    expect(Object.keys(again.state.held)).toEqual([checkpoint.text]);
    for (const { group, member, bytes: expected } of checkpoint.membersOf(0)) {
      expect([...(again.env.files.get(`m/${checkpoint.text}/${group}/${member}`) ?? [])]).toEqual([
        ...expected,
      ]);
    }
  });

  it("when a welcomer of the placement does not hold it: the checkpoint is refuted", () => {
    expect(complete(joined([{ manifests: [bytes] }, {}, {}]))).toBe(true);
  });

  it("not because a welcomer outside the placement does not hold it, or one cannot read its manifest", () => {
    expect(complete(joined(HELD))).toBe(false);
    expect(complete(joined([{ manifests: [bytes] }, { damaged: [checkpoint.key] }, {}]))).toBe(false);
  });

  it("when a later welcome refutes what kept it waiting", () => {
    const server = joined(HELD);
    server.hear(welcomeOf(server, 2), 3);
    server.settle();
    expect(complete(server)).toBe(true);
    expect(server.env.notesOf("joined")).toHaveLength(1);
  });

  it("when a welcomer shows other checkpoints, or cannot show them, and has not this one", () => {
    const other = checkpointOf(cluster, keyOf(2, 2), { placement: placementOf(cluster, [1, 2, 3]) });
    const changes = [{ manifests: [other.bytes] }, { damaged: [other.key], manifests: [] }];
    for (const change of changes) {
      const server = joined([{ manifests: [bytes] }, change, { manifests: [other.bytes] }]);
      expect(server.state.rebuilding).toEqual({});
      expect(complete(server)).toBe(true);
    }
  });

  it("not before its members are rebuilt, each asked for once, however often it is welcomed", () => {
    const server = joined(HELD);
    const [first] = server.env.messages("fetch");
    if (first === undefined) throw new Error("a peer is asked");
    for (const fetch of server.env.messages("fetch")) server.hearMembers(memberAnswer(checkpoint, fetch));
    server.settle();
    HELD.forEach((change, index) => server.hear(welcomeOf(server, index + 1, change), index + 2));
    answerRepairs(server, checkpoint);
    expect(complete(server)).toBe(true);
    const asked = server.env.messages("fetch").map(({ group, member }) => `${group}/${member}`);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("when a welcomer's floor is above it: it adopts that floor and the ballot that set it", () => {
    const floor = keyOf(2, 5);
    const server = joined([...HELD.slice(0, 2), { floor, floorBallot: ballotOf(6) }]);
    expect(complete(server)).toBe(true);
    expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({
      floor,
      floorBallot: ballotOf(6),
      promised: ballotOf(6),
    });
    expect(server.env.messages("fetch")).toEqual([]);
  });

  it.each([0, 1])(
    "with the highest of the floors, whoever tells it first (%i), and no lower promise",
    (first) => {
      const floors = [
        { floor: keyOf(2, 5), floorBallot: ballotOf(6) },
        { floor: keyOf(2, 3), floorBallot: ballotOf(4), promised: ballotOf(7) },
      ];
      const server = joined([floors[first] ?? {}, floors[1 - first] ?? {}, {}]);
      expect(server.recordOn(server.env.diskAfterCrash())).toMatchObject({
        floor: keyOf(2, 5),
        floorBallot: ballotOf(6),
        promised: ballotOf(7),
      });
    },
  );

  it("with one floor that two tell: it drops once what lies below", () => {
    const told = { floor: keyOf(2, 5), floorBallot: ballotOf(6) };
    expect(joined([told, told, {}]).env.notesOf("retired")).toHaveLength(1);
  });

  it("when the writer retires what is being rebuilt", () => {
    const server = joined(HELD);
    const floor = keyOf(2, 5);
    server.hear({ to: "server", type: "retire", ballot: ballotOf(2), key: floor, floor });
    server.settle();
    expect(complete(server)).toBe(true);
    expect(server.state.rebuilding).toEqual({});
  });

  it("not while a welcomer holds a checkpoint that nobody can show the manifest of", () => {
    const server = joined([{ damaged: [keyOf(2, 9)] }, {}, {}]);
    expect(complete(server)).toBe(false);
    const other = checkpointOf(cluster, keyOf(2, 9), { placement: placementOf(cluster, [1, 2, 3]) });
    server.hear(welcomeOf(server, 1, { manifests: [other.bytes] }), 2);
    server.settle();
    expect(complete(server)).toBe(true);
  });

  it.each([
    { what: "above the floor", sequence: 6, isComplete: false },
    { what: "at the floor", sequence: 5, isComplete: false },
    { what: "below the floor", sequence: 4, isComplete: true },
  ])("or not while nobody can show a manifest $what", ({ sequence, isComplete }) => {
    const floor = { floor: keyOf(2, 5), floorBallot: ballotOf(2) };
    const server = joined([{ damaged: [keyOf(2, sequence)] }, floor, {}]);
    expect(complete(server)).toBe(isComplete);
  });

  it("when another welcomer shows the manifest that one cannot show", () => {
    const other = checkpointOf(cluster, keyOf(2, 9), { placement: placementOf(cluster, [1, 2, 3]) });
    expect(complete(joined([{ damaged: [other.key] }, { manifests: [other.bytes] }, {}]))).toBe(true);
  });

  it("once: a word to retire does not make it complete again", () => {
    const server = joined([{}, {}, {}]);
    expect(complete(server)).toBe(true);
    const floor = keyOf(2, 5);
    server.hear({ to: "server", type: "retire", ballot: ballotOf(2), key: floor, floor });
    server.settle();
    expect(server.env.notesOf("complete")).toHaveLength(1);
  });

  it("without rebuilding what names its present life: it refutes that itself", () => {
    const server = ServerBench.restart(cluster, new Map());
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 0 ? { slot: 0, life: server.state.control.life } : placed,
    );
    const own = checkpointOf(cluster, keyOf(3), { placement });
    for (const slot of [1, 2, 3]) server.hear(welcomeOf(server, slot, { manifests: [own.bytes] }), slot + 1);
    server.settle();
    expect(complete(server)).toBe(true);
    expect(server.env.messages("fetch")).toEqual([]);
  });

  it("with the manifest alone of a checkpoint that gave it no members", () => {
    const empty: WholeCheckpoint = checkpointOf(cluster, keyOf(2), { byteCount: 0 });
    const server = joined([{ manifests: [empty.bytes] }, { manifests: [empty.bytes] }, {}]);
    server.settle();
    expect(complete(server)).toBe(true);
    expect(server.recordOn(server.env.diskAfterCrash())?.held).toEqual([empty.text]);
  });
});

describe("a joined server that is not complete", () => {
  it("goes on greeting, less often than a blank one, until it is", () => {
    const server = joined(HELD);
    const before = server.env.receivers("hello").length;
    server.fire(SERVER_HELLO);
    expect(server.env.receivers("hello").slice(before)).toEqual([2, 3, 4]);
    expect(server.env.timers[SERVER_HELLO]).toBe(4 * RETRY_NS);
    answerRepairs(server, checkpoint);
    expect(server.env.timers[SERVER_HELLO]).toBeUndefined();
  });

  it("starts over after a crash: it is joined, not complete, and greets", () => {
    const server = joined(HELD);
    const again = ServerBench.restart(cluster, server.env.diskAfterCrash());
    expect(again.state.control).toMatchObject({ joined: true, complete: false });
    expect(again.env.messages("hello")).toHaveLength(3);
    for (const [index, change] of HELD.entries()) again.hear(welcomeOf(again, index + 1, change), index + 2);
    answerRepairs(again, checkpoint);
    expect(complete(again)).toBe(true);
  });

  it("stores new checkpoints like any other", () => {
    const server = joined(HELD);
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 0 ? { slot: 0, life: server.state.control.life } : placed,
    );
    server.store(checkpointOf(cluster, keyOf(3), { placement }));
    expect(server.env.messages("stored")).toHaveLength(1);
  });
});
