/**
 * What the disks of the slots hold, as facts of the simulator: it compares what a read would give with what was written.
 *
 * File names are the core's: `m/<key>/<group>/<member>` is a member, `f/<key>` a manifest. Other files are left out.
 * Does not cover: whether the bytes that were written were the right ones; checkers compare with the run's own images.
 */
import { type CheckpointKey, compareKeys, keyText, parseKeyText } from "../core/checkpoint/key.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Note } from "../core/protocol/notes.ts";
import type { HoldingFact, KeyHoldings } from "./history.ts";
import type { NoteFacts } from "./history-recorder.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";

const MEMBER_FILE = /^m\/([^/]+)\/([0-9]+)\/([0-9]+)$/;
const MANIFEST_FILE = /^f\/([^/]+)$/;

interface HeldOfKey {
  manifestIntact: boolean;
  manifestFlushed: boolean;
  intactMembers: string[];
  flushedMembers: string[];
}

export interface HoldingsQuery {
  readonly slotHosts: readonly HostId[];
  readonly machines: readonly Machine[];
  readonly network: Network;
  /** Reachability is judged from here; undefined: a host is reachable when it is up. */
  readonly judge: HostId | undefined;
}

/** For every key of which any slot's disk holds a file, oldest first: one fact for each slot that is a host of the world. */
export function holdingsByKey(query: HoldingsQuery): KeyHoldings[] {
  const keys = new Map<string, CheckpointKey>();
  const bySlot = query.slotHosts.map((host) => readDisk(query.machines[host] as Machine, keys));
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
  return found?.holdings ?? query.slotHosts.map((_, slot) => factOf(query, slot, undefined));
}

/** Whether a crash of the host at this moment would leave the manifest of a key and every member file of it. */
function isFlushed(machine: Machine, key: CheckpointKey): boolean {
  const { disk } = machine;
  const text = keyText(key);
  if (disk.hasUnflushed(`f/${text}`) || disk.hasUnflushed(`m/${text}/`)) return false;
  return disk.content(`f/${text}`) !== undefined;
}

/** What the simulator saw at the moment of a note of this machine. */
export function factsOfNote(query: HoldingsQuery, machine: Machine, note: Note): NoteFacts {
  if (note.kind === "stored") return { flushedOnDisk: isFlushed(machine, note.key) };
  if (note.kind !== "verdict") return {};
  const all = holdingsByKey(query);
  const { key } = note.verdict;
  if (key === undefined) return { holdingsByKey: all };
  return { holdings: holdingsOfKey(query, all, key), holdingsByKey: all };
}

function readDisk(machine: Machine, keys: Map<string, CheckpointKey>): Map<string, HeldOfKey> {
  const held = new Map<string, HeldOfKey>();
  for (const file of machine.disk.facts()) {
    const memberMatch = MEMBER_FILE.exec(file.name);
    const match = memberMatch ?? MANIFEST_FILE.exec(file.name);
    const text = match?.[1] ?? "";
    const key = parseKeyText(text);
    if (key === undefined) continue;
    if (!keys.has(text)) keys.set(text, key);
    let holding = held.get(text);
    if (holding === undefined) {
      holding = { manifestIntact: false, manifestFlushed: false, intactMembers: [], flushedMembers: [] };
      held.set(text, holding);
    }
    if (memberMatch === null) {
      holding.manifestIntact = file.intact;
      holding.manifestFlushed = file.intact && file.flushed;
    } else if (file.intact) {
      const name = `${memberMatch[2]}/${memberMatch[3]}`;
      holding.intactMembers.push(name);
      if (file.flushed) holding.flushedMembers.push(name);
    }
  }
  return held;
}

function factOf(query: HoldingsQuery, slot: number, holding: HeldOfKey | undefined): HoldingFact {
  const host = query.slotHosts[slot] as HostId;
  return {
    host,
    slot,
    reachable: isReachable(query, host),
    manifestIntact: holding?.manifestIntact ?? false,
    manifestFlushed: holding?.manifestFlushed ?? false,
    intactMembers: holding?.intactMembers ?? [],
    flushedMembers: holding?.flushedMembers ?? [],
  };
}

function isReachable({ machines, network, judge }: HoldingsQuery, host: HostId): boolean {
  if (machines[host]?.up !== true) return false;
  return judge === undefined || (!network.isCut(judge, host) && !network.isCut(host, judge));
}
