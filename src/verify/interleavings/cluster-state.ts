/**
 * A state of the whole cluster in integers, and a queue of many of them.
 *
 * A state is: the number of each host's local state, of the path's facts, what is used up of the bounds, and the numbers
 * of the messages in flight in ascending order. Millions are looked at and few are kept, so one buffer is used again and
 * again, and what is kept lies end to end in large blocks.
 */
import { assert } from "../../core/assertion.ts";

/** A state that may be overwritten at any moment by whoever owns it; only the first `length` words count. */
export interface StateBuffer {
  words: Int32Array;
  length: number;
}

export function createStateBuffer(): StateBuffer {
  return { words: new Int32Array(64), length: 0 };
}

/** Makes room for `length` words; what stood there stays. */
export function ensureRoom(buffer: StateBuffer, length: number): void {
  if (buffer.words.length >= length) return;
  const words = new Int32Array(2 * length);
  words.set(buffer.words);
  buffer.words = words;
}

export function copyState(from: StateBuffer): StateBuffer {
  return { words: from.words.slice(0, from.length), length: from.length };
}

const BLOCK_WORDS = 1 << 18;

/** States in the order in which they were put in, each with a number of its own. */
export class StateQueue {
  private readonly blocks: Int32Array[] = [];
  /** Words used of each block. */
  private readonly used: number[] = [];
  private lastBlock: number = 0;
  private stateCount: number = 0;

  get size(): number {
    return this.stateCount;
  }

  /** Empties it; its blocks are used again. */
  clear(): void {
    this.used.fill(0);
    this.lastBlock = 0;
    this.stateCount = 0;
  }

  push(state: StateBuffer, number: number): void {
    const needed = state.length + 2;
    assert(needed <= BLOCK_WORDS, "a state fits a block");
    if ((this.used[this.lastBlock] ?? 0) + needed > BLOCK_WORDS) this.lastBlock += 1;
    if (this.blocks.length <= this.lastBlock) {
      this.blocks.push(new Int32Array(BLOCK_WORDS));
      this.used.push(0);
    }
    const block = this.blocks[this.lastBlock] as Int32Array;
    let place = this.used[this.lastBlock] as number;
    block[place] = number;
    block[place + 1] = state.length;
    place += 2;
    for (let index = 0; index < state.length; index += 1) block[place + index] = state.words[index] as number;
    this.used[this.lastBlock] = place + state.length;
    this.stateCount += 1;
  }

  /** Puts each state into `into` in turn; ends early when `visit` says false. */
  forEach(into: StateBuffer, visit: (number: number) => boolean): void {
    for (let blockIndex = 0; blockIndex <= this.lastBlock; blockIndex += 1) {
      const block = this.blocks[blockIndex];
      const end = this.used[blockIndex] ?? 0;
      if (block === undefined) return;
      for (let place = 0; place < end;) {
        const number = block[place] as number;
        const length = block[place + 1] as number;
        ensureRoom(into, length);
        into.length = length;
        for (let index = 0; index < length; index += 1)
          into.words[index] = block[place + 2 + index] as number;
        if (!visit(number)) return;
        place += 2 + length;
      }
    }
  }
}
