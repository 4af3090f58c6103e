/**
 * What one restore was told, from the messages alone, and what is wrong with it when the restorer says "waiting".
 *
 * Written apart from the restorer. Checked: somebody is named; nobody is named who told all that there is to tell, nor who
 * was declared lost; nobody is left out who told nothing; a restore with enough promises does not wait for promises; and
 * one that waits for members of a checkpoint names servers of its placement. That it goes on when everything works is
 * tried by fair-completion.ts. Not checked: which of the servers of a placement it waits for.
 *
 * Plain data in a canonical order. A restore that was refused asks everybody anew; until then it is told nothing.
 */
import { keyText, type Ballot, type Life } from "../../core/checkpoint/key.ts";
import { compareBallots } from "../../core/checkpoint/key.ts";
import { decodeManifest } from "../../core/checkpoint/manifest.ts";
import { type ClusterConfiguration, quorumOf } from "../../core/protocol/cluster.ts";
import type { PromiseMessage, Refusal } from "../../core/protocol/messages.ts";
import type { Verdict } from "../../core/protocol/notes.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";

interface HeardPromise {
  readonly slot: number;
  readonly life: Life;
  readonly isComplete: boolean;
  /** It holds a checkpoint whose manifest it cannot show. */
  readonly isDamaged: boolean;
}

export interface RestoreLedger {
  readonly ballot: Ballot;
  readonly isOperator: boolean;
  readonly lostSlots: readonly number[];
  readonly isPaused: boolean;
  /** By slot, the newest one of each. */
  readonly promises: readonly HeardPromise[];
  /** Newest life of each slot that was heard of. */
  readonly lives: readonly Life[];
  /** Slots of the placement of each checkpoint whose manifest was shown. */
  readonly placements: Readonly<Record<string, readonly number[]>>;
}

export function createLedger(
  ballot: Ballot,
  lostSlots: readonly number[],
  isOperator: boolean,
): RestoreLedger {
  return { ballot, isOperator, lostSlots, isPaused: false, promises: [], lives: [], placements: {} };
}

export function ledgerAsks(ledger: RestoreLedger | undefined): RestoreLedger | undefined {
  return ledger?.isPaused === true ? { ...ledger, isPaused: false } : ledger;
}

/** After a verdict that ends this round of questions. */
export function ledgerPauses(ledger: RestoreLedger | undefined): RestoreLedger | undefined {
  return ledger === undefined ? undefined : { ...ledger, isPaused: true, promises: [] };
}

export function ledgerHearsRefusal(
  ledger: RestoreLedger | undefined,
  ballot: Ballot,
  { lives }: Refusal,
): RestoreLedger | undefined {
  if (ledger === undefined || compareBallots(ballot, ledger.ballot) !== 0) return ledger;
  return { ...ledger, lives: newestOf(ledger.lives, lives) };
}

export function ledgerHears(
  ledger: RestoreLedger | undefined,
  message: PromiseMessage,
): RestoreLedger | undefined {
  if (ledger === undefined || ledger.isPaused || compareBallots(message.ballot, ledger.ballot) !== 0)
    return ledger;
  const { slot, life, complete, damaged, manifests } = message;
  const heard: HeardPromise = { slot, life, isComplete: complete, isDamaged: damaged.length > 0 };
  const placements = { ...ledger.placements };
  for (const bytes of manifests) {
    const decoded = decodeManifest(bytes, MODEL_DIGESTS);
    if (!decoded.ok) continue;
    const { key, placement } = decoded.manifest;
    placements[keyText(key)] = placement.map((placed) => placed.slot);
  }
  const own = message.lives.map((known, index) => (index === slot ? life : known));
  return {
    ...ledger,
    promises: [...ledger.promises.filter((each) => each.slot !== slot), heard].sort(
      (a, b) => a.slot - b.slot,
    ),
    lives: newestOf(newestOf(ledger.lives, message.lives), own),
    placements: Object.fromEntries(Object.entries(placements).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function newestOf(known: readonly Life[], heard: readonly Life[]): Life[] {
  return heard.map((life, slot) => {
    const before = known[slot];
    return before !== undefined && before.number >= life.number ? before : life;
  });
}

/** What is wrong with waiting like this, or undefined. */
export function complaintOf(
  cluster: ClusterConfiguration,
  ledger: RestoreLedger,
  { key, slots }: Extract<Verdict, { kind: "waiting" }>,
): string | undefined {
  const { lostSlots, promises, lives, isOperator } = ledger;
  if (slots.length === 0) return "and names nobody";
  const lost = slots.find((slot) => lostSlots.includes(slot));
  if (lost !== undefined) return `and names slot ${lost}, which was declared lost`;
  const placement = key === undefined ? undefined : ledger.placements[keyText(key)];
  if (placement !== undefined) {
    const stranger = slots.find((slot) => !placement.includes(slot));
    return stranger === undefined ? undefined : `and names slot ${stranger}, which the placement does not`;
  }
  const valid = promises.filter(({ slot, life }) => {
    const known = lives[slot];
    return known === undefined || life.number >= known.number;
  });
  const all = [...cluster.slotHosts.keys()];
  const silent = all.find(
    (slot) => !lostSlots.includes(slot) && !promises.some((each) => each.slot === slot),
  );
  if (silent !== undefined && !slots.includes(silent))
    return `and does not name slot ${silent}, which told it nothing`;
  const told = valid.find(
    ({ slot, isComplete, isDamaged }) => isComplete && !isDamaged && slots.includes(slot),
  );
  if (told !== undefined) return `and names slot ${told.slot}, which told it all`;
  if (key !== undefined) return undefined; // nobody could show its manifest
  const { promiseCount, completeCount } = quorumOf(all.length, cluster.scheme.tolerance);
  const isEnough = isOperator
    ? all.every((slot) => lostSlots.includes(slot) || valid.some((each) => each.slot === slot))
    : valid.length >= promiseCount && valid.filter(({ isComplete }) => isComplete).length >= completeCount;
  return isEnough ? "although it has enough promises" : undefined;
}
