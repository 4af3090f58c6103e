/**
 * One run as a person reads it: verdict, promises, restores, costs, faults.
 */
import { failedCheckpointWords } from "../verify/failed-checkpoints.ts";
import type { PromiseResult, RestoreResult, RunResult } from "../verify/result.ts";
import { bytes, perImageByte, time } from "./quantity-text.ts";
import type { Paint, Terminal } from "./terminal.ts";
import { type Cell, type Column, textTable } from "./text-table.ts";
import { thresholdLine } from "./threshold-line.ts";

const PROMISE_COLUMNS: readonly Column[] = [
  { header: "promise", align: "left" },
  { header: "result", align: "left" },
  { header: "checked", align: "right" },
];

const PAIR_COLUMNS: readonly Column[] = [
  { header: "", align: "left" },
  { header: "", align: "left" },
];

const STATUS_WORDS: Readonly<Record<PromiseResult["status"], string>> = {
  held: "held",
  broken: "BROKEN",
  "not-exercised": "nothing to check",
  "not-promised": "not promised beyond the budget",
};

function statusPaint(status: PromiseResult["status"], paint: Paint): (text: string) => string {
  if (status === "held") return paint.good;
  return status === "broken" ? paint.bad : paint.dim;
}

export function verdictLine(result: RunResult, paint: Paint): string {
  const words = { held: "HELD", broken: "BROKEN", undecided: "UNDECIDED" }[result.verdict];
  const painted = result.verdict === "held" ? paint.good(words) : paint.bad(words);
  const where = `${result.scheme} on ${result.width} servers${placementWords(result)}, former: ${result.former}`;
  return `${painted}  ${paint.strong(result.scenario)}  ${where}, seed ${result.seed}`;
}

/** Where it is not the plain one: rotated, whatever failure domains there are. */
function placementWords({ placement, declusteredOver, width }: RunResult): string {
  if (placement === undefined) return "";
  const domains = declusteredOver === width ? "" : ", failure domains kept apart";
  return `, ${placement}${domains}`;
}

function promiseTable(promises: readonly PromiseResult[], paint: Paint): string {
  const rows = promises.map((promise): Cell[] => [
    { text: promise.id },
    { text: STATUS_WORDS[promise.status], paint: statusPaint(promise.status, paint) },
    { text: String(promise.checkedCount) },
  ]);
  return textTable(PROMISE_COLUMNS, rows);
}

function restoreWords(restore: RestoreResult): string {
  const after = restore.restoreNs === undefined ? "" : ` after ${time(restore.restoreNs)}`;
  const on = restore.restoredOn === undefined ? "" : ` on ${restore.restoredOn}`;
  const flags = restore.flags.length === 0 ? "" : ` [${restore.flags.join(", ")}]`;
  const { verdict, detail } = restore;
  // The detail says the verdict again where it stands alone.
  const rest = detail.startsWith(`${verdict}: `) ? detail.slice(verdict.length + 2) : detail;
  const words = rest.startsWith(`${verdict} `) ? rest.slice(verdict.length + 1) : rest;
  return `${verdict}${on}${after}${flags}: ${words}`;
}

/** Servers that cannot restore say so again and again: equal lines in a row become one with a count. */
function withRepeatsCounted(lines: readonly string[]): string[] {
  const runs: { readonly line: string; count: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.count += 1;
    else runs.push({ line, count: 1 });
  }
  return runs.map(({ line, count }) => (count === 1 ? line : `${line} (${count} times)`));
}

/** The middle one of an odd number, the lower middle one of an even number. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

function costTable(result: RunResult): string {
  const { costs } = result;
  const ratio = (value: number): string =>
    costs.imageBytes === 0 ? "" : ` (${perImageByte(value / costs.imageBytes)})`;
  const { take, restore, repair, control } = costs.networkBytes;
  const pairs: [string, string][] = [
    ["image", bytes(costs.imageBytes)],
    ...scaleRow(costs.scale),
    ["durable checkpoints", String(costs.durableCount)],
  ];
  if (costs.durableNs.length > 0) {
    const longest = costs.durableNs.reduce((a, b) => Math.max(a, b), 0);
    pairs.push(["time to durable", `median ${time(median(costs.durableNs))}, longest ${time(longest)}`]);
  }
  const stored = costs.storedMemberBytesPerCheckpoint;
  const sent = costs.takeImageBytesPerCheckpoint + costs.takeMemberBytesPerCheckpoint;
  pairs.push(
    ["stored a checkpoint", `${bytes(stored)}${ratio(stored)}`],
    // Less than is stored where the former, or the server that took over, keeps its own part.
    ["sent a checkpoint", `${bytes(sent)}${ratio(sent)}`],
    [
      "network in all",
      `take ${bytes(take)}, restore ${bytes(restore)}, repair ${bytes(repair)}, control ${bytes(control)}`,
    ],
    ["written to disks", bytes(costs.diskWrittenBytes)],
    ["simulated", `${time(costs.virtualNs)}, ${costs.eventCount} events, ${costs.messageCount} messages`],
  );
  return pairTable(pairs);
}

/** Says of which bytes all others in the table are. */
function scaleRow(scale: number): [string, string][] {
  if (scale === 1) return [];
  return [["scale", `each simulated byte of image stands for ${scale}; sizes are what they stand for`]];
}

/** What the workload counted by its own means; its names are those of the JSON, as words. */
function workloadTable(result: RunResult): string {
  const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return pairTable(Object.entries(result.workload).map(([name, value]) => [words(name), String(value)]));
}

function pairTable(pairs: readonly (readonly [string, string])[]): string {
  return textTable(
    PAIR_COLUMNS,
    pairs.map((pair) => pair.map((text) => ({ text }))),
  );
}

/** Each fault of the plan, and how often it bit. */
function faultLines({ faults, reach }: RunResult): string[] {
  return faults.map((words, index) => {
    const biteCount = reach[index]?.biteCount ?? 0;
    if (biteCount === 0) return `${words}: did not bite`;
    return `${words}: bit ${biteCount === 1 ? "once" : `${biteCount} times`}`;
  });
}

function section(terminal: Terminal, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  terminal.out("");
  terminal.out(terminal.paint.strong(title));
  for (const line of lines) terminal.out(`  ${line}`);
}

/** `isQuiet`: the verdict line only. */
export function printRun(terminal: Terminal, result: RunResult, isQuiet: boolean): void {
  terminal.out(verdictLine(result, terminal.paint));
  for (const reason of result.undecided) terminal.out(reason);
  if (isQuiet) return;
  terminal.out("");
  terminal.out(promiseTable(result.promises, terminal.paint));
  section(
    terminal,
    "Broken",
    result.promises.flatMap((promise) =>
      promise.violations.map((violation) => `${promise.id}: ${violation}`),
    ),
  );
  section(terminal, "Restores", withRepeatsCounted(result.restores.map(restoreWords)));
  const failed = result.failedCheckpoints.map((each) => `given up: ${failedCheckpointWords(each)}`);
  section(terminal, "Checkpoints", withRepeatsCounted(failed));
  section(terminal, "Costs", costTable(result).split("\n"));
  section(terminal, "Workload", workloadTable(result).split("\n"));
  section(terminal, "Faults", faultLines(result));
  section(terminal, "Thresholds", result.thresholds.map(thresholdLine));
  terminal.out("");
  const { scenarioHash, digest, version } = result;
  terminal.out(terminal.paint.dim(`scenario ${scenarioHash}  digest ${digest}  version ${version}`));
}
