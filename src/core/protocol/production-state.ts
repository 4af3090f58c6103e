/**
 * What a production role knows and believes: its state, and what follows from it alone.
 *
 * Not covered: what it does (production.ts, production-attempt.ts).
 */
import type { Segment } from "../checkpoint/image.ts";
import { endsLife, type Ballot, type CheckpointKey, type Life } from "../checkpoint/key.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { HostId } from "./environment.ts";
import type { PlacedSlot } from "./messages.ts";

/** Beats without an answer after which a server is not chosen for a placement. */
export const SILENT_BEATS_MAX = 3;

/** What the writer believes of a slot. */
export interface SlotView {
  life: Life;
  joined: boolean;
  complete: boolean;
  missedBeats: number;
  floor: CheckpointKey | undefined;
}

export interface CheckpointUnderWay {
  readonly segments: readonly Segment[];
  /** The present attempt. */
  key: CheckpointKey;
  placement: readonly PlacedSlot[];
  /** See Layout; undefined: rotated. */
  declusteredOver: number | undefined;
  /** Slots that were silent in an earlier attempt of this checkpoint. */
  readonly avoidedSlots: number[];
  formerHost: HostId;
  formerBoot: number | undefined;
  groupSent: number;
  groupLimit: number;
  /** Groups that the former took in, now and at the last tick; and groups sent by the last tick. */
  groupCount: number;
  groupCountAtTick: number;
  groupSentAtTick: number;
  heard: boolean;
  silentTicks: number;
}

export interface ProductionState {
  /** undefined: this host runs no software. */
  ballot: Ballot | undefined;
  sequence: number;
  /** Own durable checkpoints that are retained, oldest first. */
  durable: CheckpointKey[];
  newestPlacement: readonly PlacedSlot[];
  slots: SlotView[];
  checkpoint: CheckpointUnderWay | undefined;
  formerGivenUp: boolean;
  degradedSlots: readonly number[];
  /** `wanted` was said and nothing has come of it yet. */
  asked: boolean;
}

export function createProduction(): ProductionState {
  return {
    ballot: undefined,
    sequence: 0,
    durable: [],
    newestPlacement: [],
    slots: [],
    checkpoint: undefined,
    formerGivenUp: false,
    degradedSlots: [],
    asked: false,
  };
}

export function isBelievedAlive(view: SlotView): boolean {
  return view.joined && view.missedBeats < SILENT_BEATS_MAX;
}

/** Slots to place on, best first: the former's own (its members cost no network), then complete ones, in slot order. */
export function eligibleSlots(
  cluster: ClusterConfiguration,
  state: ProductionState,
  avoidedSlots: readonly number[],
): number[] {
  const slots: number[] = [];
  state.slots.forEach((view, slot) => {
    if (isBelievedAlive(view) && !avoidedSlots.includes(slot)) slots.push(slot);
  });
  const formerSlot = cluster.slotHosts.indexOf(cluster.formerHost);
  const rank = (slot: number): number =>
    slot === formerSlot ? 0 : state.slots[slot]?.complete === true ? 1 : 2;
  return slots.sort((a, b) => rank(a) - rank(b));
}

/** A life that is newer than the known one: its server is blank, and not joined until it says so itself. */
export function learnLife(view: SlotView, life: Life): void {
  if (!endsLife(life, view.life)) return;
  view.life = life;
  view.complete = false;
  view.joined = false;
}
