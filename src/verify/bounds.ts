/**
 * The bounds of virtual time and the limits that a run is judged by, computed from its settings.
 *
 * They are generous on purpose: a promise with a bound says "not for ever", the thresholds of a scenario say "fast".
 */
import type { RunPlan } from "../scenario/plan.ts";
import { latencyNsMax } from "../sim/latency.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { RunContext } from "./promises/promise.ts";

/** Moving an image once takes at most this many times the ideal: queues at both ends, several transfers at once. */
const TRANSFER_SLACK = 8;
/** Rounds of asking again that an operation may need. */
const RETRY_ROUNDS = 6;
/** Timers, disks and faults of a small cluster, and what is on its way. */
const QUEUE_DEPTH_BASE = 200;
const EVENT_COUNT_MAX = 20_000_000;

export function eventCountMax(): number {
  return EVENT_COUNT_MAX;
}

/** `imageBytes`: the largest image taken in the run. One operation moves no more than it. */
export function operationNsMax({ disk, processor }: Scenario, imageBytes: number): number {
  const { encodeBytesPerSecond, decodeBytesPerSecond, digestBytesPerSecond } = processor;
  const slowest = Math.min(encodeBytesPerSecond, decodeBytesPerSecond, digestBytesPerSecond);
  const diskNs = disk.latencyNs + disk.flushNs + (imageBytes / disk.bandwidthBytesPerSecond) * 1e9;
  return Math.ceil(Math.max(diskNs, (imageBytes / slowest) * 1e9));
}

/** `imageBytes`: the largest image taken in the run. */
export function boundsOf(plan: RunPlan, imageBytes: number): RunContext["bounds"] {
  const { network } = plan;
  const { times, disk, retentionCount, scale = 1 } = plan.scenario;
  const slotCount = plan.hosts.slots.length;
  // All servers of a domain may need its uplink at once.
  const shares = (network.uplinks ?? []).map((each) => each.bandwidthBytesPerSecond / each.hosts.length);
  const slowest = Math.min(network.bandwidthBytesPerSecond, disk.bandwidthBytesPerSecond, ...shares);
  const imageNs = Math.ceil(((scale * imageBytes) / slowest) * 1e9) * TRANSFER_SLACK;
  const roundNs =
    times.retryNs * (times.silentTicksMax + 1) + 8 * (latencyNsMax(network, network.links) + disk.flushNs);
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

/** How many times the messages of an undisturbed run are allowed: lost ones are sent again, incarnations overlap. */
const MESSAGE_SLACK = 2;

/** `imageBytes`: the largest image taken in the run. */
export function limitsOf(plan: RunPlan, imageBytes: number): RunContext["limits"] {
  const { scenario, scheme } = plan;
  const { times, windowGroups, workload } = scenario;
  const memberCount = scheme.k + scheme.m;
  const groupCount = Math.ceil(imageBytes / (scenario.subsegmentBytes * scheme.k));
  const slotCount = plan.hosts.slots.length;
  const periods = (periodNs: number): number => Math.ceil(scenario.durationNs / periodNs) + 2;
  const clientCount = workload.kind === "ledger" ? workload.clientCount : 0;
  const applicationCount =
    workload.kind === "ledger" ? 8 * clientCount * (slotCount + 1) * periods(workload.transferEveryNs) : 0;
  // Each takeover period starts at most one restore a slot.
  const takeoverCount = Math.ceil(scenario.durationNs / scenario.times.takeoverNs);
  return {
    // Servers may drop all files of a checkpoint at once, and each removal waits for its processor.
    queueDepthMax:
      QUEUE_DEPTH_BASE +
      MESSAGE_SLACK * 4 * slotCount * (4 + windowGroups * memberCount) +
      groupCount * memberCount +
      clientCount,
    eventCountMax: EVENT_COUNT_MAX,
    // Each heartbeat goes to every slot and is answered; what was not answered is asked again each retry period.
    messageCountRun:
      MESSAGE_SLACK *
        (4 * slotCount * periods(times.heartbeatNs) +
          (4 * slotCount + 2 * windowGroups * memberCount) * periods(times.retryNs)) +
      applicationCount,
    // Each member and its answer, the image's groups and the progress reports, the manifest, surveys, retirements.
    messageCountEach: MESSAGE_SLACK * (groupCount * (2 * memberCount + 4) + 12 * (slotCount + 1)),
    attemptCountMax: scenario.attemptCountMax,
    restoreCountMax: takeoverCount * slotCount + scenario.faults.length,
  };
}
