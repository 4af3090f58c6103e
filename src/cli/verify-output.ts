/**
 * A verification as a person reads it: the verdict, a table for each part, what broke, and what is not exercised.
 */
import { shardWords } from "../verify/shard.ts";
import type { CaseReach, VerifyCell, VerifyPart, VerifyResult } from "../verify/verify-result.ts";
import { grouped } from "../verify/verify-words.ts";
import type { VerifyPlan } from "../verify/verify-task.ts";
import type { Paint, Terminal } from "./terminal.ts";
import { type Cell, type Column, textTable } from "./text-table.ts";

const CELL_COLUMNS: readonly Column[] = [
  { header: "scheme", align: "left" },
  { header: "width", align: "right" },
  { header: "executed", align: "right" },
  { header: "distinct", align: "right" },
  { header: "duplicate", align: "right" },
  { header: "skipped", align: "right" },
  { header: "restored", align: "right" },
  { header: "refused", align: "right" },
  { header: "waiting", align: "right" },
  { header: "unneeded", align: "right" },
  { header: "broken", align: "right" },
];

const STATE_COLUMNS: readonly Column[] = [
  { header: "configuration", align: "left" },
  { header: "states", align: "right" },
  { header: "transitions", align: "right" },
  { header: "deepest", align: "right" },
  { header: "all", align: "left" },
];

type CellCounts = Omit<VerifyCell, "scheme" | "width">;

const COUNT_NAMES = [
  "executed",
  "distinct",
  "duplicate",
  "skipped",
  "restored",
  "refused",
  "waiting",
  "unneeded",
  "brokenCount",
] as const satisfies readonly (keyof CellCounts)[];

function countCells(cell: CellCounts, paint: Paint): Cell[] {
  return COUNT_NAMES.map((name) => {
    const text = grouped(cell[name]);
    if (name !== "brokenCount") return { text };
    return { text, paint: cell.brokenCount === 0 ? paint.good : paint.bad };
  });
}

function totalOf(cells: readonly VerifyCell[]): CellCounts {
  const sum = (name: keyof CellCounts): number => cells.reduce((total, cell) => total + cell[name], 0);
  return {
    executed: sum("executed"),
    distinct: sum("distinct"),
    duplicate: sum("duplicate"),
    skipped: sum("skipped"),
    restored: sum("restored"),
    refused: sum("refused"),
    waiting: sum("waiting"),
    unneeded: sum("unneeded"),
    brokenCount: sum("brokenCount"),
  };
}

function cellTable(cells: readonly VerifyCell[], paint: Paint): string {
  const rows = cells.map((cell): Cell[] => [
    { text: cell.scheme },
    { text: String(cell.width) },
    ...countCells(cell, paint),
  ]);
  const total: Cell[] = [{ text: "all" }, { text: "" }, ...countCells(totalOf(cells), paint)];
  return textTable(CELL_COLUMNS, [...rows, total]);
}

const PLAN_COLUMNS: readonly Column[] = [
  { header: "scheme", align: "left" },
  { header: "width", align: "right" },
  { header: "runs", align: "right" },
  { header: "pieces", align: "right" },
  { header: "cases", align: "right" },
];

function planTable({ cells }: NonNullable<VerifyPlan["crashPoints"]>): string {
  return textTable(
    PLAN_COLUMNS,
    cells.map(({ scheme, width, baseCount, pieceCount, selectedCount }): Cell[] => [
      { text: scheme },
      { text: String(width) },
      { text: grouped(baseCount) },
      { text: grouped(pieceCount) },
      { text: grouped(selectedCount) },
    ]),
  );
}

const STEP_COLUMNS: readonly Column[] = [
  { header: "crash while", align: "left" },
  { header: "at the step", align: "left" },
  { header: "cases", align: "right" },
];

/** Which steps servers were struck at. */
function reachTable({ steps }: CaseReach): string {
  const rows = Object.entries(steps).flatMap(([activity, counts]) =>
    Object.entries(counts).map(([kind, count]): Cell[] => [
      { text: activity },
      { text: kind },
      { text: grouped(count) },
    ]),
  );
  return textTable(STEP_COLUMNS, rows);
}

function tearWords({ tears }: CaseReach): string {
  const counts = Object.entries(tears).map(([name, count]) => `${name} ${grouped(count)}`);
  return `disks: ${counts.length === 0 ? "nothing" : counts.join(", ")}`;
}

function stateTable(states: VerifyPart["states"]): string {
  return textTable(
    STATE_COLUMNS,
    states.map(({ name, visited, transitions, deepestLevel, exhausted }): Cell[] => [
      { text: name },
      { text: grouped(visited) },
      { text: grouped(transitions) },
      { text: String(deepestLevel) },
      { text: exhausted ? "yes" : "no" },
    ]),
  );
}

const VERDICT_WORDS = { held: "HELD", broken: "BROKEN", undecided: "UNDECIDED" } as const;

function verdictWord(verdict: VerifyResult["verdict"], paint: Paint): string {
  const word = VERDICT_WORDS[verdict];
  return verdict === "held" ? paint.good(word) : paint.bad(word);
}

function printPart(terminal: Terminal, part: VerifyPart): void {
  const { paint } = terminal;
  terminal.out("");
  terminal.out(
    `${verdictWord(part.verdict, paint)}  ${paint.strong(part.title)}  (${part.wallSeconds.toFixed(1)} s)`,
  );
  terminal.out("");
  if (part.cells.length > 0) terminal.out(cellTable(part.cells, paint));
  if (part.reach !== undefined) {
    terminal.out("");
    terminal.out(reachTable(part.reach));
    terminal.out(paint.dim(tearWords(part.reach)));
  }
  if (part.states.length > 0) terminal.out(stateTable(part.states));
  for (const { name, bounds } of part.states) terminal.out(paint.dim(`${name}: ${bounds}`));
  const exercised = Object.entries(part.checkedCounts)
    .filter(([, count]) => count > 0)
    .map(([id, count]) => `${id} ${grouped(count)}`);
  terminal.out(paint.dim(`checked: ${exercised.length === 0 ? "nothing" : exercised.join(", ")}`));
}

/** What broke, on stderr, so that it is seen with --json too. */
export function sayViolations(terminal: Terminal, result: VerifyResult): void {
  for (const { where, promise, message, command } of result.parts.flatMap(({ violations }) => violations)) {
    terminal.err(`broken: ${promise}, ${where}: ${message}`);
    terminal.err(`  replay: ${command}`);
  }
  for (const id of result.idlePromises) terminal.err(`idle: nothing exercised the promise ${id}`);
}

export function printVerification(terminal: Terminal, result: VerifyResult, isQuiet: boolean): void {
  const { paint } = terminal;
  const { profile, shard, wallSeconds, version, pieceCount, leftPieceCount } = result;
  const counts = result.parts.map(({ id, counts: { distinct } }) =>
    id === "crash-points" ? `${grouped(distinct)} distinct cases` : `${grouped(distinct)} states`,
  );
  const shardText = shard === undefined ? "" : `, shard ${shardWords(shard)}`;
  terminal.out(
    `${verdictWord(result.verdict, paint)}  profile ${profile}${shardText}: ${counts.join(", ")} in ${wallSeconds.toFixed(1)} s`,
  );
  if (leftPieceCount > 0) {
    const left = `${grouped(leftPieceCount)} of ${grouped(pieceCount)}`;
    terminal.out(`${left} pieces were not taken: the time was up`);
  }
  if (isQuiet) return;
  for (const part of result.parts) printPart(terminal, part);
  terminal.out("");
  terminal.out(
    paint.dim(
      "distinct: executed cases that started from no state seen before; duplicate: recognised by the hash of the state; " +
        "skipped: left out by the profile; all: whether every state within the bounds was visited",
    ),
  );
  terminal.out(paint.dim(`docs/verification.md says what this proves and what not  version ${version}`));
}

/** What there is to do, without doing it. */
export function printPlan(terminal: Terminal, plan: VerifyPlan): void {
  const { crashPoints } = plan;
  const about = crashPoints?.isEstimated === true ? "about " : "";
  terminal.out(`profile ${plan.profile}: ${about}${grouped(plan.taskCount)} pieces`);
  if (crashPoints !== undefined) {
    const { caseCount, selectedCount, baseCount } = crashPoints;
    // The commit profile counts what it leaves out while it runs.
    const cases =
      caseCount === undefined
        ? `at most ${grouped(selectedCount)} cases`
        : `${about}${grouped(caseCount)} cases`;
    terminal.out(`crash-points: ${cases} of ${grouped(baseCount)} undisturbed runs`);
    if (about !== "") terminal.out("estimated from a sample of the runs; with --resume FILE all are counted");
    terminal.out(planTable(crashPoints));
  }
  if (plan.interleavings.length === 0) return;
  terminal.out(`interleavings: ${plan.interleavings.length} configurations`);
  const rows = plan.interleavings.map(({ configuration, bounds }): Cell[] => [
    { text: `  ${configuration.name}` },
    { text: `at most ${grouped(bounds.stateCountMax)} states, ${grouped(bounds.depthMax)} levels` },
    { text: configuration.story },
  ]);
  const column = { header: "", align: "left" } as const;
  terminal.out(textTable([column, column, column], rows));
}
