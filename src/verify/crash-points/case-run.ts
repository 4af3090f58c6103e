/**
 * Runs one struck world to its outcome: far enough that everything the case is about has happened, and no further.
 *
 * The moment at which it stops becomes the end of the run, so that the case is an ordinary run of a scenario with that
 * duration. A case that does not come to an outcome runs to a bound that is wider than those of the promises, so that they
 * are broken and not merely unheard.
 */
import { compareBallots, type Ballot } from "../../core/checkpoint/key.ts";
import type { HostId } from "../../core/protocol/environment.ts";
import type { HistoryEvent, RunHistory } from "../../sim/history.ts";
import type { World } from "../../sim/world.ts";
import type { CaseOutcome } from "./chunk.ts";

/** After the outcome: what was on its way arrives. */
const SETTLE_NS = 600_000;

export interface CaseOptions {
  /** Hosts that will come back. */
  readonly backHosts: readonly HostId[];
  readonly awaitsOperator: boolean;
  /** No outcome but waiting can come: the first word of it is enough. */
  readonly onlyWaiting: boolean;
  /** The latest end. */
  readonly endNsMax: number;
  /** Goes on at least so long after the outcome. */
  readonly tailNs: number;
  /** The same where the software survived the strike. */
  readonly unneededTailNs: number;
}

interface Progress {
  seenCount: number;
  readonly awaited: Set<HostId>;
  awaitsOperator: boolean;
  verdict: CaseOutcome | undefined;
  verdictHost: HostId | undefined;
  ballot: Ballot | undefined;
  /** Where the newest software runs; undefined: nowhere. */
  runningHost: HostId | undefined;
  waitedBefore: boolean;
}

export interface FinishedCase {
  readonly history: RunHistory;
  readonly outcome: CaseOutcome | undefined;
  /** The strike took the software, so that a restore had to follow. */
  readonly isLost: boolean;
  readonly wentOn: boolean;
}

/** `world` was struck just now. It is used up. */
export function finishCase(world: World, options: CaseOptions): FinishedCase {
  const progress: Progress = {
    seenCount: 0,
    awaited: new Set(options.backHosts),
    awaitsOperator: options.awaitsOperator,
    verdict: undefined,
    verdictHost: undefined,
    ballot: undefined,
    runningHost: undefined,
    waitedBefore: false,
  };
  followAll(progress, world.events);
  // Those that come back were up before.
  for (const host of options.backHosts) progress.awaited.add(host);
  progress.awaitsOperator = options.awaitsOperator;
  progress.waitedBefore = false;
  const isLost = progress.runningHost === undefined;
  // What a restorer said before stands, unless it was struck too.
  if (progress.verdictHost === undefined || !world.isUp(progress.verdictHost)) progress.verdict = undefined;
  world.endAt(options.endNsMax);
  let hasLooked = false;
  const isCut = world.runWhile(() => {
    const { events } = world;
    if (progress.seenCount === events.length && hasLooked) return true;
    hasLooked = true;
    followAll(progress, events);
    return !isDecided(progress, options, isLost);
  });
  const tailNs = Math.max(SETTLE_NS, isLost ? options.tailNs : options.unneededTailNs);
  if (isCut) world.endAt(Math.min(options.endNsMax, world.nowNs + tailNs));
  const history = world.run();
  followAll(progress, history.events);
  const outcome = progress.verdict ?? (isLost ? undefined : "unneeded");
  return { history, outcome, isLost, wentOn: progress.waitedBefore && outcome !== "waiting" };
}

function followAll(progress: Progress, events: readonly HistoryEvent[]): void {
  for (; progress.seenCount < events.length; progress.seenCount += 1)
    follow(progress, events[progress.seenCount] as HistoryEvent);
}

function follow(progress: Progress, event: HistoryEvent): void {
  if (event.kind === "host-up") progress.awaited.delete(event.host);
  else if (event.kind === "fault" && event.fault.kind === "operator-restore") progress.awaitsOperator = false;
  else if (event.kind === "software-started") progress.runningHost = event.host;
  else if (event.kind === "software-stopped" && event.host === progress.runningHost)
    progress.runningHost = undefined;
  else if (event.kind === "note" && event.note.kind === "verdict") {
    const { ballot, verdict } = event.note;
    // Of racing restores the newest one counts.
    if (progress.ballot !== undefined && compareBallots(ballot, progress.ballot) < 0) return;
    progress.ballot = ballot;
    progress.verdict = verdict.kind;
    progress.verdictHost = event.host;
    if (verdict.kind === "waiting") progress.waitedBefore = true;
  }
}

function isDecided(progress: Progress, options: CaseOptions, isLost: boolean): boolean {
  if (progress.awaited.size > 0 || progress.awaitsOperator) return false;
  if (!isLost) return true;
  if (progress.verdict === "restored") return progress.runningHost !== undefined;
  if (progress.verdict === "refused") return true;
  return progress.verdict === "waiting" && options.onlyWaiting;
}
