/** The three verdicts of a restore, told once each and with the slots named; and that a failed fetch is no reason to go back. */
import { describe, expect, it } from "vitest";
import { RESTORER_TICK } from "../../../src/core/protocol/restorer.ts";
import {
  ballotOf,
  checkpointOf,
  clusterOf,
  FIRST_LIFE,
  keyOf,
  lifeOf,
  RETRY_NS,
  SILENT_TICKS_MAX,
} from "./cluster-case.ts";
import { RestorerBench } from "./restorer-bench.ts";

const cluster = clusterOf("parity:2+1", 4);
const older = checkpointOf(cluster, keyOf(1, 1));
const newer = checkpointOf(cluster, keyOf(1, 2));

/** Three slots promised and hold these; slot 3 is unheard and not in the placement. */
function promised(held = [older, newer]): RestorerBench {
  const restorer = new RestorerBench(cluster);
  for (const slot of [0, 1, 2]) restorer.promise(slot, held);
  return restorer;
}

describe("waiting", () => {
  it("for promises is told with the missing slots, once, and not before everybody had the time to answer", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, [older]);
    restorer.promise(1, [older]);
    restorer.tick(SILENT_TICKS_MAX - 1);
    expect(restorer.verdicts).toEqual([]);
    restorer.tick(5);
    expect(restorer.verdicts).toEqual([{ kind: "waiting", key: undefined, slots: [2, 3] }]);
  });

  it("is told anew when other slots are waited for, and ends by itself", () => {
    const restorer = new RestorerBench(cluster);
    restorer.tick(SILENT_TICKS_MAX);
    restorer.promise(0, [older]);
    restorer.promise(1, [older]);
    restorer.tick();
    expect(restorer.verdicts.map((verdict) => (verdict.kind === "waiting" ? verdict.slots : []))).toEqual([
      [0, 1, 2, 3],
      [2, 3],
    ]);
    restorer.promise(2, [older]);
    restorer.answerFetches(older);
    expect(restorer.verdicts.at(-1)?.kind).toBe("restored");
  });

  it("names an incomplete server too: that it is complete is what is waited for", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, [older]);
    restorer.promise(1, [older]);
    restorer.promise(2, [], { life: lifeOf(2), complete: false });
    restorer.tick(SILENT_TICKS_MAX);
    expect(restorer.verdicts).toEqual([{ kind: "waiting", key: undefined, slots: [2, 3] }]);
  });

  it("for members of silent servers names them and the key, and ends by itself", () => {
    const stripes = clusterOf("stripe:3", 3);
    const striped = checkpointOf(stripes, keyOf(1, 2));
    const restorer = new RestorerBench(stripes);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [striped]);
    for (let round = 0; round < 30; round += 1) {
      restorer.answerFetches(striped, [1, 2]);
      restorer.tick();
    }
    expect(restorer.verdicts).toEqual([{ kind: "waiting", key: striped.key, slots: [1, 2] }]);
    for (let round = 0; round < 5; round += 1) {
      restorer.tick();
      restorer.answerFetches(striped);
    }
    expect(restorer.state.restored?.key).toEqual(striped.key);
  });

  it("for members of silent servers never falls back on the older checkpoint", () => {
    const restorer = promised();
    for (let round = 0; round < 30; round += 1) {
      restorer.answerFetches(newer, [1, 2]);
      restorer.tick();
    }
    expect(restorer.env.messages("fetch").every(({ key }) => key.sequence === 2)).toBe(true);
    for (let round = 0; round < 5; round += 1) {
      restorer.tick();
      restorer.answerFetches(newer);
    }
    expect(restorer.state.restored?.key).toEqual(newer.key);
  });

  it("for a manifest that nobody can show names the key and who may show it", () => {
    const restorer = new RestorerBench(cluster);
    restorer.promise(0, [older], { damaged: [newer.key] });
    restorer.promise(1, [older]);
    restorer.promise(3, []);
    restorer.tick(SILENT_TICKS_MAX);
    // Two complete ones lack it: two slots are left, too few for a placement of three. It is refuted.
    restorer.answerFetches(older);
    expect(restorer.state.restored?.key).toEqual(older.key);

    const waiting = new RestorerBench(cluster);
    waiting.promise(0, [older], { damaged: [newer.key] });
    waiting.promise(1, [older], { damaged: [newer.key] });
    waiting.promise(3, []);
    waiting.tick(SILENT_TICKS_MAX);
    expect(waiting.env.messages("fetch")).toEqual([]);
    expect(waiting.verdicts).toEqual([{ kind: "waiting", key: newer.key, slots: [0, 1, 2] }]);
    waiting.promise(1, [older, newer]);
    waiting.answerFetches(newer);
    expect(waiting.verdicts.at(-1)).toEqual({ kind: "restored", key: newer.key, flags: [] });
  });
});

describe("refused", () => {
  it("with no-checkpoint when none is left to choose", () => {
    expect(promised([]).verdicts).toEqual([
      { kind: "refused", reason: "no-checkpoint", key: undefined, groups: [], slots: [] },
    ]);
  });

  it("as unrecoverable with groups and slots, and never falls back on the older checkpoint", () => {
    const restorer = promised();
    for (let index = 0; ; index += 1) {
      const fetch = restorer.env.messages("fetch")[index];
      if (fetch === undefined) break;
      restorer.member(newer, fetch, restorer.env.receivers("fetch")[index] === 1 ? {} : { bytes: undefined });
    }
    expect(restorer.verdicts).toMatchObject([
      {
        kind: "refused",
        reason: "unrecoverable",
        key: newer.key,
        slots: expect.arrayContaining([1]) as number[],
      },
    ]);
    expect(restorer.env.messages("fetch").every(({ key }) => key.sequence === 2)).toBe(true);
    expect(restorer.state.restored).toBeUndefined();
  });

  it("names every slot that lost members, and only groups that cannot be decoded", () => {
    const restorer = promised([newer]);
    // The window has groups 0 and 1 open; all members of group 1 are gone.
    for (;;) {
      const fetch = restorer.env.messages("fetch").find(({ group, member }) => {
        const open = restorer.state.fetching?.open.find((each) => each.group === group);
        return open?.states[member] === "asked";
      });
      if (fetch === undefined) break;
      restorer.member(newer, fetch, fetch.group === 1 ? { bytes: undefined } : {});
    }
    expect(restorer.verdicts).toMatchObject([{ kind: "refused", groups: [1] }]);
  });

  it("names blank servers of the placement as those that lost it", () => {
    const restorer = new RestorerBench(cluster);
    const blank = { life: lifeOf(2), complete: false };
    restorer.promise(0, [newer]);
    restorer.promise(3, []);
    restorer.promise(1, [], blank);
    restorer.promise(2, [], blank);
    restorer.tick(20);
    // Not the quorum of complete ones: that is waiting, for those that are to be rebuilt.
    expect(restorer.verdicts).toEqual([{ kind: "waiting", key: undefined, slots: [1, 2] }]);
  });

  it("is told once, keeps others from starting meanwhile, and asks every server again later", () => {
    const restorer = promised([]);
    restorer.env.forget();
    restorer.tick(14);
    restorer.promise(0, [newer]); // a late answer to the questions of before
    expect(restorer.env.messages("ask")).toEqual([]);
    expect(restorer.verdicts).toEqual([]);
    expect(restorer.state.phase).toBe("refused");
    restorer.tick(3);
    expect(new Set(restorer.env.receivers("ask"))).toEqual(new Set([1, 2, 3, 4]));
    for (const slot of [0, 1, 2]) restorer.promise(slot, []);
    expect(restorer.verdicts).toEqual([]); // the same one again
  });

  it("becomes restored when disks are back", () => {
    const restorer = promised([]);
    restorer.tick(17);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [newer]);
    restorer.answerFetches(newer);
    expect(restorer.verdicts.at(-1)).toEqual({ kind: "restored", key: newer.key, flags: [] });
  });

  it("ends when a higher ballot is met", () => {
    const restorer = promised([]);
    restorer.refuse(2, ballotOf(7));
    expect(restorer.state.phase).toBe("idle");
    expect(restorer.env.timers).toEqual({});
  });
});

describe("an operator's restore (R14)", () => {
  const LOST = { lostSlots: [1, 2], acceptOlder: false };

  it("opens a new epoch, tells the servers so, and does not ask the lost ones", () => {
    const restorer = new RestorerBench(cluster, LOST);
    expect(restorer.state.ballot).toMatchObject({ epoch: 1, number: 1 });
    expect(restorer.env.receivers("ask")).toEqual([1, 4]);
    expect(restorer.env.messages("ask")[0]?.operator).toEqual({ lostSlots: [1, 2] });
  });

  it("needs an answer from every slot that was not declared lost, and no more", () => {
    const restorer = new RestorerBench(cluster, { lostSlots: [2], acceptOlder: false });
    restorer.promise(0, [older]);
    restorer.promise(1, [older]);
    restorer.tick(SILENT_TICKS_MAX);
    expect(restorer.verdicts).toEqual([{ kind: "waiting", key: undefined, slots: [3] }]);
    restorer.promise(3, [], { life: lifeOf(2), complete: false });
    restorer.answerFetches(older);
    const flags = ["declared-lost", "few-complete"];
    expect(restorer.verdicts.at(-1)).toEqual({ kind: "restored", key: older.key, flags });
  });

  it("refuses with the lost slots when their members were needed", () => {
    const restorer = new RestorerBench(cluster, LOST);
    restorer.promise(0, [newer]);
    restorer.promise(3, []);
    expect(restorer.verdicts).toMatchObject([{ kind: "refused", reason: "unrecoverable", slots: [1, 2] }]);
  });

  it.each([true, false])(
    "goes back to an older checkpoint only by the operator's word (%s), and flags it",
    (acceptOlder) => {
      const restorer = new RestorerBench(cluster, { lostSlots: [], acceptOlder });
      for (const slot of [0, 1, 2]) restorer.promise(slot, [older, newer]);
      restorer.promise(3, []);
      for (let index = 0; ; index += 1) {
        const fetch = restorer.env.messages("fetch")[index];
        if (fetch === undefined) break;
        const isNewer = fetch.key.sequence === 2;
        restorer.member(isNewer ? newer : older, fetch, isNewer ? { bytes: undefined } : {});
      }
      expect(restorer.verdicts).toMatchObject([
        acceptOlder
          ? { kind: "restored", key: older.key, flags: ["accepted-older"] }
          : { kind: "refused", reason: "unrecoverable", key: newer.key },
      ]);
    },
  );

  it("takes the place of a restore under way, and a still higher ballot when it is superseded", () => {
    const restorer = promised();
    restorer.command(ballotOf(1), LOST, [FIRST_LIFE, FIRST_LIFE, FIRST_LIFE, FIRST_LIFE]);
    expect(restorer.state.ballot.epoch).toBe(1);
    restorer.refuse(0, ballotOf(5, 3, 2));
    expect(restorer.state.ballot).toMatchObject({ epoch: 3, number: 1 });
    expect(restorer.state.operator).toEqual(LOST);
  });

  it("waits longer and longer when it is superseded again: two operators' restores let each other finish", () => {
    const restorer = new RestorerBench(cluster, LOST);
    restorer.refuse(0, ballotOf(5, 3, 2));
    const waits: (number | undefined)[] = [];
    for (let epoch = 5; epoch < 9; epoch += 1) {
      restorer.env.forget();
      restorer.refuse(0, ballotOf(1, 3, epoch));
      expect(restorer.state.phase).toBe("giving-way");
      expect(restorer.env.sent).toEqual([]);
      waits.push(restorer.env.timers[RESTORER_TICK]);
      restorer.tick(1);
      expect(restorer.state.ballot).toMatchObject({ epoch: epoch + 1, number: 1 });
      expect(restorer.state.operator).toEqual(LOST);
    }
    expect(waits).toEqual([1, 2, 4, 8].map((times) => times * SILENT_TICKS_MAX * RETRY_NS));
  });

  it("begins again at once by a new word of the operator, or when the local server hears no beats any more", () => {
    const restorer = new RestorerBench(cluster, LOST);
    restorer.refuse(0, ballotOf(5, 3, 2));
    restorer.refuse(0, ballotOf(5, 3, 5));
    expect(restorer.state.phase).toBe("giving-way");
    restorer.command(ballotOf(1), undefined);
    expect(restorer.state).toMatchObject({ phase: "asking", ballot: { epoch: 6 }, operator: LOST });
    restorer.refuse(0, ballotOf(5, 3, 9));
    expect(restorer.state.phase).toBe("giving-way");
    restorer.command(ballotOf(1), { ...LOST, acceptOlder: true });
    expect(restorer.state).toMatchObject({ phase: "asking", ballot: { epoch: 10 } });
    expect(restorer.state.operator?.acceptOlder).toBe(true);
  });
});
