/** Runs a scenario given as text; a text that is no scenario fails the test with the loader's own words. */
import { loadScenario } from "../../../src/scenario/load.ts";
import type { RunResult } from "../../../src/verify/result.ts";
import { runScenario, type RunOptions } from "../../../src/verify/run.ts";

export async function runText(text: string, options: RunOptions = {}): Promise<RunResult> {
  const loaded = loadScenario(text, "test scenario");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  return runScenario(loaded.scenario, options);
}
