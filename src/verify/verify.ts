/**
 * A whole verification: runs every piece of a plan, wherever `execute` runs it, and merges what they found.
 *
 * The result does not depend on the order in which pieces end, but for the wall-clock seconds and for which of many
 * counterexamples of one place are kept. A verification in which a promise was never exercised is broken: a checker with
 * nothing to check proves nothing. One in which nothing ran is undecided, and so is one whose time was up before its end.
 */
import { type ChunkResult, mergeChunks } from "./crash-points/index.ts";
import { type FoundCounterexample, foundInChunk, foundInExploration } from "./found-counterexample.ts";
import { boundsText, type Exploration } from "./interleavings/index.ts";
import { PROMISES } from "./promises/index.ts";
import type { PromiseId } from "./result.ts";
import type { VerifyPart, VerifyResult, VerifyViolation } from "./verify-result.ts";
import { PART_IDS, type TimedResult, type VerifyPlan, type VerifyTask } from "./verify-task.ts";
import { VERSION } from "./version.ts";

export interface VerifyRun {
  readonly plan: VerifyPlan;
  execute(task: VerifyTask): Promise<TimedResult>;
  /** Pieces that an earlier start finished, by id: they are not executed again. */
  readonly finished?: ReadonlyMap<string, TimedResult> | undefined;
  readonly onFinished?: ((task: VerifyTask, result: TimedResult) => void) | undefined;
  readonly onProgress?: ((doneCount: number, totalCount: number) => void) | undefined;
  /** Pieces handed out and not ended: enough that no thread waits, and few enough that the time can be up soon. Default 64. */
  readonly handedOutCountMax?: number | undefined;
  /** Asked before each piece that is not known yet. True: neither it nor any later one is taken. */
  readonly isTimeUp?: (() => boolean) | undefined;
  /** Keeps a counterexample, and says where it is and which command shows it again. */
  keep(found: FoundCounterexample): Promise<{ readonly file: string; readonly command: string }>;
  nowMs(): number;
  readonly command: string;
}

/** Of one promise at one place: the first few say what the others would. */
const KEPT_MAX = 2;

interface Ended {
  readonly task: VerifyTask;
  readonly timed: TimedResult;
  /** Milliseconds of the run's clock; both undefined for a piece of an earlier start. */
  readonly endedMs: number | undefined;
}

const HANDED_OUT_COUNT_MAX = 64;

/** In the order of the plan. Pieces are taken from it as others end. */
async function runAll(run: VerifyRun): Promise<Ended[]> {
  const { plan, finished } = run;
  const ended: Ended[] = [];
  const tasks = plan.tasks[Symbol.iterator]();
  let takenCount = 0;
  let doneCount = 0;
  run.onProgress?.(0, plan.taskCount);
  const takeTurns = async (): Promise<void> => {
    for (;;) {
      const next = tasks.next();
      if (next.done === true) return;
      const task = next.value;
      const place = takenCount;
      takenCount += 1;
      const known = finished?.get(task.id);
      if (known === undefined && run.isTimeUp?.() === true) return;
      const timed = known ?? (await run.execute(task));
      const endedMs = known === undefined ? run.nowMs() : undefined;
      if (known === undefined) run.onFinished?.(task, timed);
      doneCount += 1;
      run.onProgress?.(doneCount, plan.taskCount);
      ended[place] = { task, timed, endedMs };
    }
  };
  const takerCount = run.handedOutCountMax ?? HANDED_OUT_COUNT_MAX;
  await Promise.all(Array.from({ length: takerCount }, takeTurns));
  // Without the places of pieces that were not taken.
  return ended.filter(() => true);
}

/** From the start of the first piece to the end of the last, of those that ran now. */
function spanSeconds(ended: readonly Ended[]): number {
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = 0;
  for (const { endedMs, timed } of ended) {
    if (endedMs === undefined) continue;
    firstMs = Math.min(firstMs, endedMs - timed.seconds * 1000);
    lastMs = Math.max(lastMs, endedMs);
  }
  return lastMs === 0 ? 0 : tenths((lastMs - firstMs) / 1000);
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

async function keepSome(run: VerifyRun, found: readonly FoundCounterexample[]): Promise<VerifyViolation[]> {
  const counts = new Map<string, number>();
  const violations: VerifyViolation[] = [];
  for (const each of found) {
    const { where, promise, message } = each;
    const place = `${where} ${promise}`;
    const count = counts.get(place) ?? 0;
    counts.set(place, count + 1);
    if (count < KEPT_MAX) violations.push({ where, promise, message, ...(await run.keep(each)) });
  }
  return violations;
}

type Counted = Partial<Record<PromiseId, number>>;

function summed(counts: readonly Readonly<Counted>[]): Counted {
  const sum: Counted = {};
  for (const each of counts) {
    for (const [id, count] of Object.entries(each) as [PromiseId, number][]) sum[id] = (sum[id] ?? 0) + count;
  }
  return sum;
}

async function crashPart(run: VerifyRun, ended: readonly Ended[]): Promise<VerifyPart> {
  const results = ended.flatMap(({ timed }): ChunkResult[] =>
    timed.result.part === "crash-points" ? [timed.result.result] : [],
  );
  const { cells, counts, reach } = mergeChunks(results);
  const violations = await keepSome(run, results.flatMap(foundInChunk));
  const isBroken = cells.some(({ brokenCount }) => brokenCount > 0);
  return {
    id: "crash-points",
    title: "Every crash point times every loss",
    verdict: isBroken ? "broken" : counts.executed === 0 ? "undecided" : "held",
    counts,
    cells,
    states: [],
    reach,
    checkedCounts: summed(results.map(({ checkedCounts }) => checkedCounts)),
    violations,
    wallSeconds: spanSeconds(ended),
  };
}

async function interleavingPart(run: VerifyRun, ended: readonly Ended[]): Promise<VerifyPart> {
  const explored = ended.flatMap(({ task, timed }) =>
    task.part === "interleavings" && timed.result.part === "interleavings"
      ? [{ planned: task.planned, exploration: timed.result.result }]
      : [],
  );
  const results: Exploration[] = explored.map(({ exploration }) => exploration);
  const violations = await keepSome(run, results.flatMap(foundInExploration));
  const executed = results.reduce((sum, { transitions }) => sum + transitions, 0);
  const distinct = results.reduce((sum, { visited }) => sum + visited, 0);
  return {
    id: "interleavings",
    title: "Every order of messages and timers, within bounds",
    verdict: violations.length > 0 ? "broken" : executed === 0 ? "undecided" : "held",
    // The first state of each is no transition's end.
    counts: {
      executed,
      distinct,
      duplicate: Math.max(0, executed - (distinct - results.length)),
      skipped: 0,
    },
    cells: [],
    states: explored.map(({ planned, exploration }) => {
      const { configuration, visited, transitions, deepestLevel, exhausted } = exploration;
      const { stateCountMax, depthMax } = planned.bounds;
      return {
        name: configuration.name,
        bounds: `${boundsText(configuration)}; at most ${stateCountMax} states and ${depthMax} levels`,
        visited,
        transitions,
        deepestLevel,
        exhausted,
      };
    }),
    reach: undefined,
    checkedCounts: summed(results.map(({ checkedCounts }) => checkedCounts)),
    violations,
    wallSeconds: spanSeconds(ended),
  };
}

function idleIn(parts: readonly VerifyPart[]): PromiseId[] {
  const counts = summed(parts.map(({ checkedCounts }) => checkedCounts));
  return PROMISES.map(({ id }) => id).filter((id) => (counts[id] ?? 0) === 0);
}

function verdictOf(
  parts: readonly VerifyPart[],
  { isIdle, isCutShort }: { readonly isIdle: boolean; readonly isCutShort: boolean },
): VerifyResult["verdict"] {
  if (isIdle || parts.some(({ verdict }) => verdict === "broken")) return "broken";
  return isCutShort || parts.some(({ verdict }) => verdict === "undecided") ? "undecided" : "held";
}

export async function verifyAll(run: VerifyRun): Promise<VerifyResult> {
  const startedMs = run.nowMs();
  const ended = await runAll(run);
  const { plan } = run;
  const parts: VerifyPart[] = [];
  for (const id of plan.parts) {
    const own = ended.filter(({ task }) => task.part === id);
    // A shard of few pieces may have none of one part.
    if (own.length === 0 && plan.shard !== undefined) continue;
    parts.push(id === "crash-points" ? await crashPart(run, own) : await interleavingPart(run, own));
  }
  const leftPieceCount = plan.taskCount - ended.length;
  const isCutShort = leftPieceCount > 0;
  // A part or a shard by itself has promises that it cannot exercise; the whole may not have any.
  const isWhole = PART_IDS.every((id) => plan.parts.includes(id)) && plan.shard === undefined && !isCutShort;
  const idlePromises = isWhole ? idleIn(parts) : [];
  return {
    version: VERSION,
    profile: plan.profile,
    shard: plan.shard,
    verdict: verdictOf(parts, { isIdle: idlePromises.length > 0, isCutShort }),
    parts,
    idlePromises,
    pieceCount: plan.taskCount,
    leftPieceCount,
    wallSeconds: tenths((run.nowMs() - startedMs) / 1000),
    workSeconds: tenths(ended.reduce((sum, { timed }) => sum + timed.seconds, 0)),
    command: run.command,
  };
}
