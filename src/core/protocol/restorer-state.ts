/**
 * What a restorer knows: its state, and the questions that are answered from it alone.
 *
 * Not covered: judging candidates (restorer-candidates.ts), fetching (restorer-fetch.ts), acting (restorer.ts).
 */
import { BALLOT_ZERO, type Ballot, type CheckpointKey, type Life } from "../checkpoint/key.ts";
import type { Segment } from "../checkpoint/image.ts";
import type { Manifest } from "../checkpoint/manifest.ts";
import { quorumOf, type ClusterConfiguration } from "./cluster.ts";
import type { RestoreCommand } from "./messages.ts";
import type { Verdict } from "./notes.ts";
import { validAnswers, type Answer } from "./restorer-candidates.ts";
import { INITIAL_LIFE } from "./server-state.ts";
import { createTable, type Table } from "./table.ts";

/** A member while it is fetched. "gone": its server answered that it has no good bytes. "silent": no answer for too long. */
export type MemberState = "open" | "asked" | "good" | "gone" | "silent";

export interface FetchedGroup {
  readonly group: number;
  readonly states: MemberState[];
  readonly members: (Uint8Array | undefined)[];
}

export interface Fetching {
  readonly manifest: Manifest;
  nextGroup: number;
  /** Groups under way, ascending; the first one is the next to be reassembled. */
  readonly open: FetchedGroup[];
  readonly parts: Uint8Array[];
  chain: string;
  silentTicks: number;
  /** Servers that were passed over: asked for no member of any group, until they answer or nothing goes on without them. */
  silentSlots: readonly number[];
  /** Members were found missing, and nobody was asked anew since. */
  isBlocked: boolean;
  /** Since the last tick it was decided to tell that this fetch waits. */
  isToldWaiting: boolean;
}

/** What a finished restore hands to the host. */
export interface Restored {
  readonly ballot: Ballot;
  readonly key: CheckpointKey;
  readonly segments: readonly Segment[];
  readonly lives: readonly Life[];
  readonly joinedSlots: readonly number[];
}

export interface RestorerState {
  /**
   * "refused": told so; it asks again now and then, for disks may come back. "giving-way": an operator's restore that met a
   * higher ballot, and begins again after a while.
   */
  phase: "idle" | "asking" | "fetching" | "refused" | "giving-way";
  ballot: Ballot;
  /** Highest ballot heard of, so that the next try goes above it. */
  ballotSeen: Ballot;
  operator: RestoreCommand["operator"];
  /** How often this operator's restore met a higher ballot. */
  supersededCount: number;
  lives: readonly Life[];
  answers: (Answer | undefined)[];
  manifests: Table<Manifest>;
  hasPromises: boolean;
  /** Candidates that an operator allowed to pass over, newest first, and what was to be said of each. */
  passedOver: { readonly text: string; readonly verdict: Verdict }[];
  fetching: Fetching | undefined;
  /** Ticks since it began to ask, and since another server was heard last. */
  tickCount: number;
  unheardTicks: number;
  /** The verdict told last, so that it is told once. */
  toldVerdict: string;
  /** Set when done; the host takes it. */
  restored: Restored | undefined;
}

export function createRestorer(cluster: ClusterConfiguration): RestorerState {
  return {
    phase: "idle",
    ballot: BALLOT_ZERO,
    ballotSeen: BALLOT_ZERO,
    operator: undefined,
    supersededCount: 0,
    lives: cluster.slotHosts.map(() => INITIAL_LIFE),
    answers: cluster.slotHosts.map(() => undefined),
    manifests: createTable(),
    hasPromises: false,
    passedOver: [],
    fetching: undefined,
    tickCount: 0,
    unheardTicks: 0,
    toldVerdict: "",
    restored: undefined,
  };
}

export function isDeclaredLost(state: RestorerState, slot: number): boolean {
  return state.operator?.lostSlots.includes(slot) === true;
}

/** Slots whose answer is missing, void, not complete, or names checkpoints that it cannot show: they are asked again. */
export function missingSlots(cluster: ClusterConfiguration, state: RestorerState): number[] {
  const answers = validAnswers(state.answers, state.lives);
  return [...cluster.slotHosts.keys()].filter((slot) => {
    const answer = answers[slot];
    return (answer?.complete !== true || answer.damaged.length > 0) && !isDeclaredLost(state, slot);
  });
}

/** R3, or R14 for an operator's restore. */
export function hasQuorum(cluster: ClusterConfiguration, state: RestorerState): boolean {
  if (state.operator === undefined) return hasOrdinaryQuorum(cluster, state);
  const answers = validAnswers(state.answers, state.lives);
  return answers.every((answer, slot) => answer !== undefined || isDeclaredLost(state, slot));
}

/** R3. An operator's restore may go on without it, and then says so. */
export function hasOrdinaryQuorum(cluster: ClusterConfiguration, state: RestorerState): boolean {
  const answers = validAnswers(state.answers, state.lives);
  const { promiseCount, completeCount } = quorumOf(cluster.slotHosts.length, cluster.scheme.tolerance);
  const valid = answers.filter((answer) => answer !== undefined);
  return valid.length >= promiseCount && valid.filter((answer) => answer.complete).length >= completeCount;
}
