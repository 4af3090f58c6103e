/**
 * A group's arena: one fixed memory that holds every member of one group, for callers that can put members where they are
 * computed, such as a read from a file. Nothing is copied.
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
  readonly sources: readonly Uint8Array[];
  readonly targets: readonly Uint8Array[];
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

/** All members of one group in one memory. Made by `createGroupArena`. */
export class GroupArena {
  readonly scheme: Scheme;
  /** Length of every member, at least 1. */
  readonly memberBytes: number;
  /** Which kernels compute here. */
  readonly kernelName: Kernel["name"];
  private readonly kernel: Kernel;
  private readonly programBytes: number;
  private readonly strideBytes: number;
  private readonly members: readonly Uint8Array[];
  private encodePlan: EncodePlan | undefined = undefined;
  private rebuildPlan: RebuildPlan | undefined = undefined;

  constructor(scheme: Scheme, memberBytes: number, makeKernel: (memoryBytes: number) => Kernel) {
    const count = scheme.k + scheme.m;
    this.scheme = scheme;
    this.memberBytes = memberBytes;
    const rowsMax = Math.max(1, scheme.m);
    this.programBytes = roundedUp(programBytesMax(rowsMax, count));
    this.strideBytes = roundedUp(memberBytes) + PAD_BYTES;
    this.kernel = makeKernel(2 * this.programBytes + count * this.strideBytes);
    this.kernelName = this.kernel.name;
    this.members = Array.from({ length: count }, (_, member) => {
      const start = this.addressOf(member);
      return this.kernel.memory.subarray(start, start + memberBytes);
    });
  }

  /** The bytes of a member, for filling and for reading: 0..k+m−1 (else it is a bug). The same view each time. */
  member(member: number): Uint8Array {
    const view = this.members[member];
    assert(view !== undefined, "the member is one of the group");
    return view;
  }

  /** Computes all redundancy members from data members 0..dataCount−1; the other data members count as zeros. */
  encode(dataCount: number): void {
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
    this.run(this.encodePlan);
  }

  /**
   * Computes the wanted members from those that are there. `isThere`: k + m entries, one for each member (else it is a bug).
   * Errors: `member-out-of-range`, `member-does-not-exist`, `too-few-members`, `undetermined-members`.
   */
  rebuild(dataCount: number, isThere: readonly boolean[], wanted: readonly number[]): ArenaResult {
    const { scheme } = this;
    const memberCount = scheme.k + scheme.m;
    assert(isThere.length === memberCount, "it is said of each member whether it is there");
    const last = this.rebuildPlan;
    if (last?.dataCount === dataCount && isEqual(last.isThere, isThere) && isEqual(last.wanted, wanted)) {
      this.run(last);
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
        ? { ok: false, error: { code: "too-few-members", have, need: dataCount } }
        : {
            ok: false,
            error: { code: "undetermined-members", members: undetermined, have, need: dataCount },
          };
    }
    // There are at most m of them, since members that follow from others are so many at most: the program has room.
    const plan = this.planOf(combinations as Combination[]);
    this.rebuildPlan = { dataCount, isThere: [...isThere], wanted: [...wanted], ...plan };
    this.run(plan);
    return { ok: true };
  }

  private planOf(combinations: readonly Combination[]): Plan {
    const sources = [...new Set(combinations.flatMap((combination) => combination.sources))].sort(
      (a, b) => a - b,
    );
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
      sources: sources.map((member) => this.member(member)),
      targets: targets.map((member) => this.member(member)),
      program: writeProgram(this.kernel, rows, sources.map(addressOf), targets.map(addressOf), start),
    };
  }

  private run({ rows, sources, targets, program }: Plan): void {
    if (rows.length === 0) return;
    const blockEnd = this.memberBytes - (this.memberBytes % BLOCK_BYTES);
    if (blockEnd > 0) this.kernel.run(program.table, program.tableEnd, 0, blockEnd);
    if (blockEnd === this.memberBytes) return;
    for (const [index, row] of rows.entries()) {
      combineBytes(row, sources, targets[index] as Uint8Array, blockEnd, this.memberBytes);
    }
  }

  private addressOf(member: number): number {
    return 2 * this.programBytes + member * this.strideBytes;
  }
}

function isEqual<Value>(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** An arena for groups of this scheme with members of `memberBytes` bytes, an integer of at least 1 (else it is a bug). */
export function createGroupArena(scheme: Scheme, memberBytes: number): GroupArena {
  assert(Number.isSafeInteger(memberBytes) && memberBytes >= 1, "members have a length");
  return new GroupArena(scheme, memberBytes, createKernel);
}
