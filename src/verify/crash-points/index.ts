/** The face of the crash-point enumeration: plan, run a chunk, add chunks up. */
export { allBases, basesOf, scenarioOfBase, schemesAt } from "./bases.ts";
export type {
  CaseOutcome,
  ChunkResult,
  ChunkViolation,
  CrashBase,
  CrashChunk,
  CrashPlan,
  CrashProfile,
  PhaseId,
} from "./chunk.ts";
export { mergeChunks, type MergedChunks } from "./merge.ts";
export { planCrashPoints } from "./plan.ts";
export { countCases, type ChunkOptions, runChunk, runChunkPrepared } from "./run-chunk.ts";
