/**
 * Random streams: one for each entity and purpose, all derived from the seed text of a run.
 *
 * Invariants: a stream depends on the seed, its purpose and its entities only, never on other streams or on the order in
 * which streams are made, so taking one fault out of a plan does not shift what others draw. The state of a stream is
 * four 32-bit words, so that it forks with its world. Only integers: nothing here rounds.
 *
 * Does not cover: cryptographic strength.
 */
import seedrandom from "seedrandom";
import { assert } from "../core/assertion.ts";
import { hashText, mixWord } from "./integer-hash.ts";
import type { StateHash } from "./state-hash.ts";

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 0x20_0000_0000_0000;

/** Outputs thrown away after seeding, so that similar seeds have nothing in common (as in PractRand's sfc32). */
const WARM_UP_COUNT = 15;

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand beyond 2^40 bytes. */
export class RandomStream {
  /** In a typed array, because fields of an object hold integers of 31 bits at most without a box. */
  private readonly state: Int32Array;

  /** Continues exactly from these four words; `RandomRoot.stream` makes seeded ones. */
  constructor(a: number, b: number, c: number, d: number) {
    this.state = new Int32Array(4);
    this.state[0] = a;
    this.state[1] = b;
    this.state[2] = c;
    this.state[3] = d;
  }

  /** A uniform integer 0 .. 2^32 - 1. */
  next(): number {
    const { state } = this;
    const b = state[1] as number;
    const c = state[2] as number;
    const d = state[3] as number;
    const out = ((((state[0] as number) + b) | 0) + d) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + out) | 0;
    state[3] = (d + 1) | 0;
    return out >>> 0;
  }

  /** A uniform integer 0 .. count - 1, without bias; 1 <= count <= 2^53. Draws again what would favour small values. */
  below(count: number): number {
    assert(count >= 1 && count <= TWO_53, "a random integer is drawn from 1 to 2^53 values");
    if (count <= TWO_32) {
      const first = this.next();
      // Most words are below every limit, and then it need not be known: the remainder of 2^32 is slow.
      if (first < TWO_32 - count) return first % count;
      const limit = TWO_32 - (TWO_32 % count);
      let word = first;
      while (word >= limit) word = this.next();
      return word % count;
    }
    const limit = TWO_53 - (TWO_53 % count);
    let wide = (this.next() >>> 11) * TWO_32 + this.next();
    while (wide >= limit) wide = (this.next() >>> 11) * TWO_32 + this.next();
    return wide % count;
  }

  addTo(hash: StateHash): void {
    for (const word of this.state) hash.add(word);
  }

  /** An independent copy that will draw the same. */
  fork(): RandomStream {
    const [a = 0, b = 0, c = 0, d = 0] = this.state;
    return new RandomStream(a, b, c, d);
  }
}

type SeedWords = readonly [number, number, number, number];

/** The words of the seed used last: the plan of a run and its world begin with the same one. */
let latest: { readonly seedText: string; readonly words: SeedWords } | undefined;

function seedWords(seedText: string): SeedWords {
  // seedrandom repeats short keys and takes characters modulo 256, so "1" and "11" would be one seed. Length and
  // code units, written out, keep different texts apart.
  let key = `${seedText.length}:`;
  for (let index = 0; index < seedText.length; index += 1) {
    key += `${seedText.charCodeAt(index).toString(16)}.`;
  }
  const generator = seedrandom(key);
  return [generator.int32(), generator.int32(), generator.int32(), generator.int32()];
}

/** The seed of a run, from which all its streams are derived. Immutable. */
export class RandomRoot {
  private readonly words: SeedWords;

  constructor(seedText: string) {
    if (latest?.seedText !== seedText) latest = { seedText, words: seedWords(seedText) };
    this.words = latest.words;
  }

  /** Streams that are still to be made depend on the seed. */
  addTo(hash: StateHash): void {
    for (const word of this.words) hash.add(word);
  }

  /**
   * The stream of one purpose and up to two entities (integers). Purposes are constant texts of the code that draws:
   * the same purpose and entities give the same stream from its beginning.
   */
  stream(purpose: string, entity: number = 0, secondEntity: number = 0): RandomStream {
    const purposeWord = hashText(purpose);
    const [first, second, third, fourth] = this.words;
    const stream = new RandomStream(
      streamWord(first, 1, purposeWord, entity, secondEntity),
      streamWord(second, 2, purposeWord, entity, secondEntity),
      streamWord(third, 3, purposeWord, entity, secondEntity),
      streamWord(fourth, 4, purposeWord, entity, secondEntity),
    );
    for (let count = 0; count < WARM_UP_COUNT; count += 1) stream.next();
    return stream;
  }
}

/** One word of a stream's first state, from the seed's word of the same lane (1 .. 4). */
function streamWord(word: number, lane: number, purpose: number, entity: number, second: number): number {
  let mixed = mixWord(word ^ Math.imul(lane, 0x9e3779b1));
  mixed = mixWord((mixed + purpose) | 0) ^ Math.imul(purpose, 0x85ebca77);
  mixed = mixWord((mixed + entity) | 0) ^ Math.imul(entity, 0xc2b2ae3d);
  return mixWord((mixed + second) | 0) ^ Math.imul(second, 0x27d4eb2f);
}
