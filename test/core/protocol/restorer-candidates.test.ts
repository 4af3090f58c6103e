/** Which checkpoints a restorer may pick, from surveys alone (R4, R11). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../../../src/core/checkpoint/key.ts";
import {
  isRefuted,
  mergedLives,
  newestCandidate,
  standing,
  validAnswers,
  type Answer,
} from "../../../src/core/protocol/restorer-candidates.ts";
import { checkpointOf, clusterOf, FIRST_LIFE, keyOf, lifeOf, type WholeCheckpoint } from "./cluster-case.ts";

const cluster = clusterOf("parity:2+1", 4);
const checkpoint = checkpointOf(cluster, keyOf(1, 1));
const { text } = checkpoint;

function answer(slot: number, held: readonly string[], changes: Partial<Answer> = {}): Answer {
  return { slot, life: FIRST_LIFE, complete: true, held, damaged: [], ...changes };
}

describe("what a slot of the placement says (R11)", () => {
  const named = lifeOf(2);
  it.each([
    { what: "no answer", given: undefined, says: "unknown" },
    { what: "holds it in the named life", given: answer(0, [text], { life: named }), says: "holds" },
    { what: "holds it in a later life", given: answer(0, [text], { life: lifeOf(3) }), says: "holds" },
    { what: "lacks it in the named life", given: answer(0, [], { life: named }), says: "refutes" },
    {
      what: "lacks it in the named life, incomplete",
      given: answer(0, [], { life: named, complete: false }),
      says: "refutes",
    },
    {
      what: "lacks it in a later life, complete",
      given: answer(0, [], { life: lifeOf(3) }),
      says: "refutes",
    },
    {
      what: "lacks it in a later life, incomplete",
      given: answer(0, [], { life: lifeOf(3), complete: false }),
      says: "unknown",
    },
    {
      what: "lacks it in an earlier life, complete",
      given: answer(0, [], { life: FIRST_LIFE }),
      says: "unknown",
    },
  ])("$what: $says", ({ given, says }) => {
    expect(standing(given, named, text)).toBe(says);
  });
});

describe("refuted", () => {
  const { manifest } = checkpoint;

  it("by one slot of the placement, and by nobody outside it", () => {
    expect(
      isRefuted(cluster, { manifest, text }, [answer(0, [text]), answer(1, []), undefined, undefined]),
    ).toBe(true);
    expect(
      isRefuted(cluster, { manifest, text }, [answer(0, [text]), undefined, undefined, answer(3, [])]),
    ).toBe(false);
  });

  it("without a manifest only when too few slots are left for a whole placement", () => {
    const unseen = { manifest: undefined, text };
    expect(isRefuted(cluster, unseen, [answer(0, [text]), answer(1, []), undefined, undefined])).toBe(false);
    expect(isRefuted(cluster, unseen, [answer(0, [text]), answer(1, []), undefined, answer(3, [])])).toBe(
      true,
    );
    const incomplete = answer(3, [], { complete: false });
    expect(isRefuted(cluster, unseen, [answer(0, [text]), answer(1, []), undefined, incomplete])).toBe(false);
  });
});

describe("answers that count (R4)", () => {
  it("are those whose life has not ended", () => {
    const answers = [answer(0, []), answer(1, [], { life: lifeOf(2) }), undefined, answer(3, [])];
    const valid = validAnswers(answers, [lifeOf(2), lifeOf(2), FIRST_LIFE, FIRST_LIFE]);
    expect(valid.map((each) => each?.slot)).toEqual([undefined, 1, undefined, 3]);
  });

  it("come from merged lives: for every slot the newer one, whoever says it", () => {
    expect(mergedLives([FIRST_LIFE, lifeOf(3)], [lifeOf(2), lifeOf(2)])).toEqual([lifeOf(2), lifeOf(3)]);
    expect(mergedLives([lifeOf(2)], [])).toEqual([lifeOf(2)]);
  });
});

describe("the newest candidate", () => {
  const known = [
    [1, 9],
    [2, 1],
    [2, 2],
    [3, 1],
  ].map(([number, sequence]) => checkpointOf(cluster, keyOf(number ?? 0, sequence)));
  const manifests = Object.fromEntries(known.map((each) => [each.text, each.manifest]));

  it("is the greatest key that no slot of its placement lacks and that was not passed over", () => {
    const subset = fc.subarray(known);
    fc.assert(
      fc.property(subset, subset, subset, subset, (first, second, third, passed) => {
        const answers = [first, second, third].map((held, slot) =>
          answer(
            slot,
            held.map((each) => each.text),
          ),
        );
        const passedOver = passed.map((each) => ({ text: each.text }));
        const found = newestCandidate(cluster, { manifests, passedOver }, [...answers, undefined]);
        const allowed = known.filter(
          (each: WholeCheckpoint) =>
            [first, second, third].every((held) => held.includes(each)) && !passed.includes(each),
        );
        const best = allowed.sort((a, b) => compareKeys(b.key, a.key))[0];
        expect(found?.text).toBe(best?.text);
      }),
    );
  });

  it("may be one that nobody can show: an older one would be the wrong state", () => {
    const [older, newer] = [known[0], known[3]];
    if (older === undefined || newer === undefined) throw new Error("four are known");
    const shown = { [older.text]: older.manifest };
    const answers = [
      answer(0, [older.text, newer.text], { damaged: [newer.key] }),
      answer(1, [older.text, newer.text], { damaged: [newer.key] }),
      undefined,
      undefined,
    ];
    const found = newestCandidate(cluster, { manifests: shown, passedOver: [] }, answers);
    expect(found).toEqual({ key: newer.key, text: newer.text, manifest: undefined });
  });
});
