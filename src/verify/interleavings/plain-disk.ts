/**
 * A disk as plain data, with the meaning that src/core/protocol/environment.ts gives it: operations of one host complete
 * in the order in which they were issued, and what was written or removed is durable only when a flush that was issued
 * after it has completed.
 *
 * Buffers are shared and never changed. What faults do to it is in harm.ts.
 */
import { assert } from "../../core/assertion.ts";
import type { StorageCompletion } from "../../core/protocol/environment.ts";
import type { DiskFate } from "./configuration.ts";

export type DiskOperation =
  | { readonly kind: "write"; readonly file: string; readonly bytes: Uint8Array; readonly token: string }
  | { readonly kind: "read"; readonly file: string; readonly token: string }
  | { readonly kind: "remove"; readonly file: string }
  | { readonly kind: "flush"; readonly token: string }
  | { readonly kind: "list"; readonly token: string };

export interface PlainDisk {
  /** What a read gives. */
  files: Record<string, Uint8Array>;
  /** What a crash leaves for certain. */
  durable: Record<string, Uint8Array>;
  /** Issued and not completed, in order. */
  queue: DiskOperation[];
}

export function createDisk(): PlainDisk {
  return { files: {}, durable: {}, queue: [] };
}

/** Completes the oldest operation. A removal completes without a word. */
export function completeNext(disk: PlainDisk): StorageCompletion | undefined {
  const operation = disk.queue.shift();
  assert(operation !== undefined, "a disk completes what was issued");
  switch (operation.kind) {
    case "write":
      disk.files = { ...disk.files, [operation.file]: operation.bytes };
      return { kind: "written", token: operation.token, ok: true };
    case "remove": {
      const { [operation.file]: _, ...others } = disk.files;
      disk.files = others;
      return undefined;
    }
    case "read":
      return { kind: "read", token: operation.token, bytes: disk.files[operation.file] };
    case "flush":
      disk.durable = disk.files;
      return { kind: "flushed", token: operation.token, ok: true };
    case "list":
      return { kind: "listed", token: operation.token, files: Object.keys(disk.files).sort() };
  }
}

/** The oldest operation, a write or a flush, fails and says so: what it was to do is not done. */
export function failNext(disk: PlainDisk): StorageCompletion {
  const operation = disk.queue.shift();
  assert(operation?.kind === "write" || operation?.kind === "flush", "only writes and flushes fail");
  return { kind: operation.kind === "write" ? "written" : "flushed", token: operation.token, ok: false };
}

/** The host lost its memory; what was not carried out never happens. `left`: what "unflushed-any" leaves. */
export function crashDisk(
  disk: PlainDisk,
  fate: DiskFate,
  left: Record<string, Uint8Array> = disk.durable,
): void {
  if (fate === "unflushed-any") disk.files = left;
  disk.queue = [];
  if (fate === "disk-lost") disk.files = {};
  else if (fate === "unflushed-lost") disk.files = disk.durable;
  disk.durable = disk.files;
}
