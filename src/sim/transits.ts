/**
 * Messages on their way, in typed columns: one slot for each, used again when the message is delivered or lost.
 *
 * Invariants: a slot that was released is not read; memory follows the number of messages that were on their way at once.
 * The messages themselves are payloads of their events.
 *
 * Does not cover: what the columns mean for a run (network.ts).
 */
import { grownBytes, grownFloats, grownIntegers } from "./columns.ts";

const CAPACITY_FIRST = 64;

export class Transits {
  /** Sender, and its crashes before it sent this. */
  from: Int32Array = new Int32Array(CAPACITY_FIRST);
  senderCrashCount: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** Crashes of the receiver before this began to arrive; set when it does. */
  receiverCrashCount: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** The number of the message's type (costs.ts). */
  typeId: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  bytes: Float64Array = new Float64Array(CAPACITY_FIRST);
  /** First and last byte leave the sender. */
  leavesAtNs: Float64Array = new Float64Array(CAPACITY_FIRST);
  leftAtNs: Float64Array = new Float64Array(CAPACITY_FIRST);
  /** The longest that it occupied one of the links that it passed so far. */
  spanNs: Float64Array = new Float64Array(CAPACITY_FIRST);
  /** How long its first byte takes from its sender's link, or from the uplink after that, to its receiver's domain. */
  flightNs: Float64Array = new Float64Array(CAPACITY_FIRST);
  /** A stack of slots that were used before and are free. */
  private freeSlots: Int32Array = new Int32Array(CAPACITY_FIRST);
  private freeCount: number = 0;
  private slotCount: number = 0;

  /** A slot whose columns the caller fills. */
  take(): number {
    if (this.freeCount > 0) {
      this.freeCount -= 1;
      return this.freeSlots[this.freeCount] as number;
    }
    if (this.slotCount === this.from.length) this.grow();
    this.slotCount += 1;
    return this.slotCount - 1;
  }

  release(slot: number): void {
    this.freeSlots[this.freeCount] = slot;
    this.freeCount += 1;
  }

  /** As new, with the memory that it has. */
  reset(): void {
    this.freeCount = 0;
    this.slotCount = 0;
  }

  fork(): Transits {
    const copy = new Transits();
    copy.from = this.from.slice();
    copy.senderCrashCount = this.senderCrashCount.slice();
    copy.receiverCrashCount = this.receiverCrashCount.slice();
    copy.typeId = this.typeId.slice();
    copy.bytes = this.bytes.slice();
    copy.leavesAtNs = this.leavesAtNs.slice();
    copy.leftAtNs = this.leftAtNs.slice();
    copy.spanNs = this.spanNs.slice();
    copy.flightNs = this.flightNs.slice();
    copy.freeSlots = this.freeSlots.slice();
    copy.freeCount = this.freeCount;
    copy.slotCount = this.slotCount;
    return copy;
  }

  private grow(): void {
    const capacity = this.from.length * 2;
    this.from = grownIntegers(this.from, capacity);
    this.senderCrashCount = grownIntegers(this.senderCrashCount, capacity);
    this.receiverCrashCount = grownIntegers(this.receiverCrashCount, capacity);
    this.freeSlots = grownIntegers(this.freeSlots, capacity);
    this.bytes = grownFloats(this.bytes, capacity);
    this.leavesAtNs = grownFloats(this.leavesAtNs, capacity);
    this.leftAtNs = grownFloats(this.leftAtNs, capacity);
    this.spanNs = grownFloats(this.spanNs, capacity);
    this.flightNs = grownFloats(this.flightNs, capacity);
    this.typeId = grownBytes(this.typeId, capacity);
  }
}
