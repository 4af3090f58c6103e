/** What ends a former's attempt, and which acknowledgements count for it (R6, R10, R12). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startFormer } from "../../../src/core/protocol/former.ts";
import type { Refusal } from "../../../src/core/protocol/messages.ts";
import { ballotOf, checkpointOf, clusterOf, FIRST_LIFE, keyOf, lifeOf, placementOf } from "./cluster-case.ts";
import { FormerBench } from "./former-bench.ts";

const cluster = clusterOf();
const checkpoint = checkpointOf(cluster, keyOf(1, 1, 2));
const { key } = checkpoint;
const earlier = checkpointOf(cluster, keyOf(1, 1, 1));
const later = checkpointOf(cluster, keyOf(1, 1, 3));

function supplied(): FormerBench {
  const former = new FormerBench(cluster);
  former.supply(checkpoint);
  former.env.forget();
  return former;
}

describe("durable", () => {
  it("is told exactly when every slot of the placement acknowledged, in any order and however often", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 }), { maxLength: 12 }), (slots) => {
        const former = supplied();
        const heard = new Set<number>();
        for (const slot of slots) {
          former.stored(key, slot);
          heard.add(slot);
          expect(former.env.messages("form-done").length).toBe(heard.size === 3 ? 1 : 0);
        }
      }),
    );
  });

  it("does not count acknowledgements of another attempt", () => {
    const former = supplied();
    former.stored(key, 0);
    former.stored(key, 1);
    former.stored(earlier.key, 2);
    former.stored(later.key, 2);
    former.stored(keyOf(2, 1, 2), 2);
    expect(former.env.messages("form-done")).toEqual([]);
  });

  it("does not count acknowledgements of another life, older or newer", () => {
    const placement = placementOf(cluster).map((placed) =>
      placed.slot === 2 ? { slot: 2, life: lifeOf(2) } : placed,
    );
    const former = new FormerBench(cluster);
    former.supply(checkpoint, placement);
    former.stored(key, 0);
    former.stored(key, 1);
    for (const life of [FIRST_LIFE, lifeOf(3), { number: 2, nonce: 1 }]) former.stored(key, 2, life);
    expect(former.env.messages("form-done")).toEqual([]);
    former.stored(key, 2, lifeOf(2));
    expect(former.env.messages("form-done")).toHaveLength(1);
  });

  it("does not count a slot that is not in the placement", () => {
    const wide = clusterOf("parity:2+1", 4);
    const former = new FormerBench(wide);
    former.supply(checkpoint);
    for (const slot of [0, 1, 3]) former.stored(key, slot);
    expect(former.env.messages("form-done")).toEqual([]);
  });

  it("does not count an acknowledgement that comes before the manifest was sent", () => {
    const former = new FormerBench(cluster);
    former.form(checkpoint);
    for (const slot of [0, 1, 2]) former.stored(key, slot);
    former.supply(checkpoint);
    expect(former.env.messages("form-done")).toEqual([]);
  });
});

describe("a refusal", () => {
  const refusal: Refusal = {
    slot: 1,
    joined: true,
    promised: ballotOf(5),
    lives: [FIRST_LIFE, FIRST_LIFE, FIRST_LIFE],
  };

  it("ends the attempt at once and is handed to the writer as it came", () => {
    const former = supplied();
    former.hear({ to: "former", type: "store-refused", key, refusal }, 2);
    expect(former.env.messages("form-done")).toEqual([
      { to: "production", type: "form-done", key, outcome: { kind: "refused", refusal } },
    ]);
    expect(former.state.attempt).toBeUndefined();
  });

  it("of another attempt ends nothing", () => {
    const former = supplied();
    former.hear({ to: "former", type: "store-refused", key: earlier.key, refusal }, 2);
    expect(former.env.messages("form-done")).toEqual([]);
    expect(former.state.attempt?.key).toEqual(key);
  });
});

describe("an attempt that has ended", () => {
  it("is reported again when `form` is repeated, with the same outcome", () => {
    const former = supplied();
    for (const slot of [0, 1, 2]) former.stored(key, slot);
    const told = former.env.messages("form-done");
    former.env.forget();
    former.form(checkpoint);
    expect(former.env.messages("form-done")).toEqual(told);
    expect(former.env.messages("form-progress")).toEqual([]);
    expect(former.state.attempt).toBeUndefined();
  });

  it("takes in nothing more and stays silent at a tick", () => {
    const former = supplied();
    for (const slot of [0, 1, 2]) former.stored(key, slot);
    former.env.forget();
    former.stored(key, 0);
    former.data(checkpoint, 0);
    former.tick();
    expect(former.env.sent).toEqual([]);
  });
});

describe("attempts", () => {
  it("displace earlier ones: a newer key begins anew, an older one is not answered", () => {
    const former = supplied();
    former.form(earlier);
    expect(former.env.sent).toEqual([]);
    former.form(later);
    expect(former.env.messages("form-progress")).toMatchObject([{ key: later.key, groupCount: 0 }]);
    for (const slot of [0, 1, 2]) former.stored(key, slot);
    expect(former.env.messages("form-done")).toEqual([]);
  });

  it("are not begun twice by a repeated `form`: it is answered with the progress", () => {
    const former = new FormerBench(cluster);
    former.form(checkpoint);
    former.data(checkpoint, 0);
    former.env.forget();
    former.form(checkpoint);
    expect(former.env.messages("form-progress")).toMatchObject([{ key, groupCount: 1 }]);
  });

  it("are forgotten when cancelled, and only by their own key", () => {
    const former = supplied();
    former.hear({ to: "former", type: "form-cancel", key: earlier.key });
    expect(former.state.attempt).toBeDefined();
    former.hear({ to: "former", type: "form-cancel", key });
    expect(former.state.attempt).toBeUndefined();
    expect(former.env.timers).toEqual({});
    expect(former.env.messages("form-done")).toEqual([]);
  });
});

describe("a former that was started again", () => {
  it("disowns what the earlier boot had taken in, and refuses its data", () => {
    const before = supplied();
    const after = new FormerBench(cluster);
    after.state.boot = 0;
    after.env.random();
    startFormer(after.state, after.env);
    expect(after.state.boot).not.toBe(before.state.boot);
    for (const slot of [0, 1, 2]) after.stored(key, slot);
    after.form(checkpoint);
    after.data(checkpoint, 0, before.state.boot);
    expect(after.env.messages("form-done")).toEqual([]);
    expect(after.env.messages("form-progress")).toMatchObject([{ boot: after.state.boot, groupCount: 0 }]);
    expect(after.pieces()).toEqual([]);
  });

  it("answers a probe without an attempt", () => {
    const former = new FormerBench(cluster);
    former.hear({ to: "former", type: "former-probe" }, 4);
    expect(former.env.sent).toEqual([{ to: 4, message: { to: "production", type: "former-here" } }]);
  });
});
