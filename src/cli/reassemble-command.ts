/**
 * `ckptlab reassemble`: protected files back from the directories that are left.
 */
import { reassemble, type Reassembly } from "../node/reassemble.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK } from "./exit-code.ts";
import { progressLine } from "./progress-line.ts";
import { bytes, counted } from "./quantity-text.ts";
import { reportStoreError } from "./store-error-output.ts";

export interface ReassembleCommandOptions {
  readonly servers: readonly string[];
  readonly out: string;
  readonly repair?: boolean;
}

const STANDARD_OUTPUT = "-";

/** A terminal shows the first few; --json gives the whole list. */
const SHOWN_MAX = 20;

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
    writeRepairs: options.repair === true,
    onProgress: (progress) => {
      terminal.progress(progressLine(progress));
    },
  });
  terminal.progress("");
  if (!result.ok) return reportStoreError(context, result.error);
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else if (!context.isQuiet) printReassembly(context, result, isStreamed ? terminal.err : terminal.out);
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
  if (result.damagedCount === 0) {
    say("every member was there and whole");
  } else {
    const { damagedCount, rebuiltCount } = result;
    say(`${counted(damagedCount, "member")} missing or rotten; rebuilt for the output: ${rebuiltCount}`);
    for (const slot of result.slots) {
      const where = slot.path === "" ? "" : ` (${slot.path})`;
      say(`  slot ${slot.slot}${where}: ${slot.missingCount} missing, ${slot.corruptCount} rotten`);
    }
    for (const { group, member, slot, cause, isRebuilt } of result.damaged.slice(0, SHOWN_MAX)) {
      say(
        `  group ${group} member ${member} on slot ${slot}: ${cause}${isRebuilt ? ", rebuilt" : ", not needed"}`,
      );
    }
    if (damagedCount > SHOWN_MAX) say(`  and ${damagedCount - SHOWN_MAX} more`);
  }
  for (const { path, slot, message } of result.warnings) {
    say(`warning: ${path === "" ? `slot ${slot ?? "?"}` : path}: ${message}`);
  }
  for (const key of result.skipped) say(`skipped: checkpoint ${key} was never complete`);
  for (const { path, slot, memberCount } of result.repaired) {
    say(`repaired: ${path} (slot ${slot}), ${counted(memberCount, "member")} written`);
  }
  say(`checkpoint ${result.checkpoint}`);
}
