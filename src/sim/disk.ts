/**
 * A disk: flat files behind one queue, with a volatile write cache.
 *
 * Model. Operations are carried out one at a time in the order in which they were issued. A write or read takes latency
 * plus bytes / bandwidth, a list takes latency, a flush takes flushNs and nothing else, a remove takes no time of its own.
 * Bytes of members count `scale` times in that. A completed write can be read at once, but only a flush makes it, and all that was issued before the flush, durable.
 *
 * Crash. What was flushed stays. Of what was not, `crashKeeps` decides: nothing stays ("flushed-only"); or, drawn from the
 * disk's own stream, each completed write or remove stays or vanishes by itself, and the write under way vanishes or is
 * torn, that is, cut short at a sector boundary in place of what the file held ("random"); or each sector of each of them
 * stays or vanishes by itself, in place ("sectors"). What had not begun vanishes. A crash fault may say what stays
 * (`KeptOnCrash`); then nothing is drawn.
 *
 * The files are in file-store.ts, what goes wrong in disk-faults.ts. Does not cover: seeks, corruption within a torn sector.
 */
import type { StorageCompletion } from "../core/protocol/environment.ts";
import { assert, assertionFailed } from "../core/assertion.ts";
import { type DamagedFiles, DiskFaults, type LastingDiskFault } from "./disk-faults.ts";
import type { EventHandle } from "./event-queue.ts";
import type { DiskFault, KeptOnCrash } from "./faults.ts";
import { fileKindOf } from "./file-kind.ts";
import { type FileFact, FileStore, type FlippedBit } from "./file-store.ts";
import type { RandomStream } from "./random.ts";
import type { StateHash } from "./state-hash.ts";
import { type DiskSettings, transferNs } from "./settings.ts";
import { EVENT_DISK, type Timeline } from "./timeline.ts";

export type DiskOperation =
  | { readonly kind: "write"; readonly file: string; readonly bytes: Uint8Array; readonly token: string }
  | { readonly kind: "read"; readonly file: string; readonly token: string }
  | { readonly kind: "remove"; readonly file: string }
  | { readonly kind: "flush"; readonly token: string }
  | { readonly kind: "list"; readonly token: string };

/** Writes and removals that completed and that no flush has covered; the write under way, if there is one. */
export interface DiskAtRisk {
  /** Files that a crash leaves for certain. */
  readonly durableCount: number;
  readonly completedCount: number;
  readonly inFlightBytes: number | undefined;
}

/** What stands in the disk's queue, the operation under way included. */
export interface DiskQueue {
  readonly underWay: Exclude<DiskOperation["kind"], "remove"> | undefined;
  readonly writeCount: number;
  readonly flushCount: number;
}

export class Disk {
  private readonly host: number;
  private readonly settings: DiskSettings;
  private readonly timeline: Timeline;
  private readonly random: RandomStream;
  /** How many bytes one byte of a member stands for. */
  private readonly scale: number;
  private files: FileStore = new FileStore();
  private faults: DiskFaults = new DiskFaults();
  /** Waiting operations from `queueStart` on; the first of them is under way while `running` is a handle. */
  private queue: DiskOperation[] = [];
  private queueStart: number = 0;
  private running: EventHandle | undefined = undefined;

  constructor(host: number, settings: DiskSettings, timeline: Timeline, random: RandomStream, scale = 1) {
    this.host = host;
    this.scale = scale;
    this.settings = settings;
    this.timeline = timeline;
    this.random = random;
  }

  /** Queues an operation. Its completion comes out of `complete` when the EVENT_DISK of this host is executed. */
  issue(operation: DiskOperation): void {
    this.queue.push(operation);
    if (this.running === undefined) this.beginNext();
  }

  /** The operation at the head of the queue, which ends with the current EVENT_DISK. */
  finishing(): DiskOperation {
    const operation = this.queue[this.queueStart];
    assert(operation !== undefined && this.running !== undefined, "a disk event ends an operation");
    return operation;
  }

  /** Ends the operation under way, begins the next one, and tells how it went. */
  complete(): StorageCompletion {
    const operation = this.finishing();
    this.running = undefined;
    this.dequeue();
    const completion = this.carryOut(operation);
    this.beginNext();
    return completion;
  }

  /** What a crash at this moment could leave of what no flush covered. */
  atRisk(): DiskAtRisk {
    return {
      durableCount: this.files.durableCount,
      completedCount: this.files.unflushedCount,
      inFlightBytes: this.underWay()?.bytes.length,
    };
  }

  queued(): DiskQueue {
    const head = this.running === undefined ? undefined : this.queue[this.queueStart];
    let writeCount = 0;
    let flushCount = 0;
    for (let index = this.queueStart; index < this.queue.length; index += 1) {
      const kind = this.queue[index]?.kind;
      if (kind === "write") writeCount += 1;
      else if (kind === "flush") flushCount += 1;
    }
    return { underWay: head?.kind === "remove" ? undefined : head?.kind, writeCount, flushCount };
  }

  /** A hash of the files that a crash now would leave with these `keeps`. Changes nothing. */
  remains(keeps: KeptOnCrash): number {
    return this.files.remains(this.underWay(), keeps);
  }

  /** The host lost its memory; the disk stays. `keeps` says what of it, instead of a random choice. */
  crash(keeps?: KeptOnCrash): void {
    const underWay = this.underWay();
    this.halt();
    this.files.crash(underWay, keeps, this.settings.crashKeeps ?? "random", this.random);
  }

  /** The disk is replaced by an empty one, with which nothing is wrong. Returns whether it held anything. */
  lose(): boolean {
    this.halt();
    this.faults.endAll();
    return this.files.lose();
  }

  /** Flips different bits, drawn uniformly over the bits of all files whose name starts with the prefix. */
  rot(filePrefix: string, bitCount: number, random: RandomStream): FlippedBit[] {
    return this.files.rot(filePrefix, bitCount, random);
  }

  /** Lets a fault begin, or strike at once. Returns the files that it damaged now. */
  beginFault(faultIndex: number, fault: DiskFault, random: RandomStream): readonly string[] {
    if (fault.kind === "latent-error") {
      return this.files.spoilSectors(fault.filePrefix, fault.sectorCount, random);
    }
    const lasting: LastingDiskFault = fault;
    this.faults.begin(faultIndex, lasting, random, this.files.usedBytes);
    return [];
  }

  endFault(faultIndex: number): void {
    this.faults.end(faultIndex);
  }

  /** Nothing is wrong with the disk any more; damage that was done stays. */
  endFaults(): void {
    this.faults.endAll();
  }

  /** Files that faults of writes damaged since this was asked last. */
  takeDamaged(): readonly DamagedFiles[] {
    return this.faults.takeDamaged();
  }

  /** All files that can be read, in code unit order. */
  facts(): FileFact[] {
    return this.files.facts();
  }

  /** What a read of the file would give now; undefined when there is none, or when it cannot be read. */
  content(file: string): Uint8Array | undefined {
    return this.files.content(file);
  }

  /** A write of this file was acknowledged, and no removal since, whatever became of it. */
  wasWritten(file: string): boolean {
    return this.files.wasWritten(file);
  }

  /** True when a crash now could undo or cut short a write or remove of a file whose name starts with the prefix. */
  hasUnflushed(filePrefix: string): boolean {
    if (this.files.hasUnflushed(filePrefix)) return true;
    for (let index = this.queueStart; index < this.queue.length; index += 1) {
      const operation = this.queue[index];
      if (operation === undefined || (operation.kind !== "write" && operation.kind !== "remove")) continue;
      if (operation.file.startsWith(filePrefix)) return true;
    }
    return false;
  }

  /**
   * Files whose name starts with the prefix and that a crash now would leave in their full length, as far as the host could
   * know: what a lying disk lost or tore counts.
   */
  flushedCount(filePrefix: string): number {
    return this.files.flushedCount(filePrefix);
  }

  fork(timeline: Timeline): Disk {
    const copy = new Disk(this.host, this.settings, timeline, this.random.fork(), this.scale);
    copy.files = this.files.fork();
    copy.faults = this.faults.fork();
    copy.queue = this.queue.slice(this.queueStart);
    copy.running = this.running;
    return copy;
  }

  /** Everything of the disk that decides what it will do; the end of the operation under way is an event. */
  addTo(hash: StateHash): void {
    this.files.addTo(hash);
    this.faults.addTo(hash);
    hash.add(this.queue.length - this.queueStart);
    hash.add(this.running === undefined ? 0 : 1);
    for (let index = this.queueStart; index < this.queue.length; index += 1) hash.addValue(this.queue[index]);
    this.random.addTo(hash);
  }

  private underWay(): Extract<DiskOperation, { kind: "write" }> | undefined {
    const operation = this.running === undefined ? undefined : this.queue[this.queueStart];
    return operation?.kind === "write" ? operation : undefined;
  }

  private beginNext(): void {
    for (;;) {
      const operation = this.queue[this.queueStart];
      if (operation === undefined) return;
      if (operation.kind === "remove") {
        this.dequeue();
        this.files.remove(operation.file);
        continue;
      }
      let durationNs = this.durationNs(operation);
      if (!this.faults.isQuiet) durationNs = this.faults.slowed(durationNs, this.timeline.reach);
      const endNs = this.timeline.nowNs + durationNs;
      this.running = this.timeline.queue.push(endNs, EVENT_DISK, this.host, 0, undefined);
      return;
    }
  }

  private durationNs(operation: Exclude<DiskOperation, { kind: "remove" }>): number {
    const { latencyNs, flushNs } = this.settings;
    switch (operation.kind) {
      case "write":
        return latencyNs + this.transferNs(operation.file, operation.bytes.length);
      case "read":
        return latencyNs + this.transferNs(operation.file, this.content(operation.file)?.length ?? 0);
      case "list":
        return latencyNs;
      case "flush":
        return flushNs;
    }
  }

  private transferNs(file: string, bytes: number): number {
    const times = this.scale > 1 && fileKindOf(file) === "member" ? this.scale : 1;
    return transferNs(times * bytes, this.settings.bandwidthBytesPerSecond);
  }

  private carryOut(operation: DiskOperation): StorageCompletion {
    const { files, faults } = this;
    const { reach } = this.timeline;
    const isQuiet = faults.isQuiet;
    switch (operation.kind) {
      case "write": {
        const { file, bytes, token } = operation;
        if (!isQuiet && !faults.admits(files, file, bytes.length, reach)) {
          return { kind: "written", token, ok: false };
        }
        if (isQuiet || !faults.spoilWrite(files, file, bytes, reach)) files.write(file, bytes);
        return { kind: "written", token, ok: true };
      }
      case "read": {
        const { file, token } = operation;
        if (!isQuiet && faults.failsRead(files, file, reach))
          return { kind: "read", token, bytes: undefined };
        return { kind: "read", token, bytes: files.content(file) };
      }
      case "list":
        return { kind: "listed", token: operation.token, files: files.names() };
      case "flush": {
        if (!isQuiet && faults.failFlush(files, reach)) {
          return { kind: "flushed", token: operation.token, ok: false };
        }
        files.flush();
        return { kind: "flushed", token: operation.token, ok: true };
      }
      case "remove":
        return assertionFailed("a remove has no completion");
    }
  }

  private dequeue(): void {
    this.queueStart += 1;
    // Carried out operations are dropped when they are half of the array, so that it does not grow with the run.
    if (this.queueStart * 2 >= this.queue.length) {
      this.queue = this.queue.slice(this.queueStart);
      this.queueStart = 0;
    }
  }

  private halt(): void {
    if (this.running !== undefined) this.timeline.queue.cancel(this.running);
    this.running = undefined;
    this.queue = [];
    this.queueStart = 0;
  }
}
