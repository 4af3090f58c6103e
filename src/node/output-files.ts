/**
 * Where reassembled files go: into a staging place beside their destination, and into place by one rename when everything
 * was verified. Until then nothing of the destination is touched.
 *
 * One file becomes the file `out`; several become the new directory `out`; "-" stages one file and then streams it out.
 * Names come from a manifest, so none may lead out of the directory.
 * What exists at `out` is replaced only when that was asked for, and a directory only when everything in it would come back.
 * A killed run leaves its staging place (staging-place.ts); the next run with the same output removes it.
 * Does not cover: somebody else who makes `out` in the moment before the rename.
 */

import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import type { Writable } from "node:stream";
import type { SegmentEntry } from "../core/checkpoint/image.ts";
import { quotedNames } from "./earlier-protection.ts";
import { FileFailure, type FileLayer, type WriteHandle } from "./file-layer.ts";
import { isInside, realPlace, realPlaceOfName } from "./real-place.ts";
import { beginRun, endRun, type RunIdentity } from "./run-identity.ts";
import { removeTree } from "./server-directory.ts";
import { stagingPath, sweepStaging } from "./staging-place.ts";
import { inputFailure } from "./store-error.ts";

/** `out` for standard output. */
const STANDARD_OUTPUT = "-";

const STREAM_BYTES: number = 1024 * 1024;

/**
 * Refuses destinations that cannot be used, before anything is read or written.
 * Errors: `out-parent-absent`, `out-inside-server`, `out-exists`, `out-is-directory`, `out-not-replaceable`,
 * `stdout-needs-one-file`, `segment-name-unsafe`.
 */
export async function checkOutput(
  layer: FileLayer,
  out: string,
  segments: readonly SegmentEntry[],
  servers: readonly string[],
  mayReplace: boolean = false,
): Promise<void> {
  const isSingle = segments.length === 1;
  if (!isSingle) for (const { name } of segments) checkName(name);
  if (out === STANDARD_OUTPUT) {
    if (isSingle) return;
    throw inputFailure(
      "stdout-needs-one-file",
      out,
      `The checkpoint holds ${segments.length} files; standard output takes only one.`,
    );
  }
  const parent = path.dirname(path.resolve(out));
  if ((await layer.facts(parent))?.kind !== "directory") {
    throw inputFailure("out-parent-absent", out, `The directory "${parent}" for the output does not exist.`);
  }
  await checkOutsideServers(layer, out, servers);
  await checkReplaceable(layer, out, segments, mayReplace);
}

/** Nothing there, or an empty directory for several files, needs no permission. */
async function checkReplaceable(
  layer: FileLayer,
  out: string,
  segments: readonly SegmentEntry[],
  mayReplace: boolean,
): Promise<void> {
  const isSingle = segments.length === 1;
  const facts = await layer.facts(out);
  if (facts === undefined) return;
  const { kind } = facts;
  if (isSingle && kind === "directory") {
    throw inputFailure("out-is-directory", out, `"${out}" is a directory; the output is one file.`);
  }
  if (kind === "directory" && (await layer.list(out)).length === 0) return;
  if (!mayReplace) {
    const hint = isSingle ? "" : "; several files go into a new directory";
    throw inputFailure("out-exists", out, `"${out}" exists already${hint}.`);
  }
  if (kind !== (isSingle ? "file" : "directory")) {
    const expected = isSingle ? "a regular file" : "a directory";
    throw inputFailure("out-not-replaceable", out, `"${out}" is not replaced: it is not ${expected}.`);
  }
  if (isSingle) return;
  const names = new Set(segments.map(({ name }) => name));
  const others = (await filesIn(layer, out, "")).filter((name) => !names.has(name));
  if (others.length === 0) return;
  throw inputFailure(
    "out-not-replaceable",
    out,
    `"${out}" is not replaced: it holds files that would not come back: ${quotedNames(others)}.`,
  );
}

/** Names of all files in a directory, at any depth, with "/" between their parts. */
async function filesIn(layer: FileLayer, directory: string, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await layer.list(directory)) {
    const full = path.join(directory, entry);
    if ((await layer.facts(full))?.kind === "directory")
      names.push(...(await filesIn(layer, full, `${prefix}${entry}/`)));
    else names.push(`${prefix}${entry}`);
  }
  return names;
}

async function checkOutsideServers(layer: FileLayer, out: string, servers: readonly string[]): Promise<void> {
  // A rename replaces the name, so a link at the end of the path is not followed. A server that is gone has its place too.
  const target = await realPlaceOfName(layer, out);
  for (const server of servers) {
    const real = await realPlace(layer, server);
    if (target !== real && !isInside(real, target)) continue;
    throw inputFailure(
      "out-inside-server",
      out,
      target === real
        ? `The output "${out}" is the server directory "${server}".`
        : `The output "${out}" lies in the server directory "${server}".`,
    );
  }
}

/** A name is a relative path of plain parts: nothing absolute, no "..", nothing that another system reads otherwise. */
function checkName(name: string): void {
  const isPlain = name
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
  const isForeign = path.sep !== "/" && /[\\:]/.test(name);
  if (isPlain && !isForeign) return;
  throw inputFailure(
    "segment-name-unsafe",
    name,
    `The checkpoint names a file "${name}", which could lie anywhere.`,
  );
}

export class OutputFiles {
  private readonly layer: FileLayer;
  private readonly out: string;
  private readonly segments: readonly SegmentEntry[];
  private readonly run: RunIdentity = beginRun();
  /** Where staging places stand, and the name of the output in theirs. */
  private readonly parent: string;
  private readonly name: string;
  private readonly mayReplace: boolean;
  private readonly staging: string;
  private readonly directories: Set<string> = new Set();
  private index = 0;
  private leftInFile = 0;
  private handle: WriteHandle | undefined = undefined;

  /** `checkOutput` accepted the arguments. */
  constructor(layer: FileLayer, out: string, segments: readonly SegmentEntry[], mayReplace: boolean) {
    const resolved = path.resolve(out);
    const isStreamed = out === STANDARD_OUTPUT;
    this.layer = layer;
    this.out = out;
    this.segments = segments;
    this.mayReplace = mayReplace;
    this.parent = isStreamed ? tmpdir() : path.dirname(resolved);
    this.name = isStreamed ? "" : path.basename(resolved);
    this.staging = stagingPath(this.parent, this.name, "new", this.run);
  }

  async open(): Promise<void> {
    await sweepStaging(this.layer, this.parent, this.name, "new");
    if (this.segments.length > 1) await this.makeDirectory(this.staging);
    await this.openNext();
  }

  /** Appends to the image; the views must not be changed before the promise settles. */
  async write(views: readonly Uint8Array[]): Promise<void> {
    let batch: Uint8Array[] = [];
    for (const view of views) {
      let rest = view;
      while (rest.length > 0) {
        const part = rest.subarray(0, this.leftInFile);
        rest = rest.subarray(part.length);
        batch.push(part);
        this.leftInFile -= part.length;
        if (this.leftInFile > 0) continue;
        await this.handle?.write(batch);
        batch = [];
        await this.closeFile();
        await this.openNext();
      }
    }
    if (batch.length > 0) await this.handle?.write(batch);
  }

  /** Everything was written and verified: makes it durable and visible. */
  async publish(stream: Writable): Promise<void> {
    for (const directory of [...this.directories].toReversed()) await this.layer.syncDirectory(directory);
    if (this.out === STANDARD_OUTPUT) {
      await this.streamOut(stream);
      await this.layer.removeFile(this.staging);
    } else {
      // The reading may have taken long: what has appeared since then was not agreed to.
      await checkReplaceable(this.layer, this.out, this.segments, this.mayReplace);
      await this.moveIntoPlace();
    }
    endRun(this.run);
    // Only now: what a killed run moved aside may have been the last good output. What this one moved aside goes too.
    if (this.out !== STANDARD_OUTPUT) await sweepStaging(this.layer, this.parent, this.name, "old");
  }

  /** A rename replaces a file or an empty directory; a full one is moved aside first, and back when that was in vain. */
  private async moveIntoPlace(): Promise<void> {
    const { layer, staging, out } = this;
    const isFull = (await layer.facts(out))?.kind === "directory" && (await layer.list(out)).length > 0;
    const aside = stagingPath(this.parent, this.name, "old", this.run);
    if (isFull) await layer.rename(out, aside);
    try {
      await layer.rename(staging, out);
    } catch (error) {
      if (isFull) await layer.rename(aside, out);
      throw error;
    }
    await layer.syncDirectory(this.parent);
  }

  /** Removes the staging place. No write may be in flight. */
  async discard(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    endRun(this.run);
    await handle?.close();
    await removeTree(this.layer, this.staging);
  }

  /** Opens the next file that has bytes; files of 0 bytes on the way are made and closed. */
  private async openNext(): Promise<void> {
    for (; ; this.index += 1) {
      const segment = this.segments[this.index];
      if (segment === undefined) return;
      this.handle = await this.layer.create(await this.stagedPath(segment.name));
      this.leftInFile = segment.bytes;
      if (segment.bytes > 0) {
        this.index += 1;
        return;
      }
      await this.closeFile();
    }
  }

  private async stagedPath(name: string): Promise<string> {
    if (this.segments.length === 1) return this.staging;
    let directory = this.staging;
    const parts = name.split("/");
    for (const part of parts.slice(0, -1)) {
      directory = path.join(directory, part);
      await this.makeDirectory(directory);
    }
    return path.join(directory, parts.at(-1) as string);
  }

  private async makeDirectory(directory: string): Promise<void> {
    if (this.directories.has(directory)) return;
    await this.layer.makeDirectory(directory);
    this.directories.add(directory);
  }

  private async closeFile(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  }

  /** Waits whenever the reader of the stream is slower. A reader that goes away is a FileFailure (EPIPE). */
  private async streamOut(stream: Writable): Promise<void> {
    const handle = await this.layer.openRead(this.staging);
    const failures: Error[] = [];
    const onError = (error: Error): void => {
      failures.push(error);
    };
    stream.on("error", onError);
    try {
      for (let position = 0; failures.length === 0;) {
        // A fresh buffer each time: the stream may still hold the one before.
        const chunk = new Uint8Array(STREAM_BYTES);
        const count = await handle.read([chunk], position);
        if (count === 0) break;
        position += count;
        if (!stream.write(chunk.subarray(0, count))) await once(stream, "drain");
      }
      await new Promise<void>((resolve) => stream.write("", () => resolve()));
    } catch (error) {
      failures.push(error as Error);
    } finally {
      stream.off("error", onError);
      await handle.close();
    }
    const [failure] = failures;
    if (failure === undefined) return;
    const { code } = failure as NodeJS.ErrnoException;
    if (code === undefined) throw failure;
    throw new FileFailure("write", STANDARD_OUTPUT, code);
  }
}

/** Where "-" goes when the caller names no stream. */
export function standardOutput(): Writable {
  return process.stdout;
}
