/**
 * Integers by pairs of integers, in open addressing over typed arrays: looked up millions of times a second.
 *
 * Keys and values are at least 0. Nothing is ever removed.
 */
const LOAD_MAX = 0.5;

export class PairTable {
  private firsts: Int32Array = new Int32Array(1 << 12).fill(-1);
  private seconds: Int32Array = new Int32Array(1 << 12);
  private values: Int32Array = new Int32Array(1 << 12);
  private count: number = 0;

  /** -1: nothing is kept for this pair. */
  get(first: number, second: number): number {
    const place = this.placeOf(first, second);
    return this.firsts[place] === -1 ? -1 : (this.values[place] as number);
  }

  set(first: number, second: number, value: number): void {
    const place = this.placeOf(first, second);
    if (this.firsts[place] === -1) {
      this.firsts[place] = first;
      this.seconds[place] = second;
      this.count += 1;
    }
    this.values[place] = value;
    if (this.count > this.firsts.length * LOAD_MAX) this.grow();
  }

  /** Where the pair is, or the free place where it belongs. */
  private placeOf(first: number, second: number): number {
    const { firsts, seconds } = this;
    const mask = firsts.length - 1;
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const firstThere = firsts[place] as number;
      if (firstThere === -1 || (firstThere === first && seconds[place] === second)) return place;
    }
  }

  private grow(): void {
    const { firsts, seconds, values } = this;
    this.firsts = new Int32Array(firsts.length * 2).fill(-1);
    this.seconds = new Int32Array(firsts.length * 2);
    this.values = new Int32Array(firsts.length * 2);
    for (let index = 0; index < firsts.length; index += 1) {
      const first = firsts[index] as number;
      if (first === -1) continue;
      const second = seconds[index] as number;
      const place = this.placeOf(first, second);
      this.firsts[place] = first;
      this.seconds[place] = second;
      this.values[place] = values[index] as number;
    }
  }
}
