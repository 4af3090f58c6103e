/**
 * Runs the workload's clients: processes outside the cluster, each with a host id, a link, timers and a random stream.
 *
 * Clients never crash. Does not cover: what they do (src/workload).
 */
import { assert } from "../core/assertion.ts";
import type { HostId } from "../core/protocol/environment.ts";
import { NamedTimers } from "./named-timers.ts";
import type { Network } from "./network.ts";
import type { RandomRoot, RandomStream } from "./random.ts";
import { outsideTrap } from "./software-runner.ts";
import type { Client, ProcessEnvironment } from "./software.ts";
import type { StateHash } from "./state-hash.ts";
import { TIMER_OF_PROCESS, type Timeline } from "./timeline.ts";

export interface ClientRunnerParts {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly random: RandomRoot;
  /** Host id of the first client. */
  readonly firstHost: HostId;
  readonly clients: readonly Client[];
}

interface ClientSlot {
  readonly client: Client;
  readonly timers: NamedTimers;
  random: RandomStream;
  readonly env: ProcessEnvironment;
}

export class ClientRunner {
  private readonly firstHost: HostId;
  private readonly slots: readonly ClientSlot[];

  constructor(parts: ClientRunnerParts) {
    this.firstHost = parts.firstHost;
    this.slots = parts.clients.map((client, index) => createSlot(parts, client, parts.firstHost + index));
  }

  get count(): number {
    return this.slots.length;
  }

  start(host: HostId): void {
    const { client, env } = this.slotOf(host);
    outsideTrap(() => client.start(env));
  }

  message(host: HostId, from: HostId, payload: unknown): void {
    const { client, env } = this.slotOf(host);
    outsideTrap(() => client.message(env, from, payload));
  }

  timer(host: HostId, name: string): void {
    const { client, env, timers } = this.slotOf(host);
    timers.fired(name);
    outsideTrap(() => client.timer(env, name));
  }

  /** Takes over timers and streams of the same clients in another world; the clients themselves are forked already. */
  copyFrom(other: ClientRunner): void {
    for (const [index, slot] of this.slots.entries()) {
      const source = other.slots[index] as ClientSlot;
      slot.timers.copyFrom(source.timers);
      slot.random = source.random.fork();
    }
  }

  addTo(hash: StateHash): void {
    for (const { client, random } of this.slots) {
      assert(client.addTo !== undefined, "the clients of this workload have no state hash");
      random.addTo(hash);
      client.addTo(hash);
    }
  }

  private slotOf(host: HostId): ClientSlot {
    const slot = this.slots[host - this.firstHost];
    assert(slot !== undefined, "the host is a client");
    return slot;
  }
}

function createSlot(parts: ClientRunnerParts, client: Client, host: HostId): ClientSlot {
  const { timeline, network } = parts;
  const timers = new NamedTimers(timeline, host, TIMER_OF_PROCESS);
  const slot: ClientSlot = {
    client,
    timers,
    random: parts.random.stream("client", host),
    env: {
      self: host,
      nowNs: () => timeline.nowNs,
      random: () => slot.random.next(),
      send: (to, payload, payloadBytes) =>
        network.send(host, to, { to: "software", type: "application", payload, payloadBytes }),
      setTimer: (name, delayNs) => {
        assert(Number.isSafeInteger(delayNs) && delayNs >= 0, "a delay is an integer of nanoseconds");
        timers.set(name, timeline.nowNs + delayNs);
      },
      cancelTimer: (name) => timers.cancel(name),
    },
  };
  return slot;
}
