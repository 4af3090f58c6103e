/**
 * Which chunks a profile consists of, and how many cases there are.
 *
 * commit: every cell has its share, cells of equal width the same one, wide ones less because their cases take longer. A
 * share is dealt out to all phases and numbers of servers of the cell; its images, the places of the former, the harmed slots,
 * the retention counts and the first crashes take turns. exhaustive: every case of every base; large bases are cut into parts,
 * so that a chunk ends within minutes.
 */
import { assert } from "../../core/assertion.ts";
import type { World } from "../../sim/world.ts";
import type { RunEngines } from "../run.ts";
import { allCells, baseName, basesOf, PAIRED_FIRST_CRASH_WIDTH_MAX, placementWords } from "./bases.ts";
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
  /**
   * Counts the bases of a cell, in their order, or a sample of them; asked for by the exhaustive profile alone. From a sample
   * all of the cell is estimated, and such a plan cannot be carried out.
   */
  readonly count: (cell: CrashCell) => Promise<readonly BaseCount[]>;
  readonly onProgress?: ((doneCount: number, totalCount: number) => void) | undefined;
  /** For the exhaustive profile, whose chunks are cut while they are handed out. */
  readonly engines: RunEngines;
}

/** A sample takes one of so many bases. A prime: what bases differ in comes round after fewer. */
const SAMPLE_STEP = 53;
/** Of a cell with fewer bases, each one is counted. */
const SAMPLED_COUNT_MIN = 20;

export type CountExtent = "all" | "sample";

/** The bases of a cell, or some of them, counted in this thread. */
export function countCell(cell: CrashCell, engines: RunEngines, extent: CountExtent): BaseCount[] {
  const bases = basesOf(cell);
  const step =
    extent === "all" ? 1 : Math.max(1, Math.min(SAMPLE_STEP, Math.floor(bases.length / SAMPLED_COUNT_MIN)));
  const quietWorlds = new Map<string, World>();
  return bases
    .filter((_, index) => index % step === Math.floor(step / 2))
    .map((base) => countBase(base, engines, quietWorlds));
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
    isEstimated: planned.some(({ isEstimated }) => isEstimated),
    chunks: {
      *[Symbol.iterator]() {
        for (const { chunks } of planned) yield* chunks();
      },
    },
  };
}

interface CellPlan {
  readonly cell: PlannedCell;
  readonly isEstimated: boolean;
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
      isEstimated: false,
      chunks: () => bases.map((base) => ({ id: baseName(base), base, part: undefined, caseCountMax })),
    };
  });
}

/** Of each phase, number of servers and placement some images; what else tells bases apart takes turns. */
function commitBases(cell: CrashCell, cellIndex: number): CrashBase[] {
  // By phase, number of servers and placement, then by image.
  const groups = new Map<string, Map<number, CrashBase[]>>();
  for (const base of basesOf(cell)) {
    const { phase, serverCount, imageBytes } = base;
    const name = `${phase} ${serverCount}${placementWords(base)}`;
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
    const baseCount = basesOf(cell).length;
    assert(counts.length > 0 && counts.length <= baseCount, "a count is of bases of the cell");
    const isEstimated = counts.length < baseCount;
    const totalOf = (of: (count: BaseCount) => number): number => {
      const counted = counts.reduce((sum, each) => sum + of(each), 0);
      return isEstimated ? Math.round((counted / counts.length) * baseCount) : counted;
    };
    const caseCount = totalOf(({ cases }) => cases);
    const { scheme, width } = cell;
    return {
      cell: {
        scheme,
        width,
        baseCount,
        pieceCount: totalOf(({ pieces }) => pieces),
        caseCount,
        selectedCount: caseCount,
      },
      isEstimated,
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
  const bases = basesOf(cell);
  assert(counts.length === bases.length, "an estimate is not carried out");
  for (const [index, base] of bases.entries()) {
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
