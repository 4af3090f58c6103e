/** The face of the crash-point enumeration: plan, count, run a chunk, add chunks up. */
export { scenarioOfBase } from "./base-scenario.ts";
export { allBases } from "./bases.ts";
export type { BaseCount, ChunkResult, CrashBase, CrashCell, CrashChunk, CrashPlan } from "./chunk.ts";
export { mergeChunks } from "./merge.ts";
export { outcomeMessage, outcomeOfRun, type RunOutcome } from "./outcome.ts";
export { countCell, type CountExtent, planCrashPoints } from "./plan.ts";
export { runChunk, runChunkPrepared } from "./run-chunk.ts";
