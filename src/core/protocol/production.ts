/**
 * The production role: runs one incarnation of the software. It beats, takes checkpoints through the former, knows what
 * is durable, releases outputs by telling the software so, and retires old checkpoints (R1, R7, R13; attempts at a
 * checkpoint are in production-attempt.ts).
 *
 * Invariants: "known durable" needs every acknowledgement of one attempt; outputs wait for it. One checkpoint is under
 * way at a time; starting an attempt abandons the earlier one. Nothing is retired before `retentionCount` checkpoints of
 * this very incarnation are durable. A server that promised a higher ballot ends this incarnation at once.
 *
 * Not covered: how the software decides when to ask for a checkpoint; checkpoints here are always full.
 */
import { assert } from "../assertion.ts";
import { imageOfSegments, type Segment } from "../checkpoint/image.ts";
import {
  BALLOT_ZERO,
  compareBallots,
  compareKeys,
  endsLife,
  type Ballot,
  type CheckpointKey,
  type Life,
} from "../checkpoint/key.ts";
import { createLayout } from "../redundancy/layout.ts";
import { placeAttempt } from "./attempt-placement.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment, HostId } from "./environment.ts";
import type { AliveMessage, Message } from "./messages.ts";
import {
  fail,
  fence,
  hearDone,
  hearProgress,
  PRODUCTION_BEAT,
  sendRetire,
  startAttempt,
} from "./production-attempt.ts";
import {
  createProduction,
  eligibleSlots,
  isBelievedAlive,
  learnLife,
  SILENT_BEATS_MAX,
  type CheckpointUnderWay,
  type ProductionState,
} from "./production-state.ts";

/** Starts an incarnation: from `init`, or from a restore. `sequence` is that of the state that the software starts from. */
export function startProduction(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  start: {
    readonly ballot: Ballot;
    readonly sequence: number;
    readonly lives: readonly Life[];
    readonly joinedSlots: readonly number[];
  },
): void {
  assert(compareBallots(start.ballot, BALLOT_ZERO) > 0, "every start takes a ballot of its own (R1)");
  Object.assign(state, createProduction());
  state.ballot = start.ballot;
  state.sequence = start.sequence;
  state.slots = start.lives.map((life, slot) => ({
    life,
    joined: start.joinedSlots.includes(slot),
    complete: true,
    missedBeats: start.joinedSlots.includes(slot) ? 0 : SILENT_BEATS_MAX,
    floor: undefined,
  }));
  env.note({ kind: "incarnation-started", ballot: start.ballot });
  productionBeat(cluster, state, env);
}

/** See hostCheckpoint. */
export function takeCheckpoint(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  segments: readonly Segment[],
): number | undefined {
  if (state.ballot === undefined || state.checkpoint !== undefined) return undefined;
  state.sequence += 1;
  env.note({ kind: "checkpoint-taken", ballot: state.ballot, sequence: state.sequence, segments });
  state.checkpoint = {
    segments,
    key: { ballot: state.ballot, sequence: state.sequence, attempt: 0 },
    placement: [],
    declusteredOver: undefined,
    avoidedSlots: [],
    formerHost: env.self,
    formerBoot: undefined,
    groupSent: 0,
    groupLimit: 0,
    groupCount: 0,
    groupCountAtTick: 0,
    groupSentAtTick: 0,
    heard: true,
    silentTicks: 0,
  };
  const { sequence } = state;
  const { scheme, subsegmentBytes, width } = cluster;
  const { imageBytes } = imageOfSegments(segments);
  if (createLayout({ scheme, imageBytes, subsegmentBytes, width }).ok) {
    startAttempt(cluster, state, env, state.checkpoint);
  } else {
    fail(state, env, state.checkpoint, "image-too-large");
  }
  return sequence;
}

export function productionMessage(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  from: HostId,
  message: Message & { readonly to: "production" },
): void {
  if (state.ballot === undefined) return;
  switch (message.type) {
    case "alive":
      return hearAlive(state, env, from, message);
    case "former-here":
      if (from === cluster.formerHost) state.formerGivenUp = false;
      return;
    case "form-progress": {
      const checkpoint = underWay(state, message.key);
      if (checkpoint !== undefined && from === checkpoint.formerHost) {
        hearProgress(cluster, state, env, checkpoint, message);
      }
      return;
    }
    case "form-done": {
      const checkpoint = underWay(state, message.key);
      if (checkpoint !== undefined) hearDone(cluster, state, env, checkpoint, message.outcome);
      return;
    }
    default:
      return message satisfies never;
  }
}

/** The checkpoint under way when `key` names its present attempt: answers about an earlier attempt do not count (R6). */
function underWay(state: ProductionState, key: CheckpointKey): CheckpointUnderWay | undefined {
  return state.checkpoint !== undefined && compareKeys(state.checkpoint.key, key) === 0
    ? state.checkpoint
    : undefined;
}

function hearAlive(state: ProductionState, env: Environment, from: HostId, message: AliveMessage): void {
  const { ballot } = state;
  const view = state.slots[message.slot];
  if (ballot === undefined || view === undefined) return;
  if (compareBallots(message.promised, ballot) > 0) return fence(state, env, message.promised);
  learnLife(view, message.life);
  if (endsLife(view.life, message.life)) {
    // A life that ended. It may be the only one who does not know: its slot would be lost for good.
    const lives = state.slots.map(({ life }) => life);
    return env.send(from, { to: "server", type: "superseded", lives });
  }
  view.life = message.life; // where another life of this number was heard of, this is the one that speaks
  view.joined = message.joined;
  view.complete = message.complete;
  view.floor = message.floor;
  view.missedBeats = 0;
}

export function productionBeat(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
): void {
  const { ballot } = state;
  if (ballot === undefined) return;
  const floor = state.durable.length >= cluster.retentionCount ? state.durable[0] : undefined;
  // The own server always answers; that says nothing of the others.
  const hears = state.slots.some(
    ({ missedBeats }, slot) => missedBeats < SILENT_BEATS_MAX && cluster.slotHosts[slot] !== env.self,
  );
  state.slots.forEach((view, slot) => {
    const host = cluster.slotHosts[slot];
    if (host === undefined) return;
    view.missedBeats += 1;
    env.send(host, { to: "server", type: "beat", ballot, restoring: false, hears });
    // A server that missed the word to retire hears it again.
    const isBehind = floor !== undefined && (view.floor === undefined || compareKeys(view.floor, floor) < 0);
    if (isBehind && isBelievedAlive(view) && view.missedBeats <= 1) sendRetire(cluster, state, env, slot);
  });
  if (state.formerGivenUp) env.send(cluster.formerHost, { to: "former", type: "former-probe" });
  noteDegraded(state, env, ballot);
  askForCheckpoint(cluster, state, env);
  env.setTimer(PRODUCTION_BEAT, cluster.times.heartbeatNs);
}

function noteDegraded(state: ProductionState, env: Environment, ballot: Ballot): void {
  const slots: number[] = [];
  state.slots.forEach((view, slot) => {
    if (!isBelievedAlive(view) || !view.complete) slots.push(slot);
  });
  if (
    slots.length === state.degradedSlots.length &&
    slots.every((slot, index) => slot === state.degradedSlots[index])
  ) {
    return;
  }
  state.degradedSlots = slots;
  env.note({ kind: "degraded", ballot, slots });
}

/** R13, and the first checkpoint of an incarnation: the software is asked when enough servers could take it. */
function askForCheckpoint(cluster: ClusterConfiguration, state: ProductionState, env: Environment): void {
  if (state.asked || state.checkpoint !== undefined) return;
  const refreshBeats = Math.ceil(cluster.times.refreshNs / cluster.times.heartbeatNs);
  const isStale = state.newestPlacement.some((placed) => {
    const view = state.slots[placed.slot];
    return view !== undefined && view.missedBeats > refreshBeats;
  });
  if (state.durable.length > 0 && !isStale) return;
  if (!placeAttempt(cluster, eligibleSlots(cluster, state, [])).ok) return;
  state.asked = true;
  env.software({ kind: "wanted" });
}
