/**
 * The engine's event queue beside npm's: the same pops and pushes of events with a time, a sequence and a few fields.
 *
 * flatqueue and tinyqueue have no order among equal times and none of the three can cancel, so they do less; tinyqueue and
 * heap-js hold objects and are given a comparison by (time, sequence), flatqueue holds numbers.
 */
import FlatQueue from "flatqueue";
import heapJs from "heap-js";
import TinyQueue from "tinyqueue";
import { bareHeapNs } from "./bare-heap.mjs";
import { median, processorNs } from "./measure.mjs";

const { Heap } = heapJs;
const { EventQueue } = await import(new URL("../dist/sim/event-queue.js", import.meta.url).href);

const LOOP_COUNT = 1_000_000;
const ROUND_COUNT = 5;

/** @typedef {{ time: number, sequence: number, kind: number, host: number }} Item */
/** @param {Item} a @param {Item} b */
const compare = (a, b) => a.time - b.time || a.sequence - b.sequence;

function drawer() {
  let word = 12_345;
  return () => (word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0);
}

/** @param {number} pendingCount */
function engineNs(pendingCount) {
  const queue = new EventQueue();
  const draw = drawer();
  for (let host = 0; host < pendingCount; host += 1) queue.push(draw() % 70_000, 1, host, 0, undefined);
  return processorNs(() => {
    for (let index = 0; index < LOOP_COUNT; index += 1) {
      queue.pop();
      queue.push(queue.timeNs + 50_000 + (draw() % 20_000), 1, queue.host, 0, undefined);
    }
  });
}

/** @param {number} pendingCount @param {{ push(item: Item): unknown, pop(): Item | undefined }} queue */
function objectsNs(pendingCount, queue) {
  const draw = drawer();
  let sequence = 0;
  for (let host = 0; host < pendingCount; host += 1) {
    queue.push({ time: draw() % 70_000, sequence: (sequence += 1), kind: 1, host });
  }
  return processorNs(() => {
    for (let index = 0; index < LOOP_COUNT; index += 1) {
      const { time, kind, host } = /** @type {Item} */ (queue.pop());
      queue.push({ time: time + 50_000 + (draw() % 20_000), sequence: (sequence += 1), kind, host });
    }
  });
}

/** @param {number} pendingCount */
function flatNs(pendingCount) {
  /** @type {FlatQueue<number>} */
  const queue = new FlatQueue();
  const draw = drawer();
  for (let host = 0; host < pendingCount; host += 1) queue.push(host, draw() % 70_000);
  return processorNs(() => {
    for (let index = 0; index < LOOP_COUNT; index += 1) {
      const time = /** @type {number} */ (queue.peekValue());
      const host = /** @type {number} */ (queue.pop());
      queue.push(host, time + 50_000 + (draw() % 20_000));
    }
  });
}

export function queues() {
  for (const pendingCount of [512, 100_000]) {
    /** @type {Record<string, () => number>} */
    const measured = {
      "bare heap": () => bareHeapNs(pendingCount, LOOP_COUNT, processorNs) * LOOP_COUNT,
      engine: () => engineNs(pendingCount),
      flatqueue: () => flatNs(pendingCount),
      tinyqueue: () => objectsNs(pendingCount, new TinyQueue([], compare)),
      "heap-js": () => objectsNs(pendingCount, new Heap(compare)),
    };
    const words = Object.entries(measured).map(([name, measure]) => {
      const rounds = Array.from({ length: ROUND_COUNT }, measure);
      return `${name} ${((LOOP_COUNT * 1e3) / median(rounds)).toFixed(1)} M/s`;
    });
    console.log(`queues   pop and push among ${pendingCount} pending: ${words.join(", ")}`);
  }
}
