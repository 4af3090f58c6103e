/**
 * A host's processor: work takes time at stated rates, one piece after another.
 *
 * Invariant: what a handler does after a charge leaves the host when the processor is free again, and not before.
 * Does not cover: several cores, and the cost of handlers themselves.
 */
import type { WorkKind } from "../core/protocol/environment.ts";
import { type ProcessorSettings, transferNs } from "./settings.ts";

export class Processor {
  /** From this moment on the processor is idle. */
  freeAtNs: number = 0;
  private readonly settings: ProcessorSettings;

  constructor(settings: ProcessorSettings) {
    this.settings = settings;
  }

  /** `factor`: how many times as long it takes; an integer from 1. */
  charge(nowNs: number, work: WorkKind, bytes: number, factor: number = 1): void {
    const costNs = factor * transferNs(bytes, this.rateOf(work));
    this.freeAtNs = Math.max(this.freeAtNs, nowNs) + costNs;
  }

  /** A crash ends all work. */
  reset(nowNs: number): void {
    this.freeAtNs = nowNs;
  }

  /** Time until it is idle. */
  busyNs(nowNs: number): number {
    return Math.max(0, this.freeAtNs - nowNs);
  }

  fork(): Processor {
    const copy = new Processor(this.settings);
    copy.freeAtNs = this.freeAtNs;
    return copy;
  }

  private rateOf(work: WorkKind): number {
    switch (work) {
      case "encode":
        return this.settings.encodeBytesPerSecond;
      case "decode":
        return this.settings.decodeBytesPerSecond;
      case "digest":
        return this.settings.digestBytesPerSecond;
    }
  }
}
