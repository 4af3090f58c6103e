/**
 * Which attempts at checkpoints there were, when each became durable as a fact, and which bytes each stands for.
 *
 * Durable as a fact: for every slot of the attempt's placement there is a `stored` note in the life named, and the simulator
 * saw the manifest and as many members as belong there flushed on that disk at that moment. What roles believe (`known-durable`) is not used.
 */
import type { Ballot, CheckpointKey, Life } from "../../core/checkpoint/key.ts";
import type { HistoryEvent, RunHistory } from "../../sim/history.ts";
import { memberCounts } from "../oracle/geometry.ts";
import type { RunContext } from "../promises/promise.ts";
import { declusteredOverOf, geometryIn } from "./holdings.ts";
import { keyId, orderLives, stateId } from "./order.ts";

export interface AttemptFact {
  readonly key: CheckpointKey;
  readonly atNs: number;
  /** The host that runs the software. */
  readonly host: number;
  readonly placement: readonly { readonly slot: number; readonly life: Life }[];
  /** Length of the image taken; undefined when none was taken under this name. */
  readonly imageBytes: number | undefined;
  /** Index of the event that made it durable, and its time. */
  readonly durableIndex: number | undefined;
  readonly durableNs: number | undefined;
}

export interface ImageFact {
  readonly ballot: Ballot;
  readonly sequence: number;
  readonly image: Uint8Array;
}

export interface CheckpointFacts {
  readonly attempts: readonly AttemptFact[];
  /** In the order in which they became durable. */
  readonly durable: readonly (AttemptFact & { readonly durableIndex: number; readonly durableNs: number })[];
  /** By state; more than one when two starts used one name. */
  readonly images: ReadonlyMap<string, readonly ImageFact[]>;
}

interface AttemptUnderWay {
  readonly fact: AttemptFact;
  readonly missing: Set<number>;
}

/**
 * Whether an acknowledgement says what is so: the manifest is flushed, nothing is on its way, and no member is missing.
 * Undefined when the simulator did not look.
 */
export function isStoreTrue(
  event: HistoryEvent,
  attempt: Pick<AttemptFact, "placement" | "imageBytes"> | undefined,
  context: RunContext,
): boolean | undefined {
  if (event.kind !== "note" || event.note.kind !== "stored") return undefined;
  const { flushedOnDisk, flushedMemberCount, note } = event;
  if (flushedOnDisk !== true || flushedMemberCount === undefined) return flushedOnDisk;
  const position = attempt?.placement.findIndex(({ slot }) => slot === note.slot) ?? -1;
  if (attempt?.imageBytes === undefined || position < 0) return true;
  return flushedMemberCount >= memberCountAt(attempt.imageBytes, attempt.placement, position, context);
}

const countsOf: WeakMap<RunContext, Map<string, readonly number[]>> = new WeakMap();

function memberCountAt(
  imageBytes: number,
  placement: AttemptFact["placement"],
  position: number,
  context: RunContext,
): number {
  let counts = countsOf.get(context);
  if (counts === undefined) countsOf.set(context, (counts = new Map()));
  const name = `${imageBytes}/${placement.length}/${declusteredOverOf(context.placement, context.scheme, placement) ?? ""}`;
  let found = counts.get(name);
  if (found === undefined) {
    found = memberCounts(geometryIn(context, imageBytes, placement));
    counts.set(name, found);
  }
  return found[position] ?? 0;
}

export function checkpointFacts(history: RunHistory, context: RunContext): CheckpointFacts {
  const images = new Map<string, ImageFact[]>();
  for (const event of history.events) {
    if (event.kind !== "image-taken") continue;
    const id = stateId(event.ballot, event.sequence);
    const taken = images.get(id) ?? [];
    taken.push({ ballot: event.ballot, sequence: event.sequence, image: event.image });
    images.set(id, taken);
  }
  const attempts = new Map<string, AttemptUnderWay[]>();
  const inOrder: AttemptUnderWay[] = [];
  for (const event of history.events) {
    if (event.kind !== "note" || event.note.kind !== "attempt-started") continue;
    const { key, placement } = event.note;
    const attempt: AttemptUnderWay = {
      fact: {
        key,
        atNs: event.atNs,
        host: event.host,
        placement,
        imageBytes: images.get(stateId(key.ballot, key.sequence))?.[0]?.image.length,
        durableIndex: undefined,
        durableNs: undefined,
      },
      missing: new Set(placement.map(({ slot }) => slot)),
    };
    inOrder.push(attempt);
    attempts.set(keyId(key), [...(attempts.get(keyId(key)) ?? []), attempt]);
  }
  const durableAt = new Map<AttemptUnderWay, { index: number; atNs: number }>();
  for (const [index, event] of history.events.entries()) {
    if (event.kind !== "note" || event.note.kind !== "stored") continue;
    const { key, slot, life } = event.note;
    for (const attempt of attempts.get(keyId(key)) ?? []) {
      if (isStoreTrue(event, attempt.fact, context) !== true) continue;
      const placed = attempt.fact.placement.find((entry) => entry.slot === slot);
      if (placed === undefined || orderLives(placed.life, life) !== 0) continue;
      attempt.missing.delete(slot);
      if (attempt.missing.size === 0 && !durableAt.has(attempt)) {
        durableAt.set(attempt, { index, atNs: event.atNs });
      }
    }
  }
  const facts = inOrder.map((attempt): AttemptFact => {
    const at = durableAt.get(attempt);
    return { ...attempt.fact, durableIndex: at?.index, durableNs: at?.atNs };
  });
  return { attempts: facts, durable: durableInOrder(facts), images };
}

function durableInOrder(attempts: readonly AttemptFact[]): CheckpointFacts["durable"] {
  const durable: (AttemptFact & { readonly durableIndex: number; readonly durableNs: number })[] = [];
  for (const attempt of attempts) {
    const { durableIndex, durableNs } = attempt;
    if (durableIndex !== undefined && durableNs !== undefined)
      durable.push({ ...attempt, durableIndex, durableNs });
  }
  return durable.sort((a, b) => a.durableIndex - b.durableIndex);
}
