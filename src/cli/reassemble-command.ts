/**
 * `ckptlab reassemble`: protected files back from the directories that are left.
 */
import type { GroupRange, SlotDamage } from "../node/damage.ts";
import { reassemble, type Reassembly } from "../node/reassemble.ts";
import type { ServerProblem, ServerProblemCode } from "../node/store-error.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK } from "./exit-code.ts";
import { progressLine } from "./progress-line.ts";
import { bytes, counted } from "./quantity-text.ts";
import { reportStoreError } from "./store-error-output.ts";

export interface ReassembleCommandOptions {
  readonly servers: readonly string[];
  readonly out: string;
  readonly repair?: boolean;
  readonly force?: boolean;
}

const STANDARD_OUTPUT = "-";

/** A terminal shows the first few; --json gives the whole list. */
const RANGES_SHOWN_MAX = 6;

export async function reassembleCommand(
  context: CommandContext,
  options: ReassembleCommandOptions,
): Promise<number> {
  const { terminal } = context;
  const isStreamed = options.out === STANDARD_OUTPUT;
  if (isStreamed && context.isJson) {
    return reportInputError(context, { message: "--json and --out - both want stdout; give --out a path" });
  }
  const result = await reassemble({
    servers: options.servers,
    out: options.out,
    mayReplace: options.force === true,
    writeRepairs: options.repair === true,
    onProgress: (progress) => {
      terminal.progress(progressLine(progress));
    },
  });
  terminal.progress("");
  if (!result.ok) return reportStoreError(context, result.error);
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else printReassembly(context, result, isStreamed ? terminal.err : terminal.out);
  // The output is whole; what failed is the repair that was asked for besides.
  if (result.repairError !== undefined)
    return reportStoreError({ ...context, isJson: false }, result.repairError);
  return EXIT_OK;
}

function printReassembly(context: CommandContext, result: Reassembly, say: (text: string) => void): void {
  const { paint } = context.terminal;
  const verdict = say === context.terminal.out ? paint.good("REASSEMBLED") : "REASSEMBLED";
  say(
    `${verdict}  ${counted(result.files.length, "file")}, ${bytes(result.imageBytes)}, under ${result.scheme}`,
  );
  if (context.isQuiet) return;
  if (result.damagedCount === 0) say("every member was there and whole");
  else {
    const { damagedCount, rebuiltCount } = result;
    say(`${counted(damagedCount, "member")} missing or rotten; rebuilt for the output: ${rebuiltCount}`);
    for (const slot of result.slots) say(`  ${damageText(slot, result.warnings)}`);
  }
  for (const { message } of result.warnings) say(`warning: ${message}`);
  for (const key of result.skipped) say(`skipped: checkpoint ${key} was never complete`);
  for (const { path, slot, memberCount, isCreated } of result.repaired) {
    const made = isCreated ? "directory made again, " : "";
    say(`repaired: ${path} (slot ${slot}), ${made}${counted(memberCount, "member")} written`);
  }
  for (const { message } of result.unrepaired) say(`warning: ${message}`);
  say(`checkpoint ${result.checkpoint}`);
}

/** What is wrong with a server, in a word or two; of several the first that fits. */
const STATE_WORDS: readonly (readonly [ServerProblemCode, string])[] = [
  ["absent", "absent"],
  ["not-given", "not given"],
  ["not-a-directory", "not a directory"],
  ["empty", "empty"],
  ["record-damaged", "server record damaged"],
  ["unreadable", "unreadable"],
  ["superseded", "an earlier disk"],
  ["checkpoint-absent", "without this checkpoint"],
  ["members-absent", "members gone"],
  ["members-length-wrong", "cut short"],
  ["members-unreadable", "unreadable in part"],
  ["members-corrupt", "rotten"],
];

/** "s2: absent, 16 members rebuilt (groups 0–15)". A redundancy member is not needed for the output. */
function damageText(slot: SlotDamage, warnings: readonly ServerProblem[]): string {
  const codes = new Set(warnings.filter((warning) => warning.slot === slot.slot).map(({ code }) => code));
  const state = STATE_WORDS.find(([code]) => codes.has(code))?.[1] ?? "damaged";
  const totalCount = slot.missingCount + slot.corruptCount;
  const rebuilt =
    slot.rebuiltCount === totalCount
      ? `${counted(totalCount, "member")} rebuilt`
      : `${slot.rebuiltCount} of ${counted(totalCount, "member")} rebuilt, the others not needed`;
  return `${slot.path === "" ? `slot ${slot.slot}` : slot.path}: ${state}, ${rebuilt} (${groupsText(slot.groups)})`;
}

function groupsText(groups: readonly GroupRange[]): string {
  const shown = groups
    .slice(0, RANGES_SHOWN_MAX)
    .map(({ first, last }) => (first === last ? String(first) : `${first}–${last}`));
  const [only] = groups;
  const isOne = groups.length === 1 && only?.first === only?.last;
  return `${isOne ? "group" : "groups"} ${shown.join(", ")}${groups.length > shown.length ? ", …" : ""}`;
}
