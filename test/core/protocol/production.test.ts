/** An incarnation of the software: how it starts, beats, is fenced, asks, retires, and what it never says (R1, R7, R10, R13). */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import { AssertionError } from "../../../src/core/assertion.ts";
import { PRODUCTION_BEAT } from "../../../src/core/protocol/production-attempt.ts";
import { SILENT_BEATS_MAX } from "../../../src/core/protocol/production-state.ts";
import { ballotOf, clusterOf, FIRST_LIFE, HEARTBEAT_NS, lifeOf } from "./cluster-case.ts";
import { ProductionBench } from "./production-bench.ts";

const cluster = clusterOf();
const FENCED = { kind: "fenced" } as const;

describe("a start", () => {
  it("takes a ballot of its own: the zero ballot is a bug (R1)", () => {
    expect(() => new ProductionBench(cluster, { ballot: BALLOT_ZERO })).toThrow(AssertionError);
  });

  it("beats every server at once and sets the next beat", () => {
    const { env, ballot } = new ProductionBench(cluster);
    expect(env.receivers("beat")).toEqual([1, 2, 3]);
    expect(env.messages("beat")[0]).toMatchObject({ ballot, restoring: false, hears: true });
    expect(env.timers[PRODUCTION_BEAT]).toBe(HEARTBEAT_NS);
  });

  it("goes on counting sequences from the state that was restored", () => {
    const production = new ProductionBench(cluster, { ballot: ballotOf(4, 2), sequence: 17 });
    expect(production.env.notesOf("incarnation-started")).toMatchObject([{ ballot: ballotOf(4, 2) }]);
    expect(production.take()).toBe(18);
    expect(production.env.notesOf("checkpoint-taken")).toMatchObject([{ sequence: 18 }]);
    expect(production.key).toEqual({ ballot: ballotOf(4, 2), sequence: 18, attempt: 1 });
  });

  it("believes only those slots that the restore heard, until others answer", () => {
    const production = new ProductionBench(cluster, { joinedSlots: [0, 1] });
    expect(production.env.notesOf("degraded")).toMatchObject([{ slots: [2] }]);
    production.take();
    expect(production.env.upCalls).toContainEqual({ kind: "failed", sequence: 1, reason: "too-few-servers" });
  });
});

describe("a server that answers in a life that has ended", () => {
  it("is told so: nobody else may know, and its slot would be out for good", () => {
    const production = new ProductionBench(cluster);
    production.alive(1, { life: lifeOf(3) });
    expect(production.env.messages("superseded")).toEqual([]);
    production.alive(1, { life: lifeOf(2) });
    const lives = [FIRST_LIFE, lifeOf(3), FIRST_LIFE];
    expect(production.env.messages("superseded")).toEqual([{ to: "server", type: "superseded", lives }]);
    expect(production.env.receivers("superseded")).toEqual([2]);
  });
});

describe("beats", () => {
  it("say that nobody is heard once all other servers missed SILENT_BEATS_MAX of them; the own server says nothing", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 3, { slotHosts: [0, 1, 2] }));
    for (let beat = 0; beat < SILENT_BEATS_MAX; beat += 1) {
      production.alive(0);
      production.env.forget();
      production.beat();
    }
    expect(production.env.messages("beat")[0]).toMatchObject({ hears: false });
    production.alive(2);
    production.env.forget();
    production.beat();
    expect(production.env.messages("beat")[0]).toMatchObject({ hears: true });
  });

  it("tell `degraded` once for each change, and its end with no slots", () => {
    const production = new ProductionBench(cluster);
    production.alive(1, { complete: false });
    production.alive(0);
    production.alive(2);
    production.beat();
    production.alive(0);
    production.alive(2);
    production.beat();
    production.everybodyAlive();
    production.beat();
    expect(production.env.notesOf("degraded").map(({ slots }) => slots)).toEqual([[1], []]);
  });
});

describe("fencing", () => {
  it("by a server that promised a higher ballot ends the incarnation at once", () => {
    const production = new ProductionBench(cluster);
    production.alive(2, { promised: ballotOf(1, 1) });
    expect(production.env.upCalls.at(-1)).toEqual(FENCED);
    expect(production.env.notesOf("fenced")).toEqual([
      { kind: "fenced", ballot: ballotOf(1), by: ballotOf(1, 1) },
    ]);
    expect(production.env.timers).toEqual({});
  });

  it("by a refusal fails the checkpoint first, and cancels it at the former", () => {
    const production = new ProductionBench(cluster);
    production.take();
    const refusal = { slot: 0, joined: true, promised: ballotOf(2), lives: [] };
    production.done({ kind: "refused", refusal });
    expect(production.env.upCalls.slice(-2)).toEqual([
      { kind: "failed", sequence: 1, reason: "fenced" },
      FENCED,
    ]);
    expect(production.env.messages("form-cancel")).toEqual([
      { to: "former", type: "form-cancel", key: production.key },
    ]);
    expect(production.env.timers).toEqual({});
  });

  it("does not come from a server that promised this very ballot or a lower one", () => {
    const production = new ProductionBench(cluster, { ballot: ballotOf(3) });
    production.alive(0, { promised: ballotOf(3) });
    production.alive(1, { promised: ballotOf(2, 9) });
    expect(production.env.upCalls).not.toContainEqual(FENCED);
  });

  it("leaves nothing to be sent, taken or released by whatever comes afterwards", () => {
    const production = new ProductionBench(cluster);
    production.take();
    production.progress(0, 1);
    production.alive(2, { promised: ballotOf(2) });
    const { key } = production;
    production.env.sent = [];
    production.env.upCalls = [];
    production.done({ kind: "durable" }, key);
    production.progress(1, 3);
    production.everybodyAlive({ promised: ballotOf(2) });
    production.formerHere();
    production.beat();
    production.tick();
    expect(production.take()).toBeUndefined();
    expect(production.env.sent).toEqual([]);
    expect(production.env.upCalls).toEqual([]);
    expect(production.env.timers).toEqual({});
  });
});

describe("the software is asked for a checkpoint", () => {
  const wanted = ({ env }: ProductionBench): number =>
    env.upCalls.filter(({ kind }) => kind === "wanted").length;

  it("once, when an incarnation has none and enough servers could take it", () => {
    const production = new ProductionBench(cluster, { joinedSlots: [0, 1] });
    expect(wanted(production)).toBe(0);
    production.alive(2);
    production.beat();
    expect(wanted(production)).toBe(1);
    production.everybodyAlive();
    production.beat();
    expect(wanted(production)).toBe(1);
  });

  it("again when the checkpoint that came of it failed", () => {
    const production = new ProductionBench(cluster);
    production.take();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const refusal = { slot: 0, joined: true, promised: ballotOf(1), lives: [] };
      production.done({ kind: "refused", refusal });
    }
    production.beat();
    expect(wanted(production)).toBe(2);
  });

  it("not while one is under way, and no more when one is durable", () => {
    const production = new ProductionBench(cluster);
    production.take();
    production.beat();
    expect(wanted(production)).toBe(1);
    production.done({ kind: "durable" });
    for (let beat = 0; beat < 20; beat += 1) {
      production.everybodyAlive();
      production.beat();
    }
    expect(wanted(production)).toBe(1);
  });

  it("once more when a slot of the newest durable one is silent longer than the refresh time (R13)", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 4));
    production.everybodyAlive();
    production.makeDurable();
    production.env.upCalls = [];
    const beats = 500 / HEARTBEAT_NS;
    for (let beat = 0; beat < beats; beat += 1) {
      for (const slot of [0, 1, 3]) production.alive(slot);
      production.beat();
    }
    for (const slot of [0, 1, 3]) production.alive(slot);
    expect(wanted(production)).toBe(0);
    production.beat();
    expect(wanted(production)).toBe(1);
  });

  it("not for a silent slot that the newest durable one does not use (R13)", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 4));
    production.makeDurable();
    production.env.upCalls = [];
    for (let beat = 0; beat < 20; beat += 1) {
      for (const slot of [0, 1, 2]) production.alive(slot);
      production.beat();
    }
    expect(wanted(production)).toBe(0);
  });
});

describe("retirement", () => {
  it("waits until retentionCount checkpoints of this incarnation are durable, and then goes to all slots", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 4, { retentionCount: 2 }), {
      sequence: 9,
    });
    const first = production.makeDurable();
    expect(production.env.messages("retire")).toEqual([]);
    const second = production.makeDurable();
    expect(production.env.receivers("retire")).toEqual([1, 2, 3, 4]);
    expect(production.env.messages("retire")[0]).toMatchObject({
      to: "server",
      ballot: production.ballot,
      key: second,
      floor: first,
    });
    const third = production.makeDurable();
    expect(production.env.messages("retire").at(-1)).toMatchObject({ key: third, floor: second });
  });

  it("is never sent because a checkpoint begins or fails", () => {
    const production = new ProductionBench(cluster);
    production.take();
    for (let attempt = 0; attempt < 3; attempt += 1) production.done({ kind: "silent", slots: [0] });
    production.take();
    expect(production.env.messages("retire")).toEqual([]);
  });

  it("is said again with a beat to those slots only that answer and are behind the floor", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 4));
    const first = production.makeDurable();
    const second = production.makeDurable();
    production.alive(0, { floor: second });
    production.alive(1, { floor: first });
    production.alive(2, { floor: undefined, life: lifeOf(2), joined: false });
    for (const slot of [0, 1, 2, 3])
      expect(production.state.slots[slot]?.life.number).toBe(slot === 2 ? 2 : 1);
    production.env.forget();
    production.state.slots.forEach((view) => expect(view.missedBeats).toBeLessThan(SILENT_BEATS_MAX));
    production.beat(); // slot 3 has not answered the beat of the start
    expect(production.env.receivers("retire")).toEqual([2]);
  });
});

describe("an answer from a life that ended", () => {
  it("changes nothing that is believed of the slot", () => {
    const production = new ProductionBench(cluster);
    production.alive(1, { life: lifeOf(2), joined: true, complete: true });
    production.beat();
    production.alive(1, { life: FIRST_LIFE, complete: false, joined: false });
    expect(production.state.slots[1]).toMatchObject({
      life: lifeOf(2),
      joined: true,
      complete: true,
      missedBeats: 1,
    });
  });
});
