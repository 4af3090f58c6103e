/**
 * The survey: what each of the directories given is, before anything is done with them. Reads only.
 *
 * Does not cover: manifests and members (candidates.ts, group-reader.ts).
 */

import path from "node:path";
import type { Digests } from "../core/checkpoint/digests.ts";
import type { CheckpointKey } from "../core/checkpoint/key.ts";
import { FileFailure, type FileLayer } from "./file-layer.ts";
import { isLeftover, listCheckpoints } from "./server-directory.ts";
import { LOCK_FILE } from "./server-paths.ts";
import { readRecord, type ServerRecord } from "./server-record.ts";
import { inputFailure } from "./store-error.ts";

export interface ServerDirectory {
  /** As given. */
  readonly path: string;
  readonly state: "server";
  readonly record: ServerRecord;
  /** Checkpoints published here, oldest first. */
  readonly keys: readonly CheckpointKey[];
}

export interface OtherDirectory {
  readonly path: string;
  readonly state:
    | "absent"
    | "not-a-directory"
    | "blank" // nothing in it but what a killed run left
    | "occupied" // files, and no server record
    | "record-damaged"
    | "unreadable";
}

export type SurveyedDirectory = ServerDirectory | OtherDirectory;

/** A file system of its own has it in its root; it is nobody's file. */
const RECOVERY_DIRECTORY = "lost+found";

/** One answer for each directory, in order. Errors: `server-duplicated`. */
export async function surveyDirectories(
  layer: FileLayer,
  directories: readonly string[],
  digests: Digests,
): Promise<SurveyedDirectory[]> {
  const surveyed: SurveyedDirectory[] = [];
  const identities = new Map<string, string>();
  for (const directory of directories) {
    const facts = await layer.facts(directory);
    const identity = facts?.identity ?? path.resolve(directory);
    const earlier = identities.get(identity);
    if (earlier !== undefined) {
      throw inputFailure(
        "server-duplicated",
        directory,
        `"${directory}" is the same directory as "${earlier}"; each server needs its own.`,
      );
    }
    identities.set(identity, directory);
    if (facts === undefined) surveyed.push({ path: directory, state: "absent" });
    else if (facts.kind !== "directory") surveyed.push({ path: directory, state: "not-a-directory" });
    else surveyed.push(await surveyDirectory(layer, directory, digests));
  }
  return surveyed;
}

async function surveyDirectory(
  layer: FileLayer,
  directory: string,
  digests: Digests,
): Promise<SurveyedDirectory> {
  try {
    const read = await readRecord(layer, directory, digests);
    if (read.state === "damaged") return { path: directory, state: "record-damaged" };
    if (read.state === "good") {
      const keys = await listCheckpoints(layer, directory);
      return { path: directory, state: "server", record: read.record, keys };
    }
    const names = await layer.list(directory);
    const isBlank = names.every(
      (name) => isLeftover(name) || name === LOCK_FILE || name === RECOVERY_DIRECTORY,
    );
    return { path: directory, state: isBlank ? "blank" : "occupied" };
  } catch (error) {
    if (error instanceof FileFailure) return { path: directory, state: "unreadable" };
    throw error;
  }
}

export function isServer(directory: SurveyedDirectory): directory is ServerDirectory {
  return directory.state === "server";
}

/** How many of the directories belong to each set, most first. */
export function countSets(surveyed: readonly SurveyedDirectory[]): { set: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const directory of surveyed) {
    if (!isServer(directory)) continue;
    counts.set(directory.record.set, (counts.get(directory.record.set) ?? 0) + 1);
  }
  return [...counts].map(([set, count]) => ({ set, count })).toSorted((a, b) => b.count - a.count);
}
