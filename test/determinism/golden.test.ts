import { describe, expect, it } from "vitest";
import { readCorpus } from "./corpus.ts";
import { ROOT } from "./engine-case.ts";
import { casesHash, changedCases, type Golden, goldenProblems, readGolden, updatedGolden } from "./golden.ts";

const CASES = {
  "one/1": { digest: "00aa", eventCount: 5 },
  "two/1": { digest: "00bb", eventCount: 7 },
};
const GOLDEN: Golden = {
  reasons: [{ because: "the first digests", changedCount: 2, hash: casesHash(CASES) }],
  cases: CASES,
};
const CHANGED = { ...CASES, "two/1": { digest: "00cc", eventCount: 7 } };

describe("an update of the golden digests", () => {
  it("keeps the reason, how many changed, and the earlier reasons", () => {
    const result = updatedGolden(GOLDEN, CHANGED, "  timers are set one by one ");
    if (!result.ok) throw new Error(result.message);
    expect(result.changed).toEqual(["two/1"]);
    expect(result.golden.cases).toEqual(CHANGED);
    const [newest, ...earlier] = result.golden.reasons;
    expect(newest).toMatchObject({ because: "timers are set one by one", changedCount: 1 });
    expect(earlier).toEqual(GOLDEN.reasons);
    expect(goldenProblems(result.golden)).toEqual([]);
  });

  it.each(["", "   ", "because", "x         y".trim().slice(0, 11)])(
    "is refused with the reason %j",
    (because) => {
      expect(updatedGolden(GOLDEN, CHANGED, because)).toMatchObject({ ok: false });
    },
  );

  it("is refused when nothing changes", () => {
    expect(updatedGolden(GOLDEN, CASES, "a reason for nothing at all")).toMatchObject({ ok: false });
  });
});

describe("golden digests that nobody gave a reason for", () => {
  it("are found when a digest was changed by hand", () => {
    expect(goldenProblems(GOLDEN)).toEqual([]);
    expect(goldenProblems({ ...GOLDEN, cases: CHANGED })[0]).toMatch(/not those of the newest reason/);
    const { "one/1": one } = CASES;
    expect(goldenProblems({ ...GOLDEN, cases: { "one/1": one } })).toHaveLength(1);
    expect(goldenProblems({ reasons: [], cases: CASES })[0]).toMatch(/gives no reason/);
  });

  it("can be mended by an update although nothing changes", () => {
    const broken = { reasons: [], cases: CASES };
    expect(updatedGolden(broken, CASES, "merged from two branches")).toMatchObject({ ok: true });
  });
});

describe("changed cases", () => {
  it("are those with another digest or count, new ones and ones that are gone", () => {
    const { "one/1": one, "two/1": two } = CASES;
    expect(changedCases(CASES, CASES)).toEqual([]);
    expect(changedCases({ a: one, b: one, c: one }, { b: one, c: two, d: two })).toEqual(["a", "c", "d"]);
    expect(changedCases({ a: one }, { a: { ...one, eventCount: 6 } })).toEqual(["a"]);
  });
});

describe("the golden file", () => {
  it("has a reason for its digests, and one digest for each run of the corpus", () => {
    const golden = readGolden(ROOT);
    expect(goldenProblems(golden)).toEqual([]);
    expect(Object.keys(golden.cases).toSorted()).toEqual(
      readCorpus(ROOT)
        .map(({ jobCase }) => jobCase.name)
        .toSorted(),
    );
    for (const { because } of golden.reasons) expect(because.length).toBeGreaterThan(11);
  });
});
