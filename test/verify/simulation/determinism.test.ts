/** Same scenario, same seed: the same run, to the last digit. Another seed: another run. */
import { readFile, readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import { prepareEngines, prepareRun, judgeRun } from "../../../src/verify/run.ts";
import { randomScenarioText } from "../../../src/verify/random-scenario.ts";
import { runText } from "./run-text.ts";

describe("a run is a function of scenario and seed", () => {
  for (const seed of ["d1", "d2", "d3", "d4", "d5", "d6"]) {
    it(`random scenario ${seed}: twice the same result`, async () => {
      const text = randomScenarioText(seed);
      expect(await runText(text)).toEqual(await runText(text));
    });
  }

  it("another seed gives another digest", async () => {
    const text = randomScenarioText("d1");
    const first = await runText(text, { seed: "one" });
    const second = await runText(text, { seed: "two" });
    expect(first.digest).not.toBe(second.digest);
    expect(first.scenarioHash).toBe(second.scenarioHash);
  });
});

describe("a world that is forked at any moment goes on as the original does", () => {
  for (const seed of ["f1", "f2", "f3"]) {
    it(`random scenario ${seed}`, async () => {
      const loaded = loadScenario(randomScenarioText(seed), "fork");
      if (!loaded.ok) throw new Error(loaded.error.message);
      const engines = await prepareEngines(loaded.scenario);
      const { world } = prepareRun(loaded.scenario, engines);
      const forks = [];
      for (const percent of [10, 30, 50, 80]) {
        world.runUntil((loaded.scenario.durationNs / 100) * percent);
        forks.push(world.fork());
      }
      const original = judgeRun(prepareRun(loaded.scenario, engines).plan, world.run());
      for (const fork of forks) {
        expect(judgeRun(prepareRun(loaded.scenario, engines).plan, fork.run())).toEqual(original);
      }
    });
  }
});

describe("every scenario of the project", () => {
  it("is loaded without an error", async () => {
    const root = new URL("../../../scenarios/", import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".yaml"));
    expect(files.length).toBeGreaterThanOrEqual(25);
    for (const file of files) {
      const loaded = loadScenario(await readFile(new URL(file, root), "utf8"), file);
      expect(loaded.ok ? [] : [loaded.error], file).toEqual([]);
    }
  });
});
