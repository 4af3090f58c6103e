/**
 * What went wrong in a run, as far as a search cares: a promise broke, or the core itself stopped with an error.
 */
import type { Segment } from "../../core/checkpoint/image.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Fault } from "../../sim/faults.ts";
import type { HistoryEvent } from "../../sim/history.ts";
import { WorldBuffers } from "../../sim/world-buffers.ts";
import type { PromiseId, PromiseResult } from "../result.ts";
import { judgeRun, prepareRun, type RunEngines, type RunOptions } from "../run.ts";

/** A promise, any promise, or an error of the core. */
export type Wanted = PromiseId | "any" | "error";

export interface Failure {
  /** The promise that broke; undefined: the core stopped with an error. */
  readonly promise: PromiseId | undefined;
  readonly message: string;
  /** Trace digest of the run; "" when it did not come to its end. */
  readonly digest: string;
  /** By place in the plan, when each fault struck. */
  readonly struckNs: readonly (number | undefined)[];
}

export interface FailureOptions extends Pick<RunOptions, "plant"> {
  /** Contents of the files that a `files` workload names. */
  readonly files?: readonly Segment[] | undefined;
}

/** What is wanted of a run that failed so: the same promise, or the same kind of end. */
export function wantedOf({ promise }: Pick<Failure, "promise">): Wanted {
  return promise ?? "error";
}

/** The first promise that is broken, of those that are asked for. */
function brokenOf(promises: readonly PromiseResult[], wanted: Wanted): PromiseResult | undefined {
  if (wanted === "error") return undefined;
  return promises.find(({ id, status }) => status === "broken" && (wanted === "any" || wanted === id));
}

/** Serve the runs of this thread, one after another. */
const buffers: WorldBuffers = new WorldBuffers();

/** Runs the scenario once; undefined when it does not fail as wanted. `wanted` "any" takes errors of the core, too. */
export function failureOf(
  scenario: Scenario,
  engines: RunEngines,
  wanted: Wanted,
  options: FailureOptions = {},
): Failure | undefined {
  const files = filesOf(scenario, options.files);
  try {
    const { plan, world } = prepareRun(scenario, engines, { plant: options.plant, files }, buffers);
    const struckNs = (): (number | undefined)[] => strikesOf(plan.faults, world.events);
    try {
      const { promises, digest } = judgeRun(plan, world.run());
      const broken = brokenOf(promises, wanted);
      if (broken === undefined) return undefined;
      return { promise: broken.id, message: broken.violations[0] ?? "broken", digest, struckNs: struckNs() };
    } catch (error) {
      if (wanted !== "error" && wanted !== "any") return undefined;
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { promise: undefined, message, digest: "", struckNs: struckNs() };
    }
  } finally {
    buffers.release();
  }
}

function strikesOf(faults: readonly Fault[], events: readonly HistoryEvent[]): (number | undefined)[] {
  const moments = new Map<Fault, number>();
  for (const event of events) if (event.kind === "fault") moments.set(event.fault, event.atNs);
  return faults.map((fault) => moments.get(fault));
}

/** Of the files at hand, those that the scenario still names. */
function filesOf({ workload }: Scenario, files: readonly Segment[] = []): readonly Segment[] {
  if (workload.kind !== "files") return [];
  const { paths } = workload;
  return files.filter(({ name }) => paths.includes(name));
}
