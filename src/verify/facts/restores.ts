/**
 * Starts of the software, restores, and the lineage of states: which states a restored state contains.
 *
 * Lineage of a key: the states of its own incarnation up to its sequence, then the lineage of the key that this incarnation
 * was started from. A start from nothing ends it.
 */
import type { Ballot, CheckpointKey } from "../../core/checkpoint/key.ts";
import type { Verdict } from "../../core/protocol/notes.ts";
import type { HoldingFact, KeyHoldings, RunHistory } from "../../sim/history.ts";
import { ballotId, orderBallots } from "./order.ts";

export interface StartFact {
  readonly index: number;
  readonly atNs: number;
  readonly host: number;
  readonly ballot: Ballot;
  readonly key: CheckpointKey | undefined;
  readonly refusedBySoftware: string | undefined;
}

export interface VerdictFact {
  readonly index: number;
  readonly atNs: number;
  readonly host: number;
  readonly ballot: Ballot;
  readonly verdict: Verdict;
  /** Of the key that the verdict names. */
  readonly holdings: readonly HoldingFact[] | undefined;
  /** Of every key of which any disk holds a file. */
  readonly holdingsByKey: readonly KeyHoldings[] | undefined;
}

export interface RestoreFact {
  readonly ballot: Ballot;
  readonly host: number;
  readonly startedIndex: number;
  readonly startedNs: number;
  readonly operator: boolean;
  readonly verdicts: VerdictFact[];
  abandonedNs: number | undefined;
}

export interface RestoreFacts {
  readonly starts: readonly StartFact[];
  /** In order of their start. */
  readonly restores: readonly RestoreFact[];
  readonly verdicts: readonly VerdictFact[];
  /** The key that the software of this ballot was, or was to be, started from; undefined: from nothing, or never. */
  restoredKey(ballot: Ballot): CheckpointKey | undefined;
  /** Whether the state that `key` names contains state (ballot, sequence). */
  contains(key: CheckpointKey | undefined, ballot: Ballot, sequence: number): boolean;
  /** The start of this ballot, or of one that it descends from, used an operator's way out. */
  isFlagged(ballot: Ballot): boolean;
}

/** The first restore of the verdict's ballot; undefined: nobody said that it began one. */
export function restoreOfVerdict(
  { restores }: Pick<RestoreFacts, "restores">,
  fact: VerdictFact,
): RestoreFact | undefined {
  return restores.find(({ ballot }) => orderBallots(ballot, fact.ballot) === 0);
}

export function restoreFacts(history: RunHistory): RestoreFacts {
  const starts: StartFact[] = [];
  const restores: RestoreFact[] = [];
  const verdicts: VerdictFact[] = [];
  const restoreOf = new Map<string, RestoreFact>();
  const startOf = new Map<string, StartFact>();
  const restoredVerdictOf = new Map<string, Extract<Verdict, { kind: "restored" }>>();
  for (const [index, event] of history.events.entries()) {
    const { atNs, host } = event;
    if (event.kind === "software-started") {
      const start: StartFact = {
        index,
        atNs,
        host,
        ballot: event.ballot,
        key: event.key,
        refusedBySoftware: event.refusedBySoftware,
      };
      starts.push(start);
      if (!startOf.has(ballotId(event.ballot))) startOf.set(ballotId(event.ballot), start);
      continue;
    }
    if (event.kind !== "note") continue;
    const { note } = event;
    if (note.kind === "restore-started") {
      const restore: RestoreFact = {
        ballot: note.ballot,
        host,
        startedIndex: index,
        startedNs: atNs,
        operator: note.operator,
        verdicts: [],
        abandonedNs: undefined,
      };
      restores.push(restore);
      restoreOf.set(ballotId(note.ballot), restore);
    } else if (note.kind === "verdict") {
      const fact: VerdictFact = {
        index,
        atNs,
        host,
        ballot: note.ballot,
        verdict: note.verdict,
        holdings: event.holdings,
        holdingsByKey: event.holdingsByKey,
      };
      verdicts.push(fact);
      restoreOf.get(ballotId(note.ballot))?.verdicts.push(fact);
      if (note.verdict.kind === "restored") restoredVerdictOf.set(ballotId(note.ballot), note.verdict);
    } else if (note.kind === "restore-abandoned") {
      const restore = restoreOf.get(ballotId(note.ballot));
      if (restore !== undefined) restore.abandonedNs ??= atNs;
    }
  }
  function restoredKey(ballot: Ballot): CheckpointKey | undefined {
    return startOf.get(ballotId(ballot))?.key ?? restoredVerdictOf.get(ballotId(ballot))?.key;
  }
  /** The key that the ballot started from, if that is of an older ballot: so every walk ends, whatever a bug writes. */
  function parentOf(ballot: Ballot): CheckpointKey | undefined {
    const parent = restoredKey(ballot);
    return parent !== undefined && orderBallots(parent.ballot, ballot) < 0 ? parent : undefined;
  }
  return {
    starts,
    restores,
    verdicts,
    restoredKey,
    contains(key, ballot, sequence) {
      for (let at = key; at !== undefined; at = parentOf(at.ballot)) {
        if (orderBallots(at.ballot, ballot) === 0) return sequence <= at.sequence;
      }
      return false;
    },
    isFlagged(ballot) {
      for (let at: Ballot | undefined = ballot; at !== undefined; at = parentOf(at)?.ballot) {
        if ((restoredVerdictOf.get(ballotId(at))?.flags.length ?? 0) > 0) return true;
      }
      return false;
    },
  };
}
