import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  expectPromises,
  type ExpectPromisesOptions,
  PromisesError,
  type ScenarioSource,
} from "../../src/cli/expect-promises.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { replayOf } from "../../src/verify/replay.ts";
import { runScenario } from "../../src/verify/run.ts";
import { PLANTED } from "../verify/simulation/planted-bugs.ts";
import { Workplace } from "./command-line.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

const SCENARIO = {
  name: "small",
  seed: "mine",
  servers: { backups: ["a", "b", "c"] },
  scheme: "parity:2+1",
  workload: { kind: "synthetic", image: "8KiB", checkpointEvery: "20ms" },
  faults: [{ at: "50ms..90ms", kind: "permanent-loss", target: "production" }],
  duration: "600ms",
};

async function failureOf(
  source: ScenarioSource,
  options: ExpectPromisesOptions = { counterexamples: false },
): Promise<PromisesError> {
  try {
    await expectPromises(source, options);
  } catch (error) {
    if (error instanceof PromisesError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("expectPromises", () => {
  it("takes a path, a URL, a text, an object and a loaded scenario, which give the same run", async () => {
    const json = JSON.stringify(SCENARIO);
    const file = workplace.write("small.yaml", json);
    const loaded = loadScenario(json, file);
    if (!loaded.ok) throw new Error(loaded.error.message);
    const digests = new Set<string | undefined>();
    for (const source of [file, pathToFileURL(file), json, SCENARIO, loaded.scenario]) {
      const [result, ...others] = await expectPromises(source);
      expect(others).toEqual([]);
      expect(result).toMatchObject({ verdict: "held", seed: "mine" });
      digests.add(result?.digest);
    }
    expect(digests.size).toBe(1);
  });

  it("runs the seeds it is given, or so many of the scenario's own, with another scheme", async () => {
    const named = await expectPromises(SCENARIO, { seeds: ["x", "y"], scheme: "mirror:2" });
    expect(named.map(({ seed, scheme, width }) => [seed, scheme, width])).toEqual([
      ["x", "mirror:2", 2],
      ["y", "mirror:2", 2],
    ]);
    const counted = await expectPromises(SCENARIO, { seeds: 3, exercised: ["integrity"] });
    expect(counted.map(({ seed }) => seed)).toEqual(["mine-1", "mine-2", "mine-3"]);
  });

  it("a broken promise: tells seed and violation, and leaves a counterexample that replays", async () => {
    const folder = workplace.path("kept");
    const error = await failureOf(SCENARIO, {
      seeds: 2,
      plant: PLANTED.nobodyRestores,
      counterexamples: folder,
    });
    expect(error.code).toBe("promise-broken");
    expect(error.results).toHaveLength(2);
    expect(error.message).toMatch(/^small: 2 of 2 runs failed\nseed "mine-1"\n {2}\S+ broken: /);
    expect(error.message).toContain("\n  faults: ");
    const [, file = ""] = /\n {2}counterexample: (\S+)\n/.exec(error.message) ?? [];
    expect(error.message).toContain(`\n  replay: npx ckptlab replay ${file}\n`);
    expect(readdirSync(folder)).toHaveLength(2);
    const kept = loadScenario(readFileSync(file, "utf8"), file);
    if (!kept.ok || kept.counterexample === undefined) throw new Error("no counterexample");
    const again = await runScenario(kept.scenario, { plant: PLANTED.nobodyRestores });
    expect(replayOf(kept.counterexample, again)).toMatchObject({ sameDigest: true, outcome: "breaks-again" });
  });

  it("a run that shows nothing, a missed threshold and an idle promise fail, each by name", async () => {
    const lost = [{ at: "50ms", kind: "permanent-loss", target: ["production", "a", "b"] }];
    const undecided = await failureOf({ ...SCENARIO, faults: lost });
    expect(undecided.code).toBe("undecided");
    expect(undecided.message).toMatch(/^small: the run failed\nseed "mine"\n {2}undecided: /);
    const slow = workplace.write(
      "slow.yaml",
      JSON.stringify({ ...SCENARIO, expect: { restoreMsP99: { max: 1 } } }),
    );
    const missed = await failureOf(slow, { scheme: "mirror:2" });
    expect(missed.code).toBe("threshold-missed");
    expect(missed.message).toMatch(/MISSED: time to restore, 99th percentile is /);
    expect(missed.message).toMatch(
      /\n {2}replay: npx ckptlab run \S*slow\.yaml --seed mine --scheme mirror:2$/,
    );
    const quiet = await failureOf({ ...SCENARIO, faults: [] }, { exercised: ["accounting", "continuation"] });
    expect(quiet.code).toBe("not-exercised");
    expect(quiet.message).toBe("small: no run gave anything to check for continuation");
    expect(quiet.results).toHaveLength(1);
  });

  it("bad input runs nothing and says where it is", async () => {
    const wrong = workplace.write("wrong.yaml", JSON.stringify({ ...SCENARIO, scheem: 1 }));
    for (const [source, options, words] of [
      [wrong, {}, /wrong\.yaml:1:\d+: scheem: /],
      [workplace.path("none.yaml"), {}, /none\.yaml: cannot be read: no such file/],
      [{ ...SCENARIO, scheme: "mirror:9" }, {}, /^scenario:1:\d+: scheme: /],
      [SCENARIO, { scheme: "mirror:9" }, /^small: --scheme: mirror:9 needs 9 backup servers/],
      [SCENARIO, { seeds: 0 }, /^seeds: there must be one at least/],
    ] as const) {
      const error = await failureOf(source, options);
      expect(error).toMatchObject({ name: "PromisesError", code: "bad-input", results: [] });
      expect(error.message).toMatch(words);
    }
  });
});
