/**
 * What happens to checkpoints inside one server's directory: listing, publishing, retiring, sweeping.
 *
 * Publishing and retiring are one rename each, so that a checkpoint is there whole or not at all; what has to be durable
 * before is flushed by the caller. Does not cover: the order among several servers (protect.ts), which carries the promise.
 */

import path from "node:path";
import { type CheckpointKey, compareKeys, keyText, parseKeyText } from "../core/checkpoint/key.ts";
import { type FileLayer, isAbsence } from "./file-layer.ts";
import {
  checkpointPath,
  CHECKPOINTS_DIRECTORY,
  checkpointsPath,
  INCOMING_PREFIX,
  incomingPath,
  RETIRED_PREFIX,
} from "./server-paths.ts";

/** Keys of the checkpoints published here, oldest first. Names that are no keys are not looked at. */
export async function listCheckpoints(layer: FileLayer, directory: string): Promise<CheckpointKey[]> {
  let names: string[];
  try {
    names = await layer.list(checkpointsPath(directory));
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
  return names
    .map(parseKeyText)
    .filter((key) => key !== undefined)
    .toSorted(compareKeys);
}

/** Moves what was prepared under `incomingPath` to its place. */
export async function publishCheckpoint(layer: FileLayer, directory: string, key: string): Promise<void> {
  await layer.rename(incomingPath(directory, key), checkpointPath(directory, key));
  await layer.syncDirectory(checkpointsPath(directory));
  await layer.syncDirectory(directory);
}

/** Makes a checkpoint vanish at once, then frees its space. */
export async function retireCheckpoint(
  layer: FileLayer,
  directory: string,
  key: CheckpointKey,
): Promise<void> {
  const retired = path.join(directory, `${RETIRED_PREFIX}${keyText(key)}`);
  await layer.rename(checkpointPath(directory, keyText(key)), retired);
  await layer.syncDirectory(checkpointsPath(directory));
  await removeTree(layer, retired);
}

/** Removes what killed runs left. Only for the holder of the lock. */
export async function sweepLeftovers(layer: FileLayer, directory: string): Promise<void> {
  for (const name of await layer.list(directory)) {
    if (isLeftover(name)) await removeTree(layer, path.join(directory, name));
  }
}

export function isLeftover(name: string): boolean {
  return name.startsWith(INCOMING_PREFIX) || name.startsWith(RETIRED_PREFIX);
}

/** Makes `checkpoints/` if it is not there. */
export async function ensureCheckpointsDirectory(layer: FileLayer, directory: string): Promise<void> {
  const target = checkpointsPath(directory);
  if ((await layer.facts(target)) !== undefined) return;
  await layer.makeDirectory(path.join(directory, CHECKPOINTS_DIRECTORY));
  await layer.syncDirectory(directory);
}

/** Removes a file, or a directory with everything in it. Nothing there is fine. */
export async function removeTree(layer: FileLayer, target: string): Promise<void> {
  let names: string[];
  try {
    const facts = await layer.facts(target);
    if (facts === undefined) return;
    if (facts.kind !== "directory") {
      await layer.removeFile(target);
      return;
    }
    names = await layer.list(target);
  } catch (error) {
    if (isAbsence(error)) return;
    throw error;
  }
  for (const name of names) await removeTree(layer, path.join(target, name));
  await layer.removeDirectory(target);
}
