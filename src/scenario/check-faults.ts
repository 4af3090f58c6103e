/**
 * Whether the faults of a scenario hit servers that exist, inside the run.
 */
import { formersOf } from "./formers.ts";
import type { FieldPath, ScenarioErrorCode } from "./error.ts";
import type { ScenarioFault } from "./scenario.ts";
import type { ScenarioDraft } from "./schema.ts";
import { ALL_BACKUPS, ANY_BACKUP, FORMER_WORD, PRODUCTION_WORD } from "./targets.ts";
import { writeDuration } from "./quantity.ts";

type Report = (path: FieldPath, code: ScenarioErrorCode, message: string) => void;

export function checkFaults(draft: ScenarioDraft, report: Report): void {
  draft.faults.forEach((fault, index) => {
    const path = ["faults", index];
    if (fault.at !== undefined && fault.at.toNs >= draft.durationNs) {
      const words = `must lie before the end of the run at ${writeDuration(draft.durationNs)}`;
      report([...path, "at"], "fault-after-end", `${words}, not at ${writeDuration(fault.at.toNs)}`);
    }
    if (fault.kind === "crash" && fault.keeps !== undefined && fault.disk === "lost") {
      report([...path, "keeps"], "contradiction", "is given, but the disk is lost");
    }
    checkTargets(draft, fault, path, report);
  });
}

function checkTargets(draft: ScenarioDraft, fault: ScenarioFault, path: FieldPath, report: Report): void {
  switch (fault.kind) {
    case "crash":
    case "permanent-loss":
    case "bit-rot":
      checkTarget(draft, fault.target, [...path, "target"], report);
      return;
    case "partition":
      checkList(draft, fault.from, [...path, "from"], report);
      checkList(draft, fault.to, [...path, "to"], report);
      return;
    case "operator-restore":
      checkBackup(draft, fault.target, [...path, "target"], true, report);
      fault.lost.forEach((name, index) => {
        checkBackup(draft, name, [...path, "lost", index], false, report);
      });
      return;
    case "loss":
      return;
  }
}

function checkList(draft: ScenarioDraft, names: readonly string[], path: FieldPath, report: Report): void {
  names.forEach((name, index) => {
    if (name !== ALL_BACKUPS) checkTarget(draft, name, [...path, index], report);
    if (names.indexOf(name) < index) {
      report([...path, index], "duplicate", `must not name "${name}" a second time`);
    }
  });
}

function unknownServer(draft: ScenarioDraft, name: string): string {
  const { production, backups, dedicatedFormer } = draft.servers;
  const known = [production, ...backups, ...(dedicatedFormer === undefined ? [] : [dedicatedFormer])];
  const shown =
    known.length > 12 ? `${known.slice(0, 12).join(", ")} and ${known.length - 12} more` : known.join(", ");
  return `must be a server of this scenario (${shown}), not "${name}"`;
}

function checkTarget(draft: ScenarioDraft, name: string, path: FieldPath, report: Report): void {
  const { production, backups, dedicatedFormer } = draft.servers;
  if (name === ANY_BACKUP || name === FORMER_WORD || name === PRODUCTION_WORD) return;
  if (name === production || backups.includes(name)) return;
  if (name !== dedicatedFormer) {
    report(path, "unknown-server", unknownServer(draft, name));
  } else if (formersOf(draft).some((place) => place !== "dedicated")) {
    const words = `is the dedicated former, which some runs of this scenario do not have; write "${FORMER_WORD}"`;
    report(path, "unknown-server", words);
  }
}

function checkBackup(
  draft: ScenarioDraft,
  name: string,
  path: FieldPath,
  anyAllowed: boolean,
  report: Report,
): void {
  if (draft.servers.backups.includes(name) || (anyAllowed && name === ANY_BACKUP)) return;
  report(
    path,
    "unknown-server",
    `must be a backup server (${draft.servers.backups.join(", ")}), not "${name}"`,
  );
}
