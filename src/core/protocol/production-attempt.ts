/**
 * The checkpoint under way of a production role: its attempts, the former that works on it, and how it ends (R6, R10, R12).
 *
 * Invariants: "known durable" needs every acknowledgement of one attempt; starting an attempt abandons the earlier one;
 * answers about an earlier attempt do not count.
 */
import { assert } from "../assertion.ts";
import { imageOfSegments, type ImageSource } from "../checkpoint/image.ts";
import { compareBallots, type Ballot } from "../checkpoint/key.ts";
import { placeAttempt } from "./attempt-placement.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment } from "./environment.ts";
import type { FormDoneMessage, FormProgressMessage, Refusal } from "./messages.ts";
import {
  eligibleSlots,
  learnLife,
  SILENT_BEATS_MAX,
  type CheckpointUnderWay,
  type ProductionState,
} from "./production-state.ts";
import type { CheckpointFailure } from "./software.ts";

export const PRODUCTION_BEAT = "production.beat";
export const PRODUCTION_TICK = "production.tick";

export function startAttempt(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
): void {
  const attempt = checkpoint.key.attempt + 1;
  if (attempt > cluster.attemptCountMax) return fail(state, env, checkpoint, "attempts-exhausted");
  const chosen = placeAttempt(cluster, eligibleSlots(cluster, state, checkpoint.avoidedSlots));
  if (!chosen.ok) return fail(state, env, checkpoint, chosen.reason);
  const image = imageOfSegments(checkpoint.segments);
  checkpoint.key = { ...checkpoint.key, attempt };
  checkpoint.placement = chosen.slots.map((slot) => {
    const view = state.slots[slot];
    assert(view !== undefined, "chosen slots exist");
    return { slot, life: view.life };
  });
  checkpoint.declusteredOver = chosen.declusteredOver;
  checkpoint.formerHost =
    cluster.formerPlace === "production" || state.formerGivenUp ? env.self : cluster.formerHost;
  checkpoint.formerBoot = undefined;
  checkpoint.groupSent = 0;
  checkpoint.groupLimit = 0;
  checkpoint.groupCount = 0;
  checkpoint.groupCountAtTick = 0;
  checkpoint.groupSentAtTick = 0;
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
    ...(checkpoint.declusteredOver === undefined ? {} : { declusteredOver: checkpoint.declusteredOver }),
  });
}

export function fail(
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
export function fence(state: ProductionState, env: Environment, by: Ballot): void {
  const { ballot, checkpoint } = state;
  assert(ballot !== undefined, "only a running incarnation is fenced");
  if (checkpoint !== undefined) {
    env.send(checkpoint.formerHost, { to: "former", type: "form-cancel", key: checkpoint.key });
    fail(state, env, checkpoint, "fenced");
  }
  state.ballot = undefined;
  env.cancelTimer(PRODUCTION_BEAT);
  env.note({ kind: "fenced", ballot, by });
  env.software({ kind: "fenced" });
}

export function hearProgress(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  checkpoint: CheckpointUnderWay,
  message: FormProgressMessage,
): void {
  if (checkpoint.formerBoot === undefined) checkpoint.formerBoot = message.boot;
  // The former was started again and lost what it had taken in: R12.
  if (checkpoint.formerBoot !== message.boot) return loseFormer(state, env, checkpoint);
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
    const bytes = image.read(offset, Math.min(groupBytes, image.imageBytes - offset));
    const leavesHost = checkpoint.formerHost !== env.self;
    if (leavesHost) env.charge("digest", bytes.length);
    env.send(checkpoint.formerHost, {
      to: "former",
      type: "form-data",
      key: checkpoint.key,
      boot: checkpoint.formerBoot,
      group: checkpoint.groupSent,
      bytes,
      ...(leavesHost ? { digest: cluster.digests.member(bytes) } : {}),
    });
  }
}

export function hearDone(
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

function loseFormer(state: ProductionState, env: Environment, checkpoint: CheckpointUnderWay): void {
  assert(checkpoint.formerHost !== env.self, "the local former cannot be lost without this host");
  env.send(checkpoint.formerHost, { to: "former", type: "form-cancel", key: checkpoint.key });
  state.formerGivenUp = true;
  fail(state, env, checkpoint, "former-lost");
}

/** Watches the former; sends again what it may have missed. */
export function productionTick(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
): void {
  const { checkpoint } = state;
  if (checkpoint === undefined) return;
  if (checkpoint.heard) {
    checkpoint.heard = false;
    checkpoint.silentTicks = 0;
  } else {
    checkpoint.silentTicks += 1;
    // Twice as patient as the former is with servers, so that its report about them comes first.
    if (checkpoint.silentTicks > 2 * cluster.times.silentTicksMax && checkpoint.formerHost !== env.self) {
      return loseFormer(state, env, checkpoint);
    }
    sendForm(env, checkpoint, imageOfSegments(checkpoint.segments));
  }
  // A former that lives and takes nothing in has missed data: they are sent again from its credit.
  // What was sent since the last tick may still be on its way.
  const isStuck =
    checkpoint.groupCount === checkpoint.groupCountAtTick &&
    checkpoint.groupSentAtTick > checkpoint.groupCount;
  checkpoint.groupCountAtTick = checkpoint.groupCount;
  checkpoint.groupSentAtTick = checkpoint.groupSent;
  if (isStuck && checkpoint.formerBoot !== undefined) {
    checkpoint.groupSent = checkpoint.groupCount;
    sendGroups(cluster, env, checkpoint);
  }
  env.setTimer(PRODUCTION_TICK, cluster.times.retryNs);
}

export function sendRetire(
  cluster: ClusterConfiguration,
  state: ProductionState,
  env: Environment,
  slot: number,
): void {
  const floor = state.durable[0];
  const key = state.durable[state.durable.length - 1];
  const host = cluster.slotHosts[slot];
  if (state.ballot === undefined || floor === undefined || key === undefined || host === undefined) return;
  env.send(host, { to: "server", type: "retire", ballot: state.ballot, key, floor });
}
