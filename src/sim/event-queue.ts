/**
 * The event queue: one 4-ary heap in typed arrays, ordered by (time, sequence), with true cancel by handle.
 *
 * Invariants: events of equal time come out in the order in which they were pushed; a cancelled event is gone at once
 * and leaves nothing behind; slots are used again, so memory follows the number of pending events. Payloads are
 * immutable: a fork shares them.
 *
 * Does not cover: what the events mean (timeline.ts).
 */
import { assert } from "../core/assertion.ts";

const CHILD_COUNT = 4;
const CAPACITY_FIRST = 64;
/** A handle is generation * SLOT_COUNT_MAX + slot, an exact integer below 2^53. */
const SLOT_COUNT_MAX = 0x400_0000;
const GENERATION_MASK = 0x7ff_ffff;
/** Sequences below 0 are for events that come first at their moment. */
const FIRST_RANKS = 0x4000_0000;

/** Names one pending event; stays unequal to the handles of later events in the same slot. */
export type EventHandle = number;

export class EventQueue {
  /** The event that `pop` took out last. */
  timeNs: number = 0;
  kind: number = 0;
  host: number = 0;
  extra: number = 0;
  payload: unknown = undefined;

  // By position in the heap. Keys stand here and not by slot, so that comparisons touch neighbouring memory.
  private times: Float64Array = new Float64Array(CAPACITY_FIRST);
  private sequences: Float64Array = new Float64Array(CAPACITY_FIRST);
  private slots: Int32Array = new Int32Array(CAPACITY_FIRST);
  // By slot.
  private positions: Int32Array = new Int32Array(CAPACITY_FIRST);
  private generations: Int32Array = new Int32Array(CAPACITY_FIRST);
  private kinds: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  private hosts: Int32Array = new Int32Array(CAPACITY_FIRST);
  private extras: Int32Array = new Int32Array(CAPACITY_FIRST);
  private payloads: unknown[] = [];
  /** A stack of slots that were used before and are free. */
  private freeSlots: Int32Array = new Int32Array(CAPACITY_FIRST);
  private freeCount: number = 0;
  private slotCount: number = 0;
  private count: number = 0;
  private nextSequence: number = 0;

  /** Pending events. */
  get size(): number {
    return this.count;
  }

  /** Time of the next event; Infinity when there is none. */
  get nextTimeNs(): number {
    return this.count === 0 ? Infinity : (this.times[0] as number);
  }

  /** Adds an event. `kind` is 0..255, `host` and `extra` are 32-bit integers, `payload` is never changed again. */
  push(timeNs: number, kind: number, host: number, extra: number, payload: unknown): EventHandle {
    if (this.count === this.times.length) this.grow();
    const slot = this.freeCount > 0 ? (this.freeSlots[--this.freeCount] as number) : this.slotCount++;
    this.kinds[slot] = kind;
    this.hosts[slot] = host;
    this.extras[slot] = extra;
    this.payloads[slot] = payload;
    const position = this.count;
    this.count += 1;
    this.siftUp(position, timeNs, this.nextSequence, slot);
    this.nextSequence += 1;
    return (this.generations[slot] as number) * SLOT_COUNT_MAX + slot;
  }

  /**
   * Adds an event that comes before everything that `push` adds for the same moment, whenever it is added. `rank` orders
   * such events among themselves; no two have the same.
   */
  pushFirst(timeNs: number, kind: number, host: number, extra: number, rank: number): EventHandle {
    assert(rank >= 0 && rank < FIRST_RANKS, "an event that comes first has a rank");
    const next = this.nextSequence;
    this.nextSequence = rank - FIRST_RANKS;
    const handle = this.push(timeNs, kind, host, extra, undefined);
    this.nextSequence = next;
    return handle;
  }

  /** Calls `visit` for every pending event, in the order in which they will come. */
  forEach(
    visit: (timeNs: number, kind: number, host: number, extra: number, payload: unknown) => void,
  ): void {
    const order = Array.from({ length: this.count }, (_, position) => position);
    order.sort(
      (a, b) =>
        (this.times[a] as number) - (this.times[b] as number) ||
        (this.sequences[a] as number) - (this.sequences[b] as number),
    );
    for (const position of order) {
      const slot = this.slots[position] as number;
      visit(
        this.times[position] as number,
        this.kinds[slot] as number,
        this.hosts[slot] as number,
        this.extras[slot] as number,
        this.payloads[slot],
      );
    }
  }

  /** Takes the next event out into the public fields; false when there is none. */
  pop(): boolean {
    if (this.count === 0) return false;
    const slot = this.slots[0] as number;
    this.timeNs = this.times[0] as number;
    this.kind = this.kinds[slot] as number;
    this.host = this.hosts[slot] as number;
    this.extra = this.extras[slot] as number;
    this.payload = this.payloads[slot];
    this.removeAt(0);
    this.release(slot);
    return true;
  }

  /** Removes a pending event; false when it was popped or cancelled before. */
  cancel(handle: EventHandle): boolean {
    const slot = handle % SLOT_COUNT_MAX;
    const generation = Math.floor(handle / SLOT_COUNT_MAX);
    if (slot >= this.slotCount || this.generations[slot] !== generation) return false;
    this.removeAt(this.positions[slot] as number);
    this.release(slot);
    return true;
  }

  /** An independent copy: same events, same order, same handles. */
  fork(): EventQueue {
    const copy = new EventQueue();
    copy.times = this.times.slice();
    copy.sequences = this.sequences.slice();
    copy.slots = this.slots.slice();
    copy.positions = this.positions.slice();
    copy.generations = this.generations.slice();
    copy.kinds = this.kinds.slice();
    copy.hosts = this.hosts.slice();
    copy.extras = this.extras.slice();
    copy.payloads = this.payloads.slice();
    copy.freeSlots = this.freeSlots.slice();
    copy.freeCount = this.freeCount;
    copy.slotCount = this.slotCount;
    copy.count = this.count;
    copy.nextSequence = this.nextSequence;
    copy.timeNs = this.timeNs;
    copy.kind = this.kind;
    copy.host = this.host;
    copy.extra = this.extra;
    copy.payload = this.payload;
    return copy;
  }

  private release(slot: number): void {
    // A new generation makes the old handle void. A free slot has no valid handle, so cancel never meets one.
    this.generations[slot] = ((this.generations[slot] as number) + 1) & GENERATION_MASK;
    this.payloads[slot] = undefined;
    this.freeSlots[this.freeCount] = slot;
    this.freeCount += 1;
  }

  private removeAt(position: number): void {
    this.count -= 1;
    const last = this.count;
    if (position === last) return;
    const timeNs = this.times[last] as number;
    const sequence = this.sequences[last] as number;
    const slot = this.slots[last] as number;
    const parent = (position - 1) >> 2;
    if (position > 0 && this.isAfter(parent, timeNs, sequence)) this.siftUp(position, timeNs, sequence, slot);
    else this.siftDown(position, timeNs, sequence, slot);
  }

  /** True when what stands at `position` comes after (timeNs, sequence). */
  private isAfter(position: number, timeNs: number, sequence: number): boolean {
    const other = this.times[position] as number;
    return other > timeNs || (other === timeNs && (this.sequences[position] as number) > sequence);
  }

  private siftUp(start: number, timeNs: number, sequence: number, slot: number): void {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      if (!this.isAfter(parent, timeNs, sequence)) break;
      this.move(parent, position);
      position = parent;
    }
    this.place(position, timeNs, sequence, slot);
  }

  private siftDown(start: number, timeNs: number, sequence: number, slot: number): void {
    let position = start;
    for (;;) {
      const first = position * CHILD_COUNT + 1;
      if (first >= this.count) break;
      const end = Math.min(first + CHILD_COUNT, this.count);
      let least = first;
      for (let child = first + 1; child < end; child += 1) {
        if (this.isAfter(least, this.times[child] as number, this.sequences[child] as number)) least = child;
      }
      if (this.isAfter(least, timeNs, sequence)) break;
      this.move(least, position);
      position = least;
    }
    this.place(position, timeNs, sequence, slot);
  }

  private move(from: number, to: number): void {
    this.place(to, this.times[from] as number, this.sequences[from] as number, this.slots[from] as number);
  }

  private place(position: number, timeNs: number, sequence: number, slot: number): void {
    this.times[position] = timeNs;
    this.sequences[position] = sequence;
    this.slots[position] = slot;
    this.positions[slot] = position;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    assert(capacity <= SLOT_COUNT_MAX, "the event queue holds at most 2^26 events");
    this.times = grownFloats(this.times, capacity);
    this.sequences = grownFloats(this.sequences, capacity);
    this.slots = grownIntegers(this.slots, capacity);
    this.positions = grownIntegers(this.positions, capacity);
    this.generations = grownIntegers(this.generations, capacity);
    this.hosts = grownIntegers(this.hosts, capacity);
    this.extras = grownIntegers(this.extras, capacity);
    this.freeSlots = grownIntegers(this.freeSlots, capacity);
    const kinds = new Uint8Array(capacity);
    kinds.set(this.kinds);
    this.kinds = kinds;
  }
}

function grownFloats(values: Float64Array, capacity: number): Float64Array {
  const grown = new Float64Array(capacity);
  grown.set(values);
  return grown;
}

function grownIntegers(values: Int32Array, capacity: number): Int32Array {
  const grown = new Int32Array(capacity);
  grown.set(values);
  return grown;
}
