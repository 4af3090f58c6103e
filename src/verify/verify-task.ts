/**
 * The pieces that a verification is made of, whichever part they belong to: plain data that may run in any thread, in
 * any order, and may be kept in a file between two starts.
 *
 * Invariant: `runVerifyTask` is a pure function of its task, but for the wall-clock seconds, which the caller measures.
 */
import {
  allBases,
  type BaseCount,
  type ChunkResult,
  countCell,
  type CountExtent,
  type CrashBase,
  type CrashCell,
  type CrashChunk,
  type CrashPlan,
  planCrashPoints,
  runChunk,
  scenarioOfBase,
} from "./crash-points/index.ts";
import {
  type Exploration,
  exploreConfiguration,
  plannedExplorations,
  type PlannedExploration,
} from "./interleavings/index.ts";
import { prepareEngines, type RunEngines } from "./run.ts";
import type { Shard, VerifyPart, VerifyResult } from "./verify-result.ts";

export type PartId = VerifyPart["id"];
export type VerifyProfile = VerifyResult["profile"];

export const PART_IDS: readonly PartId[] = ["crash-points", "interleavings"];
export const PROFILES: readonly VerifyProfile[] = ["commit", "exhaustive"];

export type VerifyTask =
  | { readonly part: "crash-points"; readonly id: string; readonly chunk: CrashChunk }
  | { readonly part: "interleavings"; readonly id: string; readonly planned: PlannedExploration };

export type VerifyTaskResult =
  | { readonly part: "crash-points"; readonly result: ChunkResult }
  | { readonly part: "interleavings"; readonly result: Exploration };

/** Seconds of wall-clock time that the piece took in its thread. */
export interface TimedResult {
  readonly result: VerifyTaskResult;
  readonly seconds: number;
}

export interface VerifyPlan {
  readonly profile: VerifyProfile;
  readonly parts: readonly PartId[];
  /** undefined: the whole plan. */
  readonly shard: Shard | undefined;
  readonly taskCount: number;
  /**
   * Long pieces first, so that no thread is left alone with one at the end. Made when asked for, as often as asked: there may
   * be more of them than a list can hold.
   */
  readonly tasks: Iterable<VerifyTask>;
  readonly crashPoints: CrashPlan | undefined;
  readonly interleavings: readonly PlannedExploration[];
}

export interface PlanVerificationOptions {
  /** undefined: every part. */
  readonly only?: PartId | undefined;
  /** How the cases of a cell are counted; default: in this thread. Only the exhaustive profile counts beforehand. */
  readonly count?: ((cell: CrashCell) => Promise<readonly BaseCount[]>) | undefined;
  readonly onProgress?: ((doneCount: number, totalCount: number) => void) | undefined;
}

export async function planVerification(
  profile: VerifyProfile,
  options: PlanVerificationOptions = {},
): Promise<VerifyPlan> {
  const { only, count = (cell) => countCellHere(cell), onProgress } = options;
  const parts = only === undefined ? PART_IDS : [only];
  const engines = await crashEngines();
  const crashPoints = parts.includes("crash-points")
    ? await planCrashPoints(profile, { count, onProgress, engines })
    : undefined;
  const interleavings = parts.includes("interleavings") ? plannedExplorations(profile) : [];
  return {
    profile,
    parts,
    shard: undefined,
    crashPoints,
    interleavings,
    taskCount: interleavings.length + (crashPoints?.pieceCount ?? 0),
    tasks: {
      *[Symbol.iterator]() {
        for (const planned of interleavings) {
          const id = `interleavings ${planned.configuration.name}`;
          yield { part: "interleavings", id, planned };
        }
        for (const chunk of crashPoints?.chunks ?? [])
          yield { part: "crash-points", id: `crash-points ${chunk.id}`, chunk };
      },
    },
  };
}

/** What every base needs; the same for all of them. */
function crashEngines(): Promise<RunEngines> {
  return prepareEngines(scenarioOfBase(allBases()[0] as CrashBase));
}

/** Counts the cases of a cell: a minute for the widest ones, unless a sample is enough. */
export async function countCellHere(cell: CrashCell, extent: CountExtent = "all"): Promise<BaseCount[]> {
  return countCell(cell, await crashEngines(), extent);
}

export async function runVerifyTask(task: VerifyTask): Promise<VerifyTaskResult> {
  switch (task.part) {
    case "crash-points":
      return { part: task.part, result: await runChunk(task.chunk) };
    case "interleavings": {
      const { configuration, bounds } = task.planned;
      return { part: task.part, result: exploreConfiguration(configuration, bounds) };
    }
  }
}
