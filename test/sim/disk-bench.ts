/** A disk by itself, with a timeline that carries out what it is asked. */
import type { StorageCompletion } from "../../src/core/protocol/environment.ts";
import { Disk } from "../../src/sim/disk.ts";
import type { DiskFault } from "../../src/sim/faults.ts";
import { RandomRoot } from "../../src/sim/random.ts";
import type { CrashKeeps } from "../../src/sim/settings.ts";
import { Timeline } from "../../src/sim/timeline.ts";

export const LATENCY_NS = 1_000;
export const FLUSH_NS = 50_000;

export class DiskBench {
  readonly timeline: Timeline = new Timeline();
  readonly disk: Disk;
  readonly completions: { readonly atNs: number; readonly completion: StorageCompletion }[] = [];

  constructor(crashKeeps: CrashKeeps = "flushed-only", seed = "disk") {
    const settings = {
      latencyNs: LATENCY_NS,
      bandwidthBytesPerSecond: 1_000_000_000,
      flushNs: FLUSH_NS,
      crashKeeps,
    };
    this.disk = new Disk(0, settings, this.timeline, new RandomRoot(seed).stream("disk"));
  }

  runUntil(untilNs: number): void {
    const { timeline, disk } = this;
    while (timeline.queue.nextTimeNs <= untilNs && timeline.queue.pop()) {
      timeline.nowNs = timeline.queue.timeNs;
      this.completions.push({ atNs: timeline.nowNs, completion: disk.complete() });
    }
    timeline.nowNs = Math.max(timeline.nowNs, untilNs);
  }

  run(): void {
    this.runUntil(this.timeline.nowNs + 1e9);
  }

  write(file: string, content: Uint8Array | number): void {
    const bytes = typeof content === "number" ? new Uint8Array(100).fill(content) : content;
    this.disk.issue({ kind: "write", file, bytes, token: `write ${file}` });
  }

  flush(): void {
    this.disk.issue({ kind: "flush", token: "flush" });
  }

  first(file: string): number | undefined {
    return this.disk.content(file)?.[0];
  }

  /** Lets a fault begin as the `index`-th of a plan; returns what it damaged at once. */
  fault(fault: DiskFault, index = 0): readonly string[] {
    return this.disk.beginFault(index, fault, new RandomRoot("fault").stream("fault", index));
  }

  bites(index = 0): number {
    return this.timeline.reach.of(index);
  }

  /** The last completion. */
  last(): StorageCompletion | undefined {
    return this.completions.at(-1)?.completion;
  }

  read(file: string): Uint8Array | undefined {
    this.disk.issue({ kind: "read", file, token: "read" });
    this.run();
    const completion = this.last();
    if (completion?.kind !== "read") throw new Error("a read completes last");
    return completion.bytes;
  }
}
