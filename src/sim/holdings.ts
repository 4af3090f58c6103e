/**
 * What the disks of the slots hold, as facts of the simulator: it compares what a read would give with what was written,
 * and with what the run's own copy of the image says the file must contain (disk-truth.ts).
 *
 * File names are the core's: `m/<key>/<group>/<member>` is a member, `f/<key>` a manifest. Other files are left out.
 * Does not cover: the content of what an acknowledgement speaks of, which only counts the files that are flushed.
 */
import type { ClusterConfiguration } from "../core/protocol/cluster.ts";
import {
  type CheckpointKey,
  compareBallots,
  compareKeys,
  keyText,
  parseKeyText,
} from "../core/checkpoint/key.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Note } from "../core/protocol/notes.ts";
import { DiskTruth } from "./disk-truth.ts";
import { MANIFEST_FILES, MEMBER_FILES } from "./file-kind.ts";
import type { HistoryEvent, HoldingFact, KeyHoldings } from "./history.ts";
import type { NoteFacts } from "./history-recorder.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";

/** A key of which some disk holds a file. */
interface FoundKey {
  readonly key: CheckpointKey;
  /** What was taken under the key's name. */
  readonly images: readonly Uint8Array[];
  readonly bySlot: (HeldOfKey | undefined)[];
}

interface HeldOfKey {
  manifestIntact: boolean;
  manifestFlushed: boolean;
  intactMembers: string[];
  flushedMembers: string[];
  wrongMembers: string[];
}

export interface HoldingsQuery {
  readonly configuration: ClusterConfiguration;
  /** Everything that happened so far. */
  readonly events: readonly HistoryEvent[];
  readonly machines: readonly Machine[];
  readonly network: Network;
  /** Reachability is judged from here; undefined: a host is reachable when it is up. */
  readonly judge: HostId | undefined;
}

/** For every key of which any slot's disk holds a file, oldest first: one fact for each slot that is a host of the world. */
export function holdingsByKey(query: HoldingsQuery): KeyHoldings[] {
  const found = new Map<string, FoundKey>();
  const truth = truthOf(query.configuration);
  for (const slot of query.configuration.slotHosts.keys()) readDisk(query, slot, truth, found);
  return [...found.values()]
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ key, bySlot }) => ({
      key,
      holdings: query.configuration.slotHosts.map((_, slot) => factOf(query, slot, bySlot[slot])),
    }));
}

/** The facts of one key out of all, also when nobody holds anything of it. */
function holdingsOfKey(
  query: HoldingsQuery,
  all: readonly KeyHoldings[],
  key: CheckpointKey,
): readonly HoldingFact[] {
  const found = all.find((entry) => compareKeys(entry.key, key) === 0);
  return found?.holdings ?? query.configuration.slotHosts.map((_, slot) => factOf(query, slot, undefined));
}

/** One for each cluster, so that the forks of a world share what was looked at. */
const truths: WeakMap<ClusterConfiguration, DiskTruth> = new WeakMap();

function truthOf(configuration: ClusterConfiguration): DiskTruth {
  let truth = truths.get(configuration);
  if (truth === undefined) {
    const { scheme, subsegmentBytes, digests } = configuration;
    const { k, m, text } = scheme;
    truth = new DiskTruth({ k, m, schemeText: text, subsegmentBytes, digests });
    truths.set(configuration, truth);
  }
  return truth;
}

/** The images that were taken under the ballot and sequence of a key; more than one when two starts used one name. */
function imagesOf(events: readonly HistoryEvent[], key: CheckpointKey): readonly Uint8Array[] {
  const images: Uint8Array[] = [];
  for (const event of events) {
    if (event.kind !== "image-taken" || event.sequence !== key.sequence) continue;
    if (compareBallots(event.ballot, key.ballot) === 0) images.push(event.image);
  }
  return images;
}

/**
 * Whether a crash of the host at this moment would leave the manifest of a key and every member file of it, as far as the
 * host could know: what a lying disk lost or tore counts as written, and is told as damage.
 */
function isFlushed(machine: Machine, key: CheckpointKey): boolean {
  const { disk } = machine;
  const text = keyText(key);
  if (disk.hasUnflushed(`${MANIFEST_FILES}${text}`) || disk.hasUnflushed(`${MEMBER_FILES}${text}/`))
    return false;
  return disk.wasWritten(`${MANIFEST_FILES}${text}`);
}

/** What the simulator saw at the moment of a note of this machine. */
export function factsOfNote(query: HoldingsQuery, machine: Machine, note: Note): NoteFacts {
  if (note.kind === "stored") {
    const flushedMemberCount = machine.disk.flushedCount(`${MEMBER_FILES}${keyText(note.key)}/`);
    return { flushedOnDisk: isFlushed(machine, note.key), flushedMemberCount };
  }
  if (note.kind !== "verdict") return {};
  const all = holdingsByKey(query);
  const { key } = note.verdict;
  if (key === undefined) return { holdingsByKey: all };
  return { holdings: holdingsOfKey(query, all, key), holdingsByKey: all };
}

/** Takes in what the disk of a slot holds. */
function readDisk(query: HoldingsQuery, slot: number, truth: DiskTruth, found: Map<string, FoundKey>): void {
  const machine = query.machines[query.configuration.slotHosts[slot] as HostId] as Machine;
  for (const { name, intact, flushed, content } of machine.disk.facts()) {
    const place = placeOf(name);
    if (place === undefined) continue;
    const { keyName, memberName, group, member } = place;
    let known = found.get(keyName);
    if (known === undefined) {
      const key = parseKeyText(keyName);
      if (key === undefined) continue;
      known = { key, images: imagesOf(query.events, key), bySlot: [] };
      found.set(keyName, known);
    }
    const { key, images } = known;
    const held = (known.bySlot[slot] ??= {
      manifestIntact: false,
      manifestFlushed: false,
      intactMembers: [],
      flushedMembers: [],
      wrongMembers: [],
    });
    if (!intact || content === undefined) continue;
    if (memberName === undefined) {
      // What was never taken cannot be judged: such a key is a violation of its own.
      held.manifestIntact =
        images.length === 0 || images.some((image) => truth.isManifest(image, key, content));
      held.manifestFlushed = held.manifestIntact && flushed;
      continue;
    }
    if (images.length > 0 && !images.some((image) => truth.isMember(image, group, member, content))) {
      held.wrongMembers.push(memberName);
      continue;
    }
    held.intactMembers.push(memberName);
    if (flushed) held.flushedMembers.push(memberName);
  }
}

/** What a file is, by its name; `memberName` ("group/member") is undefined for a manifest. */
interface FilePlace {
  readonly keyName: string;
  readonly memberName: string | undefined;
  readonly group: number;
  readonly member: number;
}

/** undefined for control records and foreign files. */
function placeOf(name: string): FilePlace | undefined {
  const keyEnd = name.indexOf("/", 2);
  if (name.startsWith(MANIFEST_FILES)) {
    if (keyEnd >= 0) return undefined;
    return { keyName: name.slice(2), memberName: undefined, group: -1, member: -1 };
  }
  if (!name.startsWith(MEMBER_FILES) || keyEnd < 0) return undefined;
  const groupEnd = name.indexOf("/", keyEnd + 1);
  const group = countOf(name, keyEnd + 1, groupEnd);
  const member = countOf(name, groupEnd + 1, name.length);
  if (groupEnd < 0 || group < 0 || member < 0) return undefined;
  return { keyName: name.slice(2, keyEnd), memberName: name.slice(keyEnd + 1), group, member };
}

/** The number that stands there in decimal digits; -1 for anything else. */
function countOf(text: string, start: number, end: number): number {
  let count = start < end ? 0 : -1;
  for (let index = start; index < end; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    count = count * 10 + digit;
  }
  return count;
}

function factOf(query: HoldingsQuery, slot: number, holding: HeldOfKey | undefined): HoldingFact {
  const host = query.configuration.slotHosts[slot] as HostId;
  return {
    host,
    slot,
    reachable: isReachable(query, host),
    manifestIntact: holding?.manifestIntact ?? false,
    manifestFlushed: holding?.manifestFlushed ?? false,
    intactMembers: holding?.intactMembers ?? [],
    flushedMembers: holding?.flushedMembers ?? [],
    wrongMembers: holding?.wrongMembers ?? [],
  };
}

function isReachable({ machines, network, judge }: HoldingsQuery, host: HostId): boolean {
  if (machines[host]?.up !== true) return false;
  return judge === undefined || (!network.isCut(judge, host) && !network.isCut(host, judge));
}
