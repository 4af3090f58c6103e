/**
 * The file layer: every operation on a file system that src/node makes, one function each.
 *
 * It is a seam so that a test can stop a run at any operation and look at what is left. It knows nothing of servers or
 * checkpoints. Every failure is a FileFailure that names the operation, the path and the system's code.
 * Invariant: `write` and `read` finish the whole transfer or fail; short transfers of the system are continued here.
 */

import { type BigIntStats, constants } from "node:fs";
import * as fs from "node:fs/promises";
import { firstBytes, withoutFirstBytes } from "./byte-views.ts";

/**
 * What one call of the system writes. Measured with a file of 4 GiB on a virtual machine: in calls of many megabytes the same
 * bytes cost several times as much. Supposed, not shown: for long writes Linux takes memory in pages of 2 MiB, which such a
 * machine has to get from its host first.
 */
const WRITE_BYTES_MAX = 512 * 1024;

export interface FileFacts {
  readonly kind: "file" | "directory" | "other";
  readonly bytes: number;
  /** Device and inode: equal for two paths that lead to one file. */
  readonly identity: string;
  /** Time of the last change of the contents, in nanoseconds, as text. */
  readonly modifiedNs: string;
}

export interface ReadHandle {
  /** Fills the views in order from the position on; returns fewer bytes than asked only at the end of the file. */
  read(views: readonly Uint8Array[], position: number): Promise<number>;
  facts(): Promise<FileFacts>;
  close(): Promise<void>;
}

export interface WriteHandle {
  /** Appends the views in order. They must not be changed before the promise settles. */
  write(views: readonly Uint8Array[]): Promise<void>;
  /** Returns when the file's bytes are on stable storage. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileLayer {
  openRead(path: string): Promise<ReadHandle>;
  /** Makes a new file; one that exists already is a failure (EEXIST). */
  create(path: string): Promise<WriteHandle>;
  /** Follows symbolic links. Undefined when nothing is there. */
  facts(path: string): Promise<FileFacts | undefined>;
  realPath(path: string): Promise<string>;
  /** Names in a directory, sorted. */
  list(path: string): Promise<string[]>;
  makeDirectory(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; fails (EEXIST) when the name is taken. */
  link(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** The directory must be empty. */
  removeDirectory(path: string): Promise<void>;
  /** Makes names that were added, renamed or removed in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Fails unless new names can be made in the directory. */
  checkWritable(path: string): Promise<void>;
}

/** A failed operation on the file system. */
export class FileFailure extends Error {
  override readonly name: string = "FileFailure";
  readonly operation: string;
  readonly path: string;
  /** For example ENOSPC; "UNKNOWN" when the system gave none. */
  readonly systemCode: string;

  constructor(operation: string, path: string, systemCode: string) {
    super(`cannot ${operation} ${path} (${systemCode})`);
    this.operation = operation;
    this.path = path;
    this.systemCode = systemCode;
  }
}

/** True for the failures that mean: there is nothing under this name. */
export function isAbsence(error: unknown): boolean {
  return error instanceof FileFailure && (error.systemCode === "ENOENT" || error.systemCode === "ENOTDIR");
}

/** Reads a file that is expected to be small. A longer one than `bytesMax` is a FileFailure with EFBIG. */
export async function readWhole(layer: FileLayer, path: string, bytesMax: number): Promise<Uint8Array> {
  const handle = await layer.openRead(path);
  try {
    const { bytes, kind } = await handle.facts();
    if (kind !== "file") throw new FileFailure("read", path, "EISDIR");
    if (bytes > bytesMax) throw new FileFailure("read", path, "EFBIG");
    const target = new Uint8Array(bytes);
    const count = await handle.read([target], 0);
    return count === bytes ? target : target.subarray(0, count);
  } finally {
    await handle.close();
  }
}

async function attempt<Value>(operation: string, path: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FileFailure) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    // Without a system code it is a bug in the call, not a failure of the file system.
    if (code === undefined) throw error;
    throw new FileFailure(operation, path, code);
  }
}

function factsOf(stats: BigIntStats): FileFacts {
  return {
    kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
    bytes: Number(stats.size),
    identity: `${stats.dev}:${stats.ino}`,
    modifiedNs: stats.mtimeNs.toString(),
  };
}

class SystemReadHandle implements ReadHandle {
  private readonly path: string;
  private readonly handle: fs.FileHandle;

  constructor(path: string, handle: fs.FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  read(views: readonly Uint8Array[], position: number): Promise<number> {
    return attempt("read", this.path, async () => {
      let filled = 0;
      for (let rest = withoutFirstBytes(views, 0); rest.length > 0;) {
        const { bytesRead } = await this.handle.readv(rest, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
        rest = withoutFirstBytes(rest, bytesRead);
      }
      return filled;
    });
  }

  facts(): Promise<FileFacts> {
    return attempt("examine", this.path, async () => factsOf(await this.handle.stat({ bigint: true })));
  }

  close(): Promise<void> {
    return attempt("close", this.path, () => this.handle.close());
  }
}

class SystemWriteHandle implements WriteHandle {
  private readonly path: string;
  private readonly handle: fs.FileHandle;

  constructor(path: string, handle: fs.FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  write(views: readonly Uint8Array[]): Promise<void> {
    return attempt("write", this.path, async () => {
      for (let rest = withoutFirstBytes(views, 0); rest.length > 0;) {
        const { bytesWritten } = await this.handle.writev(firstBytes(rest, WRITE_BYTES_MAX));
        rest = withoutFirstBytes(rest, bytesWritten);
      }
    });
  }

  sync(): Promise<void> {
    return attempt("flush", this.path, () => this.handle.sync());
  }

  close(): Promise<void> {
    return attempt("close", this.path, () => this.handle.close());
  }
}

/** The machine's own file system. */
export const systemFiles: FileLayer = {
  openRead: (path) => attempt("open", path, async () => new SystemReadHandle(path, await fs.open(path, "r"))),
  create: (path) =>
    attempt("create", path, async () => new SystemWriteHandle(path, await fs.open(path, "wx"))),
  async facts(path) {
    try {
      return await attempt("examine", path, async () => factsOf(await fs.stat(path, { bigint: true })));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  },
  realPath: (path) => attempt("resolve", path, () => fs.realpath(path)),
  list: (path) => attempt("list", path, async () => (await fs.readdir(path)).toSorted()),
  makeDirectory: (path) => attempt("make directory", path, () => fs.mkdir(path)),
  rename: (from, to) => attempt("rename", from, () => fs.rename(from, to)),
  link: (from, to) => attempt("link", to, () => fs.link(from, to)),
  removeFile: (path) => attempt("remove", path, () => fs.unlink(path)),
  removeDirectory: (path) => attempt("remove", path, () => fs.rmdir(path)),
  checkWritable: (path) => attempt("write into", path, () => fs.access(path, constants.W_OK)),
  syncDirectory: (path) =>
    attempt("flush", path, async () => {
      // Windows has no handle on a directory that could be flushed; its names are journalled.
      if (process.platform === "win32") return;
      const handle = await fs.open(path, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),
};
