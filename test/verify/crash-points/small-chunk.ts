/** Small bases for tests, and runs of their chunks. */
import { createDigests } from "../../../src/sim/digests.ts";
import type { ChunkResult, CrashBase } from "../../../src/verify/crash-points/chunk.ts";
import { type ChunkOptions, runChunkPrepared } from "../../../src/verify/crash-points/run-chunk.ts";
import type { RunEngines } from "../../../src/verify/run.ts";

export const ENGINES: RunEngines = { digests: await createDigests(), ledger: undefined };

export function smallBase(changes: Partial<CrashBase> = {}): CrashBase {
  return {
    scheme: "mirror:2",
    width: 2,
    serverCount: 3,
    former: "production",
    imageBytes: 1025,
    subsegmentBytes: 1024,
    retentionCount: 1,
    phase: "first-checkpoint",
    ...changes,
  };
}

export interface SmallChunkOptions extends ChunkOptions {
  readonly caseCountMax?: number | undefined;
  readonly part?: { readonly index: number; readonly count: number };
}

export function runSmall(base: CrashBase, options: SmallChunkOptions = {}): ChunkResult {
  const { caseCountMax, part = { index: 0, count: 1 }, ...rest } = options;
  return runChunkPrepared({ id: JSON.stringify(base), base, part, caseCountMax }, ENGINES, rest);
}
