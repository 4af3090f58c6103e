/** Small bases for tests, and runs of their chunks. */
import { createDigests } from "../../../src/sim/digests.ts";
import { BaseRun } from "../../../src/verify/crash-points/base-run.ts";
import type { ChunkResult, CrashBase, CrashPart, PhaseId } from "../../../src/verify/crash-points/chunk.ts";
import { type ChunkOptions, runChunkPrepared } from "../../../src/verify/crash-points/run-chunk.ts";
import { type StepTable, stepTableOf } from "../../../src/verify/crash-points/step-table.ts";
import type { RunEngines } from "../../../src/verify/run.ts";

export const ENGINES: RunEngines = { digests: await createDigests(), ledger: undefined };

export const PHASES: readonly PhaseId[] = [
  "first-checkpoint",
  "next-checkpoint",
  "rejoin",
  "repair",
  "scrub",
  "restore",
  "double",
];

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
    harmedSlot: 0,
    first: undefined,
    ...changes,
  };
}

export interface SmallChunkOptions extends ChunkOptions {
  readonly caseCountMax?: number | undefined;
  readonly part?: CrashPart | undefined;
}

export function runSmall(base: CrashBase, options: SmallChunkOptions = {}): ChunkResult {
  const { caseCountMax, part, ...rest } = options;
  return runChunkPrepared({ id: JSON.stringify(base), base, part, caseCountMax }, ENGINES, rest);
}

export function tableOf(base: CrashBase): { readonly run: BaseRun; readonly table: StepTable } {
  const run = new BaseRun(base, ENGINES);
  return { run, table: stepTableOf(run) };
}
