/**
 * The pieces that the enumeration of crash points is cut into, and what each gives: plain JSON data.
 *
 * A chunk is a pure function of itself: it names one base run (a cluster, an image, a phase) and the part of its cases
 * that it takes. Chunks run in any order, in any thread, and may be stored between runs.
 */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { PromiseId } from "../result.ts";
import type { CaseCounts } from "../verify-result.ts";

/** What goes on while servers crash. */
export type PhaseId = "first-checkpoint" | "next-checkpoint" | "repair" | "scrub" | "restore" | "double";

export type CrashProfile = "commit" | "exhaustive";

/** One undisturbed run, from whose events all its cases branch. */
export interface CrashBase {
  readonly scheme: string;
  readonly width: number;
  readonly serverCount: number;
  readonly former: FormerPlace;
  readonly imageBytes: number;
  readonly subsegmentBytes: number;
  readonly retentionCount: number;
  readonly phase: PhaseId;
}

export interface CrashChunk {
  /** Names the chunk in a file of finished ones; equal chunks have equal names. */
  readonly id: string;
  readonly base: CrashBase;
  /** Of the sets of lost servers, those whose number has this remainder. Equal states never lie in different parts. */
  readonly part: { readonly index: number; readonly count: number };
  /** At most this many cases of the whole base are executed, evenly spread; undefined: all. */
  readonly caseCountMax: number | undefined;
}

/** How a case ended. "unneeded": the software was never lost. "undecided": cut off before its outcome; never expected. */
export type CaseOutcome = "restored" | "refused" | "waiting" | "unneeded";

export interface ChunkViolation {
  readonly promise: PromiseId;
  readonly message: string;
  /** The case as a scenario file: run it to see the violation again. */
  readonly scenarioText: string;
  /** Trace digest of that run. */
  readonly digest: string;
}

export interface ChunkResult {
  readonly id: string;
  readonly scheme: string;
  readonly width: number;
  readonly counts: CaseCounts;
  readonly outcomes: Readonly<Record<CaseOutcome, number>>;
  /** Cases in which waiting went on to a verdict that is final. */
  readonly wentOnCount: number;
  /** Cases whose outcome the oracle fixed beforehand; of the others only the promises were judged. */
  readonly foretoldCount: number;
  readonly brokenCount: number;
  readonly checkedCounts: Readonly<Partial<Record<PromiseId, number>>>;
  /** The first few of the broken cases; `brokenCount` has them all. */
  readonly violations: readonly ChunkViolation[];
}

/** What there is to do, known before anything is executed. */
export interface CrashPlan {
  readonly profile: CrashProfile;
  readonly chunks: readonly CrashChunk[];
  readonly baseCount: number;
  /** Cases of all bases of the profile, counted exactly; undefined where only the chunks count them. */
  readonly caseCount: number | undefined;
  /** At most so many of them are executed or recognised as duplicates. */
  readonly selectedCount: number;
}
