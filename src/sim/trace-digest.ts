/**
 * The rolling digest of a run: two 32-bit lanes over the integer fields of every executed event.
 *
 * Invariants: order matters; each step is exact 32-bit arithmetic; equal sequences of fields give equal digests on
 * every engine. It tells runs apart by accident, not against an attacker.
 */
import { hashText, mixWord } from "./integer-hash.ts";

const TWO_32 = 0x1_0000_0000;

export class TraceDigest {
  /** Two lanes, in a typed array because fields of an object hold integers of 31 bits at most without a box. */
  private readonly lanes: Int32Array;

  constructor(laneA: number = 0x243f6a88, laneB: number = 0x85a308d3) {
    this.lanes = new Int32Array(2);
    this.lanes[0] = laneA;
    this.lanes[1] = laneB;
  }

  /** Takes in one integer, -2^53 < value < 2^53. */
  add(value: number): void {
    const { lanes } = this;
    const low = value | 0;
    const high = value === low ? low >> 31 : Math.floor(value / TWO_32) | 0;
    const a = Math.imul((lanes[0] as number) ^ low, 0xcc9e2d51);
    const b = Math.imul(((lanes[1] as number) + low) ^ Math.imul(high, 0x9e3779b1), 0x1b873593);
    const laneA = (Math.imul((a << 15) | (a >>> 17), 5) + high + 0x6b64) | 0;
    lanes[0] = laneA;
    lanes[1] = (Math.imul((b << 13) | (b >>> 19), 9) + laneA) | 0;
  }

  addText(text: string): void {
    this.add(text.length);
    this.add(hashText(text));
  }

  /** 16 hexadecimal characters. Does not change the digest. */
  text(): string {
    const [laneA = 0, laneB = 0] = this.lanes;
    const first = mixWord(laneA ^ Math.imul(laneB, 0x85ebca6b));
    const second = mixWord(laneB ^ first);
    return wordText(first) + wordText(second);
  }

  fork(): TraceDigest {
    const [laneA = 0, laneB = 0] = this.lanes;
    return new TraceDigest(laneA, laneB);
  }
}

function wordText(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
