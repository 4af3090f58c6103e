/**
 * One-way latency of links: a fixed part, and a random one that is even, has a heavy tail, or was measured.
 *
 * Model. With no jitter every message takes `latencyNs`. Without a tail the random part is even on 0 .. `latencyJitterNs`.
 * With a tail it is Pareto's distribution of the second kind (Lomax) with shape 2 and scale J = `latencyJitterNs`, cut at
 * T = `latencyTailNs`: P(more than x) is about (J / (J + x))². For u even on [0, 1) and r = J / (J + T),
 *
 *     x = J / sqrt(1 - u (1 - r²)) - J
 *
 * is drawn from it: with shape 2 the inverse needs no more than a square root, which every engine computes alike.
 * With quantiles the whole latency is drawn from them (quantiles.ts); the fixed part and the jitter then say its ends.
 *
 * Does not cover: latencies that depend on those before them.
 */
import { assert } from "../core/assertion.ts";
import type { HostId } from "../core/protocol/environment.ts";
import { assertQuantiles, type QuantilePoint, quantileNs } from "./quantiles.ts";
import type { RandomStream } from "./random.ts";

export interface Latency {
  /** The least that a message takes, one way. */
  readonly latencyNs: number;
  /** Without a tail the width of the random part that is added; with one its scale: half of them are above 0.41 of it. */
  readonly latencyJitterNs: number;
  /** The most that the random part comes to. Left out: no tail. Needs a jitter above 0. */
  readonly latencyTailNs?: number;
  /** Of the whole latency: from `latencyNs` at 0 to `latencyNs` and the jitter at 1. Left out: none. Not with a tail. */
  readonly latencyQuantiles?: readonly QuantilePoint[];
}

/** Links that differ from the others: from each of some hosts to each of others. */
export interface LinkLatency extends Latency {
  readonly from: readonly HostId[];
  readonly to: readonly HostId[];
}

const WORDS = 0x1_0000_0000;

/** The random part, in whole nanoseconds. Draws nothing when there is none. */
export function drawJitterNs(latency: Latency, random: RandomStream): number {
  const { latencyNs, latencyJitterNs: scaleNs, latencyTailNs: tailNs, latencyQuantiles: points } = latency;
  if (scaleNs === 0) return 0;
  if (points !== undefined) return quantileNs(points, random.next() / WORDS) - latencyNs;
  if (tailNs === undefined) return random.below(scaleNs + 1);
  const ratio = scaleNs / (scaleNs + tailNs);
  const share = random.next() / WORDS;
  return Math.floor(scaleNs / Math.sqrt(1 - share * (1 - ratio * ratio)) - scaleNs);
}

/** The longest that a message takes, one way, on any of the links. */
export function latencyNsMax(common: Latency, links: readonly Latency[] = []): number {
  const all = [common, ...links].map(
    ({ latencyNs, latencyJitterNs, latencyTailNs }) => latencyNs + (latencyTailNs ?? latencyJitterNs),
  );
  return Math.max(...all);
}

/** Which latency each directed pair of hosts has. Immutable. */
export class LatencyTable {
  private readonly hostCount: number;
  private readonly common: Latency;
  private readonly links: readonly LinkLatency[];
  /** By from * hostCount + to: 1 + the link's place; 0: the common one. Absent when there is none but that. */
  private readonly places: Uint16Array | undefined;

  constructor(hostCount: number, common: Latency, links: readonly LinkLatency[] = []) {
    this.hostCount = hostCount;
    this.common = common;
    this.links = links;
    this.places = links.length === 0 ? undefined : placesOf(hostCount, links);
  }

  of(from: HostId, to: HostId): Latency {
    if (this.places === undefined) return this.common;
    const place = this.places[from * this.hostCount + to] as number;
    return place === 0 ? this.common : (this.links[place - 1] as LinkLatency);
  }
}

/** Later links win. */
function placesOf(hostCount: number, links: readonly LinkLatency[]): Uint16Array {
  const places = new Uint16Array(hostCount * hostCount);
  for (const [index, { from, to }] of links.entries()) {
    for (const source of from) for (const target of to) places[source * hostCount + target] = index + 1;
  }
  return places;
}

export function assertLatency(latency: Latency): void {
  const { latencyNs, latencyJitterNs, latencyTailNs, latencyQuantiles: points } = latency;
  for (const ns of [latencyNs, latencyJitterNs, latencyTailNs ?? 0]) {
    assert(Number.isSafeInteger(ns) && ns >= 0, "times are integer nanoseconds, not negative");
  }
  assert(latencyTailNs === undefined || latencyJitterNs > 0, "a tail has a scale");
  if (points === undefined) return;
  assertQuantiles(points);
  assert(latencyTailNs === undefined, "quantiles have their own tail");
  assert(
    points[0]?.ns === latencyNs && points.at(-1)?.ns === latencyNs + latencyJitterNs,
    "quantiles have their ends",
  );
}
