/**
 * What is wrong with the links at present: messages that are lost, doubled, held back, late or altered on their way.
 *
 * Model. A fault is of all links, or of those from some hosts to others. Each draws from a stream of its own, once for every
 * message that it could strike, whatever the other faults do to that message; so faults do not shift each other.
 *
 * Does not cover: partitions (network.ts).
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { LinkFault } from "./faults.ts";
import type { RandomStream } from "./random.ts";
import type { Reach } from "./reach.ts";
import type { StateHash } from "./state-hash.ts";

const MILLION = 1_000_000;

interface ActiveFault {
  readonly fault: LinkFault;
  readonly random: RandomStream;
  readonly endNs: number;
  /** Kind "reordering": by pair of hosts, when the message that was held back last arrives. */
  readonly heldUntilNs: Map<string, number>;
}

/** What becomes of one message. */
export interface Passage {
  isLost: boolean;
  /** The first byte arrives at this moment. */
  arrivesAtNs: number;
  /** The message, or an altered copy. */
  message: Message;
  /** Moments at which it arrives once more. */
  copiesAtNs: number[];
}

export class LinkFaults {
  /** By the fault's place in the plan. */
  private readonly active: Map<number, ActiveFault> = new Map();

  get isQuiet(): boolean {
    return this.active.size === 0;
  }

  begin(faultIndex: number, fault: LinkFault, nowNs: number, random: RandomStream): void {
    const endNs = nowNs + fault.lastsNs;
    this.active.set(faultIndex, { fault, random, endNs, heldUntilNs: new Map() });
  }

  end(faultIndex: number): void {
    this.active.delete(faultIndex);
  }

  /** The least rate that a fault leaves to a host's link; Infinity when none does. */
  bandwidthOf(host: HostId, reach: Reach): number {
    let least = Infinity;
    for (const [index, { fault }] of this.active) {
      if (fault.kind !== "limited-bandwidth" || fault.host !== host) continue;
      reach.bite(index);
      least = Math.min(least, fault.bandwidthBytesPerSecond);
    }
    return least;
  }

  /** Changes what becomes of a message between two different hosts. */
  pass(from: HostId, to: HostId, passage: Passage, reach: Reach): void {
    for (const [index, active] of this.active) {
      if (active.fault.kind === "limited-bandwidth" || !isOn(active.fault, from, to)) continue;
      if (strike(active, `${from} ${to}`, passage)) reach.bite(index);
    }
  }

  fork(): LinkFaults {
    const copy = new LinkFaults();
    for (const [index, { fault, random, endNs, heldUntilNs }] of this.active) {
      copy.active.set(index, { fault, random: random.fork(), endNs, heldUntilNs: new Map(heldUntilNs) });
    }
    return copy;
  }

  addTo(hash: StateHash, nowNs: number): void {
    for (const { fault, random, endNs, heldUntilNs } of this.active.values()) {
      hash.addImmutable(fault);
      random.addTo(hash);
      hash.add(endNs - nowNs);
      for (const [pair, untilNs] of heldUntilNs) {
        if (untilNs <= nowNs) continue;
        hash.addText(pair);
        hash.add(untilNs - nowNs);
      }
    }
  }
}

function isOn(
  fault: Exclude<LinkFault, { readonly kind: "limited-bandwidth" }>,
  from: HostId,
  to: HostId,
): boolean {
  return (fault.from?.includes(from) ?? true) && (fault.to?.includes(to) ?? true);
}

/** True when something came out otherwise. */
function strike(active: ActiveFault, pair: string, passage: Passage): boolean {
  const { fault, random, endNs, heldUntilNs } = active;
  switch (fault.kind) {
    case "duplication": {
      const isStruck = random.below(MILLION) < fault.ratePpm;
      const byNs = random.below(fault.byNs + 1);
      if (isStruck) passage.copiesAtNs.push(passage.arrivesAtNs + byNs);
      return isStruck;
    }
    case "reordering": {
      const isStruck = random.below(MILLION) < fault.ratePpm;
      const byNs = 1 + random.below(fault.byNs);
      const heldNs = heldUntilNs.get(pair) ?? 0;
      if (!isStruck) return passage.arrivesAtNs < heldNs;
      passage.arrivesAtNs += byNs;
      heldUntilNs.set(pair, Math.max(heldNs, passage.arrivesAtNs));
      return passage.arrivesAtNs < heldNs;
    }
    case "delay":
      passage.arrivesAtNs += fault.byNs;
      return true;
    case "clog":
      if (passage.arrivesAtNs >= endNs) return false;
      passage.arrivesAtNs = endNs;
      return true;
    case "corruption": {
      if (random.below(MILLION) >= fault.ratePpm) return false;
      const altered = corrupted(passage.message, random);
      if (altered === undefined) passage.isLost = true;
      else passage.message = altered;
      return true;
    }
    case "limited-bandwidth":
      return false;
  }
}

/** The bytes that a message carries: a field, or one of the list in a field, as the manifests of a survey. */
function payloadsOf(
  message: Message,
): { readonly name: string; readonly index: number; readonly bytes: Uint8Array }[] {
  return Object.entries(message).flatMap(([name, value]: [string, unknown]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.flatMap((bytes, index) =>
      bytes instanceof Uint8Array && bytes.length > 0 ? [{ name, index, bytes }] : [],
    );
  });
}

/** A copy with one bit of its payload flipped; undefined for a message that has no payload of bytes. */
function corrupted(message: Message, random: RandomStream): Message | undefined {
  const payloads = payloadsOf(message);
  const payload = payloads[payloads.length === 0 ? 0 : random.below(payloads.length)];
  if (payload === undefined) return undefined;
  const { name, index } = payload;
  const copy = payload.bytes.slice();
  const bitIndex = random.below(copy.length * 8);
  const byteIndex = Math.floor(bitIndex / 8);
  copy[byteIndex] = (copy[byteIndex] as number) ^ (1 << (bitIndex % 8));
  const value: unknown = message[name as keyof Message];
  const altered = Array.isArray(value)
    ? value.map((each: unknown, place) => (place === index ? copy : each))
    : copy;
  return { ...message, [name]: altered };
}
