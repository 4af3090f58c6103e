/**
 * What the visits say about the zoo: which bugs were found and how, whether the sound core was left in peace, and which
 * promises' checkers caught at least one bug.
 */
import type { PromiseId } from "../../src/verify/result.ts";
import type { HuntReport } from "./hunt-worker.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { STRATEGY_IDS, type StrategyId } from "./strategies/strategy.ts";
import type { Visit } from "./visit.ts";

export interface Finding {
  readonly bug: PlantedBug;
  /** The first strategy that found it. */
  readonly by: HuntReport | undefined;
  readonly reports: readonly HuntReport[];
  /** Why the bug does not count as found, or undefined. */
  readonly problem: string | undefined;
}

export interface ZooJudgement {
  readonly findings: readonly Finding[];
  /** What was found in the sound core, or kept it from being looked at; undefined when it was not visited. */
  readonly soundProblems: readonly string[] | undefined;
  /** Bugs by the promise whose checker caught them. */
  readonly caughtBy: Readonly<Record<PromiseId, readonly string[]>>;
  /** Those of them in which it was the only checker that failed. The model checker does not say: it stops at the first. */
  readonly caughtAloneBy: Readonly<Record<PromiseId, readonly string[]>>;
  /** Promises whose checker caught nothing, or nothing on its own. */
  readonly idlePromises: readonly PromiseId[];
}

export function judge(visits: readonly Visit[], promises: readonly PromiseId[]): ZooJudgement {
  const findings: Finding[] = [];
  let soundProblems: string[] | undefined;
  const caughtBy = noBugs(promises);
  const caughtAloneBy = noBugs(promises);
  for (const { bug, reports, problem } of visits) {
    const found = reports.filter((report) => report.found !== undefined);
    if (bug === undefined) {
      soundProblems ??= [];
      if (problem !== undefined) soundProblems.push(problem);
      for (const { strategy, found: wrong } of found) {
        soundProblems.push(`${strategy}, ${wrong?.caseName ?? ""}: ${wrong?.message ?? ""}`);
      }
      continue;
    }
    const caught = new Set(found.flatMap((report) => report.found?.promises ?? []));
    for (const id of caught) caughtBy[id].push(bug.id);
    for (const id of caught) if (found.some((report) => isAlone(report, id))) caughtAloneBy[id].push(bug.id);
    findings.push({ bug, by: found[0], reports, problem: problem ?? problemOf(bug, found) });
  }
  const idlePromises = promises.filter((id) => caughtAloneBy[id].length === 0);
  return { findings, soundProblems, caughtBy, caughtAloneBy, idlePromises };
}

function noBugs(promises: readonly PromiseId[]): Record<PromiseId, string[]> {
  return Object.fromEntries(promises.map((id) => [id, []])) as unknown as Record<PromiseId, string[]>;
}

function isAlone({ strategy, found }: HuntReport, id: PromiseId): boolean {
  return strategy !== "model-checker" && found?.promises.length === 1 && found.promises[0] === id;
}

export interface StrategyScore {
  readonly strategy: StrategyId;
  readonly unit: string;
  /** Ids of bugs. */
  readonly found: readonly string[];
  /** Of those, the ones that no other strategy found. */
  readonly foundAlone: readonly string[];
  readonly notFound: readonly string[];
  /** Time was over before the cases were. */
  readonly cut: readonly string[];
}

/** What each strategy was worth, in the order of STRATEGY_IDS; meant for findings of which every strategy was tried. */
export function scoresOf(findings: readonly Finding[]): StrategyScore[] {
  return STRATEGY_IDS.flatMap((strategy) => {
    const reports = findings.flatMap(({ bug, reports: all }) => {
      const own = all.find((report) => report.strategy === strategy);
      const finders = all.filter(({ found }) => found !== undefined);
      return own === undefined ? [] : [{ id: bug.id, own, isOnlyOne: finders.length === 1 }];
    });
    const unit = reports[0]?.own.unit;
    if (unit === undefined) return [];
    const idsOf = (isMeant: (report: (typeof reports)[number]) => boolean): string[] =>
      reports.filter(isMeant).map(({ id }) => id);
    return [
      {
        strategy,
        unit,
        found: idsOf(({ own }) => own.found !== undefined),
        foundAlone: idsOf(({ own, isOnlyOne }) => own.found !== undefined && isOnlyOne),
        notFound: idsOf(({ own }) => own.found === undefined && own.isCut !== true),
        cut: idsOf(({ own }) => own.found === undefined && own.isCut === true),
      },
    ];
  });
}

/** A crash and a model say by themselves that something is wrong; a checker must be one of those that the bug is said to break. */
function problemOf(bug: PlantedBug, found: readonly HuntReport[]): string | undefined {
  if (found.length === 0) return "not found";
  const isTold = found.some(
    ({ found: one }) =>
      one?.kind === "crash" || one?.kind === "model" || one?.promises.some((id) => bug.breaks.includes(id)),
  );
  const first = found[0]?.found;
  if (!isTold && first !== undefined)
    return `found by ${first.promises.join(", ")}, which it is not said to break: ${first.message}`;
  return undefined;
}
