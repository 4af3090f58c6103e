/**
 * protect: takes a checkpoint of real files and stores it on directories as backup servers.
 *
 * The order carries the promise: members and manifest are flushed on every server of the placement, then each publishes by
 * one rename, and only when all have published are older checkpoints retired. Killed at any moment, the earlier checkpoint
 * is whole, or the new one is.
 * Memory is bounded by a few batches of groups, whatever the size of the files; each byte of them is read once.
 * Does not cover: permissions, times and links of the files; power loss inside a file system that lies about flushing.
 */

import { assert } from "../core/assertion.ts";
import { type CheckpointKey, compareKeys, keyText } from "../core/checkpoint/key.ts";
import { storedMemberBytes } from "../core/redundancy/layout.ts";
import { parseScheme } from "../core/redundancy/scheme.ts";
import { createDigests } from "../sim/digests.ts";
import { checkWholeSet, filesLetGo } from "./earlier-protection.ts";
import { FileFailure, type FileLayer, systemFiles } from "./file-layer.ts";
import { entriesOfInputs, planInputs } from "./input-files.ts";
import { checkUsable, freshNonce, joinServers, type JoinedServer } from "./join-servers.ts";
import type { Progress } from "./progress.ts";
import { type DirectoryPlacement, placementOnDirectories } from "./protect-placement.ts";
import { retireCheckpoint, sweepLeftovers } from "./server-directory.ts";
import { lockServers, releaseServers } from "./server-lock.ts";
import { planLayout } from "./sizing.ts";
import { inputFailure, type StoreError, storeErrorOf } from "./store-error.ts";
import { isServer, surveyDirectories, type SurveyedDirectory } from "./survey.ts";
import { Taking } from "./taking.ts";

export interface ProtectOptions extends DirectoryPlacement {
  readonly files: readonly string[];
  /** For example `parity:3+1`. */
  readonly scheme: string;
  /** Chosen from the size of the files when left out. */
  readonly subsegmentBytes?: number;
  /** Lets go of files that the servers protect now and that are not among `files`. Refused when left out. */
  readonly mayReplace?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Another file layer than the machine's own. */
  readonly layer?: FileLayer;
}

export interface Protection {
  readonly ok: true;
  /** Text of the checkpoint's key. */
  readonly checkpoint: string;
  readonly scheme: string;
  readonly tolerance: number;
  readonly imageBytes: number;
  readonly subsegmentBytes: number;
  readonly groupCount: number;
  readonly width: number;
  /** On all servers together; equals the closed form. */
  readonly memberBytes: number;
  /** One copy; every server of the placement has one. */
  readonly manifestBytes: number;
  readonly servers: readonly { readonly path: string; readonly slot: number; readonly memberBytes: number }[];
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Older checkpoints that this one replaced. */
  readonly retired: readonly string[];
  /** Names of files that were protected on these servers before and are no more. */
  readonly filesLetGo: readonly string[];
  /** Sentences about what went wrong after the checkpoint was durable: an older one that could not be removed. */
  readonly warnings: readonly string[];
}

export type ProtectResult = Protection | { readonly ok: false; readonly error: StoreError };

/** Never throws for an expected failure; after a failed one nothing of it is left, unless the file system refuses that too. */
export async function protect(options: ProtectOptions): Promise<ProtectResult> {
  try {
    return await protectOrThrow(options);
  } catch (error) {
    const expected = storeErrorOf(error);
    if (expected === undefined) throw error;
    return { ok: false, error: expected };
  }
}

async function protectOrThrow(options: ProtectOptions): Promise<Protection> {
  const layer = options.layer ?? systemFiles;
  const digests = await createDigests();
  const parsed = parseScheme(options.scheme);
  if (!parsed.ok) throw inputFailure(parsed.error.code, "", parsed.error.message);
  const { scheme } = parsed;
  const { order, declusteredOver } = placementOnDirectories(scheme, options);
  const found = await surveyDirectories(layer, options.servers, digests);
  checkUsable(found);
  await checkWholeSet(layer, found, digests);
  for (const directory of options.servers) await checkWritable(layer, directory);
  const inputs = await planInputs(layer, options.files, options.servers);
  const names = inputs.map(({ name }) => name);
  const imageBytes = inputs.reduce((sum, { facts }) => sum + facts.bytes, 0);
  const layout = planLayout(
    scheme,
    imageBytes,
    { width: order.length, declusteredOver },
    options.subsegmentBytes,
  );
  await filesLetGo(layer, found, digests, names, options.mayReplace === true);

  const locks = await lockServers(layer, options.servers);
  let protection: Protection;
  try {
    // Looked at again under the locks: another run may have ended in between.
    const surveyed = await surveyDirectories(layer, options.servers, digests);
    checkUsable(surveyed);
    await checkWholeSet(layer, surveyed, digests);
    const letGo = await filesLetGo(layer, surveyed, digests, names, options.mayReplace === true);
    for (const directory of options.servers) await sweepLeftovers(layer, directory);
    const joined = await joinServers(layer, surveyed, digests);
    const take = new Taking(
      layer,
      digests,
      layout,
      inputs,
      order.map((server) => joined[server] as JoinedServer),
      nextKey(surveyed),
    );
    const manifestBytes = await take.storeAndPublish(locks, options.onProgress);
    const { retired, warnings } = await retireOlder(layer, surveyed);
    protection = {
      ok: true,
      checkpoint: keyText(take.key),
      scheme: scheme.text,
      tolerance: scheme.tolerance,
      imageBytes,
      subsegmentBytes: layout.subsegmentBytes,
      groupCount: layout.groupCount,
      width: layout.width,
      memberBytes: take.memberBytes.reduce((sum, bytes) => sum + bytes, 0),
      manifestBytes,
      servers: take.servers.map(({ path, slot }, position) => ({
        path,
        slot,
        memberBytes: take.memberBytes[position] as number,
      })),
      files: entriesOfInputs(inputs),
      retired,
      filesLetGo: letGo,
      warnings,
    };
  } finally {
    await releaseServers(locks);
  }
  assert(protection.memberBytes === storedMemberBytes(layout), "what was stored equals the closed form");
  return protection;
}

async function checkWritable(layer: FileLayer, directory: string): Promise<void> {
  try {
    await layer.checkWritable(directory);
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    throw inputFailure(
      "server-not-writable",
      directory,
      `The directory "${directory}" cannot be written into (${error.systemCode}).`,
    );
  }
}

/** Above every key on any of the servers: each run is an incarnation of its own (R1). */
function nextKey(surveyed: readonly SurveyedDirectory[]): CheckpointKey {
  let number = 0;
  for (const directory of surveyed) {
    if (!isServer(directory)) continue;
    for (const { ballot } of directory.keys) number = Math.max(number, ballot.number);
  }
  return {
    ballot: { epoch: 0, number: number + 1, restorer: 0, nonce: freshNonce() },
    sequence: 1,
    attempt: 1,
  };
}

/** The checkpoint is durable already, so what cannot be removed is a warning, not a failure. */
async function retireOlder(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
): Promise<{ retired: string[]; warnings: string[] }> {
  const retired = new Map<string, CheckpointKey>();
  const warnings: string[] = [];
  for (const directory of surveyed) {
    if (!isServer(directory)) continue;
    for (const key of directory.keys) {
      try {
        await retireCheckpoint(layer, directory.path, key);
        retired.set(keyText(key), key);
      } catch (error) {
        if (!(error instanceof FileFailure)) throw error;
        warnings.push(
          `The older checkpoint ${keyText(key)} in "${directory.path}" is not removed: ${error.message}.`,
        );
      }
    }
  }
  return {
    retired: [...retired].toSorted((a, b) => compareKeys(a[1], b[1])).map(([text]) => text),
    warnings,
  };
}
