/**
 * A file layer on the machine's own that dies at a chosen operation, as a process does: a write that it dies in is torn,
 * and nothing happens afterwards.
 *
 * `kill`: what was done stays, as when a process is killed. `power`: what was not flushed is lost too: bytes of files that
 * were not synced, and renames into directories that were not synced. Removals are taken for durable at once.
 * Flushing is only noted, not done: the machine under the test keeps its power.
 */
import { readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FileLayer, ReadHandle, WriteHandle } from "../../src/node/file-layer.ts";
import { unflushedFiles } from "./unflushed-files.ts";

class InjectedCrash extends Error {}

interface UnsyncedRename {
  readonly from: string;
  readonly to: string;
  /** What the rename replaced. */
  readonly replaced: Buffer | undefined;
}

class CrashLayer implements FileLayer {
  /** Operations begun so far that change something; dying before one that only reads is dying after the one before. */
  operationCount = 0;
  private readonly crashAt: number;
  private isDead = false;
  private readonly unsyncedFiles: Set<{ path: string }> = new Set();
  private unsyncedRenames: UnsyncedRename[] = [];

  /** Dies at the operation with this number, counted from 1; never with Infinity. */
  constructor(crashAt: number) {
    this.crashAt = crashAt;
  }

  get hasCrashed(): boolean {
    return this.isDead;
  }

  /** After the crash, with nothing running any more: loses what was not flushed. */
  async losePower(): Promise<void> {
    for (const file of this.unsyncedFiles) await truncate(file.path, 0).catch(ignoreAbsence);
    for (const { from, to, replaced } of this.unsyncedRenames.toReversed()) {
      await rename(to, from).catch(ignoreAbsence);
      if (replaced !== undefined) await writeFile(to, replaced);
    }
  }

  async openRead(target: string): Promise<ReadHandle> {
    this.checkAlive();
    const handle = await unflushedFiles.openRead(target);
    const checkAlive = (): void => this.checkAlive();
    return {
      read(bytes, position) {
        checkAlive();
        return handle.read(bytes, position);
      },
      facts() {
        checkAlive();
        return handle.facts();
      },
      // Handles are freed also when the process is dead: the system does that.
      close: () => handle.close(),
    };
  }

  async create(target: string): Promise<WriteHandle> {
    this.step();
    const handle = await unflushedFiles.create(target);
    const file = { path: target };
    this.unsyncedFiles.add(file);
    return {
      write: async (views) => {
        const bytes = Buffer.concat(views);
        if (this.isNext()) await handle.write([bytes.subarray(0, bytes.length / 2)]);
        this.step();
        await handle.write([bytes]);
      },
      sync: async () => {
        this.step();
        await handle.sync();
        this.unsyncedFiles.delete(file);
      },
      close: () => handle.close(),
    };
  }

  facts(target: string): ReturnType<FileLayer["facts"]> {
    this.checkAlive();
    return unflushedFiles.facts(target);
  }

  realPath(target: string): Promise<string> {
    this.checkAlive();
    return unflushedFiles.realPath(target);
  }

  list(target: string): Promise<string[]> {
    this.checkAlive();
    return unflushedFiles.list(target);
  }

  makeDirectory(target: string): Promise<void> {
    this.step();
    return unflushedFiles.makeDirectory(target);
  }

  async rename(from: string, to: string): Promise<void> {
    this.step();
    const replaced = await readFile(to).catch(() => undefined);
    await unflushedFiles.rename(from, to);
    this.unsyncedRenames.push({ from, to, replaced });
    for (const file of this.unsyncedFiles) {
      if (file.path === from || file.path.startsWith(`${from}${path.sep}`)) {
        file.path = to + file.path.slice(from.length);
      }
    }
  }

  link(from: string, to: string): Promise<void> {
    this.step();
    return unflushedFiles.link(from, to);
  }

  removeFile(target: string): Promise<void> {
    this.step();
    return unflushedFiles.removeFile(target);
  }

  removeDirectory(target: string): Promise<void> {
    this.step();
    return unflushedFiles.removeDirectory(target);
  }

  async syncDirectory(target: string): Promise<void> {
    this.step();
    await unflushedFiles.syncDirectory(target);
    this.unsyncedRenames = this.unsyncedRenames.filter(
      ({ to }) => path.dirname(to) !== path.normalize(target),
    );
  }

  checkWritable(target: string): Promise<void> {
    this.checkAlive();
    return unflushedFiles.checkWritable(target);
  }

  private isNext(): boolean {
    return !this.isDead && this.operationCount + 1 === this.crashAt;
  }

  private checkAlive(): void {
    if (this.isDead) throw new InjectedCrash("dead");
  }

  private step(): void {
    this.checkAlive();
    this.operationCount += 1;
    if (this.operationCount < this.crashAt) return;
    this.isDead = true;
    throw new InjectedCrash(`dies at operation ${this.operationCount}`);
  }
}

function ignoreAbsence(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

/** Runs the action with a layer that dies at the given operation. True when it got that far. */
export async function crashes(
  crashAt: number,
  mode: "kill" | "power",
  action: (layer: FileLayer) => Promise<unknown>,
): Promise<boolean> {
  const layer = new CrashLayer(crashAt);
  try {
    await action(layer);
  } catch (error) {
    if (!(error instanceof InjectedCrash)) throw error;
  }
  if (mode === "power" && layer.hasCrashed) await layer.losePower();
  return layer.hasCrashed;
}

/** Removes a path, there or not. */
export async function clear(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
}
