/**
 * The files of a disk: what can be read, what a crash would leave, and what lies between the two in the volatile cache.
 *
 * A write can be read at once. A flush makes it, and all that came before, durable. What was flushed, a crash leaves. Of
 * what was not, `CrashKeeps` decides (settings.ts), or what a crash fault says (`KeptOnCrash`); then nothing is drawn.
 *
 * Invariants: bytes are views that messages share, and are never changed: damage makes a copy. What was written to a file
 * stays known beside what a read gives, so that damage is a fact and not a guess. Does not cover: time (disk.ts), which
 * operations go wrong (disk-faults.ts).
 */
import { assert } from "../core/assertion.ts";
import { equalBytes } from "./byte-sums.ts";
import type { KeptOnCrash } from "./faults.ts";
import type { RandomStream } from "./random.ts";
import { addVersion, cutVersion, type FileVersion, tornVersion } from "./file-version.ts";
import { drawStored, drawTear, mixSectors, sectorCountOf } from "./sectors.ts";
import type { CrashKeeps } from "./settings.ts";
import { StateHash } from "./state-hash.ts";

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
  /** What a read gives; undefined when it cannot be read. */
  readonly content: Uint8Array | undefined;
}

export interface FlippedBit {
  readonly file: string;
  readonly bitIndex: number;
}

/** A write that a crash meets under way. */
export interface WriteUnderWay {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export class FileStore {
  /** What can be read. */
  private files: Map<string, FileVersion> = new Map();
  /** What a crash leaves for certain. Shares versions with `files`. */
  private durable: Map<string, FileVersion> = new Map();
  private unflushed: UnflushedChange[] = [];
  /** Files whose last change a failed flush dropped from the cache: no flush will make it durable. */
  private dropped: Set<string> = new Set();
  /** The names that the disk knows, in code unit order; undefined when they may have changed. */
  private sortedNames: readonly string[] | undefined = undefined;

  get durableCount(): number {
    return this.durable.size;
  }

  get unflushedCount(): number {
    return this.unflushed.length;
  }

  /** Length of all files together. */
  get usedBytes(): number {
    let bytes = 0;
    for (const version of this.files.values()) bytes += version.bytes?.length ?? 0;
    return bytes;
  }

  /** The names that the disk knows, in code unit order. */
  names(prefix: string = ""): string[] {
    const names = this.allNames();
    return prefix === "" ? [...names] : names.filter((name) => name.startsWith(prefix));
  }

  private allNames(): readonly string[] {
    if (this.sortedNames === undefined) {
      const names: string[] = [];
      for (const [name, { bytes }] of this.files) if (bytes !== undefined) names.push(name);
      this.sortedNames = names.sort();
    }
    return this.sortedNames;
  }

  /** What a read of the file would give now; undefined when there is none, or when it cannot be read. */
  content(file: string): Uint8Array | undefined {
    const version = this.files.get(file);
    return version?.unreadable === undefined ? version?.bytes : undefined;
  }

  /** What stands on the medium, readable or not. */
  stored(file: string): Uint8Array | undefined {
    return this.files.get(file)?.bytes;
  }

  /** A write of this file was acknowledged, and no removal since, whatever became of it. */
  wasWritten(file: string): boolean {
    return this.files.has(file);
  }

  write(file: string, bytes: Uint8Array): void {
    this.change({ file, version: { written: bytes, bytes, flushed: false } });
  }

  /** The write is acknowledged, and this is what stands on the medium instead; undefined: what stood there before. */
  writeWrongly(file: string, written: Uint8Array, bytes: Uint8Array | undefined): void {
    const before = this.files.get(file);
    const version: FileVersion =
      bytes === undefined
        ? { written, bytes: before?.bytes, unreadable: before?.unreadable, isSpoiled: true, flushed: false }
        : { written, bytes, isSpoiled: true, flushed: false };
    this.change({ file, version });
  }

  remove(file: string): void {
    this.change({ file, version: undefined });
  }

  flush(): void {
    for (const change of this.unflushed) {
      applyChange(this.durable, change);
      if (change.version !== undefined) change.version.flushed = true;
    }
    this.unflushed = [];
  }

  /** A flush failed, and the cache forgot what it had still to store: it can be read, and a crash takes it. */
  dropUnflushed(): void {
    for (const { file } of this.unflushed) this.dropped.add(file);
    this.unflushed = [];
  }

  /** Bytes of a file at rest become others. */
  damage(file: string, bytes: Uint8Array): void {
    this.versionOf(file).bytes = bytes;
  }

  /** Makes sectors unreadable, drawn evenly over those of all files that begin so. Returns the files that were sound. */
  spoilSectors(filePrefix: string, sectorCount: number, random: RandomStream): string[] {
    const sound: { readonly file: string; readonly sector: number }[] = [];
    for (const file of this.names(filePrefix)) {
      const { bytes, unreadable } = this.versionOf(file);
      for (let sector = 0; sector < sectorCountOf(bytes?.length ?? 0); sector += 1) {
        if (unreadable?.has(sector) !== true) sound.push({ file, sector });
      }
    }
    const files = new Set<string>();
    for (let count = Math.min(sectorCount, sound.length); count > 0; count -= 1) {
      const [drawn] = sound.splice(random.below(sound.length), 1);
      assert(drawn !== undefined, "a sector was drawn from those that are there");
      const version = this.versionOf(drawn.file);
      if (version.unreadable === undefined) files.add(drawn.file);
      version.unreadable = new Set([...(version.unreadable ?? []), drawn.sector]);
    }
    return [...files];
  }

  /** Flips different bits, drawn uniformly over the bits of all files whose name starts with the prefix. */
  rot(filePrefix: string, bitCount: number, random: RandomStream): FlippedBit[] {
    const names = this.names(filePrefix);
    let totalBits = 0;
    for (const name of names) totalBits += this.bytesOf(name).length * 8;
    const drawn = new Set<number>();
    while (drawn.size < Math.min(bitCount, totalBits)) drawn.add(random.below(totalBits));
    return this.flip(
      names,
      [...drawn].sort((a, b) => a - b),
    );
  }

  /** A hash of the files that a crash now would leave with these `keeps`. Changes nothing. */
  remains(underWay: WriteUnderWay | undefined, keeps: KeptOnCrash): number {
    const hash = new StateHash();
    hash.addUnordered(this.keptAfter(underWay, keeps), (file, { bytes }) => {
      hash.addText(file);
      if (bytes !== undefined) hash.addBytes(bytes);
    });
    return hash.digest();
  }

  /** The host lost its memory, and the cache with it; `underWay` is the write that was being carried out. */
  crash(
    underWay: WriteUnderWay | undefined,
    keeps: KeptOnCrash | undefined,
    crashKeeps: CrashKeeps,
    random: RandomStream,
  ): void {
    const kept = keeps === undefined ? new Map(this.durable) : this.keptAfter(underWay, keeps);
    if (keeps === undefined && crashKeeps === "random") {
      for (const change of this.unflushed) {
        if (random.below(2) === 1) applyChange(kept, change);
      }
      if (underWay !== undefined && random.below(2) === 1) {
        kept.set(underWay.file, tornVersion(underWay.bytes, random));
      }
    } else if (keeps === undefined && crashKeeps === "sectors") {
      for (const change of this.unflushed) keepSectors(kept, change, random);
      if (underWay !== undefined) {
        const { file, bytes } = underWay;
        const isStored = drawBegun(sectorCountOf(bytes.length), random);
        storeSectors(kept, file, { written: bytes, bytes, flushed: true }, isStored);
      }
    }
    // What survived a crash is on the medium: there is no cache left that could lose it.
    for (const version of kept.values()) version.flushed = true;
    this.files = kept;
    this.sortedNames = undefined;
    this.durable = new Map(kept);
    this.unflushed = [];
    this.dropped.clear();
  }

  /** The disk is replaced by an empty one. Returns whether it held anything. */
  lose(): boolean {
    const heldAny = this.files.size > 0 || this.durable.size > 0;
    this.files = new Map();
    this.sortedNames = undefined;
    this.durable = new Map();
    this.unflushed = [];
    this.dropped.clear();
    return heldAny;
  }

  /** All files that can be read, in code unit order. */
  facts(): FileFact[] {
    return this.allNames().map((name) => {
      const { bytes, written, unreadable, flushed } = this.versionOf(name);
      assert(bytes !== undefined, "the disk knows the file");
      const content = unreadable === undefined ? bytes : undefined;
      const intact = content !== undefined && equalBytes(content, written);
      return { name, intact, flushed, bytes: bytes.length, content };
    });
  }

  /** True when a crash now could undo or cut short a completed write or remove of a file that begins so. */
  hasUnflushed(filePrefix: string): boolean {
    if (this.unflushed.some(({ file }) => file.startsWith(filePrefix))) return true;
    for (const file of this.dropped) if (file.startsWith(filePrefix)) return true;
    return false;
  }

  /** Files that a crash now would leave in their full length, as far as the disk told. */
  flushedCount(filePrefix: string): number {
    let count = 0;
    for (const [name, { written, bytes, isSpoiled }] of this.durable) {
      if (!name.startsWith(filePrefix)) continue;
      if (isSpoiled === true || bytes?.length === written.length) count += 1;
    }
    return count;
  }

  fork(): FileStore {
    const copy = new FileStore();
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
    copy.dropped = new Set(this.dropped);
    return copy;
  }

  addTo(hash: StateHash): void {
    hash.addUnordered(this.files, (file, version) => addVersion(hash, file, version));
    // What a crash would leave; versions that stand in both are told apart by their contents alone.
    hash.addUnordered(this.durable, (file, version) => addVersion(hash, file, version));
    hash.add(this.unflushed.length);
    for (const { file, version } of this.unflushed) addVersion(hash, file, version);
    for (const file of [...this.dropped].sort()) hash.addText(file);
  }

  /** What a crash leaves that says what it keeps. */
  private keptAfter(underWay: WriteUnderWay | undefined, keeps: KeptOnCrash): Map<string, FileVersion> {
    const kept = new Map(this.durable);
    if (keeps.completed === "all") for (const change of this.unflushed) applyChange(kept, change);
    if (underWay !== undefined && keeps.inFlightBytes !== undefined) {
      kept.set(underWay.file, cutVersion(underWay.bytes, keeps.inFlightBytes));
    }
    return kept;
  }

  private change(change: UnflushedChange): void {
    applyChange(this.files, change);
    this.sortedNames = undefined;
    this.unflushed.push(change);
    this.dropped.delete(change.file);
  }

  private versionOf(name: string): FileVersion {
    const version = this.files.get(name);
    assert(version !== undefined, "the file is there");
    return version;
  }

  private bytesOf(name: string): Uint8Array {
    const { bytes } = this.versionOf(name);
    assert(bytes !== undefined, "the disk knows the file");
    return bytes;
  }

  /** Flips bits that are numbered, ascending, over the named files laid end to end. Each file is copied once. */
  private flip(names: readonly string[], bits: readonly number[]): FlippedBit[] {
    const flipped: FlippedBit[] = [];
    let firstBit = 0;
    let next = 0;
    for (const file of names) {
      const bytes = this.bytesOf(file);
      const endBit = firstBit + bytes.length * 8;
      const copy = (bits[next] ?? Infinity) < endBit ? bytes.slice() : bytes;
      for (; (bits[next] ?? Infinity) < endBit; next += 1) {
        const bitIndex = (bits[next] as number) - firstBit;
        const byteIndex = Math.floor(bitIndex / 8);
        copy[byteIndex] = (copy[byteIndex] as number) ^ (1 << (bitIndex % 8));
        flipped.push({ file, bitIndex });
      }
      this.versionOf(file).bytes = copy;
      firstBit = endBit;
    }
    return flipped;
  }
}

function applyChange(files: Map<string, FileVersion>, change: UnflushedChange): void {
  if (change.version === undefined) files.delete(change.file);
  else files.set(change.file, change.version);
}

function keepSectors(kept: Map<string, FileVersion>, change: UnflushedChange, random: RandomStream): void {
  const { file, version } = change;
  if (version === undefined || version.bytes === undefined || version.bytes.length === 0) {
    if (random.below(2) === 1) applyChange(kept, change);
    return;
  }
  storeSectors(kept, file, version, drawStored(sectorCountOf(version.bytes.length), random));
}

/** Which sectors of a write under way were stored: it had come to some sector, and each before that is there or not. */
function drawBegun(sectorCount: number, random: RandomStream): boolean[] {
  if (sectorCount < 2) return [];
  return drawTear(sectorCount, random).map((isStored) => isStored && random.below(4) > 0);
}

function storeSectors(
  kept: Map<string, FileVersion>,
  file: string,
  version: FileVersion,
  isStored: readonly boolean[],
): void {
  const { written, bytes } = version;
  if (bytes === undefined || !isStored.includes(true)) return;
  const mixed = mixSectors(kept.get(file)?.bytes, bytes, isStored);
  if (mixed === bytes) kept.set(file, version);
  else kept.set(file, { written, bytes: mixed, unreadable: version.unreadable, flushed: true });
}
