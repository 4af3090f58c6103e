/**
 * protect: takes a checkpoint of real files and stores it on directories as backup servers.
 *
 * The order carries the promise: members and manifest are flushed on every server of the placement, then each publishes by
 * one rename, and only when all have published are older checkpoints retired. Killed at any moment, the earlier checkpoint
 * is whole, or the new one is.
 * Memory is bounded by three batches of groups, whatever the size of the files; each byte of them is read once.
 * Does not cover: permissions, times and links of the files; power loss inside a file system that lies about flushing.
 */

import { assert } from "../core/assertion.ts";
import type { Digests } from "../core/checkpoint/digests.ts";
import { formGroup } from "../core/checkpoint/form.ts";
import { IMAGE_DIGEST_START } from "../core/checkpoint/image-digest.ts";
import { type CheckpointKey, compareKeys, keyText } from "../core/checkpoint/key.ts";
import { encodeManifest } from "../core/checkpoint/manifest.ts";
import { createGroupArena, type GroupArena } from "../core/redundancy/arena.ts";
import {
  dataCountOfGroup,
  type Layout,
  offsetOfGroup,
  positionOfMember,
  storedMemberBytes,
  trueBytesOfData,
  trueBytesOfGroup,
} from "../core/redundancy/layout.ts";
import { planPlacement } from "../core/redundancy/placement.ts";
import { GROUP_MEMBERS_MAX, parseScheme, type Scheme } from "../core/redundancy/scheme.ts";
import { createDigests } from "../sim/digests.ts";
import { checkWholeSet, filesLetGo } from "./earlier-protection.ts";
import { FileFailure, type FileLayer, systemFiles } from "./file-layer.ts";
import { entriesOfInputs, type InputFile, InputReader, planInputs } from "./input-files.ts";
import { checkUsable, freshNonce, joinServers, type JoinedServer } from "./join-servers.ts";
import { allSettledOrThrow, PositionWriter } from "./position-writer.ts";
import type { Progress } from "./progress.ts";
import { publishCheckpoint, retireCheckpoint, sweepLeftovers } from "./server-directory.ts";
import { checkStillHeld, lockServers, releaseServers, type ServerLock } from "./server-lock.ts";
import { groupsPerBatch, planLayout } from "./sizing.ts";
import { inputFailure, type StoreError, storeErrorOf } from "./store-error.ts";
import { isServer, surveyDirectories, type SurveyedDirectory } from "./survey.ts";

export interface ProtectOptions {
  readonly files: readonly string[];
  /** For example `parity:3+1`. */
  readonly scheme: string;
  /** One directory for each server; they exist, and are empty or were used before. */
  readonly servers: readonly string[];
  /** Chosen from the size of the files when left out. */
  readonly subsegmentBytes?: number;
  /** How many of the servers hold members: the first ones. All of them when left out. */
  readonly width?: number;
  /**
   * The failure domain of each server, in their order. Then no domain holds more members of a group than the scheme always
   * survives (at least one), so that a whole rack may be lost; refused where that cannot be.
   */
  readonly racks?: readonly string[];
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
  const width = checkedWidth(scheme, options);
  const order = checkedOrder(scheme, options, width);
  const found = await surveyDirectories(layer, options.servers, digests);
  checkUsable(found);
  await checkWholeSet(layer, found, digests);
  for (const directory of options.servers) await checkWritable(layer, directory);
  const inputs = await planInputs(layer, options.files, options.servers);
  const names = inputs.map(({ name }) => name);
  const imageBytes = inputs.reduce((sum, { facts }) => sum + facts.bytes, 0);
  const layout = planLayout(scheme, imageBytes, width, options.subsegmentBytes);
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
      width,
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

function checkedWidth(scheme: Scheme, options: ProtectOptions): number {
  const need = scheme.k + scheme.m;
  const have = options.servers.length;
  if (have < need) {
    throw inputFailure(
      "too-few-servers",
      "",
      `Scheme ${scheme.text} needs ${need} server directories, and ${have} ${have === 1 ? "was" : "were"} given.`,
    );
  }
  const most = Math.min(have, GROUP_MEMBERS_MAX);
  const width = options.width ?? most;
  if (Number.isSafeInteger(width) && width >= need && width <= most) return width;
  const allowed = need === most ? String(need) : `an integer ${need}..${most}`;
  throw inputFailure(
    "width-out-of-range",
    "",
    `The width ${width} must be ${allowed} for ${scheme.text} on ${have} ${have === 1 ? "server" : "servers"}.`,
  );
}

/** Which server stands at each position of the placement: as given, or so that racks do not come again too soon. */
function checkedOrder(scheme: Scheme, options: ProtectOptions, width: number): readonly number[] {
  const { racks, servers } = options;
  if (racks === undefined) return Array.from({ length: width }, (_, server) => server);
  if (racks.length !== servers.length) {
    const message = `Racks are named for each server: ${servers.length}, not ${racks.length}.`;
    throw inputFailure("racks-not-one-a-server", "", message);
  }
  const planned = planPlacement({
    scheme,
    kind: "rotated",
    domains: racks.slice(0, width),
    membersPerDomainMax: Math.max(1, scheme.tolerance),
  });
  if (!planned.ok) throw inputFailure(planned.error.code, "", planned.error.message);
  return planned.placement.order;
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

/** One is read, one formed and one written. */
const BATCHES_IN_MEMORY = 3;

/** One checkpoint being taken. */
class Taking {
  readonly key: CheckpointKey;
  readonly servers: readonly JoinedServer[];
  /** Written so far, by position. */
  readonly memberBytes: number[];
  private readonly layer: FileLayer;
  private readonly digests: Digests;
  private readonly layout: Layout;
  private readonly inputs: readonly InputFile[];
  private readonly writers: readonly PositionWriter[];
  private readonly memberDigests: (readonly string[])[] = [];
  private chain: string = IMAGE_DIGEST_START;

  constructor(
    layer: FileLayer,
    digests: Digests,
    layout: Layout,
    inputs: readonly InputFile[],
    servers: readonly JoinedServer[],
    key: CheckpointKey,
  ) {
    this.layer = layer;
    this.digests = digests;
    this.layout = layout;
    this.inputs = inputs;
    this.servers = servers;
    this.key = key;
    this.memberBytes = servers.map(() => 0);
    this.writers = servers.map(({ path }) => new PositionWriter(layer, path, keyText(key)));
  }

  /** Returns the length of the manifest. */
  async storeAndPublish(
    locks: readonly ServerLock[],
    onProgress: ((progress: Progress) => void) | undefined,
  ): Promise<number> {
    const totalBytes = this.layout.imageBytes;
    try {
      await allSettledOrThrow(this.writers.map((writer) => writer.open()));
      await this.storeGroups(onProgress);
      onProgress?.({ phase: "flushing", doneBytes: 0, totalBytes });
      const manifest = this.manifest();
      await allSettledOrThrow(this.writers.map((writer) => writer.finish(manifest)));
      await checkStillHeld(locks);
      onProgress?.({ phase: "publishing", doneBytes: totalBytes, totalBytes });
      for (const { path } of this.servers) await publishCheckpoint(this.layer, path, keyText(this.key));
      return manifest.length;
    } catch (error) {
      await this.undo();
      throw error;
    }
  }

  /** The first failure is the one to report; what cannot be undone now is swept by the next run, and is never taken for whole. */
  private async undo(): Promise<void> {
    await Promise.allSettled(this.writers.map((writer) => writer.abandon()));
    // Where nothing was published there is nothing to retire, and that is a failure that means nothing.
    await Promise.allSettled(this.servers.map(({ path }) => retireCheckpoint(this.layer, path, this.key)));
  }

  /**
   * While one batch is formed, the next is read and the one before is written; arenas take turns. Files are read to where
   * members are formed, and written from there.
   */
  private async storeGroups(onProgress: ((progress: Progress) => void) | undefined): Promise<void> {
    const { layout } = this;
    const batchGroups = groupsPerBatch(layout);
    const batchCount = Math.ceil(layout.groupCount / batchGroups);
    const arenas = Array.from({ length: Math.min(BATCHES_IN_MEMORY, batchCount) }, () => ({
      arena: createGroupArena(layout.scheme, layout.subsegmentBytes, batchGroups),
      written: Promise.resolve(),
    }));
    const arenaOf = (batch: number): (typeof arenas)[number] =>
      arenas[batch % arenas.length] as (typeof arenas)[number];
    const reader = new InputReader(this.layer, this.inputs);
    const read = async (batch: number): Promise<void> => {
      const { arena, written } = arenaOf(batch);
      await written;
      await reader.fill(viewsToFill(layout, arena, batch * batchGroups));
    };
    let reading = batchCount > 0 ? handled(read(0)) : Promise.resolve();
    let writing = Promise.resolve();
    try {
      for (let batch = 0; batch < batchCount; batch += 1) {
        await reading;
        if (batch + 1 < batchCount) reading = handled(read(batch + 1));
        const first = batch * batchGroups;
        const views = this.formBatch(arenaOf(batch).arena, first);
        await writing;
        writing = handled(
          allSettledOrThrow(
            views.map((view, position) => (this.writers[position] as PositionWriter).write(view)),
          ),
        );
        arenaOf(batch).written = writing;
        const last = Math.min(layout.groupCount, first + batchGroups) - 1;
        const doneBytes = offsetOfGroup(layout, last) + trueBytesOfGroup(layout, last);
        onProgress?.({ phase: "reading", doneBytes, totalBytes: layout.imageBytes });
      }
      await writing;
      await reader.finish();
    } finally {
      // No arena or handle may be let go while the system still uses it.
      await Promise.allSettled([reading, writing]);
      await reader.close();
    }
  }

  /** Forms the groups of a batch; what each position has to write, in order of groups. */
  private formBatch(arena: GroupArena, firstGroup: number): Uint8Array[][] {
    const { layout, digests } = this;
    const views: Uint8Array[][] = this.servers.map(() => []);
    const end = Math.min(layout.groupCount, firstGroup + arena.placeCount);
    for (let group = firstGroup; group < end; group += 1) {
      const source = { arena, place: group - firstGroup };
      const formed = formGroup({ layout, source, group, chain: this.chain, digests });
      this.chain = formed.imageDigest;
      this.memberDigests.push(formed.digests.map(compactText));
      for (const [member, bytes] of formed.members.entries()) {
        if (bytes === undefined) continue;
        const position = positionOfMember(layout, group, member);
        (views[position] as Uint8Array[]).push(bytes);
        this.memberBytes[position] = (this.memberBytes[position] as number) + bytes.length;
      }
    }
    return views;
  }

  private manifest(): Uint8Array {
    const { layout } = this;
    return encodeManifest(
      {
        key: this.key,
        scheme: layout.scheme.text,
        imageBytes: layout.imageBytes,
        subsegmentBytes: layout.subsegmentBytes,
        placement: this.servers.map(({ slot, life }) => ({ slot, life })),
        segments: entriesOfInputs(this.inputs),
        memberDigests: this.memberDigests,
        imageDigest: this.chain,
        formerBoot: this.key.ballot.nonce,
      },
      this.digests,
    );
  }
}

/** The promise, which is awaited later: until then its failure is not to be called unhandled. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

/** The true bytes of the groups from `firstGroup` on, as many as the arena has places for, in the order of the image. */
function viewsToFill(layout: Layout, arena: GroupArena, firstGroup: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  const end = Math.min(layout.groupCount, firstGroup + arena.placeCount);
  for (let group = firstGroup; group < end; group += 1) {
    for (let member = 0; member < dataCountOfGroup(layout, group); member += 1) {
      const bytes = trueBytesOfData(layout, group, member);
      views.push(arena.member(member, group - firstGroup).subarray(0, bytes));
    }
  }
  return views;
}

/** The same text in one piece: texts joined from parts keep all the parts, which is half of what a large manifest costs. */
function compactText(text: string): string {
  return text === "" ? text : Buffer.from(text, "latin1").toString("latin1");
}
