/**
 * Reads the members of groups from the servers' files, a batch of groups at a time and one transfer a server and batch.
 *
 * What is not there, is cut off, or cannot be read is left out: the caller verifies and decodes. Batches are read in order,
 * each into the arena in which it can be decoded. Two arenas take turns: the members of a batch stay as they are while the next
 * one is read, not longer.
 */

import path from "node:path";
import { createGroupArena, type GroupArena } from "../core/redundancy/arena.ts";
import {
  type Layout,
  memberExists,
  positionOfMember,
  storedBytesAtPosition,
} from "../core/redundancy/layout.ts";
import { type Candidate, type Position, problemOf } from "./candidates.ts";
import { FileFailure, type FileLayer, isAbsence, type ReadHandle } from "./file-layer.ts";
import { allSettledOrThrow } from "./position-writer.ts";
import { checkpointPath, MEMBERS_FILE } from "./server-paths.ts";
import { groupsPerBatch } from "./sizing.ts";
import type { ServerProblem } from "./store-error.ts";

/** The members of one group: k + m, undefined where missing and for implicit zeros. */
export type GroupMembers = (Uint8Array | undefined)[];

export interface GroupBatch {
  readonly groups: readonly GroupMembers[];
  /** Where their members lie: those of a group at the place that is its index in `groups`. */
  readonly arena: GroupArena;
}

interface Request {
  readonly group: GroupMembers;
  readonly member: number;
  /** Where it goes. */
  readonly view: Uint8Array;
}

export class GroupReader {
  readonly batchGroups: number;
  private readonly openingProblems: ServerProblem[] = [];
  private readonly candidate: Candidate;
  /** Positions with members that the system could not read, found so far. */
  private readonly unreadablePositions: Set<number> = new Set();
  private readonly layout: Layout;
  /** By position. */
  private readonly handles: (ReadHandle | undefined)[] = [];
  /** Members before the next batch in each position's file. */
  private readonly cursors: number[] = [];
  /** In turn; made when they are needed first. */
  private readonly arenas: [GroupArena | undefined, GroupArena | undefined] = [undefined, undefined];
  private turn: 0 | 1 = 0;

  constructor(candidate: Candidate) {
    this.candidate = candidate;
    this.layout = candidate.layout;
    this.batchGroups = groupsPerBatch(candidate.layout);
  }

  async open(layer: FileLayer): Promise<void> {
    const { candidate } = this;
    for (const [position, { server, slot, isHeld }] of candidate.positions.entries()) {
      this.cursors.push(0);
      this.handles.push(undefined);
      if (server === undefined || !isHeld) continue;
      const file = path.join(checkpointPath(server.path, candidate.text), MEMBERS_FILE);
      try {
        const handle = await layer.openRead(file);
        this.handles[position] = handle;
        const { bytes } = await handle.facts();
        const expected = storedBytesAtPosition(this.layout, position);
        if (bytes !== expected) {
          const detail = `${bytes} bytes instead of ${expected}`;
          this.openingProblems.push(problemOf("members-length-wrong", slot, server.path, detail));
        }
      } catch (error) {
        if (!(error instanceof FileFailure)) throw error;
        const code = isAbsence(error) ? "members-absent" : "members-unreadable";
        this.openingProblems.push(problemOf(code, slot, server.path));
      }
    }
  }

  /** What opening the files, and reading them so far, showed. */
  problems(): ServerProblem[] {
    const unreadable = [...this.unreadablePositions].map((position) => {
      const { slot, path: directory } = this.candidate.positions[position] as Position;
      return problemOf("members-unreadable", slot, directory);
    });
    return [...this.openingProblems, ...unreadable];
  }

  /** True when the position's file could be opened: its members may be there. */
  isOpen(position: number): boolean {
    return this.handles[position] !== undefined;
  }

  /** The next groups: `batchGroups` of them, or what is left from `firstGroup` on. */
  async readBatch(firstGroup: number): Promise<GroupBatch> {
    const { layout } = this;
    const { k, m } = layout.scheme;
    const end = Math.min(layout.groupCount, firstGroup + this.batchGroups);
    const groups: GroupMembers[] = [];
    const requests: Request[][] = this.handles.map(() => []);
    const arena = this.nextArena();
    for (let group = firstGroup; group < end; group += 1) {
      const members: GroupMembers = new Array<Uint8Array | undefined>(k + m).fill(undefined);
      groups.push(members);
      for (let member = 0; member < k + m; member += 1) {
        if (!memberExists(layout, group, member)) continue;
        const view = arena.member(member, group - firstGroup);
        (requests[positionOfMember(layout, group, member)] as Request[]).push({
          group: members,
          member,
          view,
        });
      }
    }
    await allSettledOrThrow(requests.map((wanted, position) => this.readPosition(position, wanted)));
    return { groups, arena };
  }

  async close(): Promise<void> {
    await allSettledOrThrow(this.handles.map((handle) => handle?.close() ?? Promise.resolve()));
  }

  private nextArena(): GroupArena {
    const { turn, arenas, layout, batchGroups } = this;
    this.turn = turn === 0 ? 1 : 0;
    const placeCount = Math.max(1, Math.min(batchGroups, layout.groupCount));
    const arena = arenas[turn] ?? createGroupArena(layout.scheme, layout.subsegmentBytes, placeCount);
    arenas[turn] = arena;
    return arena;
  }

  private async readPosition(position: number, wanted: readonly Request[]): Promise<void> {
    const handle = this.handles[position];
    const start = this.cursors[position] as number;
    this.cursors[position] = start + wanted.length;
    if (handle === undefined || wanted.length === 0) return;
    const { subsegmentBytes } = this.layout;
    try {
      const views = wanted.map(({ view }) => view);
      const count = await handle.read(views, start * subsegmentBytes);
      for (const [index, { group, member, view }] of wanted.entries()) {
        if ((index + 1) * subsegmentBytes > count) break;
        group[member] = view;
      }
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
      await this.readOneByOne(position, handle, wanted, start);
    }
  }

  /** A sector that cannot be read must not cost the members around it. */
  private async readOneByOne(
    position: number,
    handle: ReadHandle,
    wanted: readonly Request[],
    start: number,
  ): Promise<void> {
    const { subsegmentBytes } = this.layout;
    for (const [index, { group, member, view }] of wanted.entries()) {
      try {
        const count = await handle.read([view], (start + index) * subsegmentBytes);
        if (count === subsegmentBytes) group[member] = view;
      } catch (error) {
        if (!(error instanceof FileFailure)) throw error;
        this.unreadablePositions.add(position);
      }
    }
  }
}
