/**
 * reassemble: gives back the files of the newest checkpoint from the directories that are left.
 *
 * Nothing is shown unverified: every member read is compared with its digest, decoded members too, and the whole image at
 * the end; only then is the output renamed into place. All members are read, also those that decoding does not need, so
 * that the answer says everything that is wrong with the servers.
 * Takes no lock and writes into no server directory, unless repairs are asked for: it works on read-only disks. When a
 * protection retires what is being read, it starts again with what is there then.
 * Does not cover: which of several sets of servers somebody meant, beyond the majority of the directories.
 */

import type { Writable } from "node:stream";
import type { Digests } from "../core/checkpoint/digests.ts";
import { IMAGE_DIGEST_START } from "../core/checkpoint/image-digest.ts";
import { keyText } from "../core/checkpoint/key.ts";
import { finishReassembly, type GroupError, reassembleGroup } from "../core/checkpoint/reassemble.ts";
import { recoverable } from "../core/redundancy/code.ts";
import { dataCountOfGroup, memberExists, positionOfMember } from "../core/redundancy/layout.ts";
import { createDigests } from "../sim/digests.ts";
import {
  type Candidate,
  candidateKeys,
  chooseSet,
  loadCandidate,
  type Position,
  type UnreadableCandidate,
} from "./candidates.ts";
import { Damage, type DamagedMember, type LostByCause, type SlotDamage } from "./damage.ts";
import { type FileLayer, systemFiles } from "./file-layer.ts";
import { type GroupBatch, GroupReader } from "./group-reader.ts";
import { checkOutput, OutputFiles, standardOutput } from "./output-files.ts";
import type { Progress } from "./progress.ts";
import { repairServers, type RepairedServer, type UnrepairedServer } from "./repair.ts";
import {
  inputFailure,
  type LossError,
  type ServerProblem,
  type StoreError,
  storeErrorOf,
  StoreFailure,
} from "./store-error.ts";
import { surveyDirectories, type SurveyedDirectory } from "./survey.ts";

export interface ReassembleOptions {
  /** The directories that are left, in any order. */
  readonly servers: readonly string[];
  /** A file, for one file; a new directory, for several; "-" for standard output. */
  readonly out: string;
  /** Replaces what an earlier reassembly left at `out`. An existing output is refused when left out. */
  readonly mayReplace?: boolean;
  /** Rebuilds what servers have lost, and makes servers of blank directories in place of missing ones. */
  readonly writeRepairs?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Where "-" goes; standard output when left out. */
  readonly stream?: Writable;
  /** Another file layer than the machine's own. */
  readonly layer?: FileLayer;
}

export interface Reassembly {
  readonly ok: true;
  /** Text of the checkpoint's key. */
  readonly checkpoint: string;
  readonly scheme: string;
  readonly tolerance: number;
  readonly imageBytes: number;
  readonly groupCount: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Members that were missing or rotten; exact. */
  readonly damagedCount: number;
  /** Those of them whose bytes had to be rebuilt for the output; exact. */
  readonly rebuiltCount: number;
  /** The first LISTED_MAX damaged members, by group. */
  readonly damaged: readonly DamagedMember[];
  /** Exact counts for each slot with damage. */
  readonly slots: readonly SlotDamage[];
  /** What is wrong with the servers; empty when all is well. */
  readonly warnings: readonly ServerProblem[];
  /** Newer checkpoints that were never complete and cannot be given back. */
  readonly skipped: readonly string[];
  /** Servers that were repaired. */
  readonly repaired: readonly RepairedServer[];
  /** Slots with damage that no directory given could be repaired for; empty unless repairs were asked for. */
  readonly unrepaired: readonly UnrepairedServer[];
  /** The output is whole, and the repair failed. */
  readonly repairError?: StoreError;
}

export type ReassembleResult = Reassembly | { readonly ok: false; readonly error: StoreError };

/** Protections that may end while one reassembly runs, before it gives up. */
const SURVEYS_MAX = 4;

/** Never throws for an expected failure; after one, no output exists and what was at `out` is as it was. */
export async function reassemble(options: ReassembleOptions): Promise<ReassembleResult> {
  try {
    return await reassembleOrThrow(options);
  } catch (error) {
    const expected = storeErrorOf(error);
    if (expected === undefined) throw error;
    return { ok: false, error: expected };
  }
}

async function reassembleOrThrow(options: ReassembleOptions): Promise<Reassembly> {
  const layer = options.layer ?? systemFiles;
  const digests = await createDigests();
  if (options.servers.length === 0) {
    throw inputFailure("too-few-servers", "", "No server directory was given.");
  }
  for (let surveys = 1; ; surveys += 1) {
    const surveyed = await surveyDirectories(layer, options.servers, digests);
    try {
      return await reassembleNewest(layer, digests, options, surveyed);
    } catch (error) {
      if (storeErrorOf(error)?.kind !== "loss" || surveys === SURVEYS_MAX) throw error;
      const again = await surveyDirectories(layer, options.servers, digests);
      if (publishedText(again) === publishedText(surveyed)) throw error;
    }
  }
}

function publishedText(surveyed: readonly SurveyedDirectory[]): string {
  return JSON.stringify(
    surveyed.map((directory) =>
      directory.state === "server" ? directory.keys.map(keyText) : directory.state,
    ),
  );
}

/** Newest first; a candidate that cannot be given back is passed over only when it is refuted (R11). */
async function reassembleNewest(
  layer: FileLayer,
  digests: Digests,
  options: ReassembleOptions,
  surveyed: readonly SurveyedDirectory[],
): Promise<Reassembly> {
  const servers = chooseSet(surveyed);
  const keys = candidateKeys(servers);
  if (keys.length === 0) {
    const directory = servers[0]?.path ?? "";
    throw inputFailure(
      "no-checkpoint",
      directory,
      `None of the servers ("${directory}", …) holds a checkpoint.`,
    );
  }
  const skipped: string[] = [];
  let newestLoss: StoreFailure | undefined;
  for (const key of keys) {
    const candidate = await loadCandidate(layer, surveyed, servers, key, digests);
    try {
      if (candidate.manifest === undefined) throw manifestLoss(candidate);
      const reassembly = await reassembleCandidate(layer, digests, options, candidate, surveyed);
      return { ...reassembly, skipped };
    } catch (error) {
      if (!(error instanceof StoreFailure) || error.error.kind !== "loss") throw error;
      newestLoss ??= error;
      if (!candidate.isRefuted) throw error;
      skipped.push(candidate.text);
    }
  }
  throw newestLoss as StoreFailure;
}

async function reassembleCandidate(
  layer: FileLayer,
  digests: Digests,
  options: ReassembleOptions,
  candidate: Candidate,
  surveyed: readonly SurveyedDirectory[],
): Promise<Reassembly> {
  const { manifest, layout } = candidate;
  await checkOutput(layer, options.out, manifest.segments, options.servers, options.mayReplace === true);
  const damage = new Damage(candidate);
  const reader = new GroupReader(candidate);
  const output = new OutputFiles(layer, options.out, manifest.segments, options.mayReplace === true);
  let warnings: ServerProblem[];
  try {
    await reader.open(layer);
    findLossByPresence(candidate, reader, damage);
    if (damage.lostGroupCount > 0)
      throw loss(candidate, damage, [...candidate.problems, ...reader.problems()]);
    await output.open();
    const imageDigest = await passGroups(candidate, reader, output, damage, digests, options.onProgress);
    warnings = [...candidate.problems, ...reader.problems(), ...damage.problems()];
    if (damage.lostGroupCount > 0) throw loss(candidate, damage, warnings);
    const finished = finishReassembly(manifest, imageDigest);
    if (!finished.ok) throw imageLoss(candidate, warnings);
    options.onProgress?.({ phase: "flushing", doneBytes: 0, totalBytes: layout.imageBytes });
    await output.publish(options.stream ?? standardOutput());
  } catch (error) {
    // The first failure is the one to report.
    await Promise.allSettled([output.discard()]);
    throw error;
  } finally {
    await reader.close();
  }
  const repair =
    options.writeRepairs === true
      ? await repairServers(layer, digests, candidate, surveyed, damage, options.onProgress)
      : { repaired: [], unrepaired: [] };
  return {
    ok: true,
    checkpoint: candidate.text,
    scheme: manifest.scheme,
    tolerance: layout.scheme.tolerance,
    imageBytes: layout.imageBytes,
    groupCount: layout.groupCount,
    files: manifest.segments,
    damagedCount: damage.damagedCount,
    rebuiltCount: damage.rebuiltCount,
    damaged: damage.members,
    slots: damage.bySlot(),
    warnings,
    skipped: [],
    ...repair,
  };
}

/** Verifies, decodes and writes all groups; once one is lost, the rest is only looked at, so that all losses are named. */
async function passGroups(
  candidate: Candidate,
  reader: GroupReader,
  output: OutputFiles,
  damage: Damage,
  digests: Digests,
  onProgress: ReassembleOptions["onProgress"],
): Promise<string> {
  const { manifest, layout } = candidate;
  let chain = IMAGE_DIGEST_START;
  let writing: Promise<unknown> = Promise.resolve();
  let reading: Promise<GroupBatch> = reader.readBatch(0);
  reading.catch(() => undefined);
  try {
    for (let first = 0; first < layout.groupCount; first += reader.batchGroups) {
      const { groups, arena } = await reading;
      const views: Uint8Array[] = [];
      for (const [place, members] of groups.entries()) {
        const group = first + place;
        const inArena = { arena, place };
        const result = reassembleGroup({ manifest, layout, group, members, inArena, chain, digests });
        if (result.ok) {
          chain = result.chain;
          damage.addGroup(group, members, result);
          for (const bytes of result.bytes) views.push(bytes);
        } else damage.addLostGroup(result.error);
      }
      await writing;
      writing = damage.lostGroupCount === 0 ? output.write(views) : Promise.resolve();
      writing.catch(() => undefined);
      const next = first + reader.batchGroups;
      if (next < layout.groupCount) {
        // Into the arena of the batch before this one, which has been written.
        reading = reader.readBatch(next);
        reading.catch(() => undefined);
      }
      const doneBytes = Math.min(
        layout.imageBytes,
        (first + groups.length) * layout.scheme.k * layout.subsegmentBytes,
      );
      onProgress?.({ phase: "reading", doneBytes, totalBytes: layout.imageBytes });
    }
    await writing;
  } finally {
    await Promise.allSettled([reading, writing]);
  }
  return chain;
}

/** What is lost already because whole servers are missing: said without reading anything. */
function findLossByPresence(candidate: Candidate, reader: GroupReader, damage: Damage): void {
  const { layout } = candidate;
  const { k, m } = layout.scheme;
  for (let group = 0; group < layout.groupCount; group += 1) {
    const need = dataCountOfGroup(layout, group);
    const available: boolean[] = [];
    const missing: number[] = [];
    for (let member = 0; member < k + m; member += 1) {
      const isThere = reader.isOpen(positionOfMember(layout, group, member));
      available.push(isThere);
      if (!isThere && memberExists(layout, group, member)) missing.push(member);
    }
    if (recoverable(layout.scheme, need, available)) continue;
    const have = Math.max(0, need + m - missing.length);
    const error: GroupError = { code: "group-unrecoverable", group, corrupt: [], missing, have, need };
    damage.addLostGroup(error);
  }
}

function loss(candidate: Candidate, damage: Damage, servers: readonly ServerProblem[]): StoreFailure {
  const { groupCount, scheme } = candidate.layout;
  const { lostGroupCount, lostGroups } = damage;
  const survives =
    scheme.tolerance === 0
      ? "no loss"
      : `the loss of ${scheme.tolerance} ${scheme.tolerance === 1 ? "server" : "servers"}`;
  return lossFailure({
    kind: "loss",
    code: "beyond-tolerance",
    path: servers[0]?.path ?? "",
    message:
      `${lostGroupCount} of ${groupCount} ${groupCount === 1 ? "group" : "groups"} cannot be decoded: ` +
      `${scheme.text} survives ${survives}; ${lostPlaces(damage.lostByCause())}.`,
    checkpoint: candidate.text,
    lostGroupCount,
    lostGroups,
    servers,
  });
}

/** `lost on d2, d4; rotten on d1`. */
function lostPlaces({ missing, corrupt }: LostByCause): string {
  const namesOf = (positions: readonly Position[]): string =>
    positions.map(({ path, slot }) => (path === "" ? `slot ${slot}` : path)).join(", ");
  return [
    ...(missing.length === 0 ? [] : [`lost on ${namesOf(missing)}`]),
    ...(corrupt.length === 0 ? [] : [`rotten on ${namesOf(corrupt)}`]),
  ].join("; ");
}

function imageLoss(candidate: Candidate, servers: readonly ServerProblem[]): StoreFailure {
  return lossFailure({
    kind: "loss",
    code: "image-digest-mismatch",
    path: servers[0]?.path ?? "",
    message: `The files of checkpoint ${candidate.text} differ as a whole from what its manifest says.`,
    checkpoint: candidate.text,
    lostGroupCount: 0,
    lostGroups: [],
    servers,
  });
}

function manifestLoss(candidate: UnreadableCandidate): StoreFailure {
  return lossFailure({
    kind: "loss",
    code: "manifest-unreadable",
    path: candidate.problems[0]?.path ?? "",
    message: `No good copy of the manifest of checkpoint ${candidate.text} is left.`,
    checkpoint: candidate.text,
    lostGroupCount: 0,
    lostGroups: [],
    servers: candidate.problems,
  });
}

function lossFailure(error: LossError): StoreFailure {
  return new StoreFailure(error);
}
