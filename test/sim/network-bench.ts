/** A network by itself, with a timeline that carries every message to its receiver. */
import type { Message } from "../../src/core/protocol/messages.ts";
import { CostCounter } from "../../src/sim/costs.ts";
import { Network } from "../../src/sim/network.ts";
import { RandomRoot } from "../../src/sim/random.ts";
import type { NetworkSettings } from "../../src/sim/settings.ts";
import { EVENT_ARRIVE, EVENT_DOWNLINK, EVENT_UPLINK, Timeline } from "../../src/sim/timeline.ts";

export const LATENCY_NS = 100_000;

/** 1 byte takes 1 ns. */
const SETTINGS: NetworkSettings = {
  latencyNs: LATENCY_NS,
  latencyJitterNs: 0,
  bandwidthBytesPerSecond: 1_000_000_000,
  lossPpm: 0,
};

export interface Delivery {
  readonly atNs: number;
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
  readonly label: unknown;
}

export class NetworkBench {
  readonly timeline: Timeline = new Timeline();
  readonly costs: CostCounter = new CostCounter();
  readonly random: RandomRoot;
  readonly network: Network;

  constructor(changes: Partial<NetworkSettings> = {}, seed = "network") {
    this.random = new RandomRoot(seed);
    const { timeline, costs, random } = this;
    this.network = new Network({
      hostCount: 4,
      settings: { ...SETTINGS, ...changes },
      timeline,
      costs,
      random,
    });
  }

  send(from: number, to: number, label: unknown, bytes = 1_000_000): void {
    this.network.send(from, to, applicationMessage(label, bytes));
  }

  /** Everything that is delivered up to and including a moment, in order. */
  runUntil(untilNs: number): Delivery[] {
    const { timeline, network } = this;
    const deliveries: Delivery[] = [];
    while (timeline.queue.nextTimeNs <= untilNs && timeline.queue.pop()) {
      timeline.nowNs = timeline.queue.timeNs;
      const { kind, host: to, extra: slot } = timeline.queue;
      const message = timeline.queue.payload as Message;
      if (kind === EVENT_UPLINK) network.passUplink("out", slot, to, message);
      else if (kind === EVENT_DOWNLINK) network.passUplink("in", slot, to, message);
      else if (kind === EVENT_ARRIVE) network.arrive(slot, to, message);
      else {
        const from = network.transits.from[slot] as number;
        const label = message.type === "application" ? message.payload : undefined;
        deliveries.push({ atNs: timeline.nowNs, from, to, whole: network.complete(slot, to), label });
      }
    }
    timeline.nowNs = untilNs;
    return deliveries;
  }

  run(): Delivery[] {
    return this.runUntil(this.timeline.nowNs + 1e12);
  }
}

/** A message whose size on the wire is exactly `bytes`. */
function applicationMessage(payload: unknown, bytes: number): Message {
  return { to: "software", type: "application", payload, payloadBytes: bytes - 64 };
}

export function times(deliveries: readonly Delivery[]): [unknown, number][] {
  return deliveries.map(({ label, atNs }) => [label, atNs]);
}
