/**
 * The network: every host has one link, with a queue out (egress) and a queue in (ingress), joined by a fabric with latency.
 *
 * Model. A message waits for the sender's egress, occupies it for bytes / bandwidth, and its first byte reaches the
 * receiver latency + jitter after it left (latency.ts). There it waits for the ingress and occupies it for bytes / bandwidth
 * again: cut-through, so a lone message takes latency + bytes / bandwidth, and two on one link take twice the transfer time.
 * It is complete when its last byte has come through the slowest link on its way. Jitter makes messages overtake each other.
 * Between domains there may be uplinks (uplinks.ts). A message to oneself costs nothing and arrives at the same moment, as
 * an event of its own.
 *
 * Loss. A lost message occupied the egress but never arrives. A partition takes what is sent or would arrive while it
 * lasts. A crash takes what had not left its host completely, and what its host had not received completely. What arrives at
 * a host that is down is lost.
 *
 * Faults of links are in link-faults.ts; a message that arrives twice takes its place at the receiver's ingress twice.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { CostCounter } from "./costs.ts";
import { messageTypeId } from "./message-types.ts";
import type { LinkFault } from "./faults.ts";
import { drawJitterNs, LatencyTable } from "./latency.ts";
import { LinkFaults, type Passage } from "./link-faults.ts";
import { Partitions } from "./partitions.ts";
import type { RandomRoot, RandomStream } from "./random.ts";
import { type NetworkSettings, transferNs } from "./settings.ts";
import type { StateHash } from "./state-hash.ts";
import { EVENT_ARRIVE, EVENT_DELIVER, EVENT_DOWNLINK, EVENT_UPLINK, type Timeline } from "./timeline.ts";
import { Transits } from "./transits.ts";
import { type Direction, Uplinks } from "./uplinks.ts";

const MILLION = 1_000_000;

interface ActiveLoss {
  readonly ratePpm: number;
  readonly random: RandomStream;
}

export interface NetworkParts {
  readonly hostCount: number;
  readonly settings: NetworkSettings;
  readonly timeline: Timeline;
  readonly costs: CostCounter;
  readonly random: RandomRoot;
}

function latenciesOf({ hostCount, settings }: NetworkParts): LatencyTable {
  return new LatencyTable(hostCount, settings, settings.links);
}

function uplinksOf({ hostCount, settings: { uplinks = [] } }: NetworkParts): Uplinks | undefined {
  return uplinks.length === 0 ? undefined : new Uplinks(hostCount, uplinks);
}

export class Network {
  /** Messages on their way; the `extra` of EVENT_ARRIVE and EVENT_DELIVER is their slot, the payload the message. */
  readonly transits: Transits;
  private readonly parts: NetworkParts;
  private readonly egressFreeNs: Float64Array;
  private readonly ingressFreeNs: Float64Array;
  /** Moments at which each host went down, ascending, and how many they are. */
  private readonly crashTimesNs: number[][];
  private readonly crashCounts: Int32Array;
  private readonly jitter: (RandomStream | undefined)[];
  private readonly baseLoss: (RandomStream | undefined)[];
  private partitions: Partitions;
  private readonly losses: Map<number, ActiveLoss> = new Map();
  private faults: LinkFaults = new LinkFaults();
  private readonly latencies: LatencyTable;
  private readonly uplinks: Uplinks | undefined;

  constructor(
    parts: NetworkParts,
    transits: Transits = new Transits(),
    latencies: LatencyTable = latenciesOf(parts),
    uplinks: Uplinks | undefined = uplinksOf(parts),
  ) {
    this.parts = parts;
    this.transits = transits;
    this.egressFreeNs = new Float64Array(parts.hostCount);
    this.ingressFreeNs = new Float64Array(parts.hostCount);
    this.crashTimesNs = Array.from({ length: parts.hostCount }, () => []);
    this.crashCounts = new Int32Array(parts.hostCount);
    this.jitter = new Array<RandomStream | undefined>(parts.hostCount);
    this.baseLoss = new Array<RandomStream | undefined>(parts.hostCount);
    this.partitions = new Partitions(parts.hostCount);
    this.latencies = latencies;
    this.uplinks = uplinks;
  }

  send(from: HostId, to: HostId, message: Message): void {
    const { timeline, costs } = this.parts;
    const { nowNs } = timeline;
    if (from === to) {
      const slot = this.begin(from, messageTypeId(message), 0, nowNs, nowNs);
      this.transits.receiverCrashCount[slot] = this.crashCounts[from] as number;
      timeline.queue.pushFixed(nowNs, EVENT_DELIVER, to, slot, message);
      return;
    }
    const typeId = messageTypeId(message);
    const bytes = costs.sent(message, typeId);
    const leavesAtNs = Math.max(nowNs, this.egressFreeNs[from] as number);
    const leftAtNs = leavesAtNs + transferNs(bytes, this.bandwidthOf(from));
    this.egressFreeNs[from] = leftAtNs;
    const latency = this.latencies.of(from, to);
    const jitterNs = latency.latencyJitterNs === 0 ? 0 : drawJitterNs(latency, this.jitterOf(from));
    // Every stream is drawn from whatever the others said, so that one loss does not shift another.
    const isLost = this.drawLoss(from);
    if (this.takesMessage(from, to) || isLost) {
      timeline.trace?.sendLost(timeline.queue, nowNs, from, to, typeId, bytes, leavesAtNs, leftAtNs);
      return;
    }
    const arrivesAtNs = leavesAtNs + latency.latencyNs + jitterNs;
    if (this.faults.isQuiet) {
      const slot = this.begin(from, typeId, bytes, leavesAtNs, leftAtNs);
      this.depart(slot, to, arrivesAtNs, message);
      return;
    }
    const passage: Passage = { isLost: false, arrivesAtNs, message, copiesAtNs: [] };
    this.faults.pass(from, to, passage, timeline.reach);
    if (passage.isLost) {
      timeline.trace?.sendLost(timeline.queue, nowNs, from, to, typeId, bytes, leavesAtNs, leftAtNs);
      return;
    }
    for (const atNs of [passage.arrivesAtNs, ...passage.copiesAtNs]) {
      const slot = this.begin(from, typeId, bytes, leavesAtNs, leftAtNs);
      this.depart(slot, to, atNs, passage.message);
    }
  }

  /** The first byte is at an uplink: queues the message there. It goes on to its receiver's domain, or to its receiver. */
  passUplink(direction: Direction, slot: number, to: HostId, message: Message): void {
    const { timeline } = this.parts;
    const { transits, uplinks } = this;
    const from = transits.from[slot] as number;
    const isLost = this.neverLeft(slot) || this.takesMessage(from, to);
    if (timeline.trace !== undefined) this.traceMessage(slot, isLost);
    if (isLost || uplinks === undefined) {
      transits.release(slot);
      return;
    }
    const bytes = transits.bytes[slot] as number;
    const { startNs, spanNs } = uplinks.pass(
      direction,
      direction === "out" ? from : to,
      timeline.nowNs,
      bytes,
    );
    transits.spanNs[slot] = Math.max(transits.spanNs[slot] as number, spanNs);
    if (direction === "in") timeline.queue.pushFixed(startNs, EVENT_ARRIVE, to, slot, message);
    else this.land(slot, to, startNs + (transits.flightNs[slot] as number), message);
  }

  /** The first byte is there: queues the message at the receiver's ingress. */
  arrive(slot: number, to: HostId, message: Message): void {
    const { timeline } = this.parts;
    const { transits } = this;
    // Cut short by a crash, the beginning of a message still occupies the ingress; one that never left does not.
    const isLost = this.neverLeft(slot) || this.takesMessage(transits.from[slot] as number, to);
    if (timeline.trace !== undefined) this.traceMessage(slot, isLost);
    if (isLost) {
      transits.release(slot);
      return;
    }
    const startNs = Math.max(timeline.nowNs, this.ingressFreeNs[to] as number);
    const endNs = startNs + transferNs(transits.bytes[slot] as number, this.bandwidthOf(to));
    this.ingressFreeNs[to] = endNs;
    transits.receiverCrashCount[slot] = this.crashCounts[to] as number;
    const lastByteNs = timeline.nowNs + (transits.spanNs[slot] as number);
    timeline.queue.pushFixed(Math.max(endNs, lastByteNs), EVENT_DELIVER, to, slot, message);
  }

  /**
   * The last byte is there: frees the slot, and tells whether the message is complete, that is, neither end went down while it
   * was on its link.
   */
  complete(slot: number, to: HostId): boolean {
    this.transits.release(slot);
    return this.isWhole(slot, to);
  }

  /** Tells the trace what the current event brings; the slot may just have been freed. */
  traceMessage(slot: number, isLost: boolean): void {
    const { transits } = this;
    this.parts.timeline.trace?.message(
      transits.typeId[slot] as number,
      transits.from[slot] as number,
      transits.bytes[slot] as number,
      transits.leavesAtNs[slot] as number,
      transits.leftAtNs[slot] as number,
      isLost,
    );
  }

  /** A host went down: its queues are empty from now on. */
  crash(host: HostId): void {
    const { nowNs } = this.parts.timeline;
    this.crashesOf(host).push(nowNs);
    this.crashCounts[host] = (this.crashCounts[host] as number) + 1;
    this.egressFreeNs[host] = nowNs;
    this.ingressFreeNs[host] = nowNs;
  }

  /** True when a partition takes messages from one host to the other. */
  isCut(from: HostId, to: HostId): boolean {
    return this.partitions.isCut(from, to);
  }

  /** Cuts every pair of different hosts once more. Returns how many directed pairs it cut. */
  cut(faultIndex: number, from: readonly HostId[], to: readonly HostId[], symmetric: boolean): number {
    return this.partitions.begin(faultIndex, from, to, symmetric);
  }

  /** Takes back one `cut` with the same arguments. */
  heal(faultIndex: number, from: readonly HostId[], to: readonly HostId[], symmetric: boolean): void {
    this.partitions.end(faultIndex, from, to, symmetric);
  }

  /** Lets a fault of links begin; `endFault` with the same index ends it. */
  beginFault(faultIndex: number, fault: LinkFault, random: RandomStream): void {
    this.faults.begin(faultIndex, fault, this.parts.timeline.nowNs, random);
  }

  endFault(faultIndex: number): void {
    this.faults.end(faultIndex);
  }

  /** Loses each message between different hosts with this probability until `endLoss` with the same fault index. */
  beginLoss(faultIndex: number, ratePpm: number, random: RandomStream): void {
    this.losses.set(faultIndex, { ratePpm, random });
  }

  endLoss(faultIndex: number): void {
    this.losses.delete(faultIndex);
  }

  fork(timeline: Timeline, costs: CostCounter): Network {
    const parts = { ...this.parts, timeline, costs };
    const copy = new Network(parts, this.transits.fork(), this.latencies, this.uplinks?.fork());
    copy.crashCounts.set(this.crashCounts);
    copy.egressFreeNs.set(this.egressFreeNs);
    copy.ingressFreeNs.set(this.ingressFreeNs);
    for (let host = 0; host < this.parts.hostCount; host += 1) {
      copy.crashTimesNs[host] = this.crashesOf(host).slice();
      copy.jitter[host] = this.jitter[host]?.fork();
      copy.baseLoss[host] = this.baseLoss[host]?.fork();
    }
    copy.partitions = this.partitions.fork();
    copy.faults = this.faults.fork();
    for (const [index, loss] of this.losses) {
      copy.losses.set(index, { ratePpm: loss.ratePpm, random: loss.random.fork() });
    }
    return copy;
  }

  /** Links, cuts and streams; hosts that are gone for ever have no future. */
  addTo(hash: StateHash, isGone: (host: HostId) => boolean): void {
    const { nowNs } = this.parts.timeline;
    for (let host = 0; host < this.parts.hostCount; host += 1) {
      if (isGone(host)) continue;
      hash.add(Math.max(0, (this.egressFreeNs[host] as number) - nowNs));
      hash.add(Math.max(0, (this.ingressFreeNs[host] as number) - nowNs));
      for (const stream of [this.jitter[host], this.baseLoss[host]]) {
        hash.add(stream === undefined ? 0 : 1);
        stream?.addTo(hash);
      }
    }
    this.faults.addTo(hash, nowNs);
    this.uplinks?.addTo(hash, nowNs);
    this.partitions.addTo(hash);
    hash.addUnordered(this.losses, (index, { ratePpm, random }) => {
      hash.add(index);
      hash.add(ratePpm);
      random.addTo(hash);
    });
  }

  /** A message that has not arrived yet, relative to now. Adds nothing when `arrive` would do nothing with it. */
  addArriving(hash: StateHash, slot: number, to: HostId, message: Message): boolean {
    if (this.neverLeft(slot)) return false;
    hash.add(this.transits.spanNs[slot] as number);
    if (this.uplinks !== undefined) hash.add(this.transits.flightNs[slot] as number);
    this.addTransit(hash, slot, to, message);
    return true;
  }

  /** A message that is arriving. Adds nothing when it will not be whole. */
  addDelivering(hash: StateHash, slot: number, to: HostId, message: Message): boolean {
    if (!this.isWhole(slot, to)) return false;
    this.addTransit(hash, slot, to, message);
    return true;
  }

  private addTransit(hash: StateHash, slot: number, to: HostId, message: Message): void {
    const { nowNs } = this.parts.timeline;
    const { transits } = this;
    const leftAtNs = transits.leftAtNs[slot] as number;
    hash.add(transits.from[slot] as number);
    hash.add(to);
    hash.addImmutable(message);
    // What has left can no longer be cut short by a crash of its sender.
    hash.add(Math.max(0, (transits.leavesAtNs[slot] as number) - nowNs));
    hash.add(Math.max(0, leftAtNs - nowNs));
    hash.add(leftAtNs > nowNs && this.crashAfter(slot) !== undefined ? 1 : 0);
  }

  private begin(from: HostId, typeId: number, bytes: number, leavesAtNs: number, leftAtNs: number): number {
    const { transits } = this;
    const slot = transits.take();
    transits.from[slot] = from;
    transits.senderCrashCount[slot] = this.crashCounts[from] as number;
    transits.typeId[slot] = typeId;
    transits.bytes[slot] = bytes;
    transits.leavesAtNs[slot] = leavesAtNs;
    transits.leftAtNs[slot] = leftAtNs;
    transits.spanNs[slot] = leftAtNs - leavesAtNs;
    return slot;
  }

  /** On its way from its sender's link. */
  private depart(slot: number, to: HostId, arrivesAtNs: number, message: Message): void {
    const { transits, uplinks } = this;
    const leavesAtNs = transits.leavesAtNs[slot] as number;
    transits.flightNs[slot] = arrivesAtNs - leavesAtNs;
    if (uplinks?.isPassed("out", transits.from[slot] as number, to) !== true) {
      this.land(slot, to, arrivesAtNs, message);
      return;
    }
    this.parts.timeline.queue.pushFixed(leavesAtNs, EVENT_UPLINK, to, slot, message);
  }

  /** Comes to its receiver's domain at a moment. */
  private land(slot: number, to: HostId, atNs: number, message: Message): void {
    const isShared = this.uplinks?.isPassed("in", this.transits.from[slot] as number, to) === true;
    this.parts.timeline.queue.pushFixed(atNs, isShared ? EVENT_DOWNLINK : EVENT_ARRIVE, to, slot, message);
  }

  /** Its sender went down before the first byte left. */
  private neverLeft(slot: number): boolean {
    const crashedAtNs = this.crashAfter(slot);
    return crashedAtNs !== undefined && crashedAtNs <= (this.transits.leavesAtNs[slot] as number);
  }

  private isWhole(slot: number, to: HostId): boolean {
    const { transits } = this;
    if (this.crashCounts[to] !== transits.receiverCrashCount[slot]) return false;
    const crashedAtNs = this.crashAfter(slot);
    return crashedAtNs === undefined || crashedAtNs >= (transits.leftAtNs[slot] as number);
  }

  private crashesOf(host: HostId): number[] {
    return this.crashTimesNs[host] as number[];
  }

  /** When the sender went down after it sent this, for the first time. */
  private crashAfter(slot: number): number | undefined {
    const from = this.transits.from[slot] as number;
    const crashCount = this.transits.senderCrashCount[slot] as number;
    if (this.crashCounts[from] === crashCount) return undefined;
    return this.crashesOf(from)[crashCount];
  }

  private bandwidthOf(host: HostId): number {
    const { settings, timeline } = this.parts;
    if (this.faults.isQuiet) return settings.bandwidthBytesPerSecond;
    return Math.min(settings.bandwidthBytesPerSecond, this.faults.bandwidthOf(host, timeline.reach));
  }

  private jitterOf(from: HostId): RandomStream {
    return (this.jitter[from] ??= this.parts.random.stream("network-jitter", from));
  }

  private drawLoss(from: HostId): boolean {
    let isLost = false;
    const { lossPpm } = this.parts.settings;
    if (lossPpm > 0) {
      const stream = (this.baseLoss[from] ??= this.parts.random.stream("network-loss", from));
      isLost = stream.below(MILLION) < lossPpm;
    }
    if (this.losses.size === 0) return isLost;
    for (const [index, loss] of this.losses) {
      if (loss.random.below(MILLION) >= loss.ratePpm) continue;
      isLost = true;
      this.parts.timeline.reach.bite(index);
    }
    return isLost;
  }

  private takesMessage(from: HostId, to: HostId): boolean {
    return this.partitions.takesMessage(from, to, this.parts.timeline.reach);
  }
}
