/**
 * A disk: flat files behind one queue, with a volatile write cache.
 *
 * Model. Operations are carried out one at a time in the order in which they were issued. A write or read takes latency
 * plus bytes / bandwidth, a list takes latency, a flush takes flushNs and nothing else, a remove takes no time of its own.
 * A completed write can be read at once, but only a flush makes it, and all that was issued before the flush, durable.
 *
 * Crash. What was flushed stays. Of what was not, `crashKeeps` decides: nothing stays; or, drawn from the disk's own
 * stream, each completed write or remove stays or vanishes by itself, and the write under way vanishes or is torn, that
 * is, cut short at a sector boundary in place of what the file held. What had not begun vanishes. A crash fault may say
 * what stays (`KeptOnCrash`); then nothing is drawn.
 *
 * Invariants: files are views that messages share, and are never changed: rot makes a copy. Does not cover: misdirected
 * and lost writes, latent errors, a full disk, seeks, corruption within a torn sector.
 */
import type { StorageCompletion } from "../core/protocol/environment.ts";
import { assert, assertionFailed } from "../core/assertion.ts";
import type { KeptOnCrash } from "./faults.ts";
import type { RandomStream } from "./random.ts";
import type { StateHash } from "./state-hash.ts";
import { type DiskSettings, transferNs } from "./settings.ts";
import { EVENT_DISK, type Timeline } from "./timeline.ts";
import type { EventHandle } from "./event-queue.ts";

export const SECTOR_BYTES = 512;

export type DiskOperation =
  | { readonly kind: "write"; readonly file: string; readonly bytes: Uint8Array; readonly token: string }
  | { readonly kind: "read"; readonly file: string; readonly token: string }
  | { readonly kind: "remove"; readonly file: string }
  | { readonly kind: "flush"; readonly token: string }
  | { readonly kind: "list"; readonly token: string };

/** One content of one file. */
interface FileVersion {
  /** What was last written to the file. */
  readonly written: Uint8Array;
  /** What a read gives: `written`, unless the write was torn or bits rotted. */
  bytes: Uint8Array;
  flushed: boolean;
}

/** A change of the visible files that no flush has covered yet; version undefined: removed. */
interface UnflushedChange {
  readonly file: string;
  readonly version: FileVersion | undefined;
}

/** What the simulator knows of one file. */
export interface FileFact {
  readonly name: string;
  /** A read gives, byte for byte, what was last written to it. */
  readonly intact: boolean;
  readonly flushed: boolean;
  readonly bytes: number;
}

/** Writes and removals that completed and that no flush has covered; the write under way, if there is one. */
export interface DiskAtRisk {
  /** Files that a crash leaves for certain. */
  readonly durableCount: number;
  readonly completedCount: number;
  readonly inFlightBytes: number | undefined;
}

export interface FlippedBit {
  readonly file: string;
  readonly bitIndex: number;
}

export class Disk {
  private readonly host: number;
  private readonly settings: DiskSettings;
  private readonly timeline: Timeline;
  private readonly random: RandomStream;
  /** What can be read. */
  private files: Map<string, FileVersion> = new Map();
  /** What a crash leaves for certain. Shares versions with `files`. */
  private durable: Map<string, FileVersion> = new Map();
  private unflushed: UnflushedChange[] = [];
  /** Waiting operations from `queueStart` on; the first of them is under way while `running` is a handle. */
  private queue: DiskOperation[] = [];
  private queueStart: number = 0;
  private running: EventHandle | undefined = undefined;

  constructor(host: number, settings: DiskSettings, timeline: Timeline, random: RandomStream) {
    this.host = host;
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
    const operation = this.running === undefined ? undefined : this.queue[this.queueStart];
    return {
      durableCount: this.durable.size,
      completedCount: this.unflushed.length,
      inFlightBytes: operation?.kind === "write" ? operation.bytes.length : undefined,
    };
  }

  /** The host lost its memory; the disk stays. `keeps` says what of it, instead of a random choice. */
  crash(keeps?: KeptOnCrash): void {
    const operation = this.running === undefined ? undefined : this.queue[this.queueStart];
    this.halt();
    const kept = new Map(this.durable);
    if (keeps !== undefined) {
      if (keeps.completed === "all") for (const change of this.unflushed) applyChange(kept, change);
      if (operation?.kind === "write" && keeps.inFlightBytes !== undefined) {
        const version = cutVersion(operation.bytes, keeps.inFlightBytes);
        applyChange(kept, { file: operation.file, version });
      }
    } else if ((this.settings.crashKeeps ?? "random") === "random") {
      for (const change of this.unflushed) {
        if (this.random.below(2) === 1) applyChange(kept, change);
      }
      if (operation?.kind === "write" && this.random.below(2) === 1) {
        const version = tornVersion(operation.bytes, this.random);
        applyChange(kept, { file: operation.file, version });
      }
    }
    // What survived a crash is on the medium: there is no cache left that could lose it.
    for (const version of kept.values()) version.flushed = true;
    this.files = kept;
    this.durable = new Map(kept);
    this.unflushed = [];
  }

  /** The disk is replaced by an empty one. Returns whether it held anything. */
  lose(): boolean {
    const heldAny = this.files.size > 0 || this.durable.size > 0;
    this.halt();
    this.files = new Map();
    this.durable = new Map();
    this.unflushed = [];
    return heldAny;
  }

  /** Flips different bits, drawn uniformly over the bits of all files whose name starts with the prefix. */
  rot(filePrefix: string, bitCount: number, random: RandomStream): FlippedBit[] {
    const names = [...this.files.keys()].filter((name) => name.startsWith(filePrefix)).sort();
    let totalBits = 0;
    for (const name of names) totalBits += this.versionOf(name).bytes.length * 8;
    const drawn = new Set<number>();
    while (drawn.size < Math.min(bitCount, totalBits)) drawn.add(random.below(totalBits));
    return this.flip(
      names,
      [...drawn].sort((a, b) => a - b),
    );
  }

  /** All files that can be read, in code unit order. */
  facts(): FileFact[] {
    return [...this.files.keys()].sort().map((name) => {
      const version = this.versionOf(name);
      return {
        name,
        intact: equalBytes(version.bytes, version.written),
        flushed: version.flushed,
        bytes: version.bytes.length,
      };
    });
  }

  /** What a read of the file would give now; undefined when there is none. */
  content(file: string): Uint8Array | undefined {
    return this.files.get(file)?.bytes;
  }

  /** True when a crash now could undo or cut short a write or remove of a file whose name starts with the prefix. */
  hasUnflushed(filePrefix: string): boolean {
    if (this.unflushed.some((change) => change.file.startsWith(filePrefix))) return true;
    for (let index = this.queueStart; index < this.queue.length; index += 1) {
      const operation = this.queue[index];
      if (operation === undefined || (operation.kind !== "write" && operation.kind !== "remove")) continue;
      if (operation.file.startsWith(filePrefix)) return true;
    }
    return false;
  }

  /** Files whose name starts with the prefix and that a crash now would leave in their full length. */
  flushedCount(filePrefix: string): number {
    let count = 0;
    for (const [name, version] of this.durable) {
      if (name.startsWith(filePrefix) && version.bytes.length === version.written.length) count += 1;
    }
    return count;
  }

  fork(timeline: Timeline): Disk {
    const copy = new Disk(this.host, this.settings, timeline, this.random.fork());
    // A version stands in several places at once; its copy must do so too.
    const copies = new Map<FileVersion, FileVersion>();
    const copyOf = (version: FileVersion): FileVersion => {
      let made = copies.get(version);
      if (made === undefined) {
        made = { ...version };
        copies.set(version, made);
      }
      return made;
    };
    for (const [name, version] of this.files) copy.files.set(name, copyOf(version));
    for (const [name, version] of this.durable) copy.durable.set(name, copyOf(version));
    copy.unflushed = this.unflushed.map(({ file, version }) => ({
      file,
      version: version === undefined ? undefined : copyOf(version),
    }));
    copy.queue = this.queue.slice(this.queueStart);
    copy.running = this.running;
    return copy;
  }

  /** Everything of the disk that decides what it will do; the end of the operation under way is an event. */
  addTo(hash: StateHash): void {
    hash.addUnordered(this.files, (file, version) => addVersion(hash, file, version));
    // What a crash would leave; versions that stand in both are told apart by their contents alone.
    hash.addUnordered(this.durable, (file, version) => addVersion(hash, file, version));
    hash.add(this.unflushed.length);
    for (const { file, version } of this.unflushed) addVersion(hash, file, version);
    hash.add(this.queue.length - this.queueStart);
    hash.add(this.running === undefined ? 0 : 1);
    for (let index = this.queueStart; index < this.queue.length; index += 1) hash.addValue(this.queue[index]);
    this.random.addTo(hash);
  }

  private beginNext(): void {
    for (;;) {
      const operation = this.queue[this.queueStart];
      if (operation === undefined) return;
      if (operation.kind === "remove") {
        this.dequeue();
        this.change({ file: operation.file, version: undefined });
        continue;
      }
      const endNs = this.timeline.nowNs + this.durationNs(operation);
      this.running = this.timeline.queue.push(endNs, EVENT_DISK, this.host, 0, undefined);
      return;
    }
  }

  private durationNs(operation: Exclude<DiskOperation, { kind: "remove" }>): number {
    const { latencyNs, flushNs, bandwidthBytesPerSecond } = this.settings;
    switch (operation.kind) {
      case "write":
        return latencyNs + transferNs(operation.bytes.length, bandwidthBytesPerSecond);
      case "read":
        return latencyNs + transferNs(this.content(operation.file)?.length ?? 0, bandwidthBytesPerSecond);
      case "list":
        return latencyNs;
      case "flush":
        return flushNs;
    }
  }

  private carryOut(operation: DiskOperation): StorageCompletion {
    switch (operation.kind) {
      case "write": {
        const version = { written: operation.bytes, bytes: operation.bytes, flushed: false };
        this.change({ file: operation.file, version });
        return { kind: "written", token: operation.token, ok: true };
      }
      case "read":
        return { kind: "read", token: operation.token, bytes: this.content(operation.file) };
      case "list":
        return { kind: "listed", token: operation.token, files: [...this.files.keys()].sort() };
      case "flush":
        for (const change of this.unflushed) {
          applyChange(this.durable, change);
          if (change.version !== undefined) change.version.flushed = true;
        }
        this.unflushed = [];
        return { kind: "flushed", token: operation.token, ok: true };
      case "remove":
        return assertionFailed("a remove has no completion");
    }
  }

  private change(change: UnflushedChange): void {
    applyChange(this.files, change);
    this.unflushed.push(change);
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

  private versionOf(name: string): FileVersion {
    const version = this.files.get(name);
    assert(version !== undefined, "the file is there");
    return version;
  }

  /** Flips bits that are numbered, ascending, over the named files laid end to end. Each file is copied once. */
  private flip(names: readonly string[], bits: readonly number[]): FlippedBit[] {
    const flipped: FlippedBit[] = [];
    let firstBit = 0;
    let next = 0;
    for (const file of names) {
      const version = this.versionOf(file);
      const endBit = firstBit + version.bytes.length * 8;
      const copy = (bits[next] ?? Infinity) < endBit ? version.bytes.slice() : version.bytes;
      for (; (bits[next] ?? Infinity) < endBit; next += 1) {
        const bitIndex = (bits[next] as number) - firstBit;
        const byteIndex = Math.floor(bitIndex / 8);
        copy[byteIndex] = (copy[byteIndex] as number) ^ (1 << (bitIndex % 8));
        flipped.push({ file, bitIndex });
      }
      version.bytes = copy;
      firstBit = endBit;
    }
    return flipped;
  }
}

function addVersion(hash: StateHash, file: string, version: FileVersion | undefined): void {
  hash.addText(file);
  if (version === undefined) {
    hash.add(0);
    return;
  }
  hash.add(version.flushed ? 1 : 2);
  hash.addBytes(version.bytes);
  // Only what is told about a file depends on what was written to it, and that is told of damaged ones.
  if (version.written !== version.bytes) hash.addBytes(version.written);
}

function applyChange(files: Map<string, FileVersion>, change: UnflushedChange): void {
  if (change.version === undefined) files.delete(change.file);
  else files.set(change.file, change.version);
}

/** A proper prefix of whole sectors, from none to all but the last. */
function tornVersion(written: Uint8Array, random: RandomStream): FileVersion {
  const sectorCount = Math.ceil(written.length / SECTOR_BYTES);
  return cutVersion(written, sectorCount === 0 ? 0 : random.below(sectorCount) * SECTOR_BYTES);
}

function cutVersion(written: Uint8Array, keptBytes: number): FileVersion {
  const bytes = keptBytes >= written.length ? written : written.subarray(0, keptBytes);
  return { written, bytes, flushed: true };
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}
