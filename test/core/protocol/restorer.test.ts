/** A restore: its ballot, its quorum (R1, R3, R4), what it picks and how it ends. */
import { describe, expect, it } from "vitest";
import { compareBallots } from "../../../src/core/checkpoint/key.ts";
import { RESTORER_BEAT, RESTORER_TICK } from "../../../src/core/protocol/restorer.ts";
import {
  ballotOf,
  checkpointOf,
  clusterOf,
  FIRST_LIFE,
  HEARTBEAT_NS,
  keyOf,
  lifeOf,
  RETRY_NS,
} from "./cluster-case.ts";
import { RestorerBench } from "./restorer-bench.ts";

/** f = 1, q = 3, and three complete ones. */
const cluster = clusterOf("parity:2+1", 4);
const checkpoint = checkpointOf(cluster, keyOf(1, 1));
const newer = checkpointOf(cluster, keyOf(1, 2));

describe("a restore begins", () => {
  it("with a fresh ballot above every known one, asks every server, and beats", () => {
    const restorer = new RestorerBench(cluster);
    const { ballot } = restorer.state;
    expect(ballot).toMatchObject({ epoch: 0, number: 1, restorer: 1 });
    expect(restorer.env.receivers("ask")).toEqual([1, 2, 3, 4]);
    expect(restorer.env.messages("beat")[0]).toMatchObject({ ballot, restoring: true, hears: true });
    expect(restorer.env.timers).toEqual({ [RESTORER_TICK]: RETRY_NS, [RESTORER_BEAT]: HEARTBEAT_NS });
    expect(restorer.env.notesOf("restore-started")).toEqual([
      { kind: "restore-started", ballot, operator: false },
    ]);
  });

  it("with a ballot that two of its starts never share, whatever they knew (R1)", () => {
    const restorer = new RestorerBench(cluster);
    const first = restorer.state.ballot;
    restorer.refuse(1, ballotOf(8, 3));
    restorer.command(ballotOf(2));
    const second = restorer.state.ballot;
    expect(compareBallots(second, ballotOf(8, 3))).toBeGreaterThan(0);
    expect(second.nonce).not.toBe(first.nonce);
  });

  it("once: a further command while it works changes nothing", () => {
    const restorer = new RestorerBench(cluster);
    const { ballot } = restorer.state;
    restorer.command(ballotOf(5));
    expect(restorer.state.ballot).toBe(ballot);
    expect(restorer.env.notesOf("restore-started")).toHaveLength(1);
  });
});

describe("the quorum (R3)", () => {
  const held = [checkpoint];

  it("needs q slots: two promises of four are too few, three are enough", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, held);
    restorer.promise(1, held);
    expect(restorer.env.notesOf("promises-held")).toEqual([]);
    expect(restorer.env.messages("fetch")).toEqual([]);
    restorer.promise(2, held);
    expect(restorer.env.notesOf("promises-held")).toMatchObject([{ slots: [0, 1, 2] }]);
    expect(restorer.env.messages("fetch").length).toBeGreaterThan(0);
  });

  it("counts slots: a slot that answers often counts once", () => {
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 1, 1, 0]) restorer.promise(slot, held);
    expect(restorer.env.messages("fetch")).toEqual([]);
  });

  it("needs N - f complete ones: an incomplete one counts as a promise only", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, held);
    restorer.promise(1, held);
    restorer.promise(2, [], { life: lifeOf(2), complete: false });
    expect(restorer.env.notesOf("promises-held")).toEqual([]);
    restorer.promise(3, []);
    expect(restorer.env.notesOf("promises-held")).toHaveLength(1);
  });

  it("of two mirrored slots needs both promises, one of them complete", () => {
    const pair = clusterOf("mirror:2", 2);
    const both = checkpointOf(pair, keyOf(1), { byteCount: 4 });
    const restorer = new RestorerBench(pair);
    restorer.promise(0, [both]);
    expect(restorer.env.notesOf("promises-held")).toEqual([]);
    restorer.promise(1, [], { life: lifeOf(2), complete: false });
    expect(restorer.env.notesOf("promises-held")).toMatchObject([{ slots: [0, 1] }]);
  });

  it("does not count an answer to another ballot", () => {
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 2]) restorer.promise(slot, held, { ballot: ballotOf(1, 2) });
    expect(restorer.state.answers.every((answer) => answer === undefined)).toBe(true);
  });

  it("does not count an answer of a life that ended, as another answer shows (R4)", () => {
    const restorer = new RestorerBench(cluster);
    const lives = [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE];
    restorer.promise(0, held);
    restorer.promise(1, held);
    restorer.promise(2, held, { lives });
    expect(restorer.env.notesOf("promises-held")).toEqual([]);
    restorer.promise(3, []);
    expect(restorer.env.notesOf("promises-held")).toMatchObject([{ slots: [1, 2, 3] }]);
  });

  it("tells a server that promises in a life that ended: nobody else may know (R4)", () => {
    const restorer = new RestorerBench(cluster);
    const lives = [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE];
    restorer.promise(1, held, { lives });
    expect(restorer.env.messages("superseded")).toEqual([]);
    restorer.promise(0, held);
    expect(restorer.env.messages("superseded")).toEqual([{ to: "server", type: "superseded", lives }]);
    expect(restorer.env.receivers("superseded")).toEqual([1]);
  });

  it("is lost again when a life ends after the count: nothing is handed over before it is held anew (R4)", () => {
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 2]) restorer.promise(slot, held);
    restorer.promise(3, [], {
      life: FIRST_LIFE,
      complete: false,
      lives: [lifeOf(2), FIRST_LIFE, FIRST_LIFE, FIRST_LIFE],
    });
    expect(restorer.state.hasPromises).toBe(false);
    restorer.answerFetches(checkpoint);
    expect(restorer.state.restored).toBeUndefined();
    restorer.promise(0, [], { life: lifeOf(2), complete: true });
    restorer.answerFetches(checkpoint);
    expect(restorer.env.notesOf("promises-held")).toHaveLength(2);
  });

  it("does not take a survey with a damaged manifest: it would refute what it could not show", () => {
    const restorer = new RestorerBench(cluster);
    const rotten = Uint8Array.from(checkpoint.bytes);
    rotten[30] = (rotten[30] ?? 0) ^ 1;
    restorer.promise(0, [], { manifests: [rotten] });
    expect(restorer.state.answers[0]).toBeUndefined();
  });
});

describe("a restore that succeeds", () => {
  it("hands over exactly the bytes of the newest checkpoint, tells it once, and stops", () => {
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [checkpoint, newer]);
    restorer.answerFetches(newer);
    const { restored, ballot } = restorer.state;
    expect(restored).toMatchObject({ ballot, key: newer.key, joinedSlots: [0, 1, 2] });
    expect(restored?.segments.map(({ name, bytes }) => ({ name, bytes: [...bytes] }))).toEqual(
      newer.segments.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
    );
    expect(restorer.verdicts).toEqual([{ kind: "restored", key: newer.key, flags: [] }]);
    expect(restorer.env.timers).toEqual({});
    expect(restorer.state.phase).toBe("idle");
  });

  it("of an image of zero bytes fetches nothing", () => {
    const empty = checkpointOf(cluster, keyOf(1, 3), { byteCount: 0 });
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [empty]);
    expect(restorer.verdicts).toEqual([{ kind: "restored", key: empty.key, flags: [] }]);
    expect(restorer.env.messages("fetch")).toEqual([]);
  });

  it("picks by key, not by sequence: a higher ballot is newer", () => {
    const other = checkpointOf(cluster, keyOf(2, 1));
    const far = checkpointOf(cluster, keyOf(1, 9));
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [far, other]);
    restorer.answerFetches(other);
    expect(restorer.state.restored?.key).toEqual(other.key);
  });

  it("passes over a newer one only because it is refuted (R11)", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, [checkpoint, newer]);
    restorer.promise(1, [checkpoint, newer]);
    restorer.promise(2, [checkpoint]);
    restorer.answerFetches(checkpoint);
    expect(restorer.state.restored?.key).toEqual(checkpoint.key);
  });

  it("does not count a server of the placement as refuting while it is unheard (R11)", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, [checkpoint, newer]);
    restorer.promise(1, [checkpoint, newer]);
    restorer.promise(3, []);
    restorer.answerFetches(newer);
    expect(restorer.state.restored?.key).toEqual(newer.key);
  });
});

describe("a restore is superseded", () => {
  it("by a higher ballot: it makes way and keeps silent", () => {
    const restorer = new RestorerBench(cluster);
    const { ballot } = restorer.state;
    restorer.refuse(2, ballotOf(4));
    expect(restorer.env.notesOf("restore-abandoned")).toEqual([
      { kind: "restore-abandoned", ballot, by: ballotOf(4) },
    ]);
    expect(restorer.env.timers).toEqual({});
    restorer.env.forget();
    restorer.tick();
    restorer.promise(0, [checkpoint]);
    expect(restorer.env.sent).toEqual([]);
    expect(restorer.env.notes).toEqual([]);
  });

  it("also while it fetches, and then hands nothing over", () => {
    const restorer = new RestorerBench(cluster);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [checkpoint]);
    restorer.refuse(1, ballotOf(4));
    restorer.answerFetches(checkpoint);
    expect(restorer.state.restored).toBeUndefined();
    expect(restorer.verdicts).toEqual([]);
  });

  it("not by a refusal of a blank server, nor by one that answers another ballot", () => {
    const restorer = new RestorerBench(cluster);
    restorer.refuse(2, ballotOf(0), false);
    restorer.refuse(2, ballotOf(4), true, ballotOf(1, 3));
    expect(restorer.state.phase).toBe("asking");
    expect(restorer.env.notesOf("restore-abandoned")).toEqual([]);
  });
});
