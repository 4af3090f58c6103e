/**
 * The damage found while a checkpoint is read: which members were missing or rotten, which groups are lost, by slot.
 *
 * Counts are exact; lists end at LISTED_MAX entries, so that a result stays small whatever was lost.
 */

import { type GroupError, type ReassembledGroup } from "../core/checkpoint/reassemble.ts";
import { type Layout, memberExists, positionOfMember } from "../core/redundancy/layout.ts";
import { type Candidate, type Position, problemOf } from "./candidates.ts";
import type { GroupMembers } from "./group-reader.ts";
import { LISTED_MAX, type LostGroup, type ServerProblem } from "./store-error.ts";

/** One member that was not as it should be. */
export interface DamagedMember {
  readonly group: number;
  readonly member: number;
  readonly slot: number;
  /** Directory of the slot: as given, or where it was last known to be; "" when unknown. */
  readonly path: string;
  readonly cause: "missing" | "corrupt";
  /** True when its bytes were rebuilt for the output. A redundancy member is not needed there. */
  readonly isRebuilt: boolean;
}

/** Groups one after another, both ends included. */
export interface GroupRange {
  readonly first: number;
  readonly last: number;
}

export interface SlotDamage {
  readonly slot: number;
  readonly path: string;
  readonly missingCount: number;
  readonly corruptCount: number;
  readonly rebuiltCount: number;
  /** The groups of these members, ascending; the first LISTED_MAX ranges. */
  readonly groups: readonly GroupRange[];
}

/** The servers that lost groups lack members of, in order of positions. */
export interface LostByCause {
  readonly missing: readonly Position[];
  /** Without those that are in `missing`. */
  readonly corrupt: readonly Position[];
}

interface Counts {
  missing: number;
  corrupt: number;
  rebuilt: number;
  readonly groups: { first: number; last: number }[];
}

export class Damage {
  readonly members: DamagedMember[] = [];
  readonly lostGroups: LostGroup[] = [];
  lostGroupCount = 0;
  rebuiltCount = 0;
  damagedCount = 0;
  private readonly candidate: Candidate;
  private readonly layout: Layout;
  private readonly counts: Counts[];
  /** Positions, over all lost groups. */
  private readonly lostMissing: Set<number> = new Set();
  private readonly lostCorrupt: Set<number> = new Set();

  constructor(candidate: Candidate) {
    this.candidate = candidate;
    this.layout = candidate.layout;
    this.counts = candidate.positions.map(() => ({ missing: 0, corrupt: 0, rebuilt: 0, groups: [] }));
  }

  addGroup(group: number, members: GroupMembers, result: ReassembledGroup): void {
    const { rebuilt, corrupt } = result;
    for (let member = 0; member < members.length; member += 1) {
      const isMissing = members[member] === undefined && memberExists(this.layout, group, member);
      const isCorrupt = corrupt.includes(member);
      if (isMissing || isCorrupt) {
        this.addMember(group, member, isMissing ? "missing" : "corrupt", rebuilt.includes(member));
      }
    }
  }

  addLostGroup(error: GroupError): void {
    const { group, have, need } = error;
    this.lostGroupCount += 1;
    for (const member of error.corrupt) this.addMember(group, member, "corrupt", false);
    for (const member of error.missing) this.lostMissing.add(positionOfMember(this.layout, group, member));
    for (const member of error.corrupt) this.lostCorrupt.add(positionOfMember(this.layout, group, member));
    if (this.lostGroups.length >= LISTED_MAX) return;
    const slotOf = (member: number): number => this.positionAt(group, member).slot;
    this.lostGroups.push({
      group,
      have,
      need,
      missingSlots: error.missing.map(slotOf),
      corruptSlots: error.corrupt.map(slotOf),
    });
  }

  lostByCause(): LostByCause {
    const { positions } = this.candidate;
    return {
      missing: positions.filter((_, position) => this.lostMissing.has(position)),
      corrupt: positions.filter(
        (_, position) => this.lostCorrupt.has(position) && !this.lostMissing.has(position),
      ),
    };
  }

  /** True when the server at this position does not hold all its members as they should be. */
  isDamaged(position: number): boolean {
    const { missing, corrupt } = this.counts[position] as Counts;
    return missing + corrupt > 0;
  }

  /** Only slots with damage, in order of positions. */
  bySlot(): SlotDamage[] {
    const slots: SlotDamage[] = [];
    for (const [position, { missing, corrupt, rebuilt, groups }] of this.counts.entries()) {
      if (missing + corrupt === 0) continue;
      const { slot, path } = this.candidate.positions[position] as Position;
      slots.push({
        slot,
        path,
        missingCount: missing,
        corruptCount: corrupt,
        rebuiltCount: rebuilt,
        groups,
      });
    }
    return slots;
  }

  /** The servers on which members were rotten, as problems of theirs. */
  problems(): ServerProblem[] {
    return this.bySlot()
      .filter(({ corruptCount }) => corruptCount > 0)
      .map(({ slot, path, corruptCount }) =>
        problemOf(
          "members-corrupt",
          slot,
          path,
          `${corruptCount} ${corruptCount === 1 ? "member" : "members"}`,
        ),
      );
  }

  private addMember(group: number, member: number, cause: "missing" | "corrupt", isRebuilt: boolean): void {
    const counts = this.counts[positionOfMember(this.layout, group, member)] as Counts;
    counts[cause] += 1;
    // Groups come in ascending order, and a position holds at most one member of each.
    const range = counts.groups.at(-1);
    if (range?.last === group - 1) range.last = group;
    else if (counts.groups.length < LISTED_MAX) counts.groups.push({ first: group, last: group });
    this.damagedCount += 1;
    if (isRebuilt) {
      counts.rebuilt += 1;
      this.rebuiltCount += 1;
    }
    if (this.members.length >= LISTED_MAX) return;
    const { slot, path } = this.positionAt(group, member);
    this.members.push({ group, member, slot, path, cause, isRebuilt });
  }

  private positionAt(group: number, member: number): Position {
    const position = positionOfMember(this.layout, group, member);
    return this.candidate.positions[position] as Position;
  }
}
