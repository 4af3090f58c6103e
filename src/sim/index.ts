/**
 * The public face of "ckptlab/sim": a deterministic world of hosts, links, disks and faults.
 *
 * Runs wherever the language does: no files, no clock, no threads.
 */
export { createDigests, rememberDigests } from "./digests.ts";
export type { DiskAtRisk } from "./disk.ts";
export type {
  DiskFault,
  Fault,
  FaultAction,
  FaultMoment,
  KeptOnCrash,
  LinkFault,
  ServerFault,
} from "./faults.ts";
export type { FlippedBit } from "./file-store.ts";
export type { HistoryEvent, HoldingFact, KeyHoldings, RunCosts, RunHistory } from "./history.ts";
export { coreHostProgram, type HostProgram, type ProgramState } from "./host-program.ts";
export { RandomRoot, RandomStream } from "./random.ts";
export type {
  CrashKeeps,
  DiskSettings,
  NetworkSettings,
  ProcessorSettings,
  WorldOptions,
} from "./settings.ts";
export type {
  Client,
  ProcessEnvironment,
  Software,
  SoftwareEnvironment,
  WorkloadJudgement,
  WorkloadRun,
  WorkloadViolation,
} from "./software.ts";
export { StateHash } from "./state-hash.ts";
export { TrapError } from "./trap.ts";
export { createWorld, type World } from "./world.ts";
