/** Options of a small world for tests: a production host, three slots, two clients, and the store program. */
import { parseScheme } from "../../src/core/redundancy/scheme.ts";
import type { ClusterConfiguration } from "../../src/core/protocol/cluster.ts";
import { createDigests, type WorldOptions } from "../../src/sim/index.ts";
import { CounterRun } from "./counter-workload.ts";
import { storeProgram } from "./store-program.ts";

export const MILLISECOND_NS = 1_000_000;

const parsed = parseScheme("mirror:3");
if (!parsed.ok) throw new Error("mirror:3 is a scheme");

export const SMALL_CONFIGURATION: ClusterConfiguration = {
  slotHosts: [1, 2, 3],
  productionHost: 0,
  formerPlace: "production",
  formerHost: 0,
  scheme: parsed.scheme,
  width: 3,
  // The store program writes whole images as members.
  subsegmentBytes: 20_000,
  retentionCount: 1,
  windowGroups: 4,
  attemptCountMax: 3,
  times: {
    heartbeatNs: 5 * MILLISECOND_NS,
    takeoverNs: 40 * MILLISECOND_NS,
    takeoverStaggerNs: 10 * MILLISECOND_NS,
    retryNs: 5 * MILLISECOND_NS,
    silentTicksMax: 4,
    scrubNs: 0,
    refreshNs: 100 * MILLISECOND_NS,
  },
  digests: await createDigests(),
};

/** A fresh workload each time: it is consumed by the run. */
export function smallWorldOptions(changes: Partial<WorldOptions> = {}): WorldOptions {
  return {
    seed: "small",
    configuration: SMALL_CONFIGURATION,
    hostCount: 4,
    hostNames: ["p", "a", "b", "c"],
    network: {
      latencyNs: 100_000,
      latencyJitterNs: 50_000,
      bandwidthBytesPerSecond: 1_000_000_000,
      lossPpm: 0,
    },
    disk: { latencyNs: 50_000, bandwidthBytesPerSecond: 500_000_000, flushNs: 500_000 },
    processor: {
      encodeBytesPerSecond: 2_000_000_000,
      decodeBytesPerSecond: 2_000_000_000,
      digestBytesPerSecond: 4_000_000_000,
    },
    faults: [],
    workload: new CounterRun({ imageBytes: 20_000, clientCount: 2, hosts: [0, 1] }),
    durationNs: 300 * MILLISECOND_NS,
    eventCountMax: 1_000_000,
    program: storeProgram(SMALL_CONFIGURATION),
    ...changes,
  };
}
