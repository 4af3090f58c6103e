/**
 * Runs a counterexample again, as it stands, and judges it as it was judged when it was found: by the promises of a run, and
 * where the file says how the run had to end, by that too.
 */
import type { Segment } from "../core/checkpoint/image.ts";
import type { CounterexampleRecord } from "../scenario/counterexample.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { outcomeOfRun } from "./crash-points/index.ts";
import { type Replay, replayOf } from "./replay.ts";
import { judgeRun, prepareEngines, prepareRun, type RunOptions } from "./run.ts";

export interface ReplayRunOptions extends Pick<RunOptions, "plant"> {
  /** Contents of the files that a `files` workload names. */
  readonly files?: readonly Segment[] | undefined;
}

/** Throws PlanRefused when the scenario asks for something that its cluster cannot have. */
export async function replayRun(
  record: CounterexampleRecord,
  scenario: Scenario,
  options: ReplayRunOptions = {},
): Promise<Replay> {
  const { plan, world } = prepareRun(scenario, await prepareEngines(scenario), options);
  const history = world.run();
  const { outcome } = record;
  const endedAs = outcome === undefined ? undefined : outcomeOfRun(history.events, outcome.strikeAtEvent);
  return replayOf(record, { ...judgeRun(plan, history), endedAs });
}
