/**
 * `ckptlab protect FILE...`: a checkpoint of real files on directories as backup servers.
 */
import type { PlacementKind } from "../core/redundancy/placement.ts";
import { protect, type Protection } from "../node/protect.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK } from "./exit-code.ts";
import { progressLine } from "./progress-line.ts";
import { bytes, counted } from "./quantity-text.ts";
import { parseSize } from "../scenario/quantity.ts";
import { reportStoreError } from "./store-error-output.ts";

export interface ProtectCommandOptions {
  readonly scheme: string;
  readonly servers: readonly string[];
  readonly subsegment?: string;
  readonly width?: number;
  /** Names joined by commas, one for each server. */
  readonly racks?: string;
  readonly placement?: PlacementKind;
  readonly replace?: boolean;
}

export async function protectCommand(
  context: CommandContext,
  files: readonly string[],
  options: ProtectCommandOptions,
): Promise<number> {
  const subsegment = options.subsegment === undefined ? undefined : parseSize(options.subsegment);
  if (subsegment !== undefined && !subsegment.ok) {
    return reportInputError(context, { message: `--subsegment: ${subsegment.error.message}` });
  }
  const { terminal } = context;
  const result = await protect({
    files,
    scheme: options.scheme,
    servers: options.servers,
    ...(subsegment === undefined ? {} : { subsegmentBytes: subsegment.value }),
    ...(options.width === undefined ? {} : { width: options.width }),
    ...(options.placement === undefined ? {} : { placement: options.placement }),
    ...(options.racks === undefined ? {} : { racks: options.racks.split(",") }),
    mayReplace: options.replace === true,
    onProgress: (progress) => {
      terminal.progress(progressLine(progress));
    },
  });
  terminal.progress("");
  if (!result.ok) return reportStoreError(context, result.error);
  for (const warning of result.warnings) terminal.err(`warning: ${warning}`);
  if (context.isJson) terminal.out(JSON.stringify(result, undefined, 2));
  else printProtection(context, result);
  return EXIT_OK;
}

function printProtection(context: CommandContext, protection: Protection): void {
  const { terminal } = context;
  const { imageBytes, memberBytes, tolerance } = protection;
  const survives =
    tolerance === 0 ? "survives no loss" : `survives the loss of any ${counted(tolerance, "server")}`;
  const ratio = imageBytes === 0 ? "" : `, ${(memberBytes / imageBytes).toFixed(2)}x`;
  terminal.out(
    `${terminal.paint.good("PROTECTED")}  ${counted(protection.files.length, "file")}, ${bytes(imageBytes)}, under ` +
      `${protection.scheme} on ${counted(protection.width, "server")}: ${survives}`,
  );
  if (context.isQuiet) return;
  terminal.out(
    `stored ${bytes(memberBytes)}${ratio} in ${counted(protection.groupCount, "group")} with subsegments of ` +
      bytes(protection.subsegmentBytes),
  );
  terminal.out(terminal.paint.dim(`checkpoint ${protection.checkpoint}`));
  for (const key of protection.retired) terminal.out(terminal.paint.dim(`retired: checkpoint ${key}`));
  if (protection.filesLetGo.length > 0) {
    terminal.out(`no longer protected: ${namesText(protection.filesLetGo)}`);
  }
}

/** A terminal shows the first few; --json gives the whole list. */
const NAMES_SHOWN_MAX = 20;

function namesText(names: readonly string[]): string {
  const moreCount = names.length - NAMES_SHOWN_MAX;
  return names.slice(0, NAMES_SHOWN_MAX).join(", ") + (moreCount > 0 ? ` and ${moreCount} more` : "");
}
