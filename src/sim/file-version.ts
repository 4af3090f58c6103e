/**
 * One content of one file of a disk: what was written, and what stands on the medium in its place.
 *
 * Does not cover: which versions a disk has, and when (file-store.ts).
 */
import type { RandomStream } from "./random.ts";
import { SECTOR_BYTES, sectorCountOf } from "./sectors.ts";
import type { StateHash } from "./state-hash.ts";

export interface FileVersion {
  /** What was last written to the file, and acknowledged. */
  readonly written: Uint8Array;
  /** What stands on the medium: `written`, unless damage came over it. undefined: the disk knows of no such file. */
  bytes: Uint8Array | undefined;
  /** The write was acknowledged and went wrong. */
  readonly isSpoiled?: boolean;
  /** Sectors that cannot be read. */
  unreadable?: ReadonlySet<number> | undefined;
  flushed: boolean;
}

/** Everything of a version that decides what the disk will do; `version` undefined: the file was removed. */
export function addVersion(hash: StateHash, file: string, version: FileVersion | undefined): void {
  hash.addText(file);
  if (version === undefined) {
    hash.add(0);
    return;
  }
  hash.add(version.flushed ? 1 : 2);
  if (version.bytes === undefined) hash.add(3);
  else hash.addBytes(version.bytes);
  // Only what is told about a file depends on what was written to it, and that is told of damaged ones.
  if (version.written !== version.bytes) hash.addBytes(version.written);
  if (version.unreadable !== undefined)
    for (const sector of [...version.unreadable].sort((a, b) => a - b)) hash.add(sector);
}

/** A proper prefix of whole sectors, from none to all but the last. */
export function tornVersion(written: Uint8Array, random: RandomStream): FileVersion {
  const sectorCount = sectorCountOf(written.length);
  return cutVersion(written, sectorCount === 0 ? 0 : random.below(sectorCount) * SECTOR_BYTES);
}

/** What a crash leaves of a write under way that had come so far. */
export function cutVersion(written: Uint8Array, keptBytes: number): FileVersion {
  const bytes = keptBytes >= written.length ? written : written.subarray(0, keptBytes);
  return { written, bytes, flushed: true };
}
