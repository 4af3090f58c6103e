/** Which slots a writer places on, and what it believes of lives. */
import { describe, expect, it } from "vitest";
import {
  createProduction,
  eligibleSlots,
  isBelievedAlive,
  learnLife,
  SILENT_BEATS_MAX,
  type ProductionState,
  type SlotView,
} from "../../../src/core/protocol/production-state.ts";
import { clusterOf, FIRST_LIFE, lifeOf } from "./cluster-case.ts";

function view(changes: Partial<SlotView> = {}): SlotView {
  return { life: FIRST_LIFE, joined: true, complete: true, missedBeats: 0, floor: undefined, ...changes };
}

function stateOf(slots: SlotView[]): ProductionState {
  return { ...createProduction(), slots };
}

describe("slots to place on", () => {
  it("are those that are joined, answer, and are not to be avoided", () => {
    const state = stateOf([
      view(),
      view({ joined: false }),
      view({ missedBeats: SILENT_BEATS_MAX }),
      view({ missedBeats: SILENT_BEATS_MAX - 1 }),
      view(),
    ]);
    expect(eligibleSlots(clusterOf("mirror:2", 5), state, [4])).toEqual([0, 3]);
  });

  it("come as the former's own, then complete ones, then others, each in slot order", () => {
    const cluster = clusterOf("mirror:2", 5, { formerPlace: "backup", formerHost: 4 });
    const incomplete = { complete: false };
    const state = stateOf([view(incomplete), view(), view(incomplete), view(incomplete), view()]);
    expect(eligibleSlots(cluster, state, [])).toEqual([3, 1, 4, 0, 2]);
  });
});

describe("a life that is learned", () => {
  it("and is newer makes the slot a blank one; an equal or older one changes nothing", () => {
    const slot = view({ life: lifeOf(2) });
    learnLife(slot, FIRST_LIFE);
    learnLife(slot, lifeOf(2));
    expect(slot).toEqual(view({ life: lifeOf(2) }));
    expect(isBelievedAlive(slot)).toBe(true);
    learnLife(slot, lifeOf(3));
    expect(slot).toEqual(view({ life: lifeOf(3), joined: false, complete: false }));
    expect(isBelievedAlive(slot)).toBe(false);
  });
});
