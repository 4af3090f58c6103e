/**
 * The rolling digest of a run: two 32-bit lanes over the integer fields of every executed event.
 *
 * Invariants: order matters; each step is exact 32-bit arithmetic; equal sequences of fields give equal digests on
 * every engine. It tells runs apart by accident, not against an attacker.
 */
import { hashText, mixWord } from "./integer-hash.ts";

const TWO_32 = 0x1_0000_0000;

export class TraceDigest {
  private laneA: number;
  private laneB: number;

  constructor(laneA: number = 0x243f6a88, laneB: number = 0x85a308d3) {
    this.laneA = laneA | 0;
    this.laneB = laneB | 0;
  }

  /** Takes in one integer, -2^53 < value < 2^53. */
  add(value: number): void {
    const low = value | 0;
    const high = Math.floor(value / TWO_32) | 0;
    const a = Math.imul(this.laneA ^ low, 0xcc9e2d51);
    const b = Math.imul((this.laneB + low) ^ Math.imul(high, 0x9e3779b1), 0x1b873593);
    this.laneA = (Math.imul((a << 15) | (a >>> 17), 5) + high + 0x6b64) | 0;
    this.laneB = (Math.imul((b << 13) | (b >>> 19), 9) + this.laneA) | 0;
  }

  addText(text: string): void {
    this.add(text.length);
    this.add(hashText(text));
  }

  /** 16 hexadecimal characters. Does not change the digest. */
  text(): string {
    const first = mixWord(this.laneA ^ Math.imul(this.laneB, 0x85ebca6b));
    const second = mixWord(this.laneB ^ first);
    return wordText(first) + wordText(second);
  }

  fork(): TraceDigest {
    return new TraceDigest(this.laneA, this.laneB);
  }
}

function wordText(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
