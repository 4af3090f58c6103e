/** What came of a run, which faults it took, and when it was certain: in sentences. */
import { keyText, timeText } from "../facts/words.ts";
import type { NarrativeEntry } from "../narrative.ts";
import type { Aftermath } from "./aftermath.ts";
import type { CertainLoss } from "./certain-loss.ts";
import type { FaultPart, RunFate } from "./necessary-faults.ts";

function fateWords(fate: RunFate): string {
  if (fate.kind === "broken") return `${fate.promise} breaks`;
  const disks = fate.isLost
    ? "the newest durable checkpoint is lost"
    : "the disks that exist still have all of it";
  switch (fate.kind) {
    case "running":
      return "the software runs, and nothing durable is lost";
    case "older":
      return "the software runs from an older checkpoint than the newest durable one";
    case "refused":
      return `the restore is refused, and ${disks}`;
    case "waiting":
      return `the restore waits, and ${disks}`;
    case "silent":
      return `the software does not run, nothing is decided yet, and ${disks}`;
  }
}

function partWords({ index, words, fateWithout }: FaultPart): string {
  return `fault ${index + 1}, ${words}: without it ${fateWords(fateWithout)}`;
}

/** One line each. `entries`: the story of the run, for what happened at a moment. */
export function aftermathLines(
  { fate, parts, loss }: Aftermath,
  entries: readonly NarrativeEntry[],
): string[] {
  const lines = [`in the end: ${fateWords(fate)}`];
  if (parts === undefined)
    lines.push("too many faults to take each out in turn: ckptlab shrink leaves fewer");
  else lines.push(...partsWords(parts));
  if (loss !== undefined) lines.push(certainWords(loss.certain, entries));
  return lines;
}

function partsWords(parts: readonly FaultPart[]): string[] {
  const necessary = parts.filter(({ isNecessary }) => isNecessary);
  const others = parts.filter(({ isNecessary }) => !isNecessary);
  const lines = necessary.map((part) => `necessary: ${partWords(part)}`);
  if (necessary.length === 0 && parts.length > 0)
    lines.push("no fault was necessary: without any single one of them it comes to the same");
  return [...lines, ...others.map((part) => `not necessary: ${partWords(part)}`)];
}

function certainWords(certain: CertainLoss | undefined, entries: readonly NarrativeEntry[]): string {
  if (certain === undefined)
    return "the loss is not certain: the newest durable checkpoint can still be decoded from disks that exist";
  const { atNs, key, hasManifest, lostGroups } = certain;
  const told = entries.filter((entry) => entry.atNs === atNs && entry.weight === "turn");
  const what = told.map(({ server, text }) => (server === "" ? text : `${server} ${text}`)).join("; ");
  const moment = `certain from ${timeText(atNs)} on${what === "" ? "" : ` (${what})`}`;
  if (key === undefined) return `${moment}: no checkpoint was durable, and no software runs`;
  if (!hasManifest) return `${moment}: no disk that exists has the manifest of ${keyText(key)}`;
  const named = lostGroups.slice(0, 6).join(", ");
  const more = lostGroups.length > 6 ? ` and ${lostGroups.length - 6} more` : "";
  const groups = `${lostGroups.length === 1 ? "group" : "groups"} ${named}${more}`;
  return `${moment}: ${groups} of ${keyText(key)} cannot be decoded from all the disks that exist`;
}
