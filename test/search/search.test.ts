/** The search itself: what it generates, that it finds planted bugs, and that its demands can fail. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { writeScenario } from "../../src/scenario/write.ts";
import { replayRun } from "../../src/verify/replay-run.ts";
import { shrunkFile } from "../../src/verify/shrink/shrunk-file.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import { BUGS } from "../zoo/bugs/index.ts";
import { buildHunt } from "../zoo/bundle.ts";
import { Coverage, coverageProblems } from "./coverage.ts";
import { laneOf, seedOfCommit } from "./lane.ts";
import { FAMILIES, loadedScenario, scenarioArbitrary } from "./scenario-arbitrary.ts";
import type { SearchFailure } from "./failure.ts";
import { searchFamily } from "./search.ts";
import { searchModel } from "./model-property.ts";
import type * as Bundled from "./bundled-search.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const folder = scratchFolder(ROOT, "search");
afterAll(() => removeFolder(folder));

describe("generated scenarios", () => {
  it.each(FAMILIES)("$name: each loads, is explicit, and is written as the same", (family) => {
    fc.assert(
      fc.property(scenarioArbitrary(family), (text) => {
        const scenario = loadedScenario(text);
        expect(scenario.budget).toBe(family.isWithin ? "within" : "beyond");
        expect(scenario.swarm).toBeUndefined();
        for (const { at, perHour } of scenario.faults) {
          expect(perHour).toBeUndefined();
          expect(at?.fromNs).toBe(at?.toNs);
        }
        expect(loadedScenario(JSON.stringify({ ...JSON.parse(text) }))).toEqual(scenario);
        expect(loadScenario(writeScenario(scenario), "again")).toMatchObject({ ok: true, scenario });
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe("the lanes", () => {
  it("the commit gives the seed, the same one each time; the long lane draws one", () => {
    expect(seedOfCommit("0f31bc5a")).toBe(0x0f31bc5);
    expect(laneOf(ROOT, "commit", undefined, 1)).toEqual(laneOf(ROOT, "commit", undefined, 1));
    expect(laneOf(ROOT, "commit", 12, 1)).toMatchObject({ seed: 12, source: "given" });
    const long = Array.from({ length: 8 }, () => laneOf(ROOT, "long", undefined, 1).seed);
    expect(new Set(long).size).toBeGreaterThan(1);
    expect(laneOf(ROOT, "long", 1, 1).smallRunCount).toBeGreaterThan(
      laneOf(ROOT, "commit", 1, 1).smallRunCount,
    );
  });

  it("runs that are cut short by time are a failure", async () => {
    const [family = FAMILIES[0]] = FAMILIES;
    if (family === undefined) throw new Error("no family");
    const searched = await searchFamily(
      family,
      { seed: 1, runCount: 100_000, secondsMax: 0.2 },
      new Coverage(),
    );
    expect(searched.runCount).toBeLessThan(100_000);
    expect(searched.failure?.message).toMatch(/interrupted/i);
    const model = await searchModel({ seed: 1, runCount: 100_000, secondsMax: 0.2 });
    expect(model.failure?.message).toMatch(/interrupted/i);
    expect(model.failure?.shrunk).toBeUndefined();
  });
});

describe("what is demanded of the coverage", () => {
  it("is missed by a search that did nothing, and by one that did little", async () => {
    const coverage = new Coverage();
    expect(coverageProblems(coverage.shares())).toHaveLength(6);
    const [family] = FAMILIES;
    if (family === undefined) throw new Error("no family");
    const { failure } = await searchFamily(family, { seed: 5, runCount: 8, secondsMax: 60 }, coverage);
    expect(failure).toBeUndefined();
    const shares = coverage.shares();
    expect(shares[0]?.reachedCount).toBeGreaterThan(3);
    expect(coverageProblems(shares).join()).toContain("kinds of faults that bit");
  });
});

/** Found by scenarios, and by operations against the model. */
const PLANTED = [
  { id: "nothing-rebuilt", by: "scenarios" },
  { id: "first-answer-decides", by: "scenarios" },
  { id: "nothing-rebuilt", by: "model" },
] as const;

describe("a bug planted into the core is found", () => {
  it.each(PLANTED)(
    "$id, by $by; what was found is small, and breaks again",
    { timeout: 120_000 },
    async ({ id, by }) => {
      const bug = BUGS.find((each) => each.id === id);
      if (bug === undefined) throw new Error(`the zoo has no ${id}`);
      const outFile = path.join(folder, `${id}-${by}.mjs`);
      await buildHunt({ root: ROOT, bug, outFile, entry: "test/search/bundled-search.ts" });
      const patched = (await import(/* @vite-ignore */ pathToFileURL(outFile).href)) as typeof Bundled;
      let found: SearchFailure | undefined;
      if (by === "model") {
        const { failure } = await patched.searchModel({ seed: 1, runCount: 200, secondsMax: 100 });
        // What fast-check shrank and says in its words is the scenario that was shrunk further.
        expect(failure?.message).toMatch(/an empty disk of|a crash of|the loss of/);
        found = failure;
      } else found = await patched.firstFound({ seed: 1, runCount: 120, secondsMax: 100 });
      if (found?.shrunk?.outcome !== "shrunk") throw new Error("not found, or not shrunk");
      const { shrunk } = found;
      expect(shrunk.isMinimal).toBe(true);
      expect(shrunk.scenario.faults.length).toBeLessThanOrEqual(4);
      expect(bug.breaks).toContain(shrunk.failure.promise);
      const loaded = loadScenario(shrunkFile(shrunk, id).text("found.yaml"), "found.yaml");
      if (!loaded.ok || loaded.counterexample === undefined) throw new Error("no counterexample");
      expect(await patched.replayRun(loaded.counterexample, loaded.scenario)).toMatchObject({
        outcome: "breaks-again",
        sameDigest: true,
      });
      // It is the bug: in the sound core the same run breaks nothing.
      expect((await replayRun(loaded.counterexample, loaded.scenario)).outcome).not.toBe("breaks-again");
    },
  );
});
