/**
 * The restores of a run, one entry for each restorer that told a verdict: what came of it, and how long it took.
 *
 * Only the last verdict of a ballot counts: "waiting" that went on to "restored" is restored.
 */
import { ballotText, keyText } from "../core/checkpoint/key.ts";
import type { Verdict } from "../core/protocol/notes.ts";
import type { RunHistory } from "../sim/history.ts";
import type { RestoreResult } from "./result.ts";

interface RestoreUnderWay {
  readonly host: number;
  readonly startedNs: number;
  readonly lostNs: number | undefined;
  verdict: Verdict | undefined;
  verdictNs: number;
  runningNs: number | undefined;
}

export function restoresOf(history: RunHistory, hostNames: readonly string[]): RestoreResult[] {
  const restores = new Map<string, RestoreUnderWay>();
  let lostNs: number | undefined;
  // A production server that is cut off goes on running: its clients miss it from the cut on.
  let cutNs: number | undefined;
  for (const event of history.events) {
    switch (event.kind) {
      case "software-stopped":
        lostNs ??= event.atNs;
        break;
      case "fault":
        if (event.fault.kind === "partition" && event.bit) cutNs = event.atNs;
        break;
      case "software-started": {
        const restore = restores.get(ballotText(event.ballot));
        if (restore !== undefined && event.refusedBySoftware === undefined) restore.runningNs = event.atNs;
        lostNs = undefined;
        cutNs = undefined;
        break;
      }
      case "note": {
        const { note } = event;
        if (note.kind === "restore-started") {
          restores.set(ballotText(note.ballot), {
            host: event.host,
            startedNs: event.atNs,
            lostNs: lostNs ?? cutNs,
            verdict: undefined,
            verdictNs: event.atNs,
            runningNs: undefined,
          });
        } else if (note.kind === "verdict") {
          const restore = restores.get(ballotText(note.ballot));
          if (restore !== undefined) {
            restore.verdict = note.verdict;
            restore.verdictNs = event.atNs;
          }
        }
        break;
      }
      default:
        break;
    }
  }
  return [...restores.values()].flatMap((restore) => resultOf(restore, hostNames));
}

function resultOf(restore: RestoreUnderWay, hostNames: readonly string[]): RestoreResult[] {
  const { verdict } = restore;
  if (verdict === undefined) return []; // made way for a higher ballot
  const hostName = hostNames[restore.host] ?? `host ${restore.host}`;
  const isRunning = verdict.kind === "restored" && restore.runningNs !== undefined;
  return [
    {
      verdict: verdict.kind,
      flags: verdict.kind === "restored" ? verdict.flags : [],
      detail: detailOf(verdict, hostNames),
      // An operator may restore while all is well: then the start of the restore is what there is to measure from.
      restoreNs: isRunning ? (restore.runningNs ?? 0) - (restore.lostNs ?? restore.startedNs) : undefined,
      reassembleNs: isRunning ? restore.verdictNs - restore.startedNs : undefined,
      restoredOn: isRunning ? hostName : undefined,
    },
  ];
}

/** Slot s is host s + 1: host 0 is the production server (src/scenario/hosts.ts). */
function slotNames(slots: readonly number[], hostNames: readonly string[]): string {
  return slots.map((slot) => hostNames[slot + 1] ?? `slot ${slot}`).join(", ");
}

function detailOf(verdict: Verdict, hostNames: readonly string[]): string {
  switch (verdict.kind) {
    case "restored":
      return `restored checkpoint ${keyText(verdict.key)}`;
    case "waiting":
      return `waiting for ${slotNames(verdict.slots, hostNames)}`;
    case "refused":
      if (verdict.reason === "no-checkpoint") return "refused: no checkpoint was ever durable";
      return `refused: groups ${verdict.groups.join(", ")} cannot be decoded; lost on ${slotNames(verdict.slots, hostNames)}`;
  }
}
