/** A checkpoint under way: its attempts, its former, and every way in which it ends (R6, R10, R12). */
import { describe, expect, it } from "vitest";
import { PRODUCTION_TICK } from "../../../src/core/protocol/production-attempt.ts";
import type { SoftwareEvent } from "../../../src/core/protocol/software.ts";
import {
  ballotOf,
  clusterOf,
  digests,
  FIRST_LIFE,
  imageBytesOf,
  lifeOf,
  RETRY_NS,
  SILENT_TICKS_MAX,
} from "./cluster-case.ts";
import { FORMER_BOOT, ProductionBench } from "./production-bench.ts";

const cluster = clusterOf("parity:2+1", 4);
const remote = clusterOf("parity:2+1", 4, { formerPlace: "dedicated", formerHost: 9 });

function failures({ env }: ProductionBench): SoftwareEvent[] {
  return env.upCalls.filter(({ kind }) => kind === "failed");
}

describe("an attempt", () => {
  it("places on the best slots in ascending order, with the lives that are known", () => {
    const production = new ProductionBench(cluster);
    production.alive(0, { complete: false });
    production.alive(3, { life: lifeOf(2) });
    production.take();
    expect(production.env.messages("form")).toMatchObject([
      {
        key: { sequence: 1, attempt: 1 },
        imageBytes: 22,
        placement: [
          { slot: 1, life: FIRST_LIFE },
          { slot: 2, life: FIRST_LIFE },
          { slot: 3, life: lifeOf(2) },
        ],
      },
    ]);
    expect(production.env.timers[PRODUCTION_TICK]).toBe(RETRY_NS);
  });

  it("sends data below the former's credit only, each group once, with the boot that gave it", () => {
    const production = new ProductionBench(cluster);
    production.take();
    expect(production.env.messages("form-data")).toEqual([]);
    production.progress(0, 2);
    production.progress(0, 2);
    production.progress(2, 3);
    const data = production.env.messages("form-data");
    expect(data.map(({ group }) => group)).toEqual([0, 1, 2]);
    expect(data.every(({ boot }) => boot === FORMER_BOOT)).toBe(true);
    expect(data.flatMap(({ bytes }) => [...bytes])).toEqual([...imageBytesOf(22)]);
  });

  it("is the only one: a second checkpoint is not taken while one is under way", () => {
    const production = new ProductionBench(cluster);
    expect(production.take()).toBe(1);
    expect(production.take()).toBeUndefined();
    expect(production.env.messages("form")).toHaveLength(1);
  });

  it("leaves the silent slots of earlier attempts out, under the next attempt number", () => {
    const production = new ProductionBench(cluster);
    production.take();
    const first = production.key;
    production.done({ kind: "silent", slots: [1] });
    expect(production.key).toEqual({ ...first, attempt: 2 });
    expect(
      production.env
        .messages("form")
        .at(-1)
        ?.placement.map(({ slot }) => slot),
    ).toEqual([0, 2, 3]);
  });

  it("learns from a refusal: newer lives, and that a slot is not joined", () => {
    const production = new ProductionBench(clusterOf("mirror:2", 4));
    production.take();
    const lives = [FIRST_LIFE, lifeOf(3), FIRST_LIFE, FIRST_LIFE];
    production.done({ kind: "refused", refusal: { slot: 0, joined: false, promised: ballotOf(1), lives } });
    expect(
      production.env
        .messages("form")
        .at(-1)
        ?.placement.map(({ slot }) => slot),
    ).toEqual([2, 3]);
    expect(production.state.slots[1]).toMatchObject({ life: lifeOf(3), joined: false, complete: false });
  });

  it("hears nothing of what an earlier attempt reports", () => {
    const production = new ProductionBench(cluster);
    production.take();
    const first = production.key;
    production.done({ kind: "silent", slots: [1] });
    production.env.upCalls = [];
    production.done({ kind: "durable" }, first);
    production.done({ kind: "silent", slots: [0] }, first);
    expect(production.env.upCalls).toEqual([]);
    expect(production.key.attempt).toBe(2);
    production.done({ kind: "durable" });
    expect(production.env.upCalls).toEqual([{ kind: "durable", sequence: 1 }]);
    expect(production.env.notesOf("known-durable")).toMatchObject([{ key: { attempt: 2 } }]);
  });

  it("is durable once, however often that is told", () => {
    const production = new ProductionBench(cluster);
    production.take();
    production.done({ kind: "durable" });
    production.done({ kind: "durable" });
    expect(production.env.upCalls.filter(({ kind }) => kind === "durable")).toHaveLength(1);
    expect(production.env.timers[PRODUCTION_TICK]).toBeUndefined();
  });
});

describe("what an attempt sends", () => {
  it("goes to the host that runs the software where the former has no host of its own", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 4, { formerHost: 5 }));
    production.take();
    expect(production.env.receivers("form")).toEqual([0]);
  });

  it("says over how many servers a declustered placement is spread, and nothing where it is rotated", () => {
    for (const kind of ["declustered", "rotated"] as const) {
      const production = new ProductionBench(clusterOf("parity:2+1", 4, { width: 4, placement: { kind } }));
      production.take();
      const [form] = production.env.messages("form");
      expect(form?.declusteredOver).toBe(kind === "declustered" ? 4 : undefined);
      expect(Object.hasOwn(form ?? {}, "declusteredOver")).toBe(kind === "declustered");
    }
  });

  it("has a digest where it leaves the host, which costs one, and none where it does not", () => {
    for (const given of [remote, cluster]) {
      const production = new ProductionBench(given);
      production.take();
      production.progress(0, 1);
      const [data] = production.env.messages("form-data");
      const isRemote = given === remote;
      expect(data?.digest).toBe(isRemote ? digests.member(imageBytesOf(22).subarray(0, 8)) : undefined);
      expect(production.env.charges).toEqual(isRemote ? [{ work: "digest", bytes: 8 }] : []);
    }
  });

  it("is not sent again while the former takes groups in", () => {
    const production = new ProductionBench(remote);
    production.take();
    production.progress(0, 2);
    production.tick();
    production.progress(1, 3);
    production.env.forget();
    production.tick();
    expect(production.env.messages("form-data")).toEqual([]);
  });
});

describe("a slot that was silent in an attempt", () => {
  it("is left out of the next checkpoint, too, until it answers; one that is none changes nothing", () => {
    const production = new ProductionBench(cluster);
    const placed = (): number[] | undefined =>
      production.env
        .messages("form")
        .at(-1)
        ?.placement.map(({ slot }) => slot);
    production.take();
    production.done({ kind: "silent", slots: [1, 9] });
    production.done({ kind: "durable" });
    production.progress(1, 1); // late, of a checkpoint that has ended
    production.take();
    expect(placed()).toEqual([0, 2, 3]);
    production.done({ kind: "durable" });
    production.alive(9);
    production.alive(1);
    production.take();
    expect(placed()).toEqual([0, 1, 2]);
  });

  it("or that is none is no reason to stop when a refusal names it", () => {
    const production = new ProductionBench(cluster);
    production.take();
    const lives = Array.from({ length: 6 }, () => FIRST_LIFE);
    production.done({ kind: "refused", refusal: { slot: 9, joined: false, promised: ballotOf(1), lives } });
    expect(production.key.attempt).toBe(2);
  });
});

describe("a checkpoint fails", () => {
  it("with attempts-exhausted after attemptCountMax of them, and never more", () => {
    const production = new ProductionBench(cluster);
    production.take();
    const refusal = { slot: 0, joined: true, promised: ballotOf(1), lives: [] };
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(production.key.attempt).toBe(attempt);
      expect(failures(production)).toEqual([]);
      production.done({ kind: "refused", refusal });
    }
    expect(failures(production)).toEqual([{ kind: "failed", sequence: 1, reason: "attempts-exhausted" }]);
    expect(production.env.messages("form")).toHaveLength(3);
  });

  it("with too-few-servers when fewer than the width are joined and answer", () => {
    const production = new ProductionBench(cluster);
    production.take();
    production.done({ kind: "silent", slots: [0, 2] });
    expect(failures(production)).toEqual([{ kind: "failed", sequence: 1, reason: "too-few-servers" }]);
    expect(production.env.messages("form")).toHaveLength(1);
  });

  it("with image-too-large when the manifest could not list its members, and no former hears of it", () => {
    const production = new ProductionBench(clusterOf("parity:2+1", 4, { subsegmentBytes: 1 }));
    expect(production.take([{ name: "huge", bytes: new Uint8Array(1 << 20) }])).toBe(1);
    expect(failures(production)).toEqual([{ kind: "failed", sequence: 1, reason: "image-too-large" }]);
    expect(production.env.messages("form")).toEqual([]);
  });

  it("and the next one takes the next sequence: a number is never used for two states", () => {
    const production = new ProductionBench(cluster);
    production.take();
    production.done({ kind: "silent", slots: [0, 2] });
    production.everybodyAlive();
    expect(production.take()).toBe(2);
  });
});

describe("a remote former", () => {
  function silenced(): ProductionBench {
    const production = new ProductionBench(remote);
    production.take();
    production.progress(0, 1);
    // One tick takes note of the answer, 2 * silentTicksMax are waited for, and one more is too many.
    for (let tick = 0; tick < 2 * SILENT_TICKS_MAX + 1; tick += 1) production.tick();
    return production;
  }

  it("that is silent for more than twice the servers' patience is lost: the checkpoint fails with the reason (R12)", () => {
    const production = silenced();
    expect(failures(production)).toEqual([]);
    production.tick();
    expect(failures(production)).toEqual([{ kind: "failed", sequence: 1, reason: "former-lost" }]);
    expect(production.env.notesOf("checkpoint-failed")).toMatchObject([{ reason: "former-lost" }]);
    expect(production.env.messages("form-cancel")).toEqual([
      { to: "former", type: "form-cancel", key: production.key },
    ]);
    expect(production.env.timers[PRODUCTION_TICK]).toBeUndefined();
  });

  it("that answers with another boot is lost at once (R12)", () => {
    const production = new ProductionBench(remote);
    production.take();
    production.progress(0, 1);
    production.progress(0, 1, FORMER_BOOT + 1);
    expect(failures(production)).toEqual([{ kind: "failed", sequence: 1, reason: "former-lost" }]);
  });

  it("that was lost is probed with every beat, replaced by the own one, and used again when it answers (R12)", () => {
    const production = silenced();
    production.tick();
    production.env.forget();
    production.everybodyAlive();
    production.beat();
    expect(production.env.receivers("former-probe")).toEqual([9]);
    expect(production.env.messages("former-probe")).toEqual([{ to: "former", type: "former-probe" }]);
    production.take();
    expect(production.env.receivers("form")).toEqual([0]);
    production.done({ kind: "durable" });
    production.formerHere(3);
    production.beat();
    expect(production.env.receivers("former-probe")).toEqual([9, 9]);
    production.formerHere(9);
    production.env.forget();
    production.everybodyAlive();
    production.beat();
    production.take();
    expect(production.env.receivers("former-probe")).toEqual([]);
    expect(production.env.receivers("form")).toEqual([9]);
  });

  it("is heard only where the attempt is: progress from another host does not count", () => {
    const production = new ProductionBench(remote);
    production.take();
    production.progress(0, 3, FORMER_BOOT, 4);
    expect(production.env.messages("form-data")).toEqual([]);
  });

  it("is asked again at every tick without an answer", () => {
    const production = new ProductionBench(remote);
    production.take();
    production.tick();
    expect(production.env.messages("form")).toHaveLength(1);
    production.tick();
    production.tick();
    expect(production.env.messages("form")).toHaveLength(3);
  });

  it("that lives and takes nothing in gets the data again from its credit", () => {
    const production = new ProductionBench(remote);
    production.take();
    production.progress(0, 2);
    production.progress(1, 3);
    production.tick(); // progress was made since the last tick
    production.env.sent = [];
    production.progress(1, 3);
    expect(production.env.messages("form-data")).toEqual([]);
    const placed = production.state.checkpoint;
    expect(placed).toMatchObject({ groupCount: 1, groupSent: 3 });
    production.tick();
    expect(production.env.messages("form-data").map(({ group }) => group)).toEqual([1, 2]);
  });

  it("gets nothing again that went out since the last tick: its answer may be on its way", () => {
    const production = new ProductionBench(remote);
    production.take();
    production.progress(0, 0);
    production.tick();
    production.progress(0, 2); // credit at last; the data go out just before a tick
    production.env.sent = [];
    production.tick();
    expect(production.env.messages("form-data")).toEqual([]);
    production.progress(0, 2);
    production.tick();
    expect(production.env.messages("form-data").map(({ group }) => group)).toEqual([0, 1]);
  });
});

describe("the own former", () => {
  it("is never counted as lost, only asked again", () => {
    const production = new ProductionBench(cluster);
    production.take();
    for (let tick = 0; tick < 30; tick += 1) production.tick();
    expect(failures(production)).toEqual([]);
    expect(production.env.messages("form").length).toBeGreaterThan(20);
  });
});
