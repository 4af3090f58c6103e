/**
 * `ckptlab merge FILE...`: one verification from the files that its shards left behind. Nothing is executed.
 *
 * Shards of other code, of several profiles, missing, doubled and unfinished ones are refused, with the name of the error.
 */
import { checkShards, mergeShards, type ShardError, type ShardRecord, shardWords } from "../verify/shard.ts";
import { countCellHere, planVerification } from "../verify/verify-task.ts";
import { cellWords } from "../verify/verify-words.ts";
import { verifyAll } from "../verify/verify.ts";
import { assert } from "../core/assertion.ts";
import type { BaseCount } from "../verify/crash-points/index.ts";
import { codeFingerprint } from "./code-fingerprint.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { accepted, type Checked, type InputError, refused } from "./input-error.ts";
import { shellCommand } from "./shell-words.ts";
import { verificationKeeper } from "./verify-keeper.ts";
import { readJournal } from "./verify-journal.ts";
import { checkReportPaths, type ReportOptions, reportVerification } from "./verify-report.ts";

interface ShardFiles {
  readonly records: readonly ShardRecord[];
  /** Cases of each cell that a shard has counted; the shards count alike. */
  readonly counts: ReadonlyMap<string, readonly BaseCount[]>;
}

function readShards(files: readonly string[]): Checked<ShardFiles> {
  const records: ShardRecord[] = [];
  const counts = new Map<string, readonly BaseCount[]>();
  for (const file of files) {
    const read = readJournal(file);
    if (!read.ok) return read;
    const { head, finished, counts: counted } = read.value;
    const { profile, code, only, shard } = head;
    if (shard === undefined) return refused(`${file}: no-shard: it was not written with --shard`);
    records.push({ name: file, profile, code, only, shard, finished });
    for (const [cell, known] of counted) counts.set(cell, known);
  }
  return accepted({ records, counts });
}

function namedError({ code, message }: ShardError): InputError {
  return { message: `${code}: ${message}` };
}

export async function mergeCommand(
  context: CommandContext,
  files: readonly string[],
  options: ReportOptions,
): Promise<number> {
  const checked = await checkReportPaths(options);
  if (!checked.ok) return reportInputError(context, checked.error);
  const read = readShards(files);
  if (!read.ok) return reportInputError(context, read.error);
  const { records, counts } = read.value;
  const wrong = checkShards(records, codeFingerprint());
  if (wrong !== undefined) return reportInputError(context, namedError(wrong));
  const [first] = records;
  assert(first !== undefined, "the command line asks for a file");
  const plan = await planVerification(first.profile, {
    only: first.only,
    count: async (cell) => counts.get(cellWords(cell)) ?? (await countCellHere(cell)),
  });
  const merged = mergeShards(plan, records);
  if (!merged.ok) return reportInputError(context, namedError(merged.error));
  const command = shellCommand(["ckptlab", "merge", ...files]);
  const result = await verifyAll({
    plan,
    finished: merged.finished,
    execute: (task) => Promise.reject(new Error(`${task.id} is finished, and was asked for`)),
    keep: verificationKeeper(context, options.out, command),
    nowMs: () => performance.now(),
    command,
  });
  if (!context.isQuiet)
    context.terminal.err(`merged ${records.map(({ shard }) => shardWords(shard)).join(", ")}`);
  return reportVerification(context, result, options);
}
