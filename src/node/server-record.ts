/**
 * The server record: what makes a directory a backup server. It names the set, the slot, the life of the disk, and the
 * lives of the other slots that this server has learnt of (rule R8: a life is recorded before it is used).
 *
 * The bytes are one line of JSON and its SHA-256, so that a flipped bit anywhere is found. They are replaced by rename.
 * Does not cover: checkpoints (server-directory.ts) and who else uses the directory (server-lock.ts).
 */

import path from "node:path";
import type { Digests } from "../core/checkpoint/digests.ts";
import type { Life } from "../core/checkpoint/key.ts";
import { type FileLayer, isAbsence, readWhole } from "./file-layer.ts";
import { INCOMING_PREFIX, RECORD_FILE } from "./server-paths.ts";

export interface KnownLife {
  readonly slot: number;
  readonly life: Life;
  /** Where the disk was when it was last seen: for messages only, never to find it. */
  readonly directory: string;
}

export interface ServerRecord {
  /** 32 hexadecimal characters, made when the first of the set's directories was used. */
  readonly set: string;
  readonly slot: number;
  readonly life: Life;
  /** Of all slots that this server knows, its own included. Ascending by slot. */
  readonly lives: readonly KnownLife[];
}

export type RecordResult =
  | { readonly state: "good"; readonly record: ServerRecord }
  | { readonly state: "absent" }
  | { readonly state: "damaged" };

const RECORD_FORMAT_VERSION = 1;
/** Far above 255 lives with the longest paths. */
const RECORD_BYTES_MAX = 1 << 22;

function bodyOf(record: ServerRecord): string {
  return JSON.stringify({
    format: RECORD_FORMAT_VERSION,
    set: record.set,
    slot: record.slot,
    life: { number: record.life.number, nonce: record.life.nonce },
    lives: record.lives.map(({ slot, life, directory }) => ({
      slot,
      life: { number: life.number, nonce: life.nonce },
      directory,
    })),
  });
}

export function encodeRecord(record: ServerRecord, digests: Digests): Uint8Array {
  const body = bodyOf(record);
  return Buffer.from(`${body}\n${digests.manifest(Buffer.from(body))}\n`);
}

/** Undefined for anything but the exact bytes that `encodeRecord` writes. */
export function decodeRecord(bytes: Uint8Array, digests: Digests): ServerRecord | undefined {
  const [body = "", sum] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("utf8")
    .split("\n");
  if (sum !== digests.manifest(Buffer.from(body))) return undefined;
  let record: ServerRecord & { readonly format?: unknown };
  try {
    record = JSON.parse(body) as typeof record;
    // The digest matched, so another program of this kind wrote it: only another version can differ here.
    if (record.format !== RECORD_FORMAT_VERSION) return undefined;
    return Buffer.from(encodeRecord(record, digests)).equals(bytes) ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

export async function readRecord(
  layer: FileLayer,
  directory: string,
  digests: Digests,
): Promise<RecordResult> {
  let bytes: Uint8Array;
  try {
    bytes = await readWhole(layer, path.join(directory, RECORD_FILE), RECORD_BYTES_MAX);
  } catch (error) {
    if (isAbsence(error)) return { state: "absent" };
    throw error;
  }
  const record = decodeRecord(bytes, digests);
  return record === undefined ? { state: "damaged" } : { state: "good", record };
}

/** Puts the record in place atomically and durably. */
export async function writeRecord(
  layer: FileLayer,
  directory: string,
  record: ServerRecord,
  digests: Digests,
): Promise<void> {
  const incoming = path.join(directory, `${INCOMING_PREFIX}record-${record.life.nonce.toString(16)}`);
  const handle = await layer.create(incoming);
  try {
    await handle.write([encodeRecord(record, digests)]);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await layer.rename(incoming, path.join(directory, RECORD_FILE));
  await layer.syncDirectory(directory);
}
