/**
 * A streaming hash of states: two 32-bit lanes over integers, texts, buffers and plain data.
 *
 * Invariants: equal values in equal order give equal hashes on every engine; kinds and lengths enter, so that neighbours
 * cannot run into each other. Texts and buffers are digested once: buffers are immutable once handed over. Fields of plain
 * data count in the order in which they stand, because a program may walk through them in that order.
 *
 * It tells states apart by accident, not against an attacker: 64 bits, so among a million states two different ones meet
 * with a probability of about 3e-8. Does not cover: which parts decide the future of a world (world-engine.ts).
 */
import { assert, assertionFailed } from "../core/assertion.ts";
import { mixWord } from "./integer-hash.ts";

const TWO_32 = 0x1_0000_0000;
/** Words of a digest that is remembered: 32 + 21 bits, an exact integer. */
const HIGH_MASK = 0x1f_ffff;
const DEPTH_MAX = 64;
const TEXT_COUNT_MAX = 50_000;

const TAG_UNDEFINED = 0x101;
const TAG_NULL = 0x102;
const TAG_FALSE = 0x103;
const TAG_TRUE = 0x104;
const TAG_NUMBER = 0x105;
const TAG_FRACTION = 0x106;
const TAG_TEXT = 0x107;
const TAG_BYTES = 0x108;
const TAG_WORDS = 0x109;
const TAG_ARRAY = 0x10a;
const TAG_MAP = 0x10b;
const TAG_SET = 0x10c;
const TAG_OBJECT = 0x10d;
const TAG_OBJECT_END = 0x10e;

let textDigests: Map<string, number> = new Map();
const byteDigests: WeakMap<Uint8Array, number> = new WeakMap();
const valueDigests: WeakMap<object, number> = new WeakMap();

export class StateHash {
  private laneA: number = 0x6a09e667;
  private laneB: number = 0xbb67ae85 | 0;

  /** Takes in one integer, -2^53 < value < 2^53. */
  add(value: number): void {
    const low = value | 0;
    const high = value === low ? low >> 31 : Math.floor(value / TWO_32) | 0;
    const a = Math.imul(this.laneA ^ low, 0xcc9e2d51);
    const b = Math.imul((this.laneB + low) ^ Math.imul(high, 0x9e3779b1), 0x1b873593);
    this.laneA = (Math.imul((a << 15) | (a >>> 17), 5) + high + 0x6b64) | 0;
    this.laneB = (Math.imul((b << 13) | (b >>> 19), 9) + this.laneA) | 0;
  }

  addText(text: string): void {
    let digest = textDigests.get(text);
    if (digest === undefined) {
      digest = digestOfText(text);
      if (textDigests.size >= TEXT_COUNT_MAX) textDigests = new Map();
      textDigests.set(text, digest);
    }
    this.add(digest);
  }

  addBytes(bytes: Uint8Array): void {
    let digest = byteDigests.get(bytes);
    if (digest === undefined) {
      digest = digestOfBytes(bytes);
      byteDigests.set(bytes, digest);
    }
    this.add(bytes.length);
    this.add(digest);
  }

  /** Plain data without cycles, as program states are. */
  addValue(value: unknown): void {
    this.addAt(value, 0);
  }

  /** Plain data that never changes again, such as a message: hashed once for each object. */
  addImmutable(value: object): void {
    let digest = valueDigests.get(value);
    if (digest === undefined) {
      const own = new StateHash();
      own.addValue(value);
      digest = own.digest();
      valueDigests.set(value, digest);
    }
    this.add(digest);
  }

  /** Entries in any order: each is hashed by itself, and the hashes are summed. `add` takes in key and value. */
  addUnordered<Key, Value>(
    entries: Iterable<readonly [Key, Value]>,
    add: (key: Key, value: Value) => void,
  ): void {
    const { laneA, laneB } = this;
    let sumA = 0;
    let sumB = 0;
    let count = 0;
    for (const [key, value] of entries) {
      this.laneA = 0x3c6ef372;
      this.laneB = 0xa54ff53a | 0;
      add(key, value);
      sumA = (sumA + mixWord(this.laneA)) | 0;
      sumB = (sumB + mixWord(this.laneB ^ this.laneA)) | 0;
      count += 1;
    }
    this.laneA = laneA;
    this.laneB = laneB;
    this.add(count);
    this.add(sumA);
    this.add(sumB);
  }

  /** An exact integer of 53 bits, to be taken into another hash. */
  digest(): number {
    return joined(this.first(), this.second());
  }

  /** 16 hexadecimal characters. Does not change the hash. */
  text(): string {
    return wordText(this.first()) + wordText(this.second());
  }

  private first(): number {
    return mixWord(this.laneA ^ Math.imul(this.laneB, 0x85ebca6b));
  }

  private second(): number {
    return mixWord(this.laneB ^ this.first());
  }

  private addAt(value: unknown, depth: number): void {
    switch (typeof value) {
      case "number":
        this.addNumber(value);
        return;
      case "string":
        this.add(TAG_TEXT);
        this.addText(value);
        return;
      case "boolean":
        this.add(value ? TAG_TRUE : TAG_FALSE);
        return;
      case "undefined":
        this.add(TAG_UNDEFINED);
        return;
      case "object":
        if (value === null) this.add(TAG_NULL);
        else this.addObject(value, depth);
        return;
      default:
        assertionFailed("hashed state holds data only");
    }
  }

  private addNumber(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.add(TAG_NUMBER);
      this.add(value);
      return;
    }
    // As text: the bits of NaN are the engine's own.
    this.add(TAG_FRACTION);
    this.addText(Object.is(value, -0) ? "-0" : String(value));
  }

  private addObject(value: object, depth: number): void {
    assert(depth < DEPTH_MAX, "hashed state has no cycles");
    if (Array.isArray(value)) {
      this.add(TAG_ARRAY);
      this.add(value.length);
      for (let index = 0; index < value.length; index += 1) this.addAt(value[index], depth + 1);
    } else if (value instanceof Uint8Array) {
      this.add(TAG_BYTES);
      this.addBytes(value);
    } else if (value instanceof Map) {
      this.add(TAG_MAP);
      this.add(value.size);
      for (const [key, entry] of value) {
        this.addAt(key, depth + 1);
        this.addAt(entry, depth + 1);
      }
    } else if (value instanceof Set) {
      this.add(TAG_SET);
      this.add(value.size);
      for (const entry of value) this.addAt(entry, depth + 1);
    } else if (ArrayBuffer.isView(value)) {
      const words = value as Int32Array;
      this.add(TAG_WORDS);
      this.add(words.length);
      for (const word of words) this.addNumber(word);
    } else {
      this.add(TAG_OBJECT);
      const fields = value as Record<string, unknown>;
      for (const name in fields) {
        this.addText(name);
        this.addAt(fields[name], depth + 1);
      }
      this.add(TAG_OBJECT_END);
    }
  }
}

function joined(low: number, high: number): number {
  return (high & HIGH_MASK) * TWO_32 + (low >>> 0);
}

function digestOfText(text: string): number {
  let a = 0x811c9dc5 | 0;
  let b = 0x2545f491 ^ text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b << 5) | (b >>> 27), 0x9e3779b1) ^ unit;
  }
  return joined(mixWord(a ^ text.length), mixWord(b ^ a));
}

function digestOfBytes(bytes: Uint8Array): number {
  let a = 0x811c9dc5 | 0;
  let b = 0x1b56c4e9 ^ bytes.length;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul((b << 5) | (b >>> 27), 0x9e3779b1) ^ byte;
  }
  return joined(mixWord(a), mixWord(b ^ a));
}

function wordText(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
