/**
 * The event queue: one 4-ary heap in typed arrays, ordered by (time, sequence), with true cancel by handle.
 *
 * Invariants: events of equal time come out in the order in which they were pushed; a cancelled event is gone at once
 * and leaves nothing behind; slots are used again, so memory follows the number of pending events. Payloads are
 * immutable: a fork shares them. Every event remembers its cause: the number of the event during which it was pushed.
 *
 * A pop leaves a hole at the root, and a push that follows falls into it: handlers nearly always push, and one way down
 * the heap costs less than one down for the last entry and one up for the new one.
 *
 * Does not cover: what the events mean (timeline.ts).
 */
import { assert } from "../core/assertion.ts";
import { grownBytes, grownFloats, grownIntegers, grownWords } from "./columns.ts";

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
  /** The number of the event that led to it; 0: it was pushed before the first pop. Exact for the first 2^32 events. */
  cause: number = 0;
  /** Events popped so far, which is the number of the last one: they are numbered from 1 in the order of their pops. */
  number: number = 0;

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
  private causes: Uint32Array = new Uint32Array(CAPACITY_FIRST);
  private payloads: unknown[] = [];
  /** A stack of slots that were used before and are free. */
  private freeSlots: Int32Array = new Int32Array(CAPACITY_FIRST);
  private freeCount: number = 0;
  private slotCount: number = 0;
  private count: number = 0;
  /** The root was popped, and its place is still empty: entries stand at 1 .. count. */
  private hasHole: boolean = false;
  private nextSequence: number = 0;

  /** Pending events. */
  get size(): number {
    return this.count;
  }

  /** Time of the next event; Infinity when there is none. */
  get nextTimeNs(): number {
    if (this.hasHole) this.closeHole();
    return this.count === 0 ? Infinity : (this.times[0] as number);
  }

  /** Adds an event. `kind` is 0..255, `host` and `extra` are 32-bit integers, `payload` is never changed again. */
  push(timeNs: number, kind: number, host: number, extra: number, payload: unknown): EventHandle {
    const slot = this.pushFixed(timeNs, kind, host, extra, payload);
    return (this.generations[slot] as number) * SLOT_COUNT_MAX + slot;
  }

  /** As `push`, for an event that is never cancelled: a handle is a fraction of the cost. Returns what only `push` needs. */
  pushFixed(timeNs: number, kind: number, host: number, extra: number, payload: unknown): number {
    if (this.count === this.times.length) this.grow();
    const slot = this.freeCount > 0 ? (this.freeSlots[--this.freeCount] as number) : this.slotCount++;
    this.kinds[slot] = kind;
    this.hosts[slot] = host;
    this.extras[slot] = extra;
    this.causes[slot] = this.number;
    this.payloads[slot] = payload;
    const sequence = this.nextSequence;
    this.nextSequence = sequence + 1;
    const position = this.count;
    this.count = position + 1;
    if (this.hasHole) {
      this.hasHole = false;
      this.siftDown(0, timeNs, sequence, slot);
    } else this.siftUp(position, timeNs, sequence, slot);
    return slot;
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
    if (this.hasHole) this.closeHole();
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
    if (this.hasHole) this.closeHole();
    if (this.count === 0) return false;
    const slot = this.slots[0] as number;
    this.timeNs = this.times[0] as number;
    this.kind = this.kinds[slot] as number;
    this.host = this.hosts[slot] as number;
    this.extra = this.extras[slot] as number;
    this.payload = this.payloads[slot];
    this.cause = this.causes[slot] as number;
    this.number += 1;
    this.count -= 1;
    this.hasHole = true;
    this.release(slot);
    return true;
  }

  /** Removes a pending event; false when it was popped or cancelled before. */
  cancel(handle: EventHandle): boolean {
    // Not %: the remainder of numbers beyond 32 bits is slow.
    const generation = Math.floor(handle / SLOT_COUNT_MAX);
    const slot = handle - generation * SLOT_COUNT_MAX;
    if (slot >= this.slotCount || this.generations[slot] !== generation) return false;
    this.removeAt(this.positions[slot] as number);
    this.release(slot);
    return true;
  }

  /** As new, with the memory that it has. */
  reset(): void {
    this.payloads.fill(undefined, 0, this.slotCount);
    this.generations.fill(0, 0, this.slotCount);
    this.payload = undefined;
    this.timeNs = 0;
    this.kind = 0;
    this.host = 0;
    this.extra = 0;
    this.cause = 0;
    this.number = 0;
    this.freeCount = 0;
    this.slotCount = 0;
    this.count = 0;
    this.hasHole = false;
    this.nextSequence = 0;
  }

  /** An independent copy: same events, same order, same handles. */
  fork(): EventQueue {
    if (this.hasHole) this.closeHole();
    const copy = new EventQueue();
    copy.times = this.times.slice();
    copy.sequences = this.sequences.slice();
    copy.slots = this.slots.slice();
    copy.positions = this.positions.slice();
    copy.generations = this.generations.slice();
    copy.kinds = this.kinds.slice();
    copy.hosts = this.hosts.slice();
    copy.extras = this.extras.slice();
    copy.causes = this.causes.slice();
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
    copy.cause = this.cause;
    copy.number = this.number;
    return copy;
  }

  private release(slot: number): void {
    // A new generation makes the old handle void. A free slot has no valid handle, so cancel never meets one.
    this.generations[slot] = ((this.generations[slot] as number) + 1) & GENERATION_MASK;
    this.payloads[slot] = undefined;
    this.freeSlots[this.freeCount] = slot;
    this.freeCount += 1;
  }

  /** Fills the hole that a pop left with the last entry. */
  private closeHole(): void {
    this.hasHole = false;
    const last = this.count;
    if (last === 0) return;
    // Entries stood at 1 .. count, and now stand at 0 .. count - 1.
    const timeNs = this.times[last] as number;
    this.siftDown(0, timeNs, this.sequences[last] as number, this.slots[last] as number);
  }

  /** Fills the place with the last entry. A hole at the root stays one: nothing moves up into it. */
  private removeAt(position: number): void {
    this.count -= 1;
    const first = this.hasHole ? 1 : 0;
    const last = this.count + first;
    if (position === last) return;
    const timeNs = this.times[last] as number;
    const sequence = this.sequences[last] as number;
    const slot = this.slots[last] as number;
    const parent = (position - 1) >> 2;
    if (parent >= first && this.isAfter(parent, timeNs, sequence))
      this.siftUp(position, timeNs, sequence, slot);
    else this.siftDown(position, timeNs, sequence, slot);
  }

  /** True when what stands at `position` comes after (timeNs, sequence). */
  private isAfter(position: number, timeNs: number, sequence: number): boolean {
    const other = this.times[position] as number;
    return other > timeNs || (other === timeNs && (this.sequences[position] as number) > sequence);
  }

  private siftUp(start: number, timeNs: number, sequence: number, slot: number): void {
    let position = start;
    const first = this.hasHole ? 1 : 0;
    for (;;) {
      const parent = (position - 1) >> 2;
      if (parent < first || !this.isAfter(parent, timeNs, sequence)) break;
      const moved = this.slots[parent] as number;
      this.times[position] = this.times[parent] as number;
      this.sequences[position] = this.sequences[parent] as number;
      this.slots[position] = moved;
      this.positions[moved] = position;
      position = parent;
    }
    this.place(position, timeNs, sequence, slot);
  }

  /** Arrays are held in locals: this loop is most of what the queue costs. */
  private siftDown(start: number, timeNs: number, sequence: number, slot: number): void {
    const { times, sequences, slots, positions } = this;
    const count = this.hasHole ? this.count + 1 : this.count;
    let position = start;
    for (;;) {
      const first = position * CHILD_COUNT + 1;
      if (first >= count) break;
      const least =
        first + CHILD_COUNT <= count
          ? leastOfFour(times, sequences, first)
          : leastFrom(times, sequences, first, count);
      const leastNs = times[least] as number;
      if (leastNs > timeNs) break;
      const leastSequence = sequences[least] as number;
      if (leastNs === timeNs && leastSequence > sequence) break;
      const moved = slots[least] as number;
      times[position] = leastNs;
      sequences[position] = leastSequence;
      slots[position] = moved;
      positions[moved] = position;
      position = least;
    }
    times[position] = timeNs;
    sequences[position] = sequence;
    slots[position] = slot;
    positions[slot] = position;
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
    this.causes = grownWords(this.causes, capacity);
    this.freeSlots = grownIntegers(this.freeSlots, capacity);
    this.kinds = grownBytes(this.kinds, capacity);
  }
}

/**
 * The place of the least of four neighbours. Which one it is cannot be predicted, so comparisons are added up instead of
 * branched on; that two times are equal is rare and is a branch.
 */
function leastOfFour(times: Float64Array, sequences: Float64Array, first: number): number {
  const second = first + 1;
  const third = first + 2;
  const fourth = first + 3;
  const firstNs = times[first] as number;
  const secondNs = times[second] as number;
  const thirdNs = times[third] as number;
  const fourthNs = times[fourth] as number;
  let left = first + Number(secondNs < firstNs);
  if (secondNs === firstNs && (sequences[second] as number) < (sequences[first] as number)) left = second;
  let right = third + Number(fourthNs < thirdNs);
  if (fourthNs === thirdNs && (sequences[fourth] as number) < (sequences[third] as number)) right = fourth;
  const leftNs = times[left] as number;
  const rightNs = times[right] as number;
  if (leftNs === rightNs && (sequences[right] as number) < (sequences[left] as number)) return right;
  return left + (right - left) * Number(rightNs < leftNs);
}

/** The place of the least from `first` to before `end`. */
function leastFrom(times: Float64Array, sequences: Float64Array, first: number, end: number): number {
  let least = first;
  let leastNs = times[first] as number;
  for (let child = first + 1; child < end; child += 1) {
    const childNs = times[child] as number;
    if (childNs > leastNs) continue;
    if (childNs === leastNs && (sequences[child] as number) > (sequences[least] as number)) continue;
    least = child;
    leastNs = childNs;
  }
  return least;
}
