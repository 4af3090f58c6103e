/**
 * Writes what one server stores of one checkpoint, in a place where nobody looks for it yet.
 *
 * Members are appended in order of groups. After `finish` everything is on stable storage and only a rename is missing.
 */

import path from "node:path";
import type { FileLayer, WriteHandle } from "./file-layer.ts";
import { removeTree } from "./server-directory.ts";
import { incomingPath, MANIFEST_FILE, MEMBERS_FILE } from "./server-paths.ts";

export class PositionWriter {
  readonly directory: string;
  private readonly layer: FileLayer;
  private readonly incoming: string;
  private members: WriteHandle | undefined = undefined;

  constructor(layer: FileLayer, directory: string, key: string) {
    this.layer = layer;
    this.directory = directory;
    this.incoming = incomingPath(directory, key);
  }

  async open(): Promise<void> {
    await this.layer.makeDirectory(this.incoming);
    this.members = await this.layer.create(path.join(this.incoming, MEMBERS_FILE));
  }

  /** The views must not be changed before the promise settles. */
  async write(views: readonly Uint8Array[]): Promise<void> {
    if (views.length > 0) await this.members?.write(views);
  }

  async finish(manifest: Uint8Array): Promise<void> {
    await this.members?.sync();
    await this.closeMembers();
    const handle = await this.layer.create(path.join(this.incoming, MANIFEST_FILE));
    try {
      await handle.write([manifest]);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await this.layer.syncDirectory(this.incoming);
  }

  /** Removes what was written; for a run that failed. No write may be in flight. */
  async abandon(): Promise<void> {
    await this.closeMembers();
    await removeTree(this.layer, this.incoming);
  }

  private async closeMembers(): Promise<void> {
    const { members } = this;
    this.members = undefined;
    await members?.close();
  }
}

/** Waits for all, then throws the first failure: nothing is in flight any more when it does. */
export async function allSettledOrThrow(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
