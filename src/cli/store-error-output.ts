/**
 * Failures of `protect` and `reassemble` as a person reads them, and the exit code of each kind.
 */
import type { LossError, StoreError } from "../node/store-error.ts";
import type { CommandContext } from "./command-context.ts";
import { EXIT_BAD_INPUT, EXIT_PROMISE_BROKEN } from "./exit-code.ts";
import { counted } from "./quantity-text.ts";

/** A terminal shows the first few; --json gives the whole list. */
const SHOWN_MAX = 10;

/**
 * Bytes that cannot be given back exit 1, so that a script can tell a loss from a mistake. Everything else is about what
 * was given (a directory, a file, a disk that is full): 64.
 */
function exitCodeOf(error: StoreError): number {
  const isLoss = error.kind === "loss" && error.code !== "manifest-unreadable";
  return isLoss ? EXIT_PROMISE_BROKEN : EXIT_BAD_INPUT;
}

function lossLines(error: LossError): string[] {
  const servers = error.servers.slice(0, SHOWN_MAX).map(({ message }) => message);
  const groups = error.lostGroups.slice(0, SHOWN_MAX).map((group) => {
    const missing =
      group.missingSlots.length === 0 ? "" : `, missing on slots ${group.missingSlots.join(", ")}`;
    const corrupt =
      group.corruptSlots.length === 0 ? "" : `, rotten on slots ${group.corruptSlots.join(", ")}`;
    return `group ${group.group}: ${group.have} good ${group.have === 1 ? "member" : "members"}, ${group.need} needed${missing}${corrupt}`;
  });
  const moreCount = error.lostGroupCount - groups.length;
  return [
    `checkpoint ${error.checkpoint}`,
    ...servers,
    ...groups,
    ...(moreCount > 0 ? [`and ${counted(moreCount, "more lost group")}`] : []),
  ];
}

/** The option that allows what was refused: src/node knows no command line. */
const ALLOWED_BY: Readonly<Partial<Record<StoreError["code"], string>>> = {
  "files-would-be-lost": " (--replace lets them go; other directories keep both)",
  "out-exists": " (--force replaces what an earlier reassembly left there)",
};

export function reportStoreError(context: CommandContext, error: StoreError): number {
  const { terminal } = context;
  if (context.isJson) terminal.out(JSON.stringify({ ok: false, error }, undefined, 2));
  // Most messages name the file or directory themselves, and a loss begins with what is lost.
  const isNamed = error.path === "" || error.kind === "loss" || error.code === "files-would-be-lost";
  const place = isNamed || error.message.includes(error.path) ? "" : `${error.path}: `;
  terminal.err(`error: ${place}${error.message}${ALLOWED_BY[error.code] ?? ""}`);
  if (error.kind === "loss" && !context.isQuiet)
    for (const line of lossLines(error)) terminal.err(`  ${line}`);
  return exitCodeOf(error);
}
