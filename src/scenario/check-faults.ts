/**
 * Whether the faults of a scenario hit servers that exist, inside the run, and do not contradict each other.
 */
import { formersOf } from "./formers.ts";
import { endsAfterRun } from "./possible-faults.ts";
import type { FieldPath, Report } from "./error.ts";
import type { ScenarioFault } from "./scenario.ts";
import type { ScenarioDraft } from "./schema.ts";
import { ALL_BACKUPS, ANY_BACKUP, FORMER_WORD, PRODUCTION_WORD } from "./targets.ts";
import { writeDuration } from "./quantity.ts";

const HOUR_NS = 3_600_000_000_000;

/** Faults that one rate may be expected to give: more show nothing that fewer do not, and cost memory. */
const RATE_FAULT_COUNT_MAX = 10_000;

export function checkFaults(draft: ScenarioDraft, report: Report): void {
  if (draft.healAtNs !== undefined && draft.healAtNs >= draft.durationNs) {
    const words = `must lie before the end of the run at ${writeDuration(draft.durationNs)}`;
    report(["healAt"], "fault-after-end", `${words}, not at ${writeDuration(draft.healAtNs)}`);
  }
  draft.faults.forEach((fault, index) => {
    const path = ["faults", index];
    checkMoment(draft, fault, path, report);
    if (fault.kind === "crash" && fault.keeps !== undefined && fault.disk === "lost") {
      report([...path, "keeps"], "contradiction", "is given, but the disk is lost");
    }
    checkEnding(draft, fault, path, report);
    checkTargets(draft, fault, path, report);
    if (fault.kind === "restart") checkRestart(draft, fault, path, report);
    else checkLiving(draft, fault, path, report);
  });
}

function checkMoment(draft: ScenarioDraft, fault: ScenarioFault, path: FieldPath, report: Report): void {
  const { durationNs } = draft;
  const { healAtNs } = draft;
  const checkEnd = (field: string, atNs: number): void => {
    if (healAtNs !== undefined && atNs >= healAtNs && atNs < durationNs) {
      const words = `must lie before healAt at ${writeDuration(healAtNs)}, not at ${writeDuration(atNs)}`;
      report([...path, field], "contradiction", words);
    }
    if (atNs < durationNs) return;
    const words = `must lie before the end of the run at ${writeDuration(durationNs)}`;
    report([...path, field], "fault-after-end", `${words}, not at ${writeDuration(atNs)}`);
  };
  const withinNs = "withinNs" in fault ? (fault.withinNs ?? 0) : 0;
  if (fault.at !== undefined) {
    checkEnd("at", fault.at.toNs);
    if (withinNs > 0 && fault.at.toNs < durationNs) checkEnd("within", fault.at.toNs + withinNs);
    return;
  }
  if (withinNs > 0) report([...path, "within"], "contradiction", "is only for faults with at");
  if (fault.perHour === undefined) return;
  if (fault.during !== undefined) checkEnd("during", fault.during.toNs);
  const spanNs = fault.during === undefined ? durationNs : fault.during.toNs - fault.during.fromNs;
  const expectedCount = (fault.perHour * spanNs) / HOUR_NS;
  if (expectedCount > RATE_FAULT_COUNT_MAX) {
    const words = `must give at most ${RATE_FAULT_COUNT_MAX} faults in the run, not about ${Math.round(expectedCount)}`;
    report([...path, "perHour"], "out-of-range", words);
  }
}

/** A restart or a heal that never comes says nothing. Only what is certain is refused: a range may leave room for it. */
function checkEnding(draft: ScenarioDraft, fault: ScenarioFault, path: FieldPath, report: Report): void {
  if (fault.kind !== "crash" && fault.kind !== "partition") return;
  const { durationNs } = draft;
  if (!endsAfterRun(fault, earliestNs(fault), durationNs)) return;
  const [field, without] =
    fault.kind === "crash"
      ? ["restartAfter", "for a server that stays down"]
      : ["healAfter", "for a partition that does not heal"];
  const words = `must end before the run does at ${writeDuration(durationNs)}; leave it out ${without}`;
  report([...path, field], "fault-after-end", words);
}

/** The earliest moment at which the fault may strike; 0 where only the run knows. */
function earliestNs(fault: ScenarioFault): number {
  return fault.perHour === undefined ? (fault.at?.fromNs ?? 0) : (fault.during?.fromNs ?? 0);
}

function checkTargets(draft: ScenarioDraft, fault: ScenarioFault, path: FieldPath, report: Report): void {
  switch (fault.kind) {
    case "partition":
      checkList(draft, fault.from, [...path, "from"], report);
      checkList(draft, fault.to, [...path, "to"], report);
      checkSides(draft, fault, path, report);
      return;
    case "operator-restore":
      checkBackup(draft, fault.target, [...path, "target"], true, report);
      fault.lost.forEach((name, index) => {
        checkBackup(draft, name, [...path, "lost", index], false, report);
      });
      return;
    case "loss":
      return;
    default: {
      if (!("target" in fault)) {
        if (fault.from !== undefined) checkList(draft, fault.from, [...path, "from"], report);
        if (fault.to !== undefined) checkList(draft, fault.to, [...path, "to"], report);
        return;
      }
      const targetPath = [...path, "target"];
      if (typeof fault.target === "string") checkNames(draft, fault.target, targetPath, report);
      else checkList(draft, fault.target, targetPath, report);
      checkSome(draft, fault, path, report);
    }
  }
}

/** A server always reaches itself, so a partition needs two. Words that only a run can resolve may be any server. */
function checkSides(
  draft: ScenarioDraft,
  { from, to }: Extract<ScenarioFault, { readonly kind: "partition" }>,
  path: FieldPath,
  report: Report,
): void {
  const servers = new Set([...from, ...to].flatMap((name) => serversOf(draft, name)));
  const [only] = servers;
  if (servers.size === 1)
    report([...path, "to"], "contradiction", `cuts nobody off: there is only ${only} on both sides`);
}

/** The servers that the words stand for, each once. */
function targetedServers(draft: ScenarioDraft, target: string | readonly string[]): readonly string[] {
  const names = typeof target === "string" ? [target] : target;
  return [...new Set(names.flatMap((name) => serversOf(draft, name)))];
}

/** Words that only a run can resolve stand for themselves. */
function serversOf(draft: ScenarioDraft, name: string): readonly string[] {
  if (name === PRODUCTION_WORD) return [draft.servers.production];
  if (name === ALL_BACKUPS) return draft.servers.backups;
  const { domains = {} } = draft;
  return Object.hasOwn(domains, name) ? (domains[name] ?? []) : [name];
}

function checkSome(
  draft: ScenarioDraft,
  fault: { readonly target: string | readonly string[]; readonly someCount?: number },
  path: FieldPath,
  report: Report,
): void {
  const { someCount } = fault;
  if (someCount === undefined) return;
  const count = targetedServers(draft, fault.target).length;
  if (someCount > count) {
    report(
      [...path, "some"],
      "contradiction",
      `must be at most ${count}, the number of targets, not ${someCount}`,
    );
  }
}

/** Every name stands for servers of the scenario, and none is there twice. */
export function checkList(
  draft: ScenarioDraft,
  names: readonly string[],
  path: FieldPath,
  report: Report,
): void {
  names.forEach((name, index) => {
    checkNames(draft, name, [...path, index], report);
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

/** A server, a role, every backup server, or a domain. */
function checkNames(draft: ScenarioDraft, name: string, path: FieldPath, report: Report): void {
  const { production, backups, dedicatedFormer } = draft.servers;
  if (name === ANY_BACKUP || name === FORMER_WORD || name === PRODUCTION_WORD || name === ALL_BACKUPS) return;
  if (name === production || backups.includes(name)) return;
  if (Object.hasOwn(draft.domains ?? {}, name)) return;
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

/**
 * A restart contradicts a plan in which its server cannot be down by then. Only what is certain is refused: faults after a
 * count of events, at rates, and of servers that the seed draws may strike it before.
 */
function checkRestart(
  draft: ScenarioDraft,
  restart: Extract<ScenarioFault, { readonly kind: "restart" }>,
  path: FieldPath,
  report: Report,
): void {
  const { at, target } = restart;
  if (at === undefined || restart.withinNs !== undefined) return;
  for (const server of targetedServers(draft, target)) {
    if (isLostBefore(draft, server, restart)) {
      report([...path, "at"], "contradiction", `restarts ${server}, which is lost for good before`);
      return;
    }
    const crashes = crashesBefore(draft, server, at.toNs);
    if (crashes.length === 0) {
      report([...path, "at"], "contradiction", `restarts ${server}, which no fault takes down before`);
      return;
    }
    if (crashes.every((crash) => upAgainNs(crash) < at.fromNs)) {
      report([...path, "at"], "contradiction", `restarts ${server}, which is up again by then`);
      return;
    }
  }
}

/** A fault contradicts a plan in which each of its servers is lost for good by then; of several, those are passed over. */
function checkLiving(draft: ScenarioDraft, fault: ScenarioFault, path: FieldPath, report: Report): void {
  if (!("target" in fault)) return;
  const servers = targetedServers(draft, fault.target);
  if (!servers.every((server) => isLostBefore(draft, server, fault))) return;
  const words = servers.length === 1 ? "which is" : "which are";
  const field = fault.at === undefined ? "during" : "at";
  report([...path, field], "contradiction", `strikes ${servers.join(", ")}, ${words} lost for good before`);
}

type Crash = Extract<ScenarioFault, { readonly kind: "crash" }>;

/** Crashes that may strike the server before the moment. */
function crashesBefore(draft: ScenarioDraft, server: string, untilNs: number): Crash[] {
  return draft.faults.filter(
    (fault): fault is Crash =>
      fault.kind === "crash" &&
      !(fault.at !== undefined && fault.at.fromNs > untilNs) &&
      mayMean(draft, fault.target, server),
  );
}

/** The latest moment at which the server is up again by the crash's own word; Infinity where it says none. */
function upAgainNs({ at, withinNs = 0, restartAfterNs }: Crash): number {
  return at === undefined || restartAfterNs === undefined ? Infinity : at.toNs + withinNs + restartAfterNs;
}

/** Whether another fault has certainly taken the server away for ever before this one strikes. */
function isLostBefore(draft: ScenarioDraft, server: string, struck: ScenarioFault): boolean {
  if (server === ANY_BACKUP) return false;
  return draft.faults.some((fault) => {
    if (fault.kind !== "permanent-loss" || fault.at === undefined || fault.someCount !== undefined)
      return false;
    if (fault.toleranceMin > struck.toleranceMin) return false;
    if (fault.at.toNs + (fault.withinNs ?? 0) >= earliestNs(struck)) return false;
    return targetedServers(draft, fault.target).includes(server);
  });
}

/** Whether the words may stand for the server; what only a run can resolve may be any. */
function mayMean(draft: ScenarioDraft, target: string | readonly string[], server: string): boolean {
  const names = targetedServers(draft, target);
  const isDrawn = (name: string): boolean => name === ANY_BACKUP || name === FORMER_WORD;
  return names.includes(server) || names.some(isDrawn) || isDrawn(server);
}
