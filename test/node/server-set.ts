/** Directories as servers in a place of their own, and ways to hurt them, for the tests of src/node. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export class ServerSet {
  readonly root: string;
  readonly servers: readonly string[];

  private constructor(root: string, servers: readonly string[]) {
    this.root = root;
    this.servers = servers;
  }

  static async make(count: number): Promise<ServerSet> {
    const root = await mkdtemp(path.join(tmpdir(), "ckptlab-test-"));
    const servers = Array.from({ length: count }, (_, index) => path.join(root, `server-${index}`));
    for (const server of servers) await mkdir(server);
    return new ServerSet(root, servers);
  }

  /** Runs the body with fresh directories and removes them afterwards. */
  static async use<Value>(count: number, body: (set: ServerSet) => Promise<Value>): Promise<Value> {
    const set = await ServerSet.make(count);
    try {
      return await body(set);
    } finally {
      await set.remove();
    }
  }

  get out(): string {
    return this.at("out");
  }

  at(name: string): string {
    return path.join(this.root, name);
  }

  server(index: number): string {
    return this.servers[index] as string;
  }

  async write(name: string, bytes: Uint8Array): Promise<string> {
    const file = this.at(name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    return file;
  }

  /** The output as it is, or undefined when there is none. */
  async output(): Promise<Buffer | undefined> {
    return readFile(this.out).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
  }

  /** Names beside the servers that start with a dot: staging places that should be gone. */
  async stagingPlaces(): Promise<string[]> {
    return (await readdir(this.root)).filter((name) => name.startsWith("."));
  }

  /** A copy of one server's directory, put back with `restore`. */
  async save(index: number): Promise<() => Promise<void>> {
    const copy = this.at(`saved-${index}`);
    await cp(this.server(index), copy, { recursive: true });
    return async () => {
      await rm(this.server(index), { recursive: true, force: true });
      await cp(copy, this.server(index), { recursive: true });
      await rm(copy, { recursive: true });
    };
  }

  async lose(index: number): Promise<void> {
    await rm(this.server(index), { recursive: true });
  }

  async empty(index: number): Promise<void> {
    await this.lose(index);
    await mkdir(this.server(index));
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Every file under a directory, sorted. */
export async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * Flips one bit of what a server stores: each of its files that are not empty is as likely as the others, however small.
 * `fraction` is 0 or more and less than 1. Returns the file.
 */
export async function flipBit(directory: string, fraction: number): Promise<string> {
  const files: { file: string; bits: number }[] = [];
  for (const file of await filesUnder(directory)) {
    const { size } = await stat(file);
    if (size > 0) files.push({ file, bits: size * 8 });
  }
  const index = Math.floor(fraction * files.length);
  const chosen = files[index];
  if (chosen === undefined) throw new Error("the directory stores nothing");
  await flipBitOf(chosen.file, Math.floor((fraction * files.length - index) * chosen.bits));
  return chosen.file;
}

export async function flipBitOf(file: string, bit: number): Promise<void> {
  const bytes = await readFile(file);
  const index = Math.floor(bit / 8);
  bytes[index] = (bytes[index] as number) ^ (1 << (bit % 8));
  await writeFile(file, bytes);
}

/** Bytes that differ from seed to seed and do not compress to a pattern. */
export function contentOf(bytes: number, seed: number): Uint8Array {
  const content = new Uint8Array(bytes);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let index = 0; index < bytes; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content[index] = state >>> 24;
  }
  return content;
}
