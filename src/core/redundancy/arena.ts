/**
 * An arena: one fixed memory that holds every member of a group, for callers that can put members where they are computed,
 * such as a read from a file. Nothing is copied. It may have places for several groups, one behind the other.
 *
 * Invariants: the memory is made once and never grows; members lie apart by a stride that is no power of two, since equal
 * offsets in many members would otherwise compete for one set of the cache; bytes behind a member's length are never read
 * as data. A call that fails changes no member. What to compute is worked out once for calls that ask the same in a row, as
 * those for one group after another do.
 */

import { assert } from "../assertion.ts";
import { combineBytes } from "./byte-rows.ts";
import { type DecodeError } from "./code.ts";
import { type Combination, existsInGroup, solveGroup } from "./combination.ts";
import { BLOCK_BYTES, type Kernel } from "./kernel.ts";
import { createKernel } from "./kernel-choice.ts";
import { programBytesMax, type RowProgram, writeProgram } from "./row-program.ts";
import { codingOf, type Scheme } from "./scheme.ts";

const PAD_BYTES = 64;

export type ArenaResult = { readonly ok: true } | { readonly ok: false; readonly error: DecodeError };

/** Rows over members of the group, written down for the kernel. */
interface Plan {
  readonly rows: readonly Uint8Array[];
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  readonly program: RowProgram;
}

interface EncodePlan extends Plan {
  readonly dataCount: number;
}

interface RebuildPlan extends Plan {
  readonly dataCount: number;
  readonly isThere: readonly boolean[];
  readonly wanted: readonly number[];
}

/** All members of a group, or of several, in one memory. Made by `createGroupArena`. */
export class GroupArena {
  readonly scheme: Scheme;
  /** Length of every member, at least 1. */
  readonly memberBytes: number;
  /** How many groups it holds, at least 1. */
  readonly placeCount: number;
  /** Which kernels compute here. */
  readonly kernelName: Kernel["name"];
  private readonly kernel: Kernel;
  private readonly programBytes: number;
  private readonly strideBytes: number;
  private readonly members: readonly Uint8Array[];
  private encodePlan: EncodePlan | undefined = undefined;
  private rebuildPlan: RebuildPlan | undefined = undefined;

  constructor(
    scheme: Scheme,
    memberBytes: number,
    placeCount: number,
    makeKernel: (memoryBytes: number) => Kernel,
  ) {
    const count = scheme.k + scheme.m;
    this.scheme = scheme;
    this.memberBytes = memberBytes;
    this.placeCount = placeCount;
    const rowsMax = Math.max(1, scheme.m);
    this.programBytes = roundedUp(programBytesMax(rowsMax, count));
    this.strideBytes = roundedUp(memberBytes) + PAD_BYTES;
    this.kernel = makeKernel(2 * this.programBytes + placeCount * count * this.strideBytes);
    this.kernelName = this.kernel.name;
    this.members = Array.from({ length: placeCount * count }, (_, index) => {
      const start = this.addressOf(index);
      return this.kernel.memory.subarray(start, start + memberBytes);
    });
  }

  /**
   * The bytes of a member, for filling and for reading: 0..k+m−1 of the group at a place 0..placeCount−1 (else it is a bug).
   * The same view each time.
   */
  member(member: number, place: number = 0): Uint8Array {
    const count = this.scheme.k + this.scheme.m;
    assert(Number.isInteger(member) && member >= 0 && member < count, "the member is one of the group");
    const view = this.members[place * count + member];
    assert(view !== undefined, "the arena has the place");
    return view;
  }

  /** Computes all redundancy members from data members 0..dataCount−1; the other data members count as zeros. */
  encode(dataCount: number, place: number = 0): void {
    assert(
      Number.isInteger(dataCount) && dataCount >= 1 && dataCount <= this.scheme.k,
      "the data count is 1..k",
    );
    if (this.encodePlan?.dataCount !== dataCount) {
      const rows = codingOf(this.scheme).rows.map((row) => row.subarray(0, dataCount));
      const sources = Array.from({ length: dataCount }, (_, member) => member);
      const targets = rows.map((_, index) => this.scheme.k + index);
      this.encodePlan = { dataCount, ...this.planned(0, rows, sources, targets) };
    }
    this.run(this.encodePlan, place);
  }

  /**
   * Computes the wanted members from those that are there. `isThere`: k + m entries, one for each member (else it is a bug).
   * Errors: `member-out-of-range`, `member-does-not-exist`, `too-few-members`, `undetermined-members`.
   */
  rebuild(
    dataCount: number,
    isThere: readonly boolean[],
    wanted: readonly number[],
    place: number = 0,
  ): ArenaResult {
    const { scheme } = this;
    const memberCount = scheme.k + scheme.m;
    assert(isThere.length === memberCount, "it is said of each member whether it is there");
    const last = this.rebuildPlan;
    if (last?.dataCount === dataCount && isEqual(last.isThere, isThere) && isEqual(last.wanted, wanted)) {
      this.run(last, place);
      return { ok: true };
    }
    for (const member of wanted) {
      if (!Number.isInteger(member) || member < 0 || member >= memberCount) {
        return { ok: false, error: { code: "member-out-of-range", member } };
      }
      if (!existsInGroup(scheme, dataCount, member)) {
        return { ok: false, error: { code: "member-does-not-exist", member } };
      }
    }
    const solution = solveGroup(scheme, dataCount, isThere);
    const lost = [...new Set(wanted)].filter((member) => isThere[member] !== true);
    const combinations = lost.map((member) => solution.combinationOf(member));
    const undetermined = lost.filter((_, index) => combinations[index] === undefined);
    if (undetermined.length > 0) {
      const have = isThere.filter((is, member) => is && existsInGroup(scheme, dataCount, member)).length;
      return have < dataCount
        ? { ok: false, error: { code: "too-few-members", members: undetermined, have, need: dataCount } }
        : {
            ok: false,
            error: { code: "undetermined-members", members: undetermined, have, need: dataCount },
          };
    }
    // There are at most m of them, since members that follow from others are so many at most: the program has room.
    const plan = this.planOf(combinations as Combination[]);
    this.rebuildPlan = { dataCount, isThere: [...isThere], wanted: [...wanted], ...plan };
    this.run(plan, place);
    return { ok: true };
  }

  private planOf(combinations: readonly Combination[]): Plan {
    const sources = [...new Set(combinations.flatMap((combination) => combination.sources))];
    const rows = combinations.map((combination) => {
      const row = new Uint8Array(sources.length);
      combination.sources.forEach((member, index) => {
        row[sources.indexOf(member)] = combination.coefficients[index] as number;
      });
      return row;
    });
    const targets = combinations.map(({ wanted }) => wanted);
    return this.planned(this.programBytes, rows, sources, targets);
  }

  private planned(
    start: number,
    rows: readonly Uint8Array[],
    sources: readonly number[],
    targets: readonly number[],
  ): Plan {
    assert(rows.length <= Math.max(1, this.scheme.m), "the program has room for the rows");
    const addressOf = (member: number): number => this.addressOf(member);
    return {
      rows,
      sources,
      targets,
      program: writeProgram(this.kernel, rows, sources.map(addressOf), targets.map(addressOf), start),
    };
  }

  /** The program is about the first place; for another one, every address lies further by the same bytes. */
  private run({ rows, sources, targets, program }: Plan, place: number): void {
    assert(Number.isInteger(place) && place >= 0 && place < this.placeCount, "the arena has the place");
    if (rows.length === 0) return;
    const { scheme, memberBytes, kernel } = this;
    const blockEnd = memberBytes - (memberBytes % BLOCK_BYTES);
    const offset = place * (scheme.k + scheme.m) * this.strideBytes;
    if (blockEnd > 0) kernel.run(program.table, program.tableEnd, offset, offset + blockEnd);
    if (blockEnd === memberBytes) return;
    const views = sources.map((member) => this.member(member, place));
    for (const [index, row] of rows.entries()) {
      combineBytes(row, views, this.member(targets[index] as number, place), blockEnd, memberBytes);
    }
  }

  /** `index`: of the member in the arena. */
  private addressOf(index: number): number {
    return 2 * this.programBytes + index * this.strideBytes;
  }
}

function isEqual<Value>(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/**
 * An arena for groups of this scheme with members of `memberBytes` bytes, and for `placeCount` groups at a time: integers of at
 * least 1 (else it is a bug).
 */
export function createGroupArena(scheme: Scheme, memberBytes: number, placeCount: number = 1): GroupArena {
  assert(Number.isSafeInteger(memberBytes) && memberBytes >= 1, "members have a length");
  assert(Number.isSafeInteger(placeCount) && placeCount >= 1, "an arena has places");
  return new GroupArena(scheme, memberBytes, placeCount, createKernel);
}
