/** The face of the crash-point enumeration: plan, run a chunk, add chunks up. */
export { allBases, scenarioOfBase } from "./bases.ts";
export type { ChunkResult, CrashBase, CrashChunk, CrashPlan } from "./chunk.ts";
export { mergeChunks } from "./merge.ts";
export { planCrashPoints } from "./plan.ts";
export { runChunk, runChunkPrepared } from "./run-chunk.ts";
