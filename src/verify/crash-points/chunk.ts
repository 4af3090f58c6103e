/**
 * The pieces that the enumeration of crash points is cut into, and what each gives: plain JSON data.
 *
 * A chunk is a pure function of itself: it names one base run (a cluster, an image, a phase) and the part of its cases
 * that it takes. Chunks run in any order, in any thread, and may be stored between runs.
 */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { PromiseId } from "../result.ts";
import type { CaseCounts, CaseReach } from "../verify-result.ts";

/** What goes on while servers crash. */
export type PhaseId =
  "first-checkpoint" | "next-checkpoint" | "rejoin" | "repair" | "scrub" | "restore" | "double";

export type CrashProfile = "commit" | "exhaustive";

/** Phase "double": who goes together with the production server before anybody is struck. */
export interface FirstCrash {
  readonly slot: number;
  /** "kept": comes back with what was flushed. "lost": never comes back. */
  readonly disk: "kept" | "lost";
}

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
  /** Phases "rejoin", "repair" and "scrub": the slot that comes back, that is blank, that is rotten. */
  readonly harmedSlot: number;
  /** Phase "double" only; undefined: the production server goes alone. */
  readonly first: FirstCrash | undefined;
  /** Left out: rotated. */
  readonly placement?: "declustered";
  /** The servers stand two and two in racks that are kept apart. Left out: in no racks. */
  readonly inRacks?: true;
}

/** The cases of some sets of lost servers, by their place in the list of a base's sets. Equal states never lie in two parts. */
export interface CrashPart {
  readonly fromSet: number;
  readonly endSet: number;
  /** Of a single set with very many tears: what is left on each disk, by its hash modulo `modulus`. */
  readonly share: { readonly modulus: number; readonly index: number } | undefined;
}

export interface CrashChunk {
  /** Names the chunk in a file of finished ones; equal chunks have equal names. */
  readonly id: string;
  readonly base: CrashBase;
  /** undefined: the whole base. */
  readonly part: CrashPart | undefined;
  /** At most this many cases of the whole base are executed, spread evenly; undefined: all. Only of whole bases. */
  readonly caseCountMax: number | undefined;
}

/** How a case ended. "unneeded": the software was never lost. */
export type CaseOutcome = "restored" | "refused" | "waiting" | "unneeded";

export interface ChunkViolation {
  readonly promise: PromiseId;
  readonly message: string;
  /** The case as a scenario file: run it to see the violation again. */
  readonly scenarioText: string;
  /** Trace digest of that run. */
  readonly digest: string;
  /** Where only the outcome was wrong: when the strike came, and which outcomes were right. */
  readonly outcome: { readonly strikeAtEvent: number; readonly right: readonly string[] } | undefined;
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
  readonly reach: CaseReach;
  readonly checkedCounts: Readonly<Partial<Record<PromiseId, number>>>;
  /** The first few of the broken cases; `brokenCount` has them all. */
  readonly violations: readonly ChunkViolation[];
}

/** How many cases a base has, and into how many chunks the exhaustive profile cuts it. */
export interface BaseCount {
  readonly cases: number;
  readonly pieces: number;
}

/** One cell of the table: a scheme at a width. */
export interface CrashCell {
  readonly scheme: string;
  readonly width: number;
  readonly k: number;
  readonly m: number;
  readonly tolerance: number;
}

export interface PlannedCell extends Pick<CrashCell, "scheme" | "width"> {
  readonly baseCount: number;
  readonly pieceCount: number;
  /** Undefined where only the chunks count them. */
  readonly caseCount: number | undefined;
  /** At most so many of them are executed or recognised as duplicates. */
  readonly selectedCount: number;
}

/** What there is to do, known before anything is executed. */
export interface CrashPlan {
  readonly profile: CrashProfile;
  readonly cells: readonly PlannedCell[];
  readonly baseCount: number;
  readonly pieceCount: number;
  readonly caseCount: number | undefined;
  readonly selectedCount: number;
  /** True: a sample was counted; `caseCount` and `pieceCount` are about right, and there are no chunks to be had. */
  readonly isEstimated: boolean;
  /** Made when asked for: the exhaustive profile has more of them than a list can hold. */
  readonly chunks: Iterable<CrashChunk>;
}
