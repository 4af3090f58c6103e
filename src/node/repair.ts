/**
 * Repair: rebuilds what servers have lost of one checkpoint, from the others.
 *
 * A server that is there gets whole new files, each replacing the old one by a rename; a blank directory becomes a server
 * in a later life of a missing slot and publishes by one rename. A directory that was named and is gone is made again, in
 * the directory that held it. Killed at any moment, no server holds less than before.
 * It runs after the output was given out, so its failure is part of a result and never takes the output back.
 * Does not cover: directories with files of others in them, and older checkpoints.
 */

import path from "node:path";
import type { Digests } from "../core/checkpoint/digests.ts";
import { keyText } from "../core/checkpoint/key.ts";
import { verifyMember } from "../core/checkpoint/reassemble.ts";
import {
  dataCountOfGroup,
  memberAtPosition,
  offsetOfGroup,
  trueBytesOfGroup,
} from "../core/redundancy/layout.ts";
import type { Candidate, Position } from "./candidates.ts";
import type { Damage } from "./damage.ts";
import type { FileLayer } from "./file-layer.ts";
import { type GroupBatch, type GroupMembers, GroupReader } from "./group-reader.ts";
import { joinServers, mergeLives } from "./join-servers.ts";
import { allSettledOrThrow, PositionWriter } from "./position-writer.ts";
import type { Progress } from "./progress.ts";
import { publishCheckpoint, removeTree, sweepLeftovers } from "./server-directory.ts";
import { checkStillHeld, lockServers, releaseServers } from "./server-lock.ts";
import {
  checkpointPath,
  checkpointsPath,
  incomingPath,
  MANIFEST_FILE,
  MEMBERS_FILE,
} from "./server-paths.ts";
import { type StoreError, storeErrorOf, StoreFailure } from "./store-error.ts";
import { isServer, type ServerDirectory, surveyDirectories, type SurveyedDirectory } from "./survey.ts";

export interface RepairedServer {
  readonly path: string;
  readonly slot: number;
  /** Members written anew: all that the server stores of the checkpoint. */
  readonly memberCount: number;
  /** The directory was gone and was made again. */
  readonly isCreated: boolean;
}

/** A slot with damage that stays as it is. */
export interface UnrepairedServer {
  readonly slot: number;
  /** Where the slot was last known to be; "" when unknown. */
  readonly path: string;
  readonly message: string;
}

interface RepairOutcome {
  readonly repaired: readonly RepairedServer[];
  readonly unrepaired: readonly UnrepairedServer[];
  readonly repairError?: StoreError;
}

interface Target {
  readonly position: number;
  readonly slot: number;
  readonly path: string;
  readonly isCreated: boolean;
}

/** What a repair will do, decided before anything is written. */
interface RepairPlan {
  readonly targets: readonly Target[];
  readonly unrepaired: readonly UnrepairedServer[];
}

/** A directory that can take a missing slot. */
interface FreeDirectory {
  readonly path: string;
  readonly isCreated: boolean;
}

export async function repairServers(
  layer: FileLayer,
  digests: Digests,
  candidate: Candidate,
  surveyed: readonly SurveyedDirectory[],
  damage: Damage,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<RepairOutcome> {
  let plan: RepairPlan = { targets: [], unrepaired: [] };
  try {
    plan = chooseTargets(candidate, surveyed, damage, await freeDirectories(layer, surveyed));
    const repaired = await repairTargets(layer, digests, candidate, surveyed, plan.targets, onProgress);
    return { repaired, unrepaired: plan.unrepaired };
  } catch (error) {
    const expected = storeErrorOf(error);
    if (expected === undefined) throw error;
    return { repaired: [], unrepaired: plan.unrepaired, repairError: expected };
  }
}

async function repairTargets(
  layer: FileLayer,
  digests: Digests,
  candidate: Candidate,
  surveyedBefore: readonly SurveyedDirectory[],
  targets: readonly Target[],
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<RepairedServer[]> {
  if (targets.length === 0) return [];
  const servers = candidate.positions.flatMap(({ server }) => (server === undefined ? [] : [server.path]));
  const involved = [...new Set([...servers, ...targets.map((target) => target.path)])];
  const created = targets.filter(({ isCreated }) => isCreated).map((target) => target.path);
  for (const directory of created) {
    // It stays when the repair fails later: empty, it is where the next repair goes on.
    await layer.makeDirectory(directory);
    await layer.syncDirectory(path.dirname(path.resolve(directory)));
  }
  const surveyed = surveyedBefore.map((directory) =>
    created.includes(directory.path) ? { path: directory.path, state: "blank" as const } : directory,
  );
  const locks = await lockServers(layer, involved);
  try {
    await checkUnchanged(layer, digests, involved, surveyed);
    for (const directory of involved) await sweepLeftovers(layer, directory);
    await join(layer, digests, surveyed, involved, targets);
    const counts = await rebuild(layer, digests, candidate, targets, onProgress);
    await checkStillHeld(locks);
    for (const target of targets) await publish(layer, candidate.text, target.path);
    return targets.map(({ path: directory, slot, isCreated }, index) => ({
      path: directory,
      slot,
      memberCount: counts[index] as number,
      isCreated,
    }));
  } finally {
    await releaseServers(locks);
  }
}

/** Blank and damaged ones first; those that are gone can be made where their parent is still there. */
async function freeDirectories(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
): Promise<FreeDirectory[]> {
  const free: FreeDirectory[] = surveyed
    .filter(({ state }) => state === "blank" || state === "record-damaged")
    .map((directory) => ({ path: directory.path, isCreated: false }));
  for (const directory of surveyed) {
    if (directory.state !== "absent") continue;
    const parent = path.dirname(path.resolve(directory.path));
    if ((await layer.facts(parent))?.kind === "directory")
      free.push({ path: directory.path, isCreated: true });
  }
  return free;
}

/** Servers with damage, and directories that can take a missing slot: the one that was that slot if it is among them. */
function chooseTargets(
  candidate: Candidate,
  surveyed: readonly SurveyedDirectory[],
  damage: Damage,
  freeDirectories: readonly FreeDirectory[],
): RepairPlan {
  const lives = mergeLives(surveyed.filter(isServer).filter((server) => isOfCandidate(candidate, server)));
  const free = [...freeDirectories];
  const isWhole = ({ isHeld, isManifestGood }: Position, position: number): boolean =>
    isHeld && isManifestGood && !damage.isDamaged(position);
  const targets: Target[] = [];
  const unfilled: { position: number; slot: number }[] = [];
  for (const [position, place] of candidate.positions.entries()) {
    const { server, slot } = place;
    if (server === undefined) {
      const index = free.findIndex((one) => path.resolve(one.path) === lives.get(slot)?.directory);
      if (index < 0) unfilled.push({ position, slot });
      else targets.push({ position, slot, ...(free.splice(index, 1)[0] as FreeDirectory) });
    } else if (!isWhole(place, position)) {
      targets.push({ position, slot, path: server.path, isCreated: false });
    }
  }
  const unrepaired: UnrepairedServer[] = [];
  for (const { position, slot } of unfilled) {
    const directory = free.shift();
    if (directory === undefined)
      unrepaired.push(unrepairedServer(slot, lives.get(slot)?.directory ?? "", surveyed));
    else targets.push({ position, slot, ...directory });
  }
  return { targets, unrepaired };
}

function unrepairedServer(
  slot: number,
  lastKnown: string,
  surveyed: readonly SurveyedDirectory[],
): UnrepairedServer {
  const given = surveyed.find((directory) => path.resolve(directory.path) === lastKnown);
  const parent = path.dirname(lastKnown);
  const reason =
    given?.state === "absent"
      ? `"${given.path}" cannot be made: "${parent}" is not there`
      : given === undefined
        ? "no directory was given for it; name an empty one"
        : `"${given.path}" cannot be used`;
  return { slot, path: given?.path ?? lastKnown, message: `Slot ${slot} was not repaired: ${reason}.` };
}

function isOfCandidate(candidate: Candidate, server: ServerDirectory): boolean {
  return candidate.positions.some((position) => position.server?.record.set === server.record.set);
}

/** Between the survey and the locks a protection may have come and gone; then there is nothing to repair here. */
async function checkUnchanged(
  layer: FileLayer,
  digests: Digests,
  involved: readonly string[],
  surveyed: readonly SurveyedDirectory[],
): Promise<void> {
  for (const now of await surveyDirectories(layer, involved, digests)) {
    const before = surveyed.find((directory) => directory.path === now.path);
    const textOf = (directory: SurveyedDirectory | undefined): string =>
      JSON.stringify(directory?.state === "server" ? directory.keys.map(keyText) : directory?.state);
    if (textOf(before) === textOf(now)) continue;
    throw new StoreFailure({
      kind: "interference",
      code: "server-changed",
      path: now.path,
      message: `The directory "${now.path}" changed before it could be repaired.`,
    });
  }
}

async function join(
  layer: FileLayer,
  digests: Digests,
  surveyed: readonly SurveyedDirectory[],
  involved: readonly string[],
  targets: readonly Target[],
): Promise<void> {
  // A damaged record is written anew, as for a blank directory.
  const joining = surveyed
    .filter((directory) => involved.includes(directory.path))
    .map((directory) =>
      isServer(directory) ? directory : { path: directory.path, state: "blank" as const },
    );
  await joinServers(layer, joining, digests, new Map(targets.map((target) => [target.path, target.slot])));
}

/** Writes all members of each target anew, next to what is there. Returns how many, by target. */
async function rebuild(
  layer: FileLayer,
  digests: Digests,
  candidate: Candidate,
  targets: readonly Target[],
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<number[]> {
  const { layout } = candidate;
  const writers = targets.map((target) => new PositionWriter(layer, target.path, candidate.text));
  const counts = targets.map(() => 0);
  const reader = new GroupReader(candidate);
  try {
    await reader.open(layer);
    await allSettledOrThrow(writers.map((writer) => writer.open()));
    for (let first = 0; first < layout.groupCount; first += reader.batchGroups) {
      const batch = await reader.readBatch(first);
      const { groups } = batch;
      const views: Uint8Array[][] = targets.map(() => []);
      for (const place of groups.keys()) {
        const wanted = targets.map(({ position }) => memberAtPosition(layout, first + place, position));
        const lost = wanted.filter((member) => member !== undefined);
        rebuildGroup(candidate, digests, { batch, place, group: first + place }, lost);
        for (const [target, member] of wanted.entries()) {
          if (member === undefined) continue;
          (views[target] as Uint8Array[]).push(batch.arena.member(member, place));
          counts[target] = (counts[target] as number) + 1;
        }
      }
      await allSettledOrThrow(writers.map((writer, target) => writer.write(views[target] as Uint8Array[])));
      const last = first + groups.length - 1;
      const doneBytes = offsetOfGroup(layout, last) + trueBytesOfGroup(layout, last);
      onProgress?.({ phase: "repairing", doneBytes, totalBytes: layout.imageBytes });
    }
    await allSettledOrThrow(writers.map((writer) => writer.finish(candidate.manifestBytes)));
    return counts;
  } catch (error) {
    // The first failure is the one to report; what stays is swept by the next run.
    await Promise.allSettled(writers.map((writer) => writer.abandon()));
    throw error;
  } finally {
    await reader.close();
  }
}

interface PlacedGroup {
  readonly batch: GroupBatch;
  /** In the batch. */
  readonly place: number;
  readonly group: number;
}

/**
 * Puts the wanted members into their places in the arena. A rebuilt member is compared with the manifest before it is written: a
 * repair must not spread rot.
 */
function rebuildGroup(
  candidate: Candidate,
  digests: Digests,
  { batch: { groups, arena }, place, group }: PlacedGroup,
  wanted: readonly number[],
): void {
  const { layout, manifest } = candidate;
  const isGood = (bytes: Uint8Array | undefined, member: number): boolean =>
    bytes !== undefined && verifyMember(manifest, digests, group, member, bytes);
  const isThere = (groups[place] as GroupMembers).map(isGood);
  const result = arena.rebuild(dataCountOfGroup(layout, group), isThere, wanted, place);
  const isRebuilt = (member: number): boolean =>
    isThere[member] === true || isGood(arena.member(member, place), member);
  if (result.ok && wanted.every(isRebuilt)) return;
  throw new StoreFailure({
    kind: "interference",
    code: "server-changed",
    path: candidate.positions.find(({ server }) => server !== undefined)?.server?.path ?? "",
    message: `Group ${group} was whole when it was reassembled and cannot be rebuilt now.`,
  });
}

async function publish(layer: FileLayer, key: string, directory: string): Promise<void> {
  const published = checkpointPath(directory, key);
  if ((await layer.facts(published)) === undefined) {
    await publishCheckpoint(layer, directory, key);
    return;
  }
  for (const file of [MEMBERS_FILE, MANIFEST_FILE]) {
    await layer.rename(path.join(incomingPath(directory, key), file), path.join(published, file));
  }
  await layer.syncDirectory(published);
  await layer.syncDirectory(checkpointsPath(directory));
  await removeTree(layer, incomingPath(directory, key));
}
