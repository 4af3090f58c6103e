/**
 * Fencing: from the moment a restore has its promises, older incarnations can add nothing that the restored state lacks.
 */
import type { Ballot } from "../../core/checkpoint/key.ts";
import type { RunHistory } from "../../sim/history.ts";
import { type Facts, factsOf } from "../facts/facts.ts";
import { ballotId, orderBallots, orderKeys } from "../facts/order.ts";
import { allRunningAtEnd } from "../facts/running.ts";
import { ballotText, hostText, keyText, slotsText, timeText } from "../facts/words.ts";
import { Findings } from "./judgement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";

export const fencing: PromiseChecker = {
  id: "fencing",
  claim:
    "Once a restore has its promises, no older incarnation makes durable or releases anything that the restored state lacks.",
  checks: [
    "After the promises: no checkpoint of an older incarnation that is newer than the restored one becomes durable as a fact.",
    "After the promises: no older incarnation releases an output of a state that is not in the restored state's lineage.",
    "The promises themselves: at least q distinct slots, each of which promised this ballot before.",
    "Every start of the software takes a ballot that no start had before.",
    "At the end of a run that was quiet for the bound, with every server up and connected: one incarnation runs, and no older one.",
  ],
  doesNotCheck: [
    "What becomes durable between promises that were taken away again (a life ended) and the next ones (durability does).",
    "Restores that never came to a restored state (there is nothing that it could lack).",
    "The first three points for restores that used an operator's way out or an operator's quorum.",
    "How soon the older incarnation stops, and whether it does where servers are away, messages are lost, or more than f slots were unrepaired at once.",
  ],
  check(history, context) {
    const findings = new Findings();
    const facts = factsOf(history, context);
    checkBallots(findings, facts, context);
    checkOlderStopped(findings, history, context, facts);
    const operatorBallots = new Set(
      facts.restores.filter(({ operator }) => operator).map(({ ballot }) => ballotId(ballot)),
    );
    const promised = new Map<string, Set<number>>();
    for (const [index, event] of history.events.entries()) {
      if (event.kind !== "note") continue;
      const { note } = event;
      if (note.kind === "promised") {
        const slots = promised.get(ballotId(note.ballot)) ?? new Set<number>();
        promised.set(ballotId(note.ballot), slots.add(note.slot));
      }
      if (note.kind !== "promises-held" || operatorBallots.has(ballotId(note.ballot))) continue;
      findings.checked();
      const held = new Set(note.slots);
      const who = `At ${timeText(event.atNs)} ${hostText(context, event.host)} held the promises for ${ballotText(note.ballot)}`;
      if (held.size < context.quorum.promiseCount) {
        findings.violated(`${who} from ${held.size} slots only, ${context.quorum.promiseCount} are needed.`);
      }
      const unheard = [...held].filter((slot) => promised.get(ballotId(note.ballot))?.has(slot) !== true);
      if (unheard.length > 0)
        findings.violated(`${who}, but ${slotsText(context, unheard)} had not promised it.`);
      if (index === fenceIndexOf(history, facts, note.ballot) && !facts.isFlagged(note.ballot))
        checkOlder(findings, history, context, facts, { index, ballot: note.ballot });
    }
    return findings.judgement();
  },
};

/**
 * From when on the fence stands: the last time that the promises were held before the verdict. A restore whose promises were
 * taken away again (a life ended, rule R4) has none until it holds them anew; what becomes durable meanwhile, durability judges.
 */
function fenceIndexOf(history: RunHistory, facts: Facts, ballot: Ballot): number | undefined {
  const restored = facts.verdicts.find(
    (fact) => fact.verdict.kind === "restored" && orderBallots(fact.ballot, ballot) === 0,
  );
  let fenceIndex: number | undefined;
  for (const [index, event] of history.events.entries()) {
    if (restored !== undefined && index >= restored.index) break;
    if (event.kind !== "note" || event.note.kind !== "promises-held") continue;
    if (orderBallots(event.note.ballot, ballot) === 0) fenceIndex = index;
  }
  return fenceIndex;
}

/** R1: two starts under one ballot could not be told apart by anybody. */
function checkBallots(findings: Findings, facts: Facts, context: RunContext): void {
  const seen = new Set<string>();
  for (const start of facts.starts) {
    const id = ballotId(start.ballot);
    if (seen.has(id)) {
      findings.checked();
      findings.violated(
        `At ${timeText(start.atNs)} ${hostText(context, start.host)} started incarnation ${ballotText(start.ballot)} a second time.`,
      );
    }
    seen.add(id);
  }
}

/** Whoever promised the newer ballot tells the older incarnation so when it hears its heartbeat. */
function checkOlderStopped(findings: Findings, history: RunHistory, context: RunContext, facts: Facts): void {
  const { timeline } = facts;
  const { endNs } = history;
  const sinceNs = endNs - context.bounds.redundancyNs;
  if (context.lossPpm > 0 || sinceNs < timeline.lastDisturbanceNs) return;
  if (timeline.isUnreliable(sinceNs, endNs)) return;
  if (timeline.unrepairedCountMax(endNs) > context.quorum.tolerance) return;
  const running = allRunningAtEnd(history);
  const newest = running.at(-1);
  if (newest === undefined) return;
  for (const { ballot, host } of running) {
    const hearsAll = [...context.slotHosts.keys()].every((slot) =>
      timeline.answers(slot, host, sinceNs, endNs),
    );
    const start = facts.starts.find((one) => orderBallots(one.ballot, newest.ballot) === 0);
    if (!hearsAll || start === undefined || start.atNs > sinceNs) continue;
    findings.checked();
    if (orderBallots(ballot, newest.ballot) === 0) continue;
    findings.violated(
      `At the end incarnation ${ballotText(ballot)} still runs on ${hostText(context, host)}, though ${ballotText(newest.ballot)} runs since ${timeText(start.atNs)} and every server answers both.`,
    );
  }
}

function checkOlder(
  findings: Findings,
  history: RunHistory,
  context: RunContext,
  facts: Facts,
  promises: { readonly index: number; readonly ballot: Ballot },
): void {
  const { index, ballot } = promises;
  const restored = facts.restoredKey(ballot);
  if (restored === undefined) return;
  const fence = `after ${ballotText(ballot)} held its promises, and it started from ${keyText(restored)}`;
  for (const { key, durableIndex, durableNs } of facts.durable) {
    if (durableIndex <= index || orderBallots(key.ballot, ballot) >= 0) continue;
    findings.checked();
    if (orderKeys(key, restored) <= 0) continue;
    findings.violated(`At ${timeText(durableNs)} ${keyText(key)} became durable ${fence}.`);
  }
  for (let at = index + 1; at < history.events.length; at += 1) {
    const event = history.events[at];
    if (event?.kind !== "output-released" || orderBallots(event.ballot, ballot) >= 0) continue;
    findings.checked();
    if (facts.contains(restored, event.ballot, event.sequence)) continue;
    findings.violated(
      `At ${timeText(event.atNs)} ${hostText(context, event.host)} released an output of state ${event.sequence} of incarnation ${ballotText(event.ballot)} ${fence}.`,
    );
  }
}
