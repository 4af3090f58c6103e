/**
 * What the disks of the slots hold, as facts of the simulator: it compares what a read would give with what was written,
 * and with what the run's own copy of the image says the file must contain (disk-truth.ts).
 *
 * File names are the core's: `m/<key>/<group>/<member>` is a member, `f/<key>` a manifest. Other files are left out.
 * Does not cover: the content of what an acknowledgement speaks of, which only counts the files that are flushed.
 */
import type { ClusterConfiguration } from "../core/protocol/cluster.ts";
import { type CheckpointKey, compareKeys, keyText, parseKeyText } from "../core/checkpoint/key.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Note } from "../core/protocol/notes.ts";
import { DiskTruth } from "./disk-truth.ts";
import type { HistoryEvent, HoldingFact, KeyHoldings } from "./history.ts";
import type { NoteFacts } from "./history-recorder.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";

const MEMBER_FILE = /^m\/([^/]+)\/([0-9]+)\/([0-9]+)$/;
const MANIFEST_FILE = /^f\/([^/]+)$/;

interface HeldOfKey {
  /** What was taken under the key's name. */
  readonly images: readonly Uint8Array[];
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
  const keys = new Map<string, CheckpointKey>();
  const imagesOf = imageFinder(query.events);
  const truth = truthOf(query.configuration);
  const bySlot = query.configuration.slotHosts.map((host) =>
    readDisk(query.machines[host] as Machine, keys, truth, imagesOf),
  );
  return [...keys.values()].sort(compareKeys).map((key) => ({
    key,
    holdings: bySlot.map((held, slot) => factOf(query, slot, held.get(keyText(key)))),
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
type ImagesOf = (key: CheckpointKey) => readonly Uint8Array[];

function imageFinder(events: readonly HistoryEvent[]): ImagesOf {
  let images: Map<string, Uint8Array[]> | undefined;
  const nameOf = (key: CheckpointKey): string => keyText({ ...key, attempt: 0 });
  return (key) => {
    if (images === undefined) {
      images = new Map();
      for (const event of events) {
        if (event.kind !== "image-taken") continue;
        const { ballot, sequence, image } = event;
        const name = nameOf({ ballot, sequence, attempt: 0 });
        images.set(name, [...(images.get(name) ?? []), image]);
      }
    }
    return images.get(nameOf(key)) ?? [];
  };
}

/**
 * Whether a crash of the host at this moment would leave the manifest of a key and every member file of it, as far as the
 * host could know: what a lying disk lost or tore counts as written, and is told as damage.
 */
function isFlushed(machine: Machine, key: CheckpointKey): boolean {
  const { disk } = machine;
  const text = keyText(key);
  if (disk.hasUnflushed(`f/${text}`) || disk.hasUnflushed(`m/${text}/`)) return false;
  return disk.wasWritten(`f/${text}`);
}

/** What the simulator saw at the moment of a note of this machine. */
export function factsOfNote(query: HoldingsQuery, machine: Machine, note: Note): NoteFacts {
  if (note.kind === "stored") {
    const flushedMemberCount = machine.disk.flushedCount(`m/${keyText(note.key)}/`);
    return { flushedOnDisk: isFlushed(machine, note.key), flushedMemberCount };
  }
  if (note.kind !== "verdict") return {};
  const all = holdingsByKey(query);
  const { key } = note.verdict;
  if (key === undefined) return { holdingsByKey: all };
  return { holdings: holdingsOfKey(query, all, key), holdingsByKey: all };
}

function readDisk(
  machine: Machine,
  keys: Map<string, CheckpointKey>,
  truth: DiskTruth,
  imagesOf: ImagesOf,
): Map<string, HeldOfKey> {
  const held = new Map<string, HeldOfKey>();
  const { disk } = machine;
  for (const file of disk.facts()) {
    const memberMatch = MEMBER_FILE.exec(file.name);
    const match = memberMatch ?? MANIFEST_FILE.exec(file.name);
    if (match === null) continue;
    const text = match[1] ?? "";
    const key = keys.get(text) ?? parseKeyText(text);
    if (key === undefined) continue;
    if (!keys.has(text)) keys.set(text, key);
    let holding = held.get(text);
    if (holding === undefined) {
      holding = {
        images: imagesOf(key),
        manifestIntact: false,
        manifestFlushed: false,
        intactMembers: [],
        flushedMembers: [],
        wrongMembers: [],
      };
      held.set(text, holding);
    }
    if (!file.intact) continue;
    const bytes = disk.content(file.name) as Uint8Array;
    const { images } = holding;
    // What was never taken cannot be judged: such a key is a violation of its own.
    const isRight = (judge: (image: Uint8Array) => boolean): boolean =>
      images.length === 0 || images.some(judge);
    if (memberMatch === null) {
      holding.manifestIntact = isRight((image) => truth.isManifest(image, key, bytes));
      holding.manifestFlushed = holding.manifestIntact && file.flushed;
      continue;
    }
    const [, , group = "", member = ""] = memberMatch;
    const name = `${group}/${member}`;
    if (!isRight((image) => truth.isMember(image, Number(group), Number(member), bytes))) {
      holding.wrongMembers.push(name);
      continue;
    }
    holding.intactMembers.push(name);
    if (file.flushed) holding.flushedMembers.push(name);
  }
  return held;
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
