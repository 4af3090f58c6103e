/**
 * What a protection would take away from an earlier one on the same directories. Reads only; protect refuses with the answer.
 *
 * Two ways to lose files are caught: directories that are only a part of a set (what the others hold becomes useless once
 * these retire their checkpoint), and files of the earlier checkpoint that the new one does not have.
 * Does not cover: another file of the same name, since a manifest knows names and not where they came from.
 */

import type { Digests } from "../core/checkpoint/digests.ts";
import { compareLives } from "../core/checkpoint/key.ts";
import { candidateKeys, loadCandidate } from "./candidates.ts";
import { FileFailure, type FileLayer } from "./file-layer.ts";
import { mergeLives } from "./join-servers.ts";
import { type KnownLife, readRecord } from "./server-record.ts";
import { inputFailure, LISTED_MAX, StoreFailure } from "./store-error.ts";
import { isServer, type ServerDirectory, type SurveyedDirectory } from "./survey.ts";

/** A message names this many and counts the rest. */
const NAMED_MAX = 10;

/** `"a", "b" and 3 more`. */
export function quotedNames(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX).map((name) => `"${name}"`);
  const moreCount = names.length - named.length;
  return named.join(", ") + (moreCount === 0 ? "" : ` and ${moreCount} more`);
}

/**
 * Refuses a part of a set. Every slot of the set is to be filled by its server, or by a blank directory when the server is
 * lost; more directories than slots are fine, since nothing is lost when a set grows. `checkUsable` accepted the directories.
 * Errors: `set-incomplete`.
 */
export async function checkWholeSet(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
  digests: Digests,
): Promise<void> {
  const servers = surveyed.filter(isServer);
  const [first] = servers;
  if (first === undefined) return;
  const lives = [...mergeLives(servers).values()].toSorted((a, b) => a.slot - b.slot);
  const given = new Set(servers.map(({ record }) => record.slot));
  const unfilled = lives.filter(({ slot }) => !given.has(slot));
  const blankCount = surveyed.length - servers.length;
  const belongs =
    `"${first.path}" belongs to a protection on ${lives.length} servers: ` +
    quotedNames(lives.map((known) => nameOf(known, servers)));
  if (blankCount < unfilled.length) {
    throw inputFailure(
      "set-incomplete",
      first.path,
      `${belongs}; name all of them, with an empty directory in place of a lost one, or use other directories.`,
    );
  }
  for (const known of unfilled) {
    if (!(await isStillThere(layer, known, first.record.set, digests))) continue;
    throw inputFailure(
      "set-incomplete",
      first.path,
      `${belongs}; "${known.directory}" is still one of them and was not given.`,
    );
  }
}

function nameOf(known: KnownLife, servers: readonly ServerDirectory[]): string {
  return servers.find(({ record }) => record.slot === known.slot)?.path ?? known.directory;
}

async function isStillThere(
  layer: FileLayer,
  { slot, life, directory }: KnownLife,
  set: string,
  digests: Digests,
): Promise<boolean> {
  try {
    const read = await readRecord(layer, directory, digests);
    if (read.state !== "good") return false;
    const { record } = read;
    return record.set === set && record.slot === slot && compareLives(record.life, life) >= 0;
  } catch (error) {
    // A disk that cannot be read is a lost one.
    if (error instanceof FileFailure) return false;
    throw error;
  }
}

/** What the directories would give back now, as far as it concerns names. */
interface EarlierFiles {
  readonly names: readonly string[];
  /** Checkpoints of which no copy of the manifest is good: nobody can say what they hold. */
  readonly unreadable: readonly string[];
}

/** From the newest checkpoint down to the first that is not refuted (R11): older ones are given back no more. */
async function earlierFiles(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
  digests: Digests,
): Promise<EarlierFiles> {
  const servers = surveyed.filter(isServer);
  const names = new Set<string>();
  const unreadable: string[] = [];
  for (const key of candidateKeys(servers)) {
    const candidate = await loadCandidate(layer, surveyed, servers, key, digests);
    for (const segment of candidate.manifest?.segments ?? []) names.add(segment.name);
    if (candidate.isRefuted) continue;
    if (candidate.manifest === undefined) unreadable.push(candidate.text);
    break;
  }
  return { names: [...names], unreadable };
}

/**
 * The names that are protected now and would not be afterwards. Errors: `files-would-be-lost`, unless `mayReplace`.
 */
export async function filesLetGo(
  layer: FileLayer,
  surveyed: readonly SurveyedDirectory[],
  digests: Digests,
  newNames: readonly string[],
  mayReplace: boolean,
): Promise<string[]> {
  const { names, unreadable } = await earlierFiles(layer, surveyed, digests);
  const kept = new Set(newNames);
  const lost = names.filter((name) => !kept.has(name));
  if (mayReplace || lost.length + unreadable.length === 0) return lost;
  const what = [
    ...(lost.length === 0 ? [] : [`the ${lost.length === 1 ? "file" : "files"} ${quotedNames(lost)}`]),
    ...unreadable.map((text) => `checkpoint ${text}, whose manifest cannot be read`),
  ];
  throw new StoreFailure({
    kind: "input",
    code: "files-would-be-lost",
    path: surveyed.find(isServer)?.path ?? "",
    message: `The servers hold an earlier protection, and this would be lost: ${what.join(", and ")}.`,
    files: lost.slice(0, LISTED_MAX),
  });
}
