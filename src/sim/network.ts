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
 * Does not cover: duplication, corruption, shared uplinks, per-link settings.
 */
import type { HostId } from "../core/protocol/environment.ts";
import { type Message, messageBytes } from "../core/protocol/messages.ts";
import type { CostCounter } from "./costs.ts";
import type { RandomRoot, RandomStream } from "./random.ts";
import { type NetworkSettings, transferNs } from "./settings.ts";
import type { StateHash } from "./state-hash.ts";
import { EVENT_ARRIVE, EVENT_DELIVER, type Timeline } from "./timeline.ts";

const MILLION = 1_000_000;

/** One message on its way. Immutable. */
export interface Transit {
  readonly from: HostId;
  readonly to: HostId;
  readonly message: Message;
  readonly bytes: number;
  /** First and last byte leave the sender. */
  readonly leavesAtNs: number;
  readonly leftAtNs: number;
  /** Crashes of the sender before it sent this. */
  readonly crashCount: number;
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
  private readonly parts: NetworkParts;
  private readonly egressFreeNs: Float64Array;
  private readonly ingressFreeNs: Float64Array;
  /** Moments at which each host went down, ascending. */
  private readonly crashTimesNs: number[][];
  private readonly jitter: (RandomStream | undefined)[];
  private readonly baseLoss: (RandomStream | undefined)[];
  /** How many active partitions cut a directed pair, by from * hostCount + to. Pairs that are not cut are absent. */
  private readonly cuts: Map<number, number> = new Map();
  /** By index of the fault. */
  private readonly losses: Map<number, ActiveLoss> = new Map();

  constructor(parts: NetworkParts) {
    this.parts = parts;
    this.egressFreeNs = new Float64Array(parts.hostCount);
    this.ingressFreeNs = new Float64Array(parts.hostCount);
    this.crashTimesNs = Array.from({ length: parts.hostCount }, () => []);
    this.jitter = new Array<RandomStream | undefined>(parts.hostCount);
    this.baseLoss = new Array<RandomStream | undefined>(parts.hostCount);
  }

  send(from: HostId, to: HostId, message: Message): void {
    const { timeline, settings, costs } = this.parts;
    const { nowNs } = timeline;
    const crashCount = this.crashesOf(from).length;
    if (from === to) {
      const transit = { from, to, message, bytes: 0, leavesAtNs: nowNs, leftAtNs: nowNs, crashCount };
      timeline.queue.push(nowNs, EVENT_DELIVER, to, crashCount, transit);
      return;
    }
    const sizes = messageBytes(message);
    const bytes = sizes.image + sizes.member + sizes.manifest + sizes.other;
    costs.sent(message, sizes);
    const leavesAtNs = Math.max(nowNs, this.egressFreeNs[from] as number);
    const leftAtNs = leavesAtNs + transferNs(bytes, settings.bandwidthBytesPerSecond);
    this.egressFreeNs[from] = leftAtNs;
    const jitterNs = settings.latencyJitterNs === 0 ? 0 : this.drawJitter(from);
    // Every stream is drawn from whatever the others said, so that one loss does not shift another.
    const isLost = this.drawLoss(from);
    if (isLost || this.isCut(from, to)) return;
    const transit: Transit = { from, to, message, bytes, leavesAtNs, leftAtNs, crashCount };
    timeline.queue.push(leavesAtNs + settings.latencyNs + jitterNs, EVENT_ARRIVE, to, 0, transit);
  }

  /** The first byte is there: queues the message at the receiver's ingress. */
  arrive(transit: Transit): void {
    const { timeline, settings } = this.parts;
    const { from, to, bytes } = transit;
    // Cut short by a crash, the beginning of a message still occupies the ingress; one that never left does not.
    const crashedAtNs = this.crashAfter(transit);
    if (crashedAtNs !== undefined && crashedAtNs <= transit.leavesAtNs) return;
    if (this.isCut(from, to)) return;
    const startNs = Math.max(timeline.nowNs, this.ingressFreeNs[to] as number);
    const endNs = startNs + transferNs(bytes, settings.bandwidthBytesPerSecond);
    this.ingressFreeNs[to] = endNs;
    timeline.queue.push(endNs, EVENT_DELIVER, to, this.crashesOf(to).length, transit);
  }

  /**
   * Whether a message whose delivery is due is complete: neither end went down while it was on its link.
   * `receiverCrashCount` is the `extra` of the EVENT_DELIVER.
   */
  isWhole(transit: Transit, receiverCrashCount: number): boolean {
    if (this.crashesOf(transit.to).length !== receiverCrashCount) return false;
    const crashedAtNs = this.crashAfter(transit);
    return crashedAtNs === undefined || crashedAtNs >= transit.leftAtNs;
  }

  /** A host went down: its queues are empty from now on. */
  crash(host: HostId): void {
    const { nowNs } = this.parts.timeline;
    this.crashesOf(host).push(nowNs);
    this.egressFreeNs[host] = nowNs;
    this.ingressFreeNs[host] = nowNs;
  }

  /** True when a partition takes messages from one host to the other. */
  isCut(from: HostId, to: HostId): boolean {
    return this.cuts.size > 0 && this.cuts.has(from * this.parts.hostCount + to);
  }

  /** Cuts every pair of different hosts once more. Returns how many directed pairs it cut. */
  cut(from: readonly HostId[], to: readonly HostId[], symmetric: boolean): number {
    return this.changeCuts(from, to, 1) + (symmetric ? this.changeCuts(to, from, 1) : 0);
  }

  /** Takes back one `cut` with the same arguments. */
  heal(from: readonly HostId[], to: readonly HostId[], symmetric: boolean): void {
    this.changeCuts(from, to, -1);
    if (symmetric) this.changeCuts(to, from, -1);
  }

  /** Loses each message between different hosts with this probability until `endLoss` with the same fault index. */
  beginLoss(faultIndex: number, ratePpm: number, random: RandomStream): void {
    this.losses.set(faultIndex, { ratePpm, random });
  }

  endLoss(faultIndex: number): void {
    this.losses.delete(faultIndex);
  }

  fork(timeline: Timeline, costs: CostCounter): Network {
    const copy = new Network({ ...this.parts, timeline, costs });
    copy.egressFreeNs.set(this.egressFreeNs);
    copy.ingressFreeNs.set(this.ingressFreeNs);
    for (let host = 0; host < this.parts.hostCount; host += 1) {
      copy.crashTimesNs[host] = this.crashesOf(host).slice();
      copy.jitter[host] = this.jitter[host]?.fork();
      copy.baseLoss[host] = this.baseLoss[host]?.fork();
    }
    for (const [pair, count] of this.cuts) copy.cuts.set(pair, count);
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
  addArriving(hash: StateHash, transit: Transit): boolean {
    const crashedAtNs = this.crashAfter(transit);
    if (crashedAtNs !== undefined && crashedAtNs <= transit.leavesAtNs) return false;
    this.addTransit(hash, transit);
    return true;
  }

  /** A message that is arriving. Adds nothing when it will not be whole. */
  addDelivering(hash: StateHash, transit: Transit, receiverCrashCount: number): boolean {
    if (!this.isWhole(transit, receiverCrashCount)) return false;
    this.addTransit(hash, transit);
    return true;
  }

  private addTransit(hash: StateHash, transit: Transit): void {
    const { nowNs } = this.parts.timeline;
    hash.add(transit.from);
    hash.add(transit.to);
    hash.addImmutable(transit.message);
    // What has left can no longer be cut short by a crash of its sender.
    hash.add(Math.max(0, transit.leavesAtNs - nowNs));
    hash.add(Math.max(0, transit.leftAtNs - nowNs));
    hash.add(transit.leftAtNs > nowNs && this.crashAfter(transit) !== undefined ? 1 : 0);
  }

  private crashesOf(host: HostId): number[] {
    return this.crashTimesNs[host] as number[];
  }

  /** When the sender went down after it sent this, for the first time. */
  private crashAfter(transit: Transit): number | undefined {
    return this.crashesOf(transit.from)[transit.crashCount];
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
    for (const loss of this.losses.values()) {
      if (loss.random.below(MILLION) < loss.ratePpm) isLost = true;
    }
    return isLost;
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
