/**
 * A comparison: every scheme, place of the former and width of a scenario, over seeds, side by side.
 *
 * Each row has one run without faults, which gives what the scheme costs by itself (stored and sent bytes), and
 * `seedCount` runs with the scenario's faults, which give times, restores and verdicts. All promises are judged in all
 * of them. The survived shares are exact: every set of lost servers is enumerated.
 *
 * Runs are independent; `execute` may run them anywhere and in any order, and the result is the same.
 */
import type { Segment } from "../core/checkpoint/image.ts";
import type { FormerPlace } from "../core/protocol/cluster.ts";
import { parseScheme, type Scheme } from "../core/redundancy/scheme.ts";
import { scenarioHash } from "../scenario/canonical.ts";
import type { RunOverrides } from "../scenario/plan.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { clusterWords } from "./cluster-words.ts";
import { sampleOf } from "./compare-times.ts";
import { verdictSentence } from "./compare-words.ts";
import { recoveryOracleOf } from "./oracle/generator.ts";
import { SURVIVAL_WIDTH_MAX, survivalShares } from "./oracle/survival.ts";
import { derivedSeeds, replayWords } from "./replay-words.ts";
import type { CompareResult, CompareRow, PromiseId, RunResult } from "./result.ts";
import { PlanRefused, prepareEngines, runPrepared, type RunEngines } from "./run.ts";
import { spreadOf } from "./spread.ts";
import { thresholdsOf } from "./thresholds.ts";
import { VERSION } from "./version.ts";

/** One run of a comparison. Plain data: it may cross to a worker. */
export interface CompareTask {
  readonly seed: string;
  readonly overrides: RunOverrides;
  readonly withoutFaults: boolean;
}

export interface CompareOptions {
  readonly seed?: string | undefined;
  readonly seedCount?: number | undefined;
  readonly files?: readonly Segment[] | undefined;
  readonly onProgress?: ((doneCount: number, totalCount: number) => void) | undefined;
  /** Runs a task elsewhere; default: here, one after the other. */
  readonly execute?: ((task: CompareTask) => Promise<RunResult>) | undefined;
  /** The command that makes this result again. */
  readonly commandLine?: string | undefined;
  /** The command that runs one task again; default: `ckptlab run SCENARIO` with its options. */
  readonly replayCommand?: ((task: CompareTask) => string) | undefined;
  /** For the wall-clock figure; default: 0 stands in the result. */
  readonly nowMs?: (() => number) | undefined;
}

interface RowPlan {
  readonly scheme: Scheme;
  readonly former: FormerPlace;
  readonly width: number;
  readonly widthKind: CompareRow["widthKind"];
}

const BROKEN_NAMED_MAX = 5;

function rowPlans(scenario: Scenario): RowPlan[] {
  const { compare } = scenario;
  const schemes = compare?.schemes ?? [scenario.scheme];
  const formers = compare?.formers ?? [scenario.former];
  const rows: RowPlan[] = [];
  for (const former of formers) {
    for (const text of schemes) {
      const parsed = parseScheme(text);
      if (!parsed.ok) throw new PlanRefused(`compare: ${parsed.error.message}`);
      const { scheme } = parsed;
      rows.push({ scheme, former, width: scheme.k + scheme.m, widthKind: "own" });
      const commonWidth = compare?.commonWidth;
      if (commonWidth === undefined) continue;
      rows.push({ scheme, former, width: commonWidth, widthKind: "common" });
      // At its own width every group takes all servers, however it is placed.
      if (compare?.declustered === true && commonWidth > scheme.k + scheme.m) {
        rows.push({ scheme, former, width: commonWidth, widthKind: "declustered" });
      }
    }
  }
  return rows;
}

function tasksOf(row: RowPlan, seeds: readonly string[]): CompareTask[] {
  const overrides: RunOverrides = {
    scheme: row.scheme.text,
    former: row.former,
    width: row.width,
    ...(row.widthKind === "declustered" ? { placement: "declustered" } : {}),
  };
  const [firstSeed] = seeds;
  return [
    { seed: firstSeed ?? "1", overrides, withoutFaults: true },
    ...seeds.map((seed) => ({ seed, overrides, withoutFaults: false })),
  ];
}

/** Runs one task in this thread. */
export function runTask(
  scenario: Scenario,
  engines: RunEngines,
  files: readonly Segment[],
  task: CompareTask,
): RunResult {
  const { seed, overrides, withoutFaults } = task;
  return runPrepared(scenario, engines, { seed, overrides, files, withoutFaults });
}

export async function compareScenario(
  scenario: Scenario,
  options: CompareOptions = {},
): Promise<CompareResult> {
  const nowMs = options.nowMs ?? ((): number => 0);
  const startedMs = nowMs();
  const seed = options.seed ?? scenario.seed;
  const seedCount = options.seedCount ?? scenario.compare?.seedCount ?? 1;
  const seeds = derivedSeeds(seed, seedCount);
  const plans = rowPlans(scenario);
  // A row whose own width is the common one is run once and stands in both tables.
  const taskLists = new Map<string, CompareTask[]>();
  for (const row of plans) taskLists.set(rowKey(row), taskLists.get(rowKey(row)) ?? tasksOf(row, seeds));
  const tasks = [...taskLists.values()].flat();
  const results = await runAll(scenario, options, tasks);
  const replayCommand =
    options.replayCommand ??
    ((task: CompareTask): string => `ckptlab run SCENARIO ${replayWords(task.seed, task).join(" ")}`);
  const resultOf = new Map<CompareTask, RunResult>(
    tasks.map((task, index) => [task, resultAt(results, index)]),
  );
  const rows = plans.map((row) => {
    const runs = (taskLists.get(rowKey(row)) ?? []).map((task) => resultAtKey(resultOf, task));
    return rowOf(row, runs);
  });
  const faulty = tasks.flatMap((task, index) => (task.withoutFaults ? [] : [resultAt(results, index)]));
  const broken = tasks.flatMap((task, index) => {
    const run = resultAt(results, index);
    return run.verdict === "held" ? [] : [{ task, run }];
  });
  return {
    scenario: scenario.name,
    title: scenario.title,
    scenarioHash: scenarioHash(scenario),
    version: VERSION,
    seed,
    seedCount,
    runCount: results.length,
    wallSeconds: Math.round((nowMs() - startedMs) / 100) / 10,
    verdict: verdictSentence(rows, results.length, broken.length),
    rows,
    promises: promiseCounts(results),
    broken: broken.slice(0, BROKEN_NAMED_MAX).map(({ task, run }) => ({
      seed: task.seed,
      command: replayCommand(task),
      violations: run.promises.flatMap((promise) => promise.violations),
    })),
    command: options.commandLine ?? "",
    cluster: clusterWords(scenario),
    thresholds: thresholdsOf(scenario.expect, faulty),
  };
}

function rowKey(row: RowPlan): string {
  return `${row.scheme.text} ${row.former} ${row.width}${row.widthKind === "declustered" ? " declustered" : ""}`;
}

function resultAt(results: readonly RunResult[], index: number): RunResult {
  const result = results[index];
  if (result === undefined) throw new Error(`run ${index} gave no result`);
  return result;
}

function resultAtKey(results: ReadonlyMap<CompareTask, RunResult>, task: CompareTask): RunResult {
  const result = results.get(task);
  if (result === undefined) throw new Error(`no result for seed ${task.seed}`);
  return result;
}

async function runAll(
  scenario: Scenario,
  options: CompareOptions,
  tasks: readonly CompareTask[],
): Promise<RunResult[]> {
  let doneCount = 0;
  const done = (result: RunResult): RunResult => {
    doneCount += 1;
    options.onProgress?.(doneCount, tasks.length);
    return result;
  };
  const { execute } = options;
  if (execute !== undefined) return Promise.all(tasks.map((task) => execute(task).then(done)));
  const engines = await prepareEngines(scenario);
  const results: RunResult[] = [];
  for (const task of tasks) results.push(done(runTask(scenario, engines, options.files ?? [], task)));
  return results;
}

/** The first run is the one without faults, the others are the seeds. */
function rowOf(row: RowPlan, runs: readonly RunResult[]): CompareRow {
  const [quiet, ...faulty] = runs;
  if (quiet === undefined) throw new Error(`no run for ${rowKey(row)}`);
  const { imageBytes } = quiet.costs;
  const share = (bytes: number): number => (imageBytes === 0 ? 0 : bytes / imageBytes);
  const restores = faulty.flatMap((run) => run.restores);
  const median = (figures: readonly number[]): number | undefined => spreadOf(figures)?.p50;
  // A blank server that asks round sends bytes too: only runs in which members were rebuilt tell what a repair costs.
  const rebuilt = faulty.filter(({ costs }) => costs.rebuiltMemberBytes > 0 && costs.imageBytes > 0);
  const sumOf = (bytes: (run: RunResult) => number): number =>
    rebuilt.reduce((sum, run) => sum + bytes(run), 0);
  const { k, m } = row.scheme;
  const groupCount = Math.ceil(Math.ceil(imageBytes / quiet.subsegmentBytes) / k);
  return {
    scheme: row.scheme.text,
    k,
    m,
    former: row.former,
    width: row.width,
    widthKind: row.widthKind,
    tolerance: row.scheme.tolerance,
    runCount: runs.length,
    brokenCount: runs.filter((run) => run.verdict !== "held").length,
    imageBytes,
    storedBytesPerImageByte: share(quiet.costs.storedMemberBytesPerCheckpoint),
    takeImageBytesPerImageByte: share(quiet.costs.takeImageBytesPerCheckpoint),
    takeMemberBytesPerImageByte: share(quiet.costs.takeMemberBytesPerCheckpoint),
    restoreBytesPerImageByte: median(
      faulty.flatMap(({ costs, restores: { length: restoreCount } }) =>
        restoreCount > 0 && costs.imageBytes > 0
          ? [costs.networkBytes.restore / restoreCount / costs.imageBytes]
          : [],
      ),
    ),
    rebuiltRunCount: rebuilt.length,
    repairBytesPerRebuiltByte:
      rebuilt.length === 0
        ? undefined
        : sumOf(({ costs }) => costs.networkBytes.repair) / sumOf(({ costs }) => costs.rebuiltMemberBytes),
    rebuiltBytesPerImageByte: median(rebuilt.map(({ costs }) => costs.rebuiltMemberBytes / costs.imageBytes)),
    controlBytesPerImageByte:
      quiet.costs.durableCount === 0 ? 0 : share(quiet.costs.networkBytes.control / quiet.costs.durableCount),
    durableNs: sampleOf(runs.flatMap((run) => run.costs.durableBeforeRestoreNs)),
    restoreNs: sampleOf(restores.flatMap(({ restoreNs }) => (restoreNs === undefined ? [] : [restoreNs]))),
    reassembleNs: sampleOf(
      restores.flatMap(({ reassembleNs }) => (reassembleNs === undefined ? [] : [reassembleNs])),
    ),
    restoredCount: restores.filter(({ verdict }) => verdict === "restored").length,
    refusedCount: restores.filter(({ verdict }) => verdict === "refused").length,
    waitingCount: restores.filter(({ verdict }) => verdict === "waiting").length,
    survival:
      row.width > SURVIVAL_WIDTH_MAX
        ? []
        : survivalShares({
            k,
            m,
            width: row.width,
            declusteredOver: quiet.declusteredOver,
            groupCount,
            oracle: recoveryOracleOf(row.scheme.text),
          }),
    digests: runs.map((run) => run.digest),
  };
}

function promiseCounts(results: readonly RunResult[]): CompareResult["promises"] {
  const counts = new Map<PromiseId, { heldCount: number; brokenCount: number; checkedCount: number }>();
  for (const run of results) {
    for (const { id, status, checkedCount } of run.promises) {
      const count = counts.get(id) ?? { heldCount: 0, brokenCount: 0, checkedCount: 0 };
      if (status === "held") count.heldCount += 1;
      if (status === "broken") count.brokenCount += 1;
      count.checkedCount += checkedCount;
      counts.set(id, count);
    }
  }
  return [...counts].map(([id, count]) => ({ id, ...count }));
}
