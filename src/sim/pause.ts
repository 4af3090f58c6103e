/**
 * A server that is paused: nothing on it goes on, and what comes for it waits, or is lost.
 *
 * Model. A stopped process, a virtual machine that is moved, a long collection of garbage: memory stays, time goes on. The
 * disk ends what it was asked to do, and its answers wait. Messages wait in order, or are lost when the fault says so. Timers
 * that come due fire when the pause is over. Whether the server then sees its timers or what waited first, the seed draws.
 *
 * Does not cover: a queue of messages that overflows.
 */
import type { HostId, StorageCompletion } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { Effect } from "./effect.ts";
import type { Reach } from "./reach.ts";
import type { StateHash } from "./state-hash.ts";

/** Something that waits for the end of a pause. Immutable. */
export type HeldBack =
  | { readonly kind: "message"; readonly from: HostId; readonly message: Message }
  | { readonly kind: "storage"; readonly completion: StorageCompletion }
  | { readonly kind: "effect"; readonly life: number; readonly effect: Effect };

export class Pause {
  /** By the fault's place in the plan: whether messages are lost. */
  private readonly faults: Map<number, boolean> = new Map();
  private held: HeldBack[] = [];

  begin(faultIndex: number, losesMessages: boolean): void {
    this.faults.set(faultIndex, losesMessages);
  }

  isBegun(faultIndex: number): boolean {
    return this.faults.has(faultIndex);
  }

  /** True when it was the last one. */
  end(faultIndex: number): boolean {
    return this.faults.delete(faultIndex) && this.faults.size === 0;
  }

  /** Takes what comes for the server. */
  hold(item: HeldBack, reach: Reach): void {
    this.bite(reach, 1);
    const isLost = item.kind === "message" && [...this.faults.values()].includes(true);
    if (!isLost) this.held.push(item);
  }

  bite(reach: Reach, count: number): void {
    for (const index of this.faults.keys()) reach.bite(index, count);
  }

  /** What waited, in the order in which it came. */
  takeHeld(): readonly HeldBack[] {
    const { held } = this;
    this.held = [];
    return held;
  }

  fork(): Pause {
    const copy = new Pause();
    for (const [index, losesMessages] of this.faults) copy.faults.set(index, losesMessages);
    copy.held = this.held.slice();
    return copy;
  }

  addTo(hash: StateHash): void {
    for (const losesMessages of this.faults.values()) hash.add(losesMessages ? 1 : 2);
    for (const item of this.held) hash.addImmutable(item);
  }
}
