/** The zoo's output for people: a line for each visit, and what each checker caught. */
import type { ZooJudgement } from "./judgement.ts";
import type { HuntReport } from "./hunt-worker.ts";
import type { Visit } from "./visit.ts";

const NAME_WIDTH = 32;

export function visitLine({ bug, reports, problem }: Visit): string {
  const name = (bug?.id ?? "(no bug)").padEnd(NAME_WIDTH);
  const words = reports.map(reportWords);
  if (problem !== undefined) words.push(`PROBLEM: ${problem}`);
  return `${name}${words.join("; ")}`;
}

function reportWords({ strategy, within, cases, seconds, found, isCut }: HuntReport): string {
  const time = `${seconds.toFixed(1)} s`;
  const where = within === undefined ? strategy : `${strategy}, ${within}`;
  if (found === undefined)
    return `${strategy}: nothing in ${cases} (${time}${isCut === true ? ", cut short" : ""})`;
  const by = found.kind === "checker" ? found.promises.join(", ") : `${found.kind}, ${found.message}`;
  return `${where}: case ${cases} (${time}), ${by}`;
}

export function promiseTable({ caughtBy }: ZooJudgement): string[] {
  const lines = ["", `${"checker".padEnd(NAME_WIDTH)}bugs that it caught`];
  for (const [id, bugs] of Object.entries(caughtBy)) {
    lines.push(
      `${id.padEnd(NAME_WIDTH)}${bugs.length === 0 ? "none" : `${bugs.length}: ${bugs.join(", ")}`}`,
    );
  }
  return [...lines, ""];
}

/** Empty when the zoo is in order. A part of it cannot show that every checker catches something. */
export function problemLines(judgement: ZooJudgement, isWhole: boolean): string[] {
  const lines = judgement.findings.flatMap(({ bug, problem }) =>
    problem === undefined ? [] : [`FAILED ${bug.id}: ${problem}`],
  );
  for (const problem of judgement.soundProblems ?? []) lines.push(`FAILED without any bug: ${problem}`);
  if (!isWhole) return lines;
  if (judgement.soundProblems === undefined) lines.push("FAILED: the sound core was not visited");
  for (const id of judgement.idlePromises)
    lines.push(`FAILED: the checker of ${id} caught no bug on its own`);
  return lines;
}
