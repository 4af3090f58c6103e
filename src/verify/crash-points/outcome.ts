/**
 * How a case ended, read from the history of its run: the last verdict of the newest restore, or that none was needed.
 *
 * Invariant: a case that is followed while it runs and one whose history is read afterwards give the same outcome, so a
 * replay can judge it again.
 */
import { compareBallots, type Ballot } from "../../core/checkpoint/key.ts";
import type { HostId } from "../../core/protocol/environment.ts";
import type { HistoryEvent } from "../../sim/history.ts";
import type { CaseOutcome } from "./chunk.ts";

export class OutcomeFollower {
  private seenCount: number = 0;
  private ballot: Ballot | undefined = undefined;
  private verdict: CaseOutcome | undefined = undefined;
  private verdictHost: HostId | undefined = undefined;
  /** Where the newest software runs; undefined: nowhere. */
  private runningHost: HostId | undefined = undefined;
  private readonly down: Set<HostId> = new Set();
  private readonly awaited: Set<HostId> = new Set();
  private awaitsOperator: boolean = false;
  private hasWaited: boolean = false;
  private lost: boolean = false;

  /** Everything before the strike, and the strike itself, has been followed. */
  struck(awaitedHosts: readonly HostId[], awaitsOperator: boolean): void {
    for (const host of awaitedHosts) this.awaited.add(host);
    this.awaitsOperator = awaitsOperator;
    this.hasWaited = false;
    this.lost = this.runningHost === undefined;
    // What a restorer said before stands, unless it was struck too.
    if (this.verdictHost === undefined || this.down.has(this.verdictHost)) {
      this.verdict = undefined;
      this.ballot = undefined;
    }
  }

  /** The strike took the software, so that a restore had to follow. */
  get isLost(): boolean {
    return this.lost;
  }

  /** undefined: the software was lost, and no verdict was told. */
  get outcome(): CaseOutcome | undefined {
    return this.verdict ?? (this.lost ? undefined : "unneeded");
  }

  /** Waiting was told after the strike, and it went on to a verdict that is final. */
  get wentOn(): boolean {
    return this.hasWaited && this.outcome !== "waiting";
  }

  /** Nothing more that the case is about is to come. `onlyWaiting`: the first word of waiting is enough. */
  isDecided(onlyWaiting: boolean): boolean {
    if (this.awaited.size > 0 || this.awaitsOperator) return false;
    if (!this.lost) return true;
    if (this.verdict === "restored") return this.runningHost !== undefined;
    if (this.verdict === "refused") return true;
    return this.verdict === "waiting" && onlyWaiting;
  }

  /** True when there was something new. `events` grows from call to call. */
  follow(events: readonly HistoryEvent[]): boolean {
    if (this.seenCount === events.length) return false;
    for (; this.seenCount < events.length; this.seenCount += 1)
      this.followOne(events[this.seenCount] as HistoryEvent);
    return true;
  }

  private followOne(event: HistoryEvent): void {
    switch (event.kind) {
      case "host-up":
        this.awaited.delete(event.host);
        this.down.delete(event.host);
        return;
      case "host-down":
        this.down.add(event.host);
        return;
      case "fault":
        if (event.fault.kind === "operator-restore") this.awaitsOperator = false;
        return;
      case "software-started":
        this.runningHost = event.host;
        return;
      case "software-stopped":
        if (event.host === this.runningHost) this.runningHost = undefined;
        return;
      case "note": {
        if (event.note.kind !== "verdict") return;
        const { ballot, verdict } = event.note;
        // Of racing restores the newest one counts.
        if (this.ballot !== undefined && compareBallots(ballot, this.ballot) < 0) return;
        this.ballot = ballot;
        this.verdict = verdict.kind;
        this.verdictHost = event.host;
        if (verdict.kind === "waiting") this.hasWaited = true;
        return;
      }
      default:
        return;
    }
  }
}

/** The last event that belongs to the strikes after this many executed events; -1: there was none. */
function strikeEnd(events: readonly HistoryEvent[], strikeAtEvent: number): number {
  let end = events.findLastIndex((event) => event.kind === "fault" && event.fault.atEvent === strikeAtEvent);
  if (end < 0) return end;
  for (let index = end + 1; index < events.length; index += 1) {
    const event = events[index] as HistoryEvent;
    const isOfStrike =
      event.kind === "host-down" || (event.kind === "software-stopped" && event.reason === "crash");
    if (!isOfStrike) break;
    end = index;
  }
  return end;
}

/** "silent": the software was lost, and no verdict was told. */
export type RunOutcome = CaseOutcome | "silent";

/** undefined: the run has no such strike. */
export function outcomeOfRun(events: readonly HistoryEvent[], strikeAtEvent: number): RunOutcome | undefined {
  const end = strikeEnd(events, strikeAtEvent);
  if (end < 0) return undefined;
  const follower = new OutcomeFollower();
  follower.follow(events.slice(0, end + 1));
  follower.struck([], false);
  follower.follow(events);
  return follower.outcome ?? "silent";
}

/** What is wrong with an outcome, in one sentence. */
export function outcomeMessage(outcome: RunOutcome, right: readonly string[]): string {
  if (outcome === "silent") return "The software was lost, and no verdict was told.";
  return `The outcome is "${outcome}"; by placement and losses it must be "${right.join('" or "')}".`;
}
