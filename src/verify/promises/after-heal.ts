/**
 * The part of redundancy-restored that is about life: after a run's trouble was healed, a checkpoint that was taken then
 * becomes durable within the bound. Demanded beyond the budget, too.
 *
 * Stuck, or beyond what can be: a run that does not get there is excused only by facts, never by what roles say. The newest
 * durable checkpoint cannot be decoded from all disks together (the oracle's rank); or more slots than the control
 * tolerance were unrepaired at one moment, so that only an operator can go on; or too few servers are left for a placement
 * and for a quorum. Software that has come to its end takes no more checkpoints, and none is demanded of it.
 */
import type { RunHistory } from "../../sim/history.ts";
import { type Facts, factsOf } from "../facts/facts.ts";
import { geometryIn, holdingsAtEnd, intactOn, unrecoverableGroups } from "../facts/holdings.ts";
import { newestDurable } from "../facts/newest-durable.ts";
import { timeText } from "../facts/words.ts";
import type { Findings } from "./judgement.ts";
import type { RunContext } from "./promise.ts";

export function checkAfterHeal(findings: Findings, history: RunHistory, context: RunContext): void {
  const { healNs, bounds } = context;
  if (healNs === undefined) return;
  const dueNs = healNs + bounds.detectNs + bounds.restoreNs + bounds.redundancyNs;
  if (history.endNs < dueNs) return;
  const taken = history.events.flatMap((event) =>
    event.kind === "image-taken" && event.atNs >= healNs ? [event] : [],
  );
  const isDurable = history.events.some(
    (event) =>
      event.kind === "note" &&
      event.note.kind === "known-durable" &&
      event.atNs <= dueNs &&
      taken.some(({ ballot, sequence }) => {
        const { key } = event.note as {
          readonly key: { readonly ballot: typeof ballot; readonly sequence: number };
        };
        return key.sequence === sequence && JSON.stringify(key.ballot) === JSON.stringify(ballot);
      }),
  );
  if (isDurable) {
    findings.checked();
    return;
  }
  if (taken.length === 0 && dueNs > (context.changesUntilNs ?? Infinity)) return;
  if (isBeyondHelp(history, context, factsOf(history, context), dueNs)) return;
  findings.checked();
  const what = taken.length === 0 ? "no checkpoint was taken" : "no checkpoint that was taken became durable";
  findings.violated(
    `All trouble was over at ${timeText(healNs)}, but ${what} by ${timeText(dueNs)}, though servers and disks allow it.`,
  );
}

function isBeyondHelp(history: RunHistory, context: RunContext, facts: Facts, dueNs: number): boolean {
  const { quorum, slotHosts, width } = context;
  if (facts.timeline.unrepairedCountMax(dueNs) > quorum.tolerance) return true;
  const upCount = slotHosts.filter((host) => facts.timeline.isUp(host, dueNs)).length;
  if (upCount < Math.max(width, quorum.slotCount - quorum.tolerance, quorum.promiseCount)) return true;
  const newest = newestDurable(facts);
  // Nothing was durable: nothing can be asked of a restore, and the software may be gone.
  if (newest === undefined) return true;
  if (newest.imageBytes === undefined) return false;
  const geometry = geometryIn(context, newest.imageBytes);
  return unrecoverableGroups(context, geometry, intactOn(holdingsAtEnd(history, newest.key))).length > 0;
}
