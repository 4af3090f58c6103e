/**
 * A compact set of states by 64-bit hash: open addressing over two typed arrays.
 *
 * Two different states with one hash would be taken for one: with 10^7 states the chance is below 10^-5. That is the usual
 * price of hash compaction, and it can only hide a state, never invent a violation.
 */
import type { StateBuffer } from "./cluster-state.ts";

const LOAD_MAX = 0.6;

export class VisitedSet {
  private low: Int32Array = new Int32Array(1 << 16);
  private high: Int32Array = new Int32Array(1 << 16);
  private count: number = 0;

  get size(): number {
    return this.count;
  }

  /** False when it was there already. */
  add({ words, length }: StateBuffer): boolean {
    let low = 0x2545f491 ^ length;
    let high = 0x9e3779b9;
    for (let index = 0; index < length; index += 1) {
      const word = words[index] as number;
      low = Math.imul(low ^ word, 0x85ebca6b);
      low ^= low >>> 15;
      high = Math.imul(high + word, 0xc2b2ae35);
      high ^= high >>> 13;
      high = (high + Math.imul(low, 0x27d4eb2f)) | 0;
    }
    if (low === 0 && high === 0) low = 1; // zero marks a free place
    if (!this.insert(low, high)) return false;
    this.count += 1;
    if (this.count > this.low.length * LOAD_MAX) this.grow();
    return true;
  }

  private insert(low: number, high: number): boolean {
    const mask = this.low.length - 1;
    let place = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    for (;;) {
      const lowThere = this.low[place] as number;
      const highThere = this.high[place] as number;
      if (lowThere === low && highThere === high) return false;
      if (lowThere === 0 && highThere === 0) {
        this.low[place] = low;
        this.high[place] = high;
        return true;
      }
      place = (place + 1) & mask;
    }
  }

  private grow(): void {
    const { low, high } = this;
    this.low = new Int32Array(low.length * 2);
    this.high = new Int32Array(high.length * 2);
    for (let index = 0; index < low.length; index += 1) {
      const lowThere = low[index] as number;
      const highThere = high[index] as number;
      if (lowThere !== 0 || highThere !== 0) this.insert(lowThere, highThere);
    }
  }
}
