/**
 * Which chunks a profile consists of, and how many cases there are.
 *
 * commit: every cell has its share, cells of equal width the same one, wide ones less because their cases take longer. A
 * share is dealt out to all phases and numbers of servers of the cell; its images, the places of the former, the harmed slots,
 * the retention counts and the first crashes take turns. exhaustive: every case of every base; large bases are cut into parts,
 * so that a chunk ends within minutes.
 */
import type { World } from "../../sim/world.ts";
import type { RunEngines } from "../run.ts";
import { allCells, baseName, basesOf, PAIRED_FIRST_CRASH_WIDTH_MAX } from "./bases.ts";
import { BaseRun } from "./base-run.ts";
import type {
  BaseCount,
  CrashBase,
  CrashCell,
  CrashChunk,
  CrashPlan,
  CrashProfile,
  PlannedCell,
} from "./chunk.ts";
import { partsOf, partWords } from "./parts.ts";
import { countBase } from "./run-chunk.ts";
import { stepTableOf } from "./step-table.ts";

/** Asked for by the commit profile: more than the gate demands, for small bases have fewer, and some turn out to be equal. */
const COMMIT_CASES = 530_000;
/** Of each phase every so many images of a cell; the other phases take the others. */
const IMAGE_STEP = 3;

export interface PlanOptions {
  /** Counts the bases of a cell, in their order; asked for by the exhaustive profile alone. */
  readonly count: (cell: CrashCell) => Promise<readonly BaseCount[]>;
  readonly onProgress?: ((doneCount: number, totalCount: number) => void) | undefined;
  /** For the exhaustive profile, whose chunks are cut while they are handed out. */
  readonly engines: RunEngines;
}

/** Every base of a cell, counted in this thread. */
export function countCell(cell: CrashCell, engines: RunEngines): BaseCount[] {
  const quietWorlds = new Map<string, World>();
  return basesOf(cell).map((base) => countBase(base, engines, quietWorlds));
}

export async function planCrashPoints(profile: CrashProfile, options: PlanOptions): Promise<CrashPlan> {
  const planned = profile === "commit" ? commitCells() : await exhaustiveCells(options);
  const cells = planned.map(({ cell }) => cell);
  const sum = (of: (cell: PlannedCell) => number): number =>
    cells.reduce((total, cell) => total + of(cell), 0);
  return {
    profile,
    cells,
    baseCount: sum(({ baseCount }) => baseCount),
    pieceCount: sum(({ pieceCount }) => pieceCount),
    caseCount: profile === "commit" ? undefined : sum(({ caseCount }) => caseCount ?? 0),
    selectedCount: sum(({ selectedCount }) => selectedCount),
    chunks: {
      *[Symbol.iterator]() {
        for (const { chunks } of planned) yield* chunks();
      },
    },
  };
}

interface CellPlan {
  readonly cell: PlannedCell;
  chunks(): Iterable<CrashChunk>;
}

function commitCells(): CellPlan[] {
  const cells = allCells();
  // A case takes about as long as it has servers, and there are about as many more schemes.
  const weightSum = cells.reduce((sum, { width }) => sum + 1 / (width * width), 0);
  return cells.map((cell, cellIndex) => {
    const bases = commitBases(cell, cellIndex);
    const { scheme, width } = cell;
    const caseCountMax = Math.ceil(COMMIT_CASES / (width * width * weightSum) / bases.length);
    return {
      cell: {
        scheme,
        width,
        baseCount: bases.length,
        pieceCount: bases.length,
        caseCount: undefined,
        selectedCount: bases.length * caseCountMax,
      },
      chunks: () => bases.map((base) => ({ id: baseName(base), base, part: undefined, caseCountMax })),
    };
  });
}

/** Of each phase, number of servers and placement some images; what else tells bases apart takes turns. */
function commitBases(cell: CrashCell, cellIndex: number): CrashBase[] {
  // By phase, number of servers and placement, then by image.
  const groups = new Map<string, Map<number, CrashBase[]>>();
  for (const base of basesOf(cell)) {
    const { phase, serverCount, imageBytes, placement } = base;
    const name = `${phase} ${serverCount} ${placement ?? "rotated"}`;
    const group = groups.get(name) ?? new Map<number, CrashBase[]>();
    groups.set(name, group);
    group.set(imageBytes, [...(group.get(imageBytes) ?? []), base]);
  }
  return [...groups.values()].flatMap((group, groupIndex) =>
    [...group.values()].flatMap((equal, imageIndex) => {
      const turn = imageIndex + groupIndex + cellIndex;
      const { phase, width } = equal[0] as CrashBase;
      const isPaired = phase === "double" && width <= PAIRED_FIRST_CRASH_WIDTH_MAX;
      const place = isPaired ? turn + cellIndex * group.size : Math.floor(turn / IMAGE_STEP);
      const base = equal[(place * TURN_STEP) % equal.length] as CrashBase;
      // With the largest image every slot has something to lose; few cells have every first of two crashes.
      const isAlwaysTaken =
        isPaired || (imageIndex === group.size - 1 && (phase === "repair" || phase === "scrub"));
      return turn % IMAGE_STEP === 0 || isAlwaysTaken ? [base] : [];
    }),
  );
}

/** Has no divisor in common with the few counts that there are: turns meet every combination in the end. */
const TURN_STEP = 31;

async function exhaustiveCells({ count, onProgress, engines }: PlanOptions): Promise<CellPlan[]> {
  const cells = allCells();
  let doneCount = 0;
  onProgress?.(0, cells.length);
  const counted = cells.map(async (cell): Promise<CellPlan> => {
    const counts = await count(cell);
    doneCount += 1;
    onProgress?.(doneCount, cells.length);
    const caseCount = counts.reduce((sum, { cases }) => sum + cases, 0);
    const { scheme, width } = cell;
    return {
      cell: {
        scheme,
        width,
        baseCount: counts.length,
        pieceCount: counts.reduce((sum, { pieces }) => sum + pieces, 0),
        caseCount,
        selectedCount: caseCount,
      },
      chunks: () => exhaustiveChunks(cell, counts, engines),
    };
  });
  return Promise.all(counted);
}

function* exhaustiveChunks(
  cell: CrashCell,
  counts: readonly BaseCount[],
  engines: RunEngines,
): Generator<CrashChunk, void, undefined> {
  for (const [index, base] of basesOf(cell).entries()) {
    const name = baseName(base);
    const { cases, pieces } = counts[index] as BaseCount;
    if (cases === 0) continue;
    if (pieces === 1) {
      yield { id: name, base, part: undefined, caseCountMax: undefined };
      continue;
    }
    const run = new BaseRun(base, engines);
    for (const part of partsOf(run.sets, stepTableOf(run)))
      yield { id: name + partWords(part), base, part, caseCountMax: undefined };
  }
}
