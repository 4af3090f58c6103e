/**
 * Runs that once broke a promise, each a scenario file with its story: all promises hold in them now.
 *
 * A schedule of the model checker is replayed instead: its steps are choices still, and break nothing.
 *
 * Where the story says that the software comes back, the file demands a share of restored restores (`expect`).
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../src/scenario/load.ts";
import { isScheduleText, replaySchedule } from "../src/verify/interleavings/index.ts";
import { runScenario } from "../src/verify/run.ts";

const FOLDER = new URL("regressions/", import.meta.url);
const ALL = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));
const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), "utf8");
const SCHEDULES = ALL.filter((file) => isScheduleText(textOf(file)));
const FILES = ALL.filter((file) => !SCHEDULES.includes(file));

describe("a run that once broke a promise", () => {
  it("is kept for every mended bug", () => {
    expect(FILES.length).toBeGreaterThanOrEqual(5);
  });

  it("may be a schedule, too", () => {
    expect(SCHEDULES.length).toBeGreaterThanOrEqual(1);
  });

  for (const file of SCHEDULES) {
    it(file, () => {
      const text = textOf(file);
      expect(text.startsWith("#"), "the file tells its story first").toBe(true);
      expect(replaySchedule(text)).toMatchObject({ ok: true, outcome: "holds", violation: undefined });
    });
  }

  for (const file of FILES) {
    it(file, async () => {
      const text = textOf(file);
      const loaded = loadScenario(text, file);
      if (!loaded.ok) throw new Error(`${file}: ${loaded.error.field}: ${loaded.error.message}`);
      const { scenario } = loaded;
      expect(text.startsWith("#"), "the file tells its story first").toBe(true);
      expect(`${scenario.name}.yaml`).toBe(file);
      const result = await runScenario(scenario);
      expect(result.promises.filter(({ status }) => status === "broken")).toEqual([]);
      expect(result.verdict).toBe("held");
      expect(result.thresholds.filter(({ met }) => !met)).toEqual([]);
    });
  }
});
