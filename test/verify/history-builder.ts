/**
 * Writes small histories by hand for the tests of checkers: every event is named, nothing is simulated.
 *
 * The cluster: software on host 0, backup servers in slots 0, 1, 2 on hosts 1, 2, 3; mirror:2 over two of them; f = 1, q = 2.
 * Subsegments of 4 bytes. Times are in milliseconds; each event happens at the time last set by `at`.
 */
import type { Ballot, CheckpointKey, Life } from "../../src/core/checkpoint/key.ts";
import type { Note, Verdict } from "../../src/core/protocol/notes.ts";
import type { Fault } from "../../src/sim/faults.ts";
import type { HistoryEvent, HoldingFact, KeyHoldings, RunCosts, RunHistory } from "../../src/sim/history.ts";
import type { WorkloadJudgement } from "../../src/sim/software.ts";
import type { RunContext } from "../../src/verify/promises/promise.ts";

export const MS = 1_000_000;

export const CONTEXT: RunContext = {
  slotHosts: [1, 2, 3],
  hostNames: ["P", "A", "B", "C"],
  productionHost: 0,
  formerPlace: "production",
  formerHost: 0,
  quorum: { slotCount: 3, tolerance: 1, promiseCount: 2 },
  scheme: { text: "mirror:2", k: 1, m: 1, tolerance: 1 },
  width: 2,
  subsegmentBytes: 4,
  retentionCount: 1,
  budget: "within",
  faultFree: false,
  lossPpm: 0,
  retryNs: 5 * MS,
  operationNsMax: 1 * MS,
  scrubs: true,
  bounds: { detectNs: 100 * MS, settleNs: 10 * MS, restoreNs: 200 * MS, redundancyNs: 500 * MS },
  limits: {
    queueDepthMax: 100,
    eventCountMax: 1000,
    messageCountRun: 1000,
    messageCountEach: 100,
    attemptCountMax: 2,
    restoreCountMax: 3,
  },
};

export const ballot = (number: number, restorer = 0): Ballot => ({
  epoch: 0,
  number,
  restorer,
  nonce: number,
});

export const key = (number: number, sequence: number, attempt = 1): CheckpointKey => ({
  ballot: ballot(number),
  sequence,
  attempt,
});

/** The first life of a slot. */
export const life = (number = 1): Life => ({ number, nonce: number });

/** Eight bytes that differ from state to state: two subsegments, so two groups of mirror:2. */
export function imageOf(number: number, sequence: number): Uint8Array {
  return Uint8Array.of(number, sequence, 2, 3, 4, 5, 6, 7);
}

/** What one slot's disk holds; members as "group/member". */
export function holding(slot: number, members: readonly string[], reachable = true): HoldingFact {
  return {
    host: slot + 1,
    slot,
    reachable,
    manifestIntact: members.length > 0,
    manifestFlushed: members.length > 0,
    intactMembers: members,
    flushedMembers: members,
  };
}

/** Two groups of mirror:2 on positions 0 and 1: member j of group g lies at (g + j) mod 2. */
export const POSITION_0 = ["0/0", "1/1"] as const;
export const POSITION_1 = ["0/1", "1/0"] as const;

const NO_BYTES = { image: 0, member: 0, manifest: 0, other: 0 };

export const NO_COSTS: RunCosts = {
  networkBytes: {
    take: NO_BYTES,
    restore: NO_BYTES,
    repair: NO_BYTES,
    control: NO_BYTES,
    application: NO_BYTES,
  },
  diskWrittenBytes: { member: 0, manifest: 0, control: 0 },
  eventCount: 10,
  messageCount: 10,
  queueDepthMax: 10,
};

type Happening = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, "atNs" | "host">
    : never
  : never;

export class HistoryBuilder {
  private readonly events: HistoryEvent[] = [];
  private nowNs: number = 0;
  private costs: RunCosts = NO_COSTS;
  private judgement: WorkloadJudgement = { violations: [], checkedCounts: {}, continuationCount: 0 };
  private finalHoldings: KeyHoldings[] = [];

  at(milliseconds: number): this {
    this.nowNs = milliseconds * MS;
    return this;
  }

  event(host: number, happening: Happening): this {
    this.events.push({ atNs: this.nowNs, host, ...happening } as HistoryEvent);
    return this;
  }

  note(host: number, note: Note): this {
    return this.event(host, { kind: "note", note });
  }

  started(
    host: number,
    by: Ballot,
    from?: CheckpointKey,
    image?: Uint8Array,
    refusedBySoftware?: string,
  ): this {
    return this.event(host, {
      kind: "software-started",
      ballot: by,
      key: from,
      image: image ?? (from === undefined ? undefined : imageOf(from.ballot.number, from.sequence)),
      refusedBySoftware,
    });
  }

  taken(host: number, of: CheckpointKey, image: Uint8Array = imageOf(of.ballot.number, of.sequence)): this {
    const { ballot: by, sequence } = of;
    return this.event(host, { kind: "image-taken", ballot: by, sequence, image, segmentNames: ["state"] });
  }

  attempt(host: number, of: CheckpointKey, slots: readonly number[]): this {
    const placement = slots.map((slot) => ({ slot, life: life() }));
    return this.note(host, { kind: "attempt-started", key: of, placement, formerHost: 0 });
  }

  stored(slot: number, of: CheckpointKey, flushedOnDisk = true, inLife: Life = life()): this {
    const note: Note = { kind: "stored", slot, life: inLife, key: of };
    return this.event(slot + 1, { kind: "note", note, flushedOnDisk });
  }

  /** An acknowledgement, with so many files of members flushed behind it. */
  storedWith(slot: number, of: CheckpointKey, flushedMemberCount: number): this {
    const note: Note = { kind: "stored", slot, life: life(), key: of };
    return this.event(slot + 1, { kind: "note", note, flushedOnDisk: true, flushedMemberCount });
  }

  /** Taken, formed, and stored everywhere. */
  durable(host: number, of: CheckpointKey, slots: readonly number[] = [0, 1]): this {
    this.taken(host, of).attempt(host, of, slots);
    for (const slot of slots) this.stored(slot, of);
    return this;
  }

  output(host: number, of: CheckpointKey): this {
    const { ballot: by, sequence } = of;
    return this.event(host, { kind: "output-released", ballot: by, sequence, output: "done" });
  }

  down(host: number, diskLost = false): this {
    return this.event(host, { kind: "host-down", diskLost });
  }

  up(host: number, diskKept = true): this {
    return this.event(host, { kind: "host-up", diskKept });
  }

  fault(fault: Fault extends infer One ? (One extends Fault ? Omit<One, "atNs"> : never) : never): this {
    const host = "host" in fault ? fault.host : -1;
    return this.event(host, { kind: "fault", fault: { atNs: this.nowNs, ...fault } as Fault, bit: true });
  }

  complete(slot: number, number = 2): this {
    return this.note(slot + 1, { kind: "complete", slot, life: life(number) });
  }

  restoreStarted(host: number, by: Ballot, operator = false): this {
    return this.note(host, { kind: "restore-started", ballot: by, operator });
  }

  /** Each slot promises, then the restorer holds the promises. */
  promises(host: number, by: Ballot, slots: readonly number[]): this {
    for (const slot of slots) this.note(slot + 1, { kind: "promised", slot, life: life(), ballot: by });
    return this.note(host, { kind: "promises-held", ballot: by, slots });
  }

  verdict(host: number, by: Ballot, verdict: Verdict, byKey?: readonly KeyHoldings[]): this {
    const named = byKey?.find((entry) => entry.key === verdict.key)?.holdings;
    const note: Note = { kind: "verdict", ballot: by, verdict };
    return this.event(host, {
      kind: "note",
      note,
      ...(named === undefined ? {} : { holdings: named }),
      ...(byKey === undefined ? {} : { holdingsByKey: byKey }),
    });
  }

  restored(host: number, by: Ballot, of: CheckpointKey, byKey?: readonly KeyHoldings[]): this {
    return this.verdict(host, by, { kind: "restored", key: of, flags: [] }, byKey);
  }

  waiting(host: number, by: Ballot, slots: readonly number[], of?: CheckpointKey): this {
    return this.verdict(host, by, { kind: "waiting", key: of, slots });
  }

  finally(of: CheckpointKey, holdings: readonly HoldingFact[]): this {
    this.finalHoldings.push({ key: of, holdings });
    return this;
  }

  spent(costs: RunCosts): this {
    this.costs = costs;
    return this;
  }

  judged(judgement: WorkloadJudgement): this {
    this.judgement = judgement;
    return this;
  }

  end(milliseconds: number): RunHistory {
    return {
      events: this.events,
      costs: this.costs,
      endNs: milliseconds * MS,
      digest: "0000000000000000",
      finalHoldings: this.finalHoldings,
      endReason: "duration",
      judgement: this.judgement,
    };
  }
}
