/**
 * The production role: runs one incarnation of the software. It beats, takes checkpoints through the former, knows what
 * is durable, releases outputs by telling the software so, and retires old checkpoints (R1, R6, R7, R10, R12, R13).
 *
 * Invariants: "known durable" needs every acknowledgement of one attempt; outputs wait for it. One checkpoint is under
 * way at a time; starting an attempt abandons the earlier one. Nothing is retired before `retentionCount` checkpoints of
 * this very incarnation are durable. A server that promised a higher ballot ends this incarnation at once.
 *
 * Not covered: how the software decides when to ask for a checkpoint; checkpoints here are always full.
 */
import { assert } from "../assertion.ts";
import { imageOfSegments, type ImageSource, type Segment } from "../checkpoint/image.ts";
import {
  BALLOT_ZERO,
  compareBallots,
  compareKeys,
  compareLives,
  type Ballot,
  type CheckpointKey,
  type Life,
} from "../checkpoint/key.ts";
import { createLayout } from "../redundancy/layout.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment, HostId } from "./environment.ts";
import type { AliveMessage, FormDoneMessage, FormProgressMessage, Message, PlacedSlot, Refusal } from "./messages.ts";
import type { CheckpointFailure } from "./software.ts";

export const PRODUCTION_BEAT = "production.beat";
export const PRODUCTION_TICK = "production.tick";

/** Beats without an answer after which a server is not chosen for a placement. */
export const SILENT_BEATS_MAX = 3;

/** What the writer believes of a slot. */
export interface SlotView {
  life: Life;
  joined: boolean;
  complete: boolean;
  missedBeats: number;
  floor: CheckpointKey | undefined;
}

export interface CheckpointUnderWay {
  readonly segments: readonly Segment[];
  /** The present attempt. */
  key: CheckpointKey;
  placement: readonly PlacedSlot[];
  /** Slots that were silent in an earlier attempt of this checkpoint. */
  readonly avoidedSlots: number[];
  formerHost: HostId;
  formerBoot: number | undefined;
  groupSent: number;
  groupLimit: number;
  /** Groups that the former took in, now and at the last tick. */
  groupCount: number;
  groupCountAtTick: number;
  heard: boolean;
  silentTicks: number;
}

export interface ProductionState {
  /** undefined: this host runs no software. */
  ballot: Ballot | undefined;
  sequence: number;
  /** Own durable checkpoints that are retained, oldest first. */
  durable: CheckpointKey[];
  newestPlacement: readonly PlacedSlot[];
  slots: SlotView[];
  checkpoint: CheckpointUnderWay | undefined;
  formerGivenUp: boolean;
  degradedSlots: readonly number[];
  /** `wanted` was said and nothing has come of it yet. */
  asked: boolean;
}

export function createProduction(): ProductionState {
  return {
    ballot: undefined,
    sequence: 0,
    durable: [],
    newestPlacement: [],
    slots: [],
    checkpoint: undefined,
    formerGivenUp: false,
    degradedSlots: [],
    asked: false,
  };
}

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
  state.asked = false;
  env.note({ kind: "checkpoint-taken", ballot: state.ballot, sequence: state.sequence, segments });
  state.checkpoint = {
    segments,
    key: { ballot: state.ballot, sequence: state.sequence, attempt: 0 },
    placement: [],
    avoidedSlots: [],
    formerHost: env.self,
    formerBoot: undefined,
    groupSent: 0,
    groupLimit: 0,
    groupCount: 0,
    groupCountAtTick: 0,
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

function isBelievedAlive(view: SlotView): boolean {
  return view.joined && view.missedBeats < SILENT_BEATS_MAX;
}

/** Slots to place on, best first: the former's own (its members cost no network), then complete ones, in slot order. */
function eligibleSlots(cluster: ClusterConfiguration, state: ProductionState, avoidedSlots: readonly number[]): number[] {
  const slots: number[] = [];
  state.slots.forEach((view, slot) => {
    if (isBelievedAlive(view) && !avoidedSlots.includes(slot)) slots.push(slot);
  });
  const formerSlot = cluster.slotHosts.indexOf(cluster.formerHost);
  const rank = (slot: number): number => (slot === formerSlot ? 0 : state.slots[slot]?.complete === true ? 1 : 2);
  return slots.sort((a, b) => rank(a) - rank(b) || a - b);
}

function startAttempt(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
): void {
  const attempt = checkpoint.key.attempt + 1;
  if (attempt > cluster.attemptCountMax) return fail(state, env, checkpoint, "attempts-exhausted");
  const chosen = eligibleSlots(cluster, state, checkpoint.avoidedSlots).slice(0, cluster.width);
  if (chosen.length < cluster.width) return fail(state, env, checkpoint, "too-few-servers");
  chosen.sort((a, b) => a - b);
  const image = imageOfSegments(checkpoint.segments);
  checkpoint.key = { ...checkpoint.key, attempt };
  checkpoint.placement = chosen.map((slot) => {
    const view = state.slots[slot];
    assert(view !== undefined, "chosen slots exist");
    return { slot, life: view.life };
  });
  checkpoint.formerHost = cluster.formerPlace === "production" || state.formerGivenUp ? env.self : cluster.formerHost;
  checkpoint.formerBoot = undefined;
  checkpoint.groupSent = 0;
  checkpoint.groupLimit = 0;
  checkpoint.groupCount = 0;
  checkpoint.groupCountAtTick = 0;
  checkpoint.heard = true;
  checkpoint.silentTicks = 0;
  env.note({
    kind: "attempt-started",
    key: checkpoint.key,
    placement: checkpoint.placement,
    formerHost: checkpoint.formerHost,
  });
  sendForm(env, checkpoint, image);
  env.setTimer(PRODUCTION_TICK, cluster.times.retryNs);
}

function sendForm(env: Environment, checkpoint: CheckpointUnderWay, image: ImageSource): void {
  env.send(checkpoint.formerHost, {
    to: "former",
    type: "form",
    key: checkpoint.key,
    segments: checkpoint.segments.map((segment) => ({ name: segment.name, bytes: segment.bytes.length })),
    imageBytes: image.imageBytes,
    placement: checkpoint.placement,
  });
}

function fail(
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
  reason: CheckpointFailure,
): void {
  state.checkpoint = undefined;
  state.asked = false;
  env.cancelTimer(PRODUCTION_TICK);
  const { ballot, sequence } = checkpoint.key;
  env.note({ kind: "checkpoint-failed", ballot, sequence, reason });
  env.software({ kind: "failed", sequence, reason });
}

/** A higher ballot exists: this incarnation makes nothing durable and releases nothing any more. */
function fence(state: ProductionState, env: Environment, by: Ballot): void {
  const { ballot, checkpoint } = state;
  assert(ballot !== undefined, "only a running incarnation is fenced");
  if (checkpoint !== undefined) fail(state, env, checkpoint, "fenced");
  state.ballot = undefined;
  env.cancelTimer(PRODUCTION_BEAT);
  env.note({ kind: "fenced", ballot, by });
  env.software({ kind: "fenced" });
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
      return hearAlive(state, env, message);
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
  return state.checkpoint !== undefined && compareKeys(state.checkpoint.key, key) === 0 ? state.checkpoint : undefined;
}

function learnLife(view: SlotView, life: Life): void {
  if (compareLives(life, view.life) <= 0) return;
  view.life = life;
  view.complete = false;
  view.joined = false; // until its server says so itself
}

function hearAlive(state: ProductionState, env: Environment, message: AliveMessage): void {
  const { ballot } = state;
  const view = state.slots[message.slot];
  if (ballot === undefined || view === undefined) return;
  if (compareBallots(message.promised, ballot) > 0) return fence(state, env, message.promised);
  learnLife(view, message.life);
  if (compareLives(message.life, view.life) !== 0) return; // a life that ended
  view.joined = message.joined;
  view.complete = message.complete;
  view.floor = message.floor;
  view.missedBeats = 0;
}

function hearProgress(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
  message: FormProgressMessage,
): void {
  if (checkpoint.formerBoot === undefined) checkpoint.formerBoot = message.boot;
  // The former was started again and lost what it had taken in: R12.
  if (checkpoint.formerBoot !== message.boot) return loseFormer(cluster, state, env, checkpoint);
  checkpoint.heard = true;
  checkpoint.groupCount = Math.max(checkpoint.groupCount, message.groupCount);
  checkpoint.groupLimit = Math.max(checkpoint.groupLimit, message.groupLimit);
  sendGroups(cluster, env, checkpoint);
}

function sendGroups(cluster: ClusterConfiguration, env: Environment, checkpoint: CheckpointUnderWay): void {
  const image = imageOfSegments(checkpoint.segments);
  const groupBytes = cluster.scheme.k * cluster.subsegmentBytes;
  assert(checkpoint.formerBoot !== undefined, "data follow the former's first answer");
  for (; checkpoint.groupSent < checkpoint.groupLimit; checkpoint.groupSent += 1) {
    const offset = checkpoint.groupSent * groupBytes;
    env.send(checkpoint.formerHost, {
      to: "former",
      type: "form-data",
      key: checkpoint.key,
      boot: checkpoint.formerBoot,
      group: checkpoint.groupSent,
      bytes: image.read(offset, Math.min(groupBytes, image.imageBytes - offset)),
    });
  }
}

function hearDone(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
  outcome: FormDoneMessage["outcome"],
): void {
  switch (outcome.kind) {
    case "durable": {
      const { key } = checkpoint;
      state.checkpoint = undefined;
      state.asked = false;
      env.cancelTimer(PRODUCTION_TICK);
      state.durable.push(key);
      state.newestPlacement = checkpoint.placement;
      env.note({ kind: "known-durable", key });
      env.software({ kind: "durable", sequence: key.sequence });
      if (state.durable.length >= cluster.retentionCount) {
        state.durable.splice(0, state.durable.length - cluster.retentionCount);
        cluster.slotHosts.forEach((_, slot) => sendRetire(cluster, state, env, slot));
      }
      return;
    }
    case "silent":
      for (const slot of outcome.slots) {
        checkpoint.avoidedSlots.push(slot);
        const view = state.slots[slot];
        if (view !== undefined) view.missedBeats = Math.max(view.missedBeats, SILENT_BEATS_MAX);
      }
      return startAttempt(cluster, state, env, checkpoint);
    case "refused":
      return hearRefusal(cluster, state, env, checkpoint, outcome.refusal);
  }
}

function hearRefusal(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
  refusal: Refusal,
): void {
  const { ballot } = state;
  assert(ballot !== undefined, "a checkpoint is under way only while the software runs");
  if (compareBallots(refusal.promised, ballot) > 0) return fence(state, env, refusal.promised);
  refusal.lives.forEach((life, slot) => {
    const view = state.slots[slot];
    if (view !== undefined) learnLife(view, life);
  });
  const view = state.slots[refusal.slot];
  if (view !== undefined) view.joined = refusal.joined;
  startAttempt(cluster, state, env, checkpoint);
}

function loseFormer(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
): void {
  assert(checkpoint.formerHost !== env.self, "the local former cannot be lost without this host");
  env.send(checkpoint.formerHost, { to: "former", type: "form-cancel", key: checkpoint.key });
  state.formerGivenUp = cluster.formerPlace !== "production";
  fail(state, env, checkpoint, "former-lost");
}

/** Watches the former; sends again what it may have missed. */
export function productionTick(cluster: ClusterConfiguration, state: ProductionState, env: Environment): void {
  const { checkpoint } = state;
  if (checkpoint === undefined) return;
  if (checkpoint.heard) {
    checkpoint.heard = false;
    checkpoint.silentTicks = 0;
  } else {
    checkpoint.silentTicks += 1;
    // Twice as patient as the former is with servers, so that its report about them comes first.
    if (checkpoint.silentTicks > 2 * cluster.times.silentTicksMax && checkpoint.formerHost !== env.self) {
      return loseFormer(cluster, state, env, checkpoint);
    }
    sendForm(env, checkpoint, imageOfSegments(checkpoint.segments));
  }
  // A former that lives and takes nothing in has missed data: they are sent again from its credit.
  const isStuck = checkpoint.groupCount === checkpoint.groupCountAtTick && checkpoint.groupSent > checkpoint.groupCount;
  checkpoint.groupCountAtTick = checkpoint.groupCount;
  if (isStuck && checkpoint.formerBoot !== undefined) {
    checkpoint.groupSent = checkpoint.groupCount;
    sendGroups(cluster, env, checkpoint);
  }
  env.setTimer(PRODUCTION_TICK, cluster.times.retryNs);
}

function sendRetire(cluster: ClusterConfiguration, state: ProductionState, env: Environment, slot: number): void {
  const floor = state.durable[0];
  const key = state.durable[state.durable.length - 1];
  const host = cluster.slotHosts[slot];
  if (state.ballot === undefined || floor === undefined || key === undefined || host === undefined) return;
  env.send(host, { to: "server", type: "retire", ballot: state.ballot, key, floor });
}

export function productionBeat(cluster: ClusterConfiguration, state: ProductionState, env: Environment): void {
  const { ballot } = state;
  if (ballot === undefined) return;
  const floor = state.durable.length >= cluster.retentionCount ? state.durable[0] : undefined;
  state.slots.forEach((view, slot) => {
    const host = cluster.slotHosts[slot];
    if (host === undefined) return;
    view.missedBeats += 1;
    env.send(host, { to: "server", type: "beat", ballot, restoring: false });
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
  if (slots.length === state.degradedSlots.length && slots.every((slot, index) => slot === state.degradedSlots[index])) {
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
  if (eligibleSlots(cluster, state, []).length < cluster.width) return;
  state.asked = true;
  env.software({ kind: "wanted" });
}
