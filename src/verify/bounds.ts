/**
 * The bounds of virtual time and the limits that a run is judged by, computed from its settings.
 *
 * They are generous on purpose: a promise with a bound says "not for ever", the thresholds of a scenario say "fast".
 */
import type { RunPlan } from "../scenario/plan.ts";
import type { RunContext } from "./promises/promise.ts";

/** Moving an image once takes at most this many times the ideal: queues at both ends, several transfers at once. */
const TRANSFER_SLACK = 8;
/** Rounds of asking again that an operation may need. */
const RETRY_ROUNDS = 6;
const EVENT_COUNT_MAX = 20_000_000;

export function eventCountMax(): number {
  return EVENT_COUNT_MAX;
}

/** `imageBytes`: the largest image taken in the run. */
export function boundsOf(plan: RunPlan, imageBytes: number): RunContext["bounds"] {
  const { times, network, disk, retentionCount } = plan.scenario;
  const slotCount = plan.hosts.slots.length;
  const slowest = Math.min(network.bandwidthBytesPerSecond, disk.bandwidthBytesPerSecond);
  const imageNs = Math.ceil((imageBytes / slowest) * 1e9) * TRANSFER_SLACK;
  const roundNs =
    times.retryNs * (times.silentTicksMax + 1) +
    8 * (network.latencyNs + network.latencyJitterNs + disk.flushNs);
  const detectNs = times.takeoverNs + slotCount * times.takeoverStaggerNs + 2 * times.heartbeatNs + roundNs;
  const restoreNs = RETRY_ROUNDS * roundNs + imageNs;
  return {
    detectNs: 2 * detectNs,
    settleNs: times.refreshNs + 4 * times.heartbeatNs + roundNs,
    restoreNs,
    redundancyNs:
      detectNs + restoreNs + 2 * times.scrubNs + RETRY_ROUNDS * roundNs + (retentionCount + 1) * 2 * imageNs,
  };
}

export function limitsOf(plan: RunPlan): RunContext["limits"] {
  const { scenario } = plan;
  const slotCount = plan.hosts.slots.length;
  // Each takeover period starts at most one restore a slot.
  const takeoverCount = Math.ceil(scenario.durationNs / scenario.times.takeoverNs);
  return {
    queueDepthMax: 20_000 + 200 * slotCount * scenario.windowGroups * (plan.scheme.k + plan.scheme.m),
    eventCountMax: EVENT_COUNT_MAX,
    messageCountMax: EVENT_COUNT_MAX / 2,
    attemptCountMax: scenario.attemptCountMax,
    restoreCountMax: takeoverCount * slotCount + scenario.faults.length,
  };
}
