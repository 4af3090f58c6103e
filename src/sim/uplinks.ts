/**
 * Uplinks of domains, such as the cables from the racks to the rest: what the servers of a domain share.
 *
 * Model. A message from one domain to another, or to a server in none, waits for the uplink of its sender's domain, then
 * takes its latency, then waits for the uplink of its receiver's domain. Each has a queue out and a queue in and is occupied
 * for bytes / bandwidth. Traffic within a domain passes neither. The fabric between the uplinks is never a bottleneck.
 *
 * Does not cover: uplinks that fail, several hops.
 */
import { assert } from "../core/assertion.ts";
import type { HostId } from "../core/protocol/environment.ts";
import { transferNs, type UplinkSettings } from "./settings.ts";
import type { StateHash } from "./state-hash.ts";

export type Direction = "out" | "in";

const NO_UPLINK = -1;

export class Uplinks {
  private readonly settings: readonly UplinkSettings[];
  /** By host: the place of its uplink. */
  private readonly placeOf: Int16Array;
  private readonly freeNs: Readonly<Record<Direction, Float64Array>>;

  constructor(hostCount: number, settings: readonly UplinkSettings[]) {
    this.settings = settings;
    this.placeOf = new Int16Array(hostCount).fill(NO_UPLINK);
    for (const [place, { hosts }] of settings.entries()) {
      for (const host of hosts) {
        assert(this.placeOf[host] === NO_UPLINK, "a server has one uplink at the most");
        this.placeOf[host] = place;
      }
    }
    this.freeNs = { out: new Float64Array(settings.length), in: new Float64Array(settings.length) };
  }

  /** Whether a message passes the uplink of its sender's domain ("out"), or of its receiver's ("in"). */
  isPassed(direction: Direction, from: HostId, to: HostId): boolean {
    const outPlace = this.placeOf[from] as number;
    const inPlace = this.placeOf[to] as number;
    return outPlace !== inPlace && (direction === "out" ? outPlace : inPlace) !== NO_UPLINK;
  }

  /** Queues a message whose first byte is there now. `host`: its sender ("out") or its receiver ("in"). */
  pass(
    direction: Direction,
    host: HostId,
    nowNs: number,
    bytes: number,
  ): { startNs: number; spanNs: number } {
    const place = this.placeOf[host] as number;
    const free = this.freeNs[direction];
    const startNs = Math.max(nowNs, free[place] as number);
    const spanNs = transferNs(bytes, (this.settings[place] as UplinkSettings).bandwidthBytesPerSecond);
    free[place] = startNs + spanNs;
    return { startNs, spanNs };
  }

  fork(): Uplinks {
    const copy = new Uplinks(this.placeOf.length, this.settings);
    copy.freeNs.out.set(this.freeNs.out);
    copy.freeNs.in.set(this.freeNs.in);
    return copy;
  }

  addTo(hash: StateHash, nowNs: number): void {
    for (const free of [this.freeNs.out, this.freeNs.in]) {
      for (const untilNs of free) hash.add(Math.max(0, untilNs - nowNs));
    }
  }
}
