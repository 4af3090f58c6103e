/**
 * The yardstick for the engine: a typed 4-ary heap ordered by (time, sequence), and nothing else. No cancel, no payloads, no
 * checks: every pop is followed by a push some way ahead.
 */

class BareHeap {
  /** @param {number} capacity */
  constructor(capacity) {
    this.times = new Float64Array(capacity);
    this.sequences = new Float64Array(capacity);
    this.slots = new Int32Array(capacity);
    this.count = 0;
    this.nextSequence = 0;
  }

  /** @param {number} time @param {number} slot */
  push(time, slot) {
    const { times, sequences, slots } = this;
    let position = this.count;
    this.count += 1;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      // A new entry has the highest sequence, so it stays behind one of equal time.
      if (/** @type {number} */ (times[parent]) <= time) break;
      times[position] = /** @type {number} */ (times[parent]);
      sequences[position] = /** @type {number} */ (sequences[parent]);
      slots[position] = /** @type {number} */ (slots[parent]);
      position = parent;
    }
    times[position] = time;
    sequences[position] = this.nextSequence;
    slots[position] = slot;
    this.nextSequence += 1;
  }

  pop() {
    const times = /** @type {number[]} */ (/** @type {unknown} */ (this.times));
    const sequences = /** @type {number[]} */ (/** @type {unknown} */ (this.sequences));
    const slots = /** @type {number[]} */ (/** @type {unknown} */ (this.slots));
    const top = /** @type {number} */ (slots[0]);
    this.count -= 1;
    const { count } = this;
    if (count === 0) return top;
    const time = /** @type {number} */ (times[count]);
    const sequence = /** @type {number} */ (sequences[count]);
    const slot = /** @type {number} */ (slots[count]);
    let position = 0;
    for (;;) {
      const first = position * 4 + 1;
      if (first >= count) break;
      const end = first + 4 < count ? first + 4 : count;
      let least = first;
      let leastTime = /** @type {number} */ (times[first]);
      for (let child = first + 1; child < end; child += 1) {
        const childTime = /** @type {number} */ (times[child]);
        if (
          childTime < leastTime ||
          (childTime === leastTime &&
            /** @type {number} */ (sequences[child]) < /** @type {number} */ (sequences[least]))
        ) {
          least = child;
          leastTime = childTime;
        }
      }
      const leastSequence = /** @type {number} */ (sequences[least]);
      if (leastTime > time || (leastTime === time && leastSequence > sequence)) break;
      times[position] = leastTime;
      sequences[position] = leastSequence;
      slots[position] = /** @type {number} */ (slots[least]);
      position = least;
    }
    times[position] = time;
    sequences[position] = sequence;
    slots[position] = slot;
    return top;
  }
}

/**
 * Nanoseconds of processor time for one pop and one push among so many pending entries.
 *
 * @param {number} pendingCount @param {number} loopCount @param {(action: () => void) => number} processorNs
 */
export function bareHeapNs(pendingCount, loopCount, processorNs) {
  const heap = new BareHeap(pendingCount + 1);
  let word = 12_345;
  const draw = () => (word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0);
  for (let slot = 0; slot < pendingCount; slot += 1) heap.push(draw() % 70_000, slot);
  const spentNs = processorNs(() => {
    for (let index = 0; index < loopCount; index += 1) {
      const time = /** @type {number} */ (heap.times[0]);
      const slot = heap.pop();
      heap.push(time + 50_000 + (draw() % 20_000), slot);
    }
  });
  return spentNs / loopCount;
}
