/**
 * Measures the disk under a directory: small writes, flushes, long writes with their flush, reading back.
 *
 * Invariant: what it writes lies in a directory of its own, which is removed again, also when something fails.
 * Does not cover: reads that miss the system's cache. What was just written is read from memory, so the time to read is told
 * and not used; the simulator's disk has one latency and one bandwidth, and those are of writing.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

export interface DiskRates {
  /** Median time of a write of one page into the cache, nanoseconds. */
  readonly writeLatencyNs: number;
  /** Median time of a flush after such a write. */
  readonly flushNs: number;
  /** Sequential writing with a flush at the end. */
  readonly writeBytesPerSecond: number;
  /** Sequential reading of what was just written, most likely from the system's cache. */
  readonly cachedReadBytesPerSecond: number;
}

export interface DiskMeasureOptions {
  readonly directory: string;
  /** Written and read sequentially; a whole number of blocks. */
  readonly fileBytes: number;
}

/** The block of sequential transfers. */
export const BLOCK_BYTES: number = 1024 * 1024;
const PAGE_BYTES = 4096;
const SMALL_WRITE_COUNT = 200;
const FLUSH_COUNT = 25;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function elapsedNs(action: () => void): number {
  const start = process.hrtime.bigint();
  action();
  return Math.max(1, Number(process.hrtime.bigint() - start));
}

/** Throws the file system's error when the directory cannot be written to. */
export function measureDisk({ directory, fileBytes }: DiskMeasureOptions): DiskRates {
  const folder = mkdtempSync(path.join(directory, "ckptlab-calibrate-"));
  try {
    const small = smallWrites(path.join(folder, "small"));
    return { ...small, ...sequential(path.join(folder, "large"), fileBytes) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function smallWrites(file: string): Pick<DiskRates, "writeLatencyNs" | "flushNs"> {
  const page = Buffer.alloc(PAGE_BYTES, 0xa5);
  const descriptor = openSync(file, "w");
  try {
    const writes = Array.from({ length: SMALL_WRITE_COUNT }, () =>
      elapsedNs(() => writeSync(descriptor, page)),
    );
    fsyncSync(descriptor);
    const flushes = Array.from({ length: FLUSH_COUNT }, () => {
      writeSync(descriptor, page);
      return elapsedNs(() => fsyncSync(descriptor));
    });
    return { writeLatencyNs: median(writes), flushNs: median(flushes) };
  } finally {
    closeSync(descriptor);
  }
}

function sequential(
  file: string,
  fileBytes: number,
): Pick<DiskRates, "writeBytesPerSecond" | "cachedReadBytesPerSecond"> {
  const block = Buffer.alloc(BLOCK_BYTES, 0x5a);
  const descriptor = openSync(file, "w+");
  try {
    const writtenNs = elapsedNs(() => {
      for (let done = 0; done < fileBytes; done += BLOCK_BYTES) writeSync(descriptor, block);
      fsyncSync(descriptor);
    });
    const readNs = elapsedNs(() => {
      for (let done = 0; done < fileBytes; done += BLOCK_BYTES)
        readSync(descriptor, block, 0, BLOCK_BYTES, done);
    });
    const rate = (ns: number): number => Math.max(1, Math.round((fileBytes * 1e9) / ns));
    return { writeBytesPerSecond: rate(writtenNs), cachedReadBytesPerSecond: rate(readNs) };
  } finally {
    closeSync(descriptor);
  }
}
