/**
 * The part of decidability that is about time: verdicts come, waiting goes on, and the loss of the software is noticed.
 *
 * A restore owes nothing any more once a newer one was started, it was abandoned, or its server went down; then the newer one,
 * or the rule against silence, takes over. So a chain of restores that never ends shows as "bounded", not here.
 */
import type { Ballot } from "../../core/checkpoint/key.ts";
import type { HistoryEvent, RunHistory } from "../../sim/history.ts";
import type { Facts } from "../facts/facts.ts";
import { ballotId, orderBallots } from "../facts/order.ts";
import type { RestoreFact } from "../facts/restores.ts";
import { ballotText, hostText, slotsText, timeText } from "../facts/words.ts";
import type { Findings } from "./judgement.ts";
import type { RunContext } from "./promise.ts";

/** True when the restore is released from its duties at some moment of fromNs..untilNs. */
function isReleased(facts: Facts, restore: RestoreFact, fromNs: number, untilNs: number): boolean {
  if (restore.abandonedNs !== undefined && restore.abandonedNs <= untilNs) return true;
  if (!facts.timeline.isUp(restore.host, fromNs, untilNs)) return true;
  return facts.restores.some(
    ({ ballot, startedNs }) => startedNs <= untilNs && orderBallots(ballot, restore.ballot) > 0,
  );
}

export function checkRestoreInTime(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  restore: RestoreFact,
): void {
  const dueNs = restore.startedNs + context.bounds.restoreNs;
  const first = restore.verdicts[0];
  if (first !== undefined && first.atNs <= dueNs) {
    findings.checked();
    return;
  }
  if (dueNs > history.endNs || isReleased(facts, restore, restore.startedNs, dueNs)) return;
  findings.checked();
  findings.violated(
    `The restore ${ballotText(restore.ballot)} that ${hostText(context, restore.host)} started at ${timeText(restore.startedNs)} had no verdict by ${timeText(dueNs)}.`,
  );
}

/** "Restored" is a word only until the software runs. */
export function checkStartFollows(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  restore: RestoreFact,
): void {
  const restored = restore.verdicts.find(({ verdict }) => verdict.kind === "restored");
  if (restored === undefined) return;
  const dueNs = restored.atNs + context.bounds.restoreNs;
  const isStarted = facts.starts.some(
    ({ ballot, atNs }) => orderBallots(ballot, restore.ballot) === 0 && atNs <= dueNs,
  );
  if (isStarted || dueNs > history.endNs || isReleased(facts, restore, restored.atNs, dueNs)) return;
  findings.checked();
  findings.violated(
    `The restore ${ballotText(restore.ballot)} said "restored" at ${timeText(restored.atNs)}, but the software had not started by ${timeText(dueNs)}.`,
  );
}

export function checkWaitingGoesOn(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  restore: RestoreFact,
): void {
  for (const [position, fact] of restore.verdicts.entries()) {
    const { verdict } = fact;
    if (verdict.kind !== "waiting" || verdict.slots.length === 0) continue;
    const next = restore.verdicts[position + 1];
    const freeNs = whenNothingHinders(history, context, facts, restore, fact.atNs, verdict.slots);
    if (freeNs === undefined) continue;
    const dueNs = freeNs + context.bounds.restoreNs;
    findings.checked();
    if (next !== undefined && next.atNs <= dueNs) continue;
    if (isReleased(facts, restore, fact.atNs, dueNs)) continue;
    findings.violated(
      `The restore ${ballotText(restore.ballot)} on ${hostText(context, restore.host)} waits for ${slotsText(context, verdict.slots)}, with enough servers up, repaired and connected since ${timeText(freeNs)}, and had not gone on by ${timeText(dueNs)}.`,
    );
  }
}

/** Where the network loses more than this all the time, asking again a few times proves nothing. */
const LOSS_PPM_MAX = 100_000;

/**
 * The first moment from `sinceNs` on from which, for the whole bound and within the run, at most f slots do not answer and
 * nothing changes. An operator's restore needs every slot, so those that it named must answer as well. Undefined when there is none.
 *
 * With at most f slots away every candidate that the others do not refute can be decoded from them: a restore has no
 * reason left to wait.
 */
function whenNothingHinders(
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  restore: RestoreFact,
  sinceNs: number,
  slots: readonly number[],
): number | undefined {
  const { timeline } = facts;
  if (context.lossPpm > LOSS_PPM_MAX) return undefined;
  for (const atNs of [sinceNs, ...timeline.changesNs.filter((changeNs) => changeNs > sinceNs)]) {
    const dueNs = atNs + context.bounds.restoreNs;
    if (dueNs > history.endNs) return undefined;
    // Intervals include their ends, so what ends at this moment is over one nanosecond later.
    const fromNs = atNs + 1;
    if (!timeline.isUp(restore.host, fromNs, dueNs) || timeline.isUnreliable(fromNs, dueNs)) continue;
    if (timeline.changedWithin(fromNs, dueNs)) continue;
    if (restore.operator && !slots.every((slot) => timeline.answers(slot, restore.host, fromNs, dueNs)))
      continue;
    const answering = [...context.slotHosts.keys()].filter((slot) =>
      timeline.answers(slot, restore.host, fromNs, dueNs),
    );
    const wanted = Math.max(context.slotHosts.length - context.quorum.tolerance, context.quorum.promiseCount);
    if (answering.length >= wanted) return atNs;
  }
  return undefined;
}

/** What runs or is being restored: while this is empty, somebody has to notice. */
interface Activity {
  readonly host: number;
  readonly ballotId: string;
}

export function checkNeverSilent(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
): void {
  let active: Activity[] = [];
  let silentSinceNs: number | undefined;
  let hasBegun = false;
  const judge = (untilNs: number): void => {
    if (silentSinceNs === undefined) return;
    const dueNs = silentSinceNs + context.bounds.detectNs;
    const couldHear = [...context.slotHosts.entries()].some(
      ([slot, host]) =>
        facts.timeline.isUp(host, silentSinceNs as number, Math.min(dueNs, untilNs)) &&
        !facts.timeline.isUnrepaired(slot, silentSinceNs as number, Math.min(dueNs, untilNs)),
    );
    if (untilNs <= dueNs) {
      // Noticed in time; or the run ended first, which proves nothing.
      if (untilNs < history.endNs) findings.checked();
      return;
    }
    if (!couldHear) return;
    findings.checked();
    findings.violated(
      `No software ran since ${timeText(silentSinceNs)}, and nobody had started a restore by ${timeText(dueNs)}.`,
    );
  };
  for (const event of history.events) {
    const before = active.length;
    const ends = (id: string): void => {
      active = active.filter((one) => one.ballotId !== id);
    };
    const begun = begunBallot(event);
    if (begun !== undefined) {
      ends(ballotId(begun));
      active.push({ host: event.host, ballotId: ballotId(begun) });
      hasBegun = true;
    } else if (event.kind === "software-stopped") ends(ballotId(event.ballot));
    else if (event.kind === "host-down") active = active.filter(({ host }) => host !== event.host);
    else if (event.kind === "note" && event.note.kind === "restore-abandoned")
      ends(ballotId(event.note.ballot));
    if (hasBegun && active.length === 0 && before > 0) silentSinceNs = event.atNs;
    if (active.length > 0 && silentSinceNs !== undefined) {
      judge(event.atNs);
      silentSinceNs = undefined;
    }
  }
  judge(history.endNs);
}

/** The ballot of a start or of a restore that begins with this event. */
function begunBallot(event: HistoryEvent): Ballot | undefined {
  if (event.kind === "software-started") return event.ballot;
  return event.kind === "note" && event.note.kind === "restore-started" ? event.note.ballot : undefined;
}
