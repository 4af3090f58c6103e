/**
 * Candidates: the checkpoints that the directories given know of, newest first, each with what is left of it.
 *
 * Rule R11: the newest is tried first. It is skipped only if it is refuted: a server of its placement is there in the life
 * that the manifest names, and does not hold it. Then it was never durable, since an older one is retired only after all
 * servers of the newer one's placement published it.
 * Does not cover: members (group-reader.ts).
 */

import path from "node:path";
import type { Digests } from "../core/checkpoint/digests.ts";
import { type CheckpointKey, compareKeys, compareLives, keyText } from "../core/checkpoint/key.ts";
import {
  decodeManifest,
  layoutOfManifest,
  type Manifest,
  type PlacementEntry,
} from "../core/checkpoint/manifest.ts";
import type { Layout } from "../core/redundancy/layout.ts";
import { FileFailure, type FileLayer, readWhole } from "./file-layer.ts";
import { mergeLives } from "./join-servers.ts";
import { checkpointPath, MANIFEST_FILE } from "./server-paths.ts";
import { inputFailure, type ServerProblem, type ServerProblemCode } from "./store-error.ts";
import { countSets, isServer, type ServerDirectory, type SurveyedDirectory } from "./survey.ts";

/** One place of a placement, and the directory that fills it. */
export interface Position {
  readonly slot: number;
  /** The directory as given; where the slot was last known to be when none given is it; "" when that is unknown. */
  readonly path: string;
  /** Undefined when no directory given is this slot in the life named or a later one. */
  readonly server: ServerDirectory | undefined;
  /** The server has published this checkpoint, whatever the state of its files. */
  readonly isHeld: boolean;
  readonly isManifestGood: boolean;
}

export interface Candidate {
  readonly key: CheckpointKey;
  readonly text: string;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly layout: Layout;
  readonly positions: readonly Position[];
  readonly isRefuted: boolean;
  /** What is wrong with servers, as far as it shows without reading members. */
  readonly problems: readonly ServerProblem[];
}

/** A checkpoint of which no copy of the manifest is good. */
export interface UnreadableCandidate {
  readonly text: string;
  readonly manifest: undefined;
  readonly isRefuted: boolean;
  readonly problems: readonly ServerProblem[];
}

/** Far above the manifest with the most members. */
const MANIFEST_BYTES_MAX: number = 1 << 27;

/**
 * The set that most of the directories belong to. Errors: `no-checkpoint` when none is a server,
 * `servers-of-different-sets` when there is no majority.
 */
export function chooseSet(surveyed: readonly SurveyedDirectory[]): ServerDirectory[] {
  const servers = surveyed.filter(isServer);
  const [first, second] = countSets(servers);
  if (first === undefined) {
    const reasons = surveyed.map((directory) => otherProblem(directory, undefined).message);
    throw inputFailure(
      "no-checkpoint",
      surveyed[0]?.path ?? "",
      `None of the directories holds a checkpoint. ${reasons.join(" ")}`.trimEnd(),
    );
  }
  if (first.count === second?.count) {
    const one = servers.find(({ record }) => record.set === first.set) as ServerDirectory;
    const other = servers.find(({ record }) => record.set === second.set) as ServerDirectory;
    throw inputFailure(
      "servers-of-different-sets",
      other.path,
      `"${other.path}" and "${one.path}" belong to different sets of servers; leave out those of one set.`,
    );
  }
  return servers.filter(({ record }) => record.set === first.set);
}

/** Every key that one of the servers has published, newest first. */
export function candidateKeys(servers: readonly ServerDirectory[]): CheckpointKey[] {
  const keys = new Map<string, CheckpointKey>();
  for (const server of servers) for (const key of server.keys) keys.set(keyText(key), key);
  return [...keys.values()].toSorted((a, b) => compareKeys(b, a));
}

/** Reads the copies of a manifest and sees which server fills which position. `servers` are those of one set. */
export async function loadCandidate(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
  servers: readonly ServerDirectory[],
  key: CheckpointKey,
  digests: Digests,
): Promise<Candidate | UnreadableCandidate> {
  const text = keyText(key);
  const holders = servers.filter((server) => server.keys.some((held) => compareKeys(held, key) === 0));
  let good: { bytes: Uint8Array; manifest: Manifest } | undefined;
  const damaged = new Set<ServerDirectory>();
  for (const holder of holders) {
    const bytes = await readManifestBytes(layer, holder.path, text);
    if (good !== undefined) {
      if (bytes === undefined || Buffer.compare(bytes, good.bytes) !== 0) damaged.add(holder);
      continue;
    }
    const decoded = bytes === undefined ? undefined : decodeManifest(bytes, digests);
    if (bytes !== undefined && decoded?.ok === true && keyText(decoded.manifest.key) === text) {
      good = { bytes, manifest: decoded.manifest };
    } else damaged.add(holder);
  }
  const damagedProblems = [...damaged].map((server) =>
    problemOf("manifest-damaged", server.record.slot, server.path),
  );
  if (good === undefined) {
    // Without a manifest the placement is unknown; a server that lacks the checkpoint speaks against it.
    return {
      text,
      manifest: undefined,
      isRefuted: holders.length < servers.length,
      problems: [...damagedProblems, ...strangers(surveyed, servers, [])],
    };
  }
  const lives = mergeLives(servers);
  const lastKnownPath = (slot: number): string => {
    const known = lives.get(slot)?.directory ?? "";
    // As given, where it was given: people look for their own words.
    return surveyed.find((directory) => path.resolve(directory.path) === known)?.path ?? known;
  };
  const positions = good.manifest.placement.map((entry) =>
    fillPosition(entry, servers, holders, damaged, lastKnownPath(entry.slot)),
  );
  const isRefuted = positions.some(
    ({ server, isHeld }, index) =>
      server !== undefined &&
      !isHeld &&
      compareLives(server.record.life, (good.manifest.placement[index] as PlacementEntry).life) === 0,
  );
  const missingSlots = positions.filter(({ server }) => server === undefined).map(({ slot }) => slot);
  const problems = [
    ...positions.flatMap(({ server, slot, isHeld }) =>
      server === undefined || isHeld ? [] : [problemOf("checkpoint-absent", slot, server.path)],
    ),
    ...damagedProblems,
    ...leftOver(servers, positions),
    ...strangers(surveyed, servers, missingSlots),
  ];
  return {
    key,
    text,
    manifest: good.manifest,
    manifestBytes: good.bytes,
    layout: layoutOfManifest(good.manifest),
    positions,
    isRefuted,
    problems,
  };
}

async function readManifestBytes(
  layer: FileLayer,
  directory: string,
  key: string,
): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(
      layer,
      path.join(checkpointPath(directory, key), MANIFEST_FILE),
      MANIFEST_BYTES_MAX,
    );
  } catch (error) {
    // Absent, unreadable or absurdly long: this copy is of no use, and that is reported as damage.
    if (error instanceof FileFailure) return undefined;
    throw error;
  }
}

/** The life that the manifest names before a later one; of several, one that holds the checkpoint. */
function fillPosition(
  entry: PlacementEntry,
  servers: readonly ServerDirectory[],
  holders: readonly ServerDirectory[],
  damaged: ReadonlySet<ServerDirectory>,
  lastKnownPath: string,
): Position {
  const fitting = servers
    .filter(({ record }) => record.slot === entry.slot && compareLives(record.life, entry.life) >= 0)
    .toSorted(
      (a, b) =>
        Number(holders.includes(b)) - Number(holders.includes(a)) ||
        compareLives(a.record.life, b.record.life),
    );
  const server = fitting[0];
  const isHeld = server !== undefined && holders.includes(server);
  const path = server?.path ?? lastKnownPath;
  return { slot: entry.slot, path, server, isHeld, isManifestGood: isHeld && !damaged.has(server) };
}

/** Servers that claim a slot of the placement without filling it: earlier disks and copies. */
function leftOver(servers: readonly ServerDirectory[], positions: readonly Position[]): ServerProblem[] {
  const problems: ServerProblem[] = [];
  for (const server of servers) {
    const position = positions.find(({ slot }) => slot === server.record.slot);
    if (position === undefined || position.server === server) continue;
    problems.push(problemOf("superseded", server.record.slot, server.path));
  }
  return problems;
}

/** Directories that are no servers of the set, and slots that none of the directories is. */
function strangers(
  surveyed: readonly SurveyedDirectory[],
  servers: readonly ServerDirectory[],
  missingSlots: readonly number[],
): ServerProblem[] {
  const lives = mergeLives(servers);
  const unnamed = new Set(missingSlots);
  const problems: ServerProblem[] = [];
  for (const directory of surveyed) {
    if (isServer(directory) && servers.includes(directory)) continue;
    const resolved = path.resolve(directory.path);
    const slot = [...unnamed].find((missing) => lives.get(missing)?.directory === resolved);
    if (slot !== undefined) unnamed.delete(slot);
    problems.push(otherProblem(directory, slot));
  }
  for (const slot of unnamed) problems.push(problemOf("not-given", slot, lives.get(slot)?.directory ?? ""));
  return problems;
}

function otherProblem(directory: SurveyedDirectory, slot: number | undefined): ServerProblem {
  switch (directory.state) {
    case "server":
      return problemOf("foreign", undefined, directory.path);
    case "blank":
    case "occupied":
      return problemOf("empty", slot, directory.path);
    case "absent":
    case "not-a-directory":
    case "record-damaged":
    case "unreadable":
      return problemOf(directory.state, slot, directory.path);
  }
}

const PROBLEM_TEXT: Readonly<Record<ServerProblemCode, string>> = {
  absent: "does not exist",
  "not-a-directory": "is not a directory",
  empty: "holds no server record",
  "record-damaged": "has a damaged server record",
  foreign: "belongs to another set of servers",
  superseded: "is an earlier disk, or a copy, of a slot that another directory fills",
  unreadable: "cannot be read",
  "not-given": "was not given",
  "checkpoint-absent": "does not hold the checkpoint",
  "manifest-damaged": "has a damaged manifest",
  "members-absent": "has lost its members",
  "members-length-wrong": "has members of a wrong total length",
  "members-corrupt": "has rotten members",
  "members-unreadable": "has members that the system cannot read",
};

/** The problem with its sentence; `detail` follows the sentence's words, for example a count. */
export function problemOf(
  code: ServerProblemCode,
  slot: number | undefined,
  directory: string,
  detail: string = "",
): ServerProblem {
  const name = [slot === undefined ? "" : `slot ${slot}`, directory === "" ? "" : `"${directory}"`];
  const subject = name.filter((part) => part !== "").join(", ");
  const sentence = `${subject} ${PROBLEM_TEXT[code]}${detail === "" ? "" : ` (${detail})`}.`;
  return { code, slot, path: directory, message: sentence.charAt(0).toUpperCase() + sentence.slice(1) };
}
