/**
 * What the visits say about the zoo: which bugs were found and how, whether the sound core was left in peace, and which
 * promises' checkers caught at least one bug.
 */
import type { PromiseId } from "../../src/verify/result.ts";
import type { HuntReport } from "./hunt-worker.ts";
import type { PlantedBug } from "./planted-bug.ts";
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
  /** Promises whose checker caught nothing. */
  readonly idlePromises: readonly PromiseId[];
}

export function judge(visits: readonly Visit[], promises: readonly PromiseId[]): ZooJudgement {
  const findings: Finding[] = [];
  let soundProblems: string[] | undefined;
  const caughtBy = Object.fromEntries(promises.map((id): [PromiseId, string[]] => [id, []])) as Record<
    PromiseId,
    string[]
  >;
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
    findings.push({ bug, by: found[0], reports, problem: problem ?? problemOf(bug, found) });
  }
  const idlePromises = promises.filter((id) => caughtBy[id].length === 0);
  return { findings, soundProblems, caughtBy, idlePromises };
}

/** A crash says by itself that something is wrong; a checker must be one of those that the bug is said to break. */
function problemOf(bug: PlantedBug, found: readonly HuntReport[]): string | undefined {
  if (found.length === 0) return "not found";
  const isTold = found.some(
    ({ found: one }) => one?.kind === "crash" || one?.promises.some((id) => bug.breaks.includes(id)),
  );
  const first = found[0]?.found;
  if (!isTold && first !== undefined)
    return `found by ${first.promises.join(", ")}, which it is not said to break: ${first.message}`;
  return undefined;
}
