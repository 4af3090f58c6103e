/**
 * The files to protect, as one image: their names, their bytes end to end, each byte read once and in order.
 *
 * A file that changes while it is read would give a checkpoint that never existed, so size and time of change are compared
 * before and after. Names are relative to the directory that all the files share, with "/" between their parts.
 * Does not cover: a writer that changes bytes and sets the time back; permissions and times of files are not kept.
 */

import path from "node:path";
import type { SegmentEntry } from "../core/checkpoint/image.ts";
import { bytesOfViews, firstBytes, withoutFirstBytes } from "./byte-views.ts";
import { type FileFacts, FileFailure, type FileLayer, type ReadHandle } from "./file-layer.ts";
import { isInside, realPlace, realPlaceOfName } from "./real-place.ts";
import { inputFailure, StoreFailure } from "./store-error.ts";

export interface InputFile {
  readonly path: string;
  /** Name of the segment. */
  readonly name: string;
  readonly facts: FileFacts;
}

/**
 * Errors: `input-none`, `input-duplicated`, `input-absent`, `input-is-directory`, `input-not-a-file`, `input-unreadable`,
 * `input-inside-server`.
 */
export async function planInputs(
  layer: FileLayer,
  files: readonly string[],
  servers: readonly string[],
): Promise<InputFile[]> {
  if (files.length === 0) throw inputFailure("input-none", "", "No file to protect was given.");
  const resolved = files.map((file) => path.resolve(file));
  const shared = sharedDirectory(resolved);
  const seen = new Set<string>();
  const inputs: InputFile[] = [];
  for (const [index, file] of resolved.entries()) {
    const given = files[index] as string;
    if (seen.has(file)) throw inputFailure("input-duplicated", given, `The file "${given}" was given twice.`);
    seen.add(file);
    const facts = await inputFacts(layer, given);
    await checkOutsideServers(layer, given, servers);
    inputs.push({ path: given, name: path.relative(shared, file).split(path.sep).join("/"), facts });
  }
  return inputs;
}

async function inputFacts(layer: FileLayer, file: string): Promise<FileFacts> {
  const facts = await layer.facts(file);
  if (facts === undefined) throw inputFailure("input-absent", file, `The file "${file}" does not exist.`);
  if (facts.kind === "directory") {
    throw inputFailure("input-is-directory", file, `"${file}" is a directory; name the files in it.`);
  }
  if (facts.kind === "other") {
    throw inputFailure("input-not-a-file", file, `"${file}" is not a regular file.`);
  }
  try {
    await (await layer.openRead(file)).close();
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    throw inputFailure("input-unreadable", file, `The file "${file}" cannot be read (${error.systemCode}).`);
  }
  return facts;
}

/** What lies in a server's directory is the server's: it would be lost with it. A link there, or to there, counts too. */
async function checkOutsideServers(
  layer: FileLayer,
  file: string,
  servers: readonly string[],
): Promise<void> {
  const places = [await realPlace(layer, file), await realPlaceOfName(layer, file)];
  for (const server of servers) {
    const real = await realPlace(layer, server);
    if (!places.some((place) => isInside(real, place))) continue;
    throw inputFailure(
      "input-inside-server",
      file,
      `The file "${file}" lies in the server directory "${server}".`,
    );
  }
}

/** The deepest directory that holds all the files. */
function sharedDirectory(files: readonly string[]): string {
  let shared = path.dirname(files[0] as string);
  for (const file of files) {
    while (!isInside(shared, file)) shared = path.dirname(shared);
  }
  return shared;
}

export function entriesOfInputs(inputs: readonly InputFile[]): SegmentEntry[] {
  return inputs.map(({ name, facts }) => ({ name, bytes: facts.bytes }));
}

/** Reads the image from its first byte to its last. */
export class InputReader {
  private readonly layer: FileLayer;
  private readonly inputs: readonly InputFile[];
  private index = 0;
  private offset = 0;
  private handle: ReadHandle | undefined = undefined;

  constructor(layer: FileLayer, inputs: readonly InputFile[]) {
    this.layer = layer;
    this.inputs = inputs;
  }

  /** The next bytes of the image, as many as the views hold together; it has that many left. Errors: `input-changed`. */
  async fill(views: readonly Uint8Array[]): Promise<void> {
    for (let rest = withoutFirstBytes(views, 0); rest.length > 0;) {
      const input = this.inputs[this.index] as InputFile;
      const handle = await this.opened(input);
      const wanted = firstBytes(rest, input.facts.bytes - this.offset);
      const count = bytesOfViews(wanted);
      if ((await handle.read(wanted, this.offset)) !== count) throw changed(input);
      rest = withoutFirstBytes(rest, count);
      this.offset += count;
      if (this.offset === input.facts.bytes) await this.closeFile(input, handle);
    }
  }

  /** Looks at the files of 0 bytes behind the last byte too. Errors: `input-changed`. */
  async finish(): Promise<void> {
    for (let input = this.inputs[this.index]; input !== undefined; input = this.inputs[this.index]) {
      await this.closeFile(input, await this.opened(input));
    }
  }

  /** Frees what is open; needed only after a failure. */
  async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  private async opened(input: InputFile): Promise<ReadHandle> {
    if (this.handle !== undefined) return this.handle;
    const handle = await this.layer.openRead(input.path);
    this.handle = handle;
    if (!isSame(await handle.facts(), input.facts)) throw changed(input);
    return handle;
  }

  private async closeFile(input: InputFile, handle: ReadHandle): Promise<void> {
    if (!isSame(await handle.facts(), input.facts)) throw changed(input);
    this.handle = undefined;
    this.index += 1;
    this.offset = 0;
    await handle.close();
  }
}

function isSame(a: FileFacts, b: FileFacts): boolean {
  return a.bytes === b.bytes && a.modifiedNs === b.modifiedNs && a.identity === b.identity;
}

function changed(input: InputFile): StoreFailure {
  return new StoreFailure({
    kind: "interference",
    code: "input-changed",
    path: input.path,
    message: `The file "${input.path}" changed while it was read; no checkpoint was made.`,
  });
}
