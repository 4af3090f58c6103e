/**
 * What `ckptlab verify` returns: plain JSON data that the command line prints, writes as JUnit and as JSON.
 *
 * Counts are kept apart: a case is executed when it ran to its verdict; it is distinct when no case before it started
 * from the same state with the same faults still to come; cases that the profile leaves out are skipped.
 */
import type { PromiseId } from "./result.ts";

export interface CaseCounts {
  readonly executed: number;
  /** Executed cases that were distinct. */
  readonly distinct: number;
  /** Recognised by the hash of their state, and not executed again. */
  readonly duplicate: number;
  /** Known to exist, and left out by the profile. */
  readonly skipped: number;
}

/** What goes on at a step at which a server crashes. "recovering": after a first crash. */
export type CaseActivity =
  "taking" | "retiring" | "rejoining" | "repairing" | "scrubbing" | "restoring" | "recovering";

/** What a step is. "effect-took-place": a message or a write whose handler waited for the processor. */
export type CaseStepKind =
  | "message-delivered"
  | "write-issued"
  | "write-completed"
  | "flush-issued"
  | "flush-completed"
  | "read-completed"
  | "timer-fired"
  | "effect-took-place"
  | "server-started"
  | "other";

/**
 * What a strike leaves of the disks. "lost-only": no disk is kept. "kept-at-rest": nothing of those that are kept is at risk.
 * "one-torn", "several-torn": of so many disks there is more than one way to leave them, and each is crossed with the others.
 * "nothing-durable": as well as one of those, a disk is kept on which nothing is certain to stay.
 */
export type CaseTears = "lost-only" | "kept-at-rest" | "one-torn" | "several-torn" | "nothing-durable";

/** Executed cases by what they were struck at. A step of several kinds counts for each of them. */
export interface CaseReach {
  readonly steps: Readonly<Partial<Record<CaseActivity, Readonly<Partial<Record<CaseStepKind, number>>>>>>;
  readonly tears: Readonly<Partial<Record<CaseTears, number>>>;
}

/** One cell of a table: a scheme at a width. */
export interface VerifyCell extends CaseCounts {
  readonly scheme: string;
  readonly width: number;
  readonly restored: number;
  readonly refused: number;
  readonly waiting: number;
  /** Cases that needed no restore: the production server was never lost. */
  readonly unneeded: number;
  readonly brokenCount: number;
}

export interface VerifyViolation {
  /** The cell (verify-words.ts) or the configuration that it was found in. */
  readonly where: string;
  readonly promise: PromiseId;
  readonly message: string;
  /** Where the counterexample was written, and the command that shows it again. */
  readonly file: string;
  readonly command: string;
}

export interface VerifyPart {
  readonly id: "crash-points" | "interleavings";
  readonly title: string;
  readonly verdict: "held" | "broken" | "undecided";
  readonly counts: CaseCounts;
  readonly cells: readonly VerifyCell[];
  /** Model checker only: states visited, transitions taken, deepest level reached, and whether all was exhausted. */
  readonly states: readonly {
    readonly name: string;
    readonly bounds: string;
    readonly visited: number;
    readonly transitions: number;
    readonly deepestLevel: number;
    readonly exhausted: boolean;
  }[];
  /** Crash points only: the steps at which servers were struck. */
  readonly reach: CaseReach | undefined;
  readonly checkedCounts: Readonly<Partial<Record<PromiseId, number>>>;
  readonly violations: readonly VerifyViolation[];
  readonly wallSeconds: number;
}

/** One of `count` parts that a verification is dealt out to; numbers go from 1. */
export interface Shard {
  readonly number: number;
  readonly count: number;
}

export interface VerifyResult {
  readonly version: string;
  readonly profile: "commit" | "exhaustive";
  /** undefined: the whole, also when it was merged from shards. */
  readonly shard: Shard | undefined;
  readonly verdict: "held" | "broken" | "undecided";
  readonly parts: readonly VerifyPart[];
  /** Promises that no part gave anything to check: the gate fails on them. */
  readonly idlePromises: readonly PromiseId[];
  readonly pieceCount: number;
  /** Pieces that were not taken, because the time was up. */
  readonly leftPieceCount: number;
  readonly wallSeconds: number;
  /** Seconds that the pieces took in their threads, added up: those of earlier starts and of merged shards too. */
  readonly workSeconds: number;
  readonly command: string;
}
