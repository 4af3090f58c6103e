/**
 * The pieces that a verification is made of, whichever part they belong to: plain data that may run in any thread, in
 * any order, and may be kept in a file between two starts.
 *
 * Invariant: `runVerifyTask` is a pure function of its task, but for the wall-clock seconds, which the caller measures.
 */
import {
  type ChunkResult,
  type CrashChunk,
  type CrashPlan,
  planCrashPoints,
  runChunk,
} from "./crash-points/index.ts";
import {
  type Exploration,
  exploreConfiguration,
  plannedExplorations,
  type PlannedExploration,
} from "./interleavings/index.ts";
import type { VerifyPart, VerifyResult } from "./verify-result.ts";

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
  /** Long pieces first, so that no thread is left alone with one at the end. */
  readonly tasks: readonly VerifyTask[];
  readonly crashPoints: CrashPlan | undefined;
  readonly interleavings: readonly PlannedExploration[];
}

/** `only` undefined: every part. Counting all cases of the exhaustive profile takes a while: `onProgress` is told. */
export async function planVerification(
  profile: VerifyProfile,
  only?: PartId,
  onProgress?: (doneCount: number, totalCount: number) => void,
): Promise<VerifyPlan> {
  const parts = only === undefined ? PART_IDS : [only];
  const crashPoints = parts.includes("crash-points") ? await planCrashPoints(profile, onProgress) : undefined;
  const interleavings = parts.includes("interleavings") ? plannedExplorations(profile) : [];
  return {
    profile,
    parts,
    crashPoints,
    interleavings,
    tasks: [
      ...interleavings.map((planned): VerifyTask => {
        const { name } = planned.configuration;
        return { part: "interleavings", id: `interleavings ${name}`, planned };
      }),
      ...(crashPoints?.chunks ?? []).map((chunk): VerifyTask => {
        return { part: "crash-points", id: `crash-points ${chunk.id}`, chunk };
      }),
    ],
  };
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
