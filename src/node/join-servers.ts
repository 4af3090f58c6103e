/**
 * Makes the directories of a protection servers of one set: each gets a slot and a life, and knows those of the others.
 *
 * A directory keeps the slot it has; a blank one takes the lowest slot that no other directory given holds, with a life
 * later than any that slot is known to have had. The servers that stay learn the new life before it is used (R8).
 * A kill in between leaves directories that the next protection goes on with.
 */

import { randomBytes, randomInt } from "node:crypto";
import path from "node:path";
import type { Digests } from "../core/checkpoint/digests.ts";
import { compareLives, type Life } from "../core/checkpoint/key.ts";
import type { FileLayer } from "./file-layer.ts";
import { ensureCheckpointsDirectory } from "./server-directory.ts";
import { type KnownLife, type ServerRecord, writeRecord } from "./server-record.ts";
import { inputFailure } from "./store-error.ts";
import { countSets, isServer, type ServerDirectory, type SurveyedDirectory } from "./survey.ts";

export interface JoinedServer {
  readonly path: string;
  readonly slot: number;
  readonly life: Life;
}

/** Below 2^48, the most that randomInt takes. */
const NONCE_LIMIT: number = 2 ** 48 - 1;

export function freshNonce(): number {
  return randomInt(NONCE_LIMIT);
}

/** The latest life known of each slot. */
export function mergeLives(servers: readonly ServerDirectory[]): Map<number, KnownLife> {
  const merged = new Map<number, KnownLife>();
  for (const { record } of servers) {
    for (const known of record.lives) {
      const other = merged.get(known.slot);
      if (other === undefined || compareLives(other.life, known.life) < 0) merged.set(known.slot, known);
    }
  }
  return merged;
}

/**
 * Refuses directories that cannot be the servers of one protection. Reads nothing, writes nothing.
 * Errors: the `server-…`, `servers-of-different-sets` and `slot-claimed-twice` codes.
 */
export function checkUsable(surveyed: readonly SurveyedDirectory[]): void {
  for (const directory of surveyed) refuseUnusable(directory);
  const servers = surveyed.filter(isServer);
  if (countSets(servers).length > 1) {
    const [first, ...others] = servers as [ServerDirectory, ...ServerDirectory[]];
    const other = others.find(({ record }) => record.set !== first.record.set) as ServerDirectory;
    throw inputFailure(
      "servers-of-different-sets",
      other.path,
      `"${other.path}" belongs to another set of servers than "${first.path}".`,
    );
  }
  const lives = mergeLives(servers);
  const bySlot = new Map<number, string>();
  for (const { path: directory, record } of servers) {
    const earlier = bySlot.get(record.slot);
    if (earlier !== undefined) {
      throw inputFailure(
        "slot-claimed-twice",
        directory,
        `"${directory}" and "${earlier}" both are slot ${record.slot}; one of them is a copy or an earlier disk.`,
      );
    }
    bySlot.set(record.slot, directory);
    const known = lives.get(record.slot);
    if (known !== undefined && compareLives(record.life, known.life) < 0) {
      throw inputFailure(
        "server-superseded",
        directory,
        `"${directory}" is an earlier disk of slot ${record.slot}, which "${known.directory}" took over; empty it to use it.`,
      );
    }
  }
}

function refuseUnusable({ path: directory, state }: SurveyedDirectory): void {
  switch (state) {
    case "absent":
      throw inputFailure("server-absent", directory, `The server directory "${directory}" does not exist.`);
    case "not-a-directory":
      throw inputFailure("server-not-a-directory", directory, `"${directory}" is not a directory.`);
    case "occupied":
      throw inputFailure(
        "server-not-blank",
        directory,
        `"${directory}" holds files but no server record; a new server directory must be empty.`,
      );
    case "record-damaged":
      throw inputFailure(
        "server-record-damaged",
        directory,
        `The server record of "${directory}" is damaged; repair it with reassemble, or empty the directory.`,
      );
    case "unreadable":
      throw inputFailure("server-not-writable", directory, `The directory "${directory}" cannot be read.`);
    case "blank":
    case "server":
  }
}

/**
 * Writes the records that are missing or out of date. The caller holds the locks; `checkUsable` accepted the directories.
 * `wantedSlots`: the slots that blank directories are to take, by path; the lowest free one where it names none.
 */
export async function joinServers(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
  digests: Digests,
  wantedSlots: ReadonlyMap<string, number> = new Map(),
): Promise<JoinedServer[]> {
  const servers = surveyed.filter(isServer);
  const set = servers[0]?.record.set ?? randomBytes(16).toString("hex");
  const lives = mergeLives(servers);
  const taken = new Set(servers.map(({ record }) => record.slot));
  const joined: JoinedServer[] = [];
  for (const directory of surveyed) {
    const { slot, life } = isServer(directory)
      ? directory.record
      : newLife(lives, wantedSlots.get(directory.path) ?? lowestFree(taken));
    taken.add(slot);
    lives.set(slot, { slot, life, directory: path.resolve(directory.path) });
    joined.push({ path: directory.path, slot, life });
  }
  const known = [...lives.values()].toSorted((a, b) => a.slot - b.slot);
  // Servers that stay come first: they must know a new life before a record claims it.
  const order = [...joined.keys()].toSorted(
    (a, b) => Number(!isKept(surveyed, a)) - Number(!isKept(surveyed, b)),
  );
  for (const index of order) {
    const { path: directory, slot, life } = joined[index] as JoinedServer;
    const record: ServerRecord = { set, slot, life, lives: known };
    const before = surveyed[index] as SurveyedDirectory;
    if (!isServer(before) || JSON.stringify(before.record.lives) !== JSON.stringify(known)) {
      await writeRecord(layer, directory, record, digests);
    }
    await ensureCheckpointsDirectory(layer, directory);
  }
  return joined;
}

function isKept(surveyed: readonly SurveyedDirectory[], index: number): boolean {
  return surveyed[index]?.state === "server";
}

function lowestFree(taken: ReadonlySet<number>): number {
  let slot = 0;
  while (taken.has(slot)) slot += 1;
  return slot;
}

function newLife(lives: ReadonlyMap<number, KnownLife>, slot: number): { slot: number; life: Life } {
  const number = (lives.get(slot)?.life.number ?? 0) + 1;
  return { slot, life: { number, nonce: freshNonce() } };
}
