/** One scenario, run and judged: what its broken promises or its crash say. */
import type { Segment } from "../../../src/core/checkpoint/image.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { prepareEngines, runPrepared } from "../../../src/verify/run.ts";
import type { Found } from "./strategy.ts";

export async function judgedRun(
  text: string,
  caseName: string,
  filesOf: (paths: readonly string[]) => readonly Segment[] = () => [],
): Promise<Found | undefined> {
  const loaded = loadScenario(text, caseName);
  if (!loaded.ok) throw new RangeError(`${caseName}: ${loaded.error.field}: ${loaded.error.message}`);
  const { scenario } = loaded;
  const engines = await prepareEngines(scenario);
  const files = scenario.workload.kind === "files" ? filesOf(scenario.workload.paths) : [];
  try {
    const { promises } = runPrepared(scenario, engines, { files });
    const broken = promises.filter(({ status }) => status === "broken");
    const [first] = broken;
    if (first === undefined) return undefined;
    const message = `${first.id}: ${first.violations[0] ?? ""}`;
    return { kind: "checker", promises: broken.map(({ id }) => id), message, caseName };
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { kind: "crash", promises: [], message, caseName };
  }
}
