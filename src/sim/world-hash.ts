/**
 * The state hash of a world: everything that decides its future, relative to now.
 *
 * Left out is what has no effect any more: events of lives that ended, messages that will not be whole, all of hosts that are
 * gone for ever. Left out too is the past, the end of the run, and what worlds with equal options share.
 *
 * Invariant: pending events enter in the order in which they will come, ties included.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { ClientRunner } from "./client-runner.ts";
import type { FaultRunner } from "./fault-runner.ts";
import type { Effect } from "./effect.ts";
import { outsideTrap, type SoftwareRunner } from "./software-runner.ts";
import { StateHash } from "./state-hash.ts";
import {
  EVENT_ARRIVE,
  EVENT_DELIVER,
  EVENT_DOWNLINK,
  EVENT_EFFECT,
  EVENT_FAULT,
  EVENT_FAULT_END,
  EVENT_RESTART,
  EVENT_TIMER,
  EVENT_UPLINK,
} from "./timeline.ts";
import type { WorldParts } from "./world-parts.ts";

/** What a world is made of, and what drives it. */
export interface HashedParts extends WorldParts {
  readonly software: SoftwareRunner;
  readonly clients: ClientRunner;
  readonly faultRunner: FaultRunner;
  readonly eventCount: number;
  readonly awaitsFirstStart: boolean;
}

/** 16 hexadecimal characters. */
export function worldHash(parts: HashedParts): string {
  const { random, machines, network, software, clients, faultRunner } = parts;
  const hash = new StateHash();
  // Streams that are still to be made depend on the seed.
  random.addTo(hash);
  for (const machine of machines) machine.addTo(hash);
  network.addTo(hash, (host) => machines[host]?.gone === true);
  outsideTrap(() => {
    software.addTo(hash, machines);
    clients.addTo(hash);
  });
  hash.add(parts.awaitsFirstStart ? 1 : 0);
  faultRunner.addTo(hash, parts.eventCount);
  addPending(hash, parts);
  return hash.text();
}

function addPending(hash: StateHash, parts: HashedParts): void {
  const { timeline, machines, faultRunner } = parts;
  timeline.queue.forEach((timeNs, kind, host, extra, payload) => {
    const machine = machines[host];
    switch (kind) {
      case EVENT_UPLINK:
      case EVENT_DOWNLINK:
      case EVENT_ARRIVE:
      case EVENT_DELIVER:
        if (!addTransit(hash, parts, kind, host, extra, payload as Message)) return;
        break;
      case EVENT_EFFECT:
        if (machine?.life !== extra || !machine.up) return;
        hash.addImmutable(payload as Effect);
        break;
      case EVENT_RESTART:
        if (machine === undefined || machine.gone || machine.life !== extra || machine.up) return;
        break;
      case EVENT_TIMER:
        hash.add(extra);
        hash.addText(payload as string);
        break;
      case EVENT_FAULT:
      case EVENT_FAULT_END:
        faultRunner.addPending(hash, host);
        break;
      default:
        break;
    }
    hash.add(kind);
    hash.add(host);
    hash.add(timeNs - timeline.nowNs);
  });
}

/** False, and nothing added, when the message will have no effect. */
function addTransit(
  hash: StateHash,
  { machines, network }: HashedParts,
  kind: number,
  to: HostId,
  slot: number,
  message: Message,
): boolean {
  if (machines[to]?.gone === true) return false;
  if (kind === EVENT_DELIVER) return network.addDelivering(hash, slot, to, message);
  return network.addArriving(hash, slot, to, message);
}
