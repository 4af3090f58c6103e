/**
 * When a loss became certain: the first moment from which on, to the end of the run, no software runs and the newest durable
 * checkpoint cannot be decoded (by matrix rank) from all the disks that still exist, or none of them has its manifest.
 *
 * From then on nothing that comes back, heals or is declared by an operator can help: a restore and a repair both need every
 * group decodable, and only running software takes a newer checkpoint. Before it, every disk that is missing could still have
 * come back. A disk that is down, paused or cut off exists; one that was lost, and what rot or a lying write spoiled, does not.
 *
 * Only faults, damage, crashes and returns change what disks hold or whether software runs, so that these moments alone are
 * looked at: at each of them the same run is stopped and its disks are read.
 */
import type { CheckpointKey } from "../../core/checkpoint/key.ts";
import type { HistoryEvent } from "../../sim/history.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { contextOf, prepareRun, type RunEngines, type RunOptions } from "../run.ts";
import { isGone, isRunning, type NewestOnDisks, newestOnDisks } from "./run-end.ts";

export interface CertainLoss {
  readonly atNs: number;
  /** Undefined: no checkpoint was ever durable. */
  readonly key: CheckpointKey | undefined;
  readonly hasManifest: boolean;
  readonly lostGroups: readonly number[];
}

const CHANGES: ReadonlySet<HistoryEvent["kind"]> = new Set([
  "fault",
  "damage",
  "host-down",
  "host-up",
  "software-stopped",
  "software-started",
]);

/** Undefined: at the end of the run the newest durable checkpoint could still be decoded, or software runs. */
export function certainLossOf(
  scenario: Scenario,
  engines: RunEngines,
  options: Pick<RunOptions, "files" | "plant"> = {},
): CertainLoss | undefined {
  const whole = looked(scenario, engines, scenario.durationNs, options);
  if (!whole.isLost) return undefined;
  const changes = whole.events.filter(({ kind }) => CHANGES.has(kind));
  let certain: CertainLoss | undefined;
  // Backwards from the end: the first moment that was not lost yet ends the search.
  for (const atNs of [...new Set(changes.map((event) => event.atNs))].toReversed()) {
    const then = looked(scenario, engines, atNs + 1, options);
    if (!then.isLost) break;
    certain = { atNs, ...then.newest };
  }
  return certain;
}

function looked(
  scenario: Scenario,
  engines: RunEngines,
  durationNs: number,
  options: Pick<RunOptions, "files" | "plant">,
): {
  readonly isLost: boolean;
  readonly newest: NewestOnDisks;
  readonly events: readonly HistoryEvent[];
} {
  const { plan, world } = prepareRun({ ...scenario, durationNs }, engines, options);
  const history = world.run();
  const newest = newestOnDisks(history, contextOf(plan, history));
  return { isLost: !isRunning(history) && isGone(newest), newest, events: history.events };
}
