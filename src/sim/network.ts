/**
 * The network: every host has one link, with a queue out (egress) and a queue in (ingress), joined by a fabric with latency.
 *
 * Model. A message waits for the sender's egress, occupies it for bytes / bandwidth, and its first byte reaches the
 * receiver latency + jitter after it left. There it waits for the ingress and occupies it as long again: cut-through, so
 * a lone message takes latency + bytes / bandwidth, and two on one link take twice the transfer time. Jitter makes
 * messages overtake each other. A message to oneself costs nothing and arrives at the same moment, as an event of its own.
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
import { LinkFaults, type Passage } from "./link-faults.ts";
import type { RandomRoot, RandomStream } from "./random.ts";
import { type NetworkSettings, transferNs } from "./settings.ts";
import type { StateHash } from "./state-hash.ts";
import { EVENT_ARRIVE, EVENT_DELIVER, type Timeline } from "./timeline.ts";
import { Transits } from "./transits.ts";

const MILLION = 1_000_000;

interface ActiveCut {
  readonly from: readonly HostId[];
  readonly to: readonly HostId[];
  readonly symmetric: boolean;
}

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
  /** How many active partitions cut a directed pair, by from * hostCount + to. Pairs that are not cut are absent. */
  private readonly cuts: Map<number, number> = new Map();
  /** By index of the fault: who takes the blame for a message that was cut. */
  private readonly activeCuts: Map<number, ActiveCut> = new Map();
  private readonly losses: Map<number, ActiveLoss> = new Map();
  private faults: LinkFaults = new LinkFaults();

  constructor(parts: NetworkParts, transits: Transits = new Transits()) {
    this.parts = parts;
    this.transits = transits;
    this.egressFreeNs = new Float64Array(parts.hostCount);
    this.ingressFreeNs = new Float64Array(parts.hostCount);
    this.crashTimesNs = Array.from({ length: parts.hostCount }, () => []);
    this.crashCounts = new Int32Array(parts.hostCount);
    this.jitter = new Array<RandomStream | undefined>(parts.hostCount);
    this.baseLoss = new Array<RandomStream | undefined>(parts.hostCount);
  }

  send(from: HostId, to: HostId, message: Message): void {
    const { timeline, settings, costs } = this.parts;
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
    const jitterNs = settings.latencyJitterNs === 0 ? 0 : this.drawJitter(from);
    // Every stream is drawn from whatever the others said, so that one loss does not shift another.
    const isLost = this.drawLoss(from);
    if (this.takesMessage(from, to) || isLost) {
      timeline.trace?.sendLost(timeline.queue, nowNs, from, to, typeId, bytes, leavesAtNs, leftAtNs);
      return;
    }
    const arrivesAtNs = leavesAtNs + settings.latencyNs + jitterNs;
    if (this.faults.isQuiet) {
      const slot = this.begin(from, typeId, bytes, leavesAtNs, leftAtNs);
      timeline.queue.pushFixed(arrivesAtNs, EVENT_ARRIVE, to, slot, message);
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
      timeline.queue.pushFixed(atNs, EVENT_ARRIVE, to, slot, passage.message);
    }
  }

  /** The first byte is there: queues the message at the receiver's ingress. */
  arrive(slot: number, to: HostId, message: Message): void {
    const { timeline } = this.parts;
    const { transits } = this;
    const crashedAtNs = this.crashAfter(slot);
    // Cut short by a crash, the beginning of a message still occupies the ingress; one that never left does not.
    const neverLeft = crashedAtNs !== undefined && crashedAtNs <= (transits.leavesAtNs[slot] as number);
    const isLost = neverLeft || this.takesMessage(transits.from[slot] as number, to);
    if (timeline.trace !== undefined) this.traceMessage(slot, isLost);
    if (isLost) {
      transits.release(slot);
      return;
    }
    const startNs = Math.max(timeline.nowNs, this.ingressFreeNs[to] as number);
    const endNs = startNs + transferNs(transits.bytes[slot] as number, this.bandwidthOf(to));
    this.ingressFreeNs[to] = endNs;
    transits.receiverCrashCount[slot] = this.crashCounts[to] as number;
    timeline.queue.pushFixed(endNs, EVENT_DELIVER, to, slot, message);
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
    return this.cuts.size > 0 && this.cuts.has(from * this.parts.hostCount + to);
  }

  /** Cuts every pair of different hosts once more. Returns how many directed pairs it cut. */
  cut(faultIndex: number, from: readonly HostId[], to: readonly HostId[], symmetric: boolean): number {
    this.activeCuts.set(faultIndex, { from, to, symmetric });
    return this.changeCuts(from, to, 1) + (symmetric ? this.changeCuts(to, from, 1) : 0);
  }

  /** Takes back one `cut` with the same arguments. */
  heal(faultIndex: number, from: readonly HostId[], to: readonly HostId[], symmetric: boolean): void {
    this.activeCuts.delete(faultIndex);
    this.changeCuts(from, to, -1);
    if (symmetric) this.changeCuts(to, from, -1);
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
    const copy = new Network({ ...this.parts, timeline, costs }, this.transits.fork());
    copy.crashCounts.set(this.crashCounts);
    copy.egressFreeNs.set(this.egressFreeNs);
    copy.ingressFreeNs.set(this.ingressFreeNs);
    for (let host = 0; host < this.parts.hostCount; host += 1) {
      copy.crashTimesNs[host] = this.crashesOf(host).slice();
      copy.jitter[host] = this.jitter[host]?.fork();
      copy.baseLoss[host] = this.baseLoss[host]?.fork();
    }
    for (const [pair, count] of this.cuts) copy.cuts.set(pair, count);
    for (const [index, cut] of this.activeCuts) copy.activeCuts.set(index, cut);
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
    hash.addUnordered(this.cuts, (pair, count) => {
      hash.add(pair);
      hash.add(count);
    });
    hash.addUnordered(this.losses, (index, { ratePpm, random }) => {
      hash.add(index);
      hash.add(ratePpm);
      random.addTo(hash);
    });
  }

  /** A message that has not arrived yet, relative to now. Adds nothing when `arrive` would do nothing with it. */
  addArriving(hash: StateHash, slot: number, to: HostId, message: Message): boolean {
    const crashedAtNs = this.crashAfter(slot);
    if (crashedAtNs !== undefined && crashedAtNs <= (this.transits.leavesAtNs[slot] as number)) return false;
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
    return slot;
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

  private drawJitter(from: HostId): number {
    const stream = (this.jitter[from] ??= this.parts.random.stream("network-jitter", from));
    return stream.below(this.parts.settings.latencyJitterNs + 1);
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

  /** As `isCut`, for a message: every partition that takes it has bitten. */
  private takesMessage(from: HostId, to: HostId): boolean {
    if (!this.isCut(from, to)) return false;
    for (const [index, cut] of this.activeCuts) {
      const isOneWay = cut.from.includes(from) && cut.to.includes(to);
      const isOtherWay = cut.symmetric && cut.from.includes(to) && cut.to.includes(from);
      if (isOneWay || isOtherWay) this.parts.timeline.reach.bite(index);
    }
    return true;
  }

  private changeCuts(from: readonly HostId[], to: readonly HostId[], change: number): number {
    let pairCount = 0;
    for (const source of from) {
      for (const target of to) {
        if (source === target) continue;
        pairCount += 1;
        const pair = source * this.parts.hostCount + target;
        const count = (this.cuts.get(pair) ?? 0) + change;
        if (count > 0) this.cuts.set(pair, count);
        else this.cuts.delete(pair);
      }
    }
    return pairCount;
  }
}
