/** Runs one scenario of the search and says what is wrong with it; what its faults reached goes into the coverage. */
import { prepareEngines, prepareRun, judgeRun, type RunEngines } from "../../src/verify/run.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { WorldBuffers } from "../../src/sim/world-buffers.ts";
import type { Coverage } from "./coverage.ts";
import { loadedScenario } from "./scenario-arbitrary.ts";

const buffers: WorldBuffers = new WorldBuffers();

/** For every scenario: that of a ledger prepares all there is. */
export async function searchEngines(): Promise<RunEngines> {
  const text = "{name: x, servers: {backups: [a, b]}, scheme: 'mirror:2', workload: {kind: ledger}}";
  const loaded = loadScenario(text, "x");
  if (!loaded.ok) throw new Error(loaded.error.message);
  return prepareEngines(loaded.scenario);
}

/** Throws when the core does. */
export function problemOf(text: string, engines: RunEngines, coverage: Coverage): string | undefined {
  const scenario = loadedScenario(text);
  try {
    const { plan, world } = prepareRun(scenario, engines, {}, buffers);
    const history = world.run();
    const { promises } = judgeRun(plan, history);
    coverage.add(plan, history);
    const broken = promises.find(({ status }) => status === "broken");
    if (broken !== undefined) return `${broken.id}: ${broken.violations[0] ?? "broken"}`;
    return history.endReason === "events" ? "the run reached the limit of events" : undefined;
  } finally {
    buffers.release();
  }
}
