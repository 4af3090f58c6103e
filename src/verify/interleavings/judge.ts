/**
 * The promises as invariants over one path of the model: facts that grow with what is observed, and what breaks them.
 *
 * Written apart from the core: it orders keys itself, counts slots itself, and believes no role's claim but two, each on
 * the strict side: a slot counts as repaired when its server says "complete", and the placement is what the manifest on
 * disk says.
 *
 * Checked: durability (with false acknowledgements and false refusals), fencing, output-commit, integrity, placement, what a
 * waiting restore says (restore-ledger.ts), and that "complete" is true (redundancy-restored). Not checked: anything about time; restores after more than f slots were
 * unrepaired at one moment, or by an operator's way out, but for integrity and unique ballots.
 */
import type { Ballot, CheckpointKey } from "../../core/checkpoint/key.ts";
import type { PromiseId } from "../result.ts";
import type { Observation } from "./observations.ts";

export interface Violation {
  readonly promise: PromiseId;
  readonly message: string;
}

interface Start {
  readonly ballot: Ballot;
  /** undefined: from nothing. */
  readonly from: CheckpointKey | undefined;
}

/** Canonical plain data: lists are sorted, so that equal facts have equal text. */
export interface PathFacts {
  /** Attempts of which some slots hold their part, durable ones left out. */
  readonly held: readonly { readonly key: CheckpointKey; readonly slots: readonly number[] }[];
  readonly durable: readonly CheckpointKey[];
  /** The slots of each durable attempt, by its words. */
  readonly durablePlacements: Readonly<Record<string, readonly number[]>>;
  readonly starts: readonly Start[];
  /** The newest state of each incarnation that an output told of. */
  readonly released: readonly { readonly ballot: Ballot; readonly sequence: number }[];
  readonly unrepaired: readonly number[];
  /** Slots with rot on their disk that is not mended yet; they count as unrepaired. */
  readonly rotten: readonly number[];
  /** More than f slots were unrepaired at one moment. */
  readonly isBeyondTolerance: boolean;
}

export const NO_FACTS: PathFacts = {
  held: [],
  durable: [],
  durablePlacements: {},
  starts: [],
  released: [],
  unrepaired: [],
  rotten: [],
  isBeyondTolerance: false,
};

export interface Judgement {
  readonly facts: PathFacts;
  readonly violation: Violation | undefined;
  /** What was looked at, one entry a check. */
  readonly checked: readonly PromiseId[];
}

function orderOf(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function ballotFields({ epoch, number, restorer, nonce }: Ballot): number[] {
  return [epoch, number, restorer, nonce];
}

function orderBallots(a: Ballot, b: Ballot): number {
  return orderOf(ballotFields(a), ballotFields(b));
}

function orderKeys(a: CheckpointKey, b: CheckpointKey): number {
  return orderOf(
    [...ballotFields(a.ballot), a.sequence, a.attempt],
    [...ballotFields(b.ballot), b.sequence, b.attempt],
  );
}

export function ballotWords({ epoch, number, restorer, nonce }: Ballot): string {
  return `${epoch}.${number}.${restorer}.${nonce}`;
}

export function keyWords({ ballot, sequence, attempt }: CheckpointKey): string {
  return `${ballotWords(ballot)}/${sequence}.${attempt}`;
}

function withSlot(slots: readonly number[], slot: number): number[] {
  return [...new Set([...slots, slot])].sort((a, b) => a - b);
}

/** Whether the state that `key` stands for came from this state of that incarnation, or is it. */
function contains(facts: PathFacts, key: CheckpointKey, ballot: Ballot, sequence: number): boolean {
  let at: CheckpointKey | undefined = key;
  while (at !== undefined) {
    const own: Ballot = at.ballot;
    const reached = at.sequence;
    if (orderBallots(own, ballot) === 0) return reached >= sequence;
    at = facts.starts.find((start) => orderBallots(start.ballot, own) === 0)?.from;
  }
  return false;
}

export class Judge {
  private readonly tolerance: number;

  constructor(tolerance: number) {
    this.tolerance = tolerance;
  }

  /** Takes in the observations of one step. */
  judge(facts: PathFacts, observations: readonly Observation[]): Judgement {
    const checked: PromiseId[] = [];
    let now = facts;
    for (const observation of observations) {
      const next = this.observe(now, observation, checked);
      if ("promise" in next) return { facts: now, violation: next, checked };
      now = next;
    }
    return { facts: now, violation: undefined, checked };
  }

  private observe(facts: PathFacts, seen: Observation, checked: PromiseId[]): PathFacts | Violation {
    switch (seen.kind) {
      case "failed":
        return { promise: "bounded", message: `The program failed: ${seen.message}` };
      case "held":
        return this.held(facts, seen, checked);
      case "misplaced":
        return {
          promise: "placement",
          message: `Slot ${seen.slot} has a second member of one group: ${seen.file}`,
        };
      case "disk-lost":
        return this.struck({ ...facts, unrepaired: withSlot(facts.unrepaired, seen.slot) });
      case "rot": {
        const others = facts.rotten.filter((slot) => slot !== seen.slot);
        return this.struck({ ...facts, rotten: seen.isRotten ? withSlot(others, seen.slot) : others });
      }
      case "waiting":
        checked.push("decidability");
        if (seen.complaint === undefined) return facts;
        return { promise: "decidability", message: `A restore waits, ${seen.complaint}.` };
      case "complete":
        return this.complete(facts, seen, checked);
      case "acknowledged":
        checked.push("durability");
        if (seen.isDurable) return facts;
        return {
          promise: "durability",
          message: `Slot ${seen.slot} acknowledged ${keyWords(seen.key)}, which is not flushed.`,
        };
      case "known-durable":
        checked.push("durability");
        if (facts.durable.some((key) => orderKeys(key, seen.key) === 0)) return facts;
        return { promise: "durability", message: `${keyWords(seen.key)} is called durable, and it is not.` };
      case "output":
        return this.output(facts, seen.ballot, seen.sequence, checked);
      case "init-started":
        return { ...facts, starts: [...facts.starts, { ballot: seen.ballot, from: undefined }] };
      case "started":
        return this.started(facts, seen, checked);
      case "refused": {
        if (facts.isBeyondTolerance || seen.isOperator) return facts;
        const lost = facts.durable.find((key) => orderBallots(key.ballot, seen.ballot) < 0);
        if (facts.durable.length > 0) checked.push("durability");
        if (lost === undefined) return facts;
        return {
          promise: "durability",
          message: `A restore was refused, although ${keyWords(lost)} is durable.`,
        };
      }
    }
  }

  private struck(facts: PathFacts): PathFacts {
    const slots = new Set([...facts.unrepaired, ...facts.rotten]);
    return { ...facts, isBeyondTolerance: facts.isBeyondTolerance || slots.size > this.tolerance };
  }

  private held(
    facts: PathFacts,
    seen: Extract<Observation, { kind: "held" }>,
    checked: PromiseId[],
  ): PathFacts | Violation {
    const { key, slot, placement } = seen;
    if (facts.durable.some((each) => orderKeys(each, key) === 0)) return facts;
    const earlier = facts.held.find((each) => orderKeys(each.key, key) === 0)?.slots ?? [];
    const slots = [...new Set([...earlier, slot])].sort((a, b) => a - b);
    const others = facts.held.filter((each) => orderKeys(each.key, key) !== 0);
    checked.push("placement");
    if (new Set(placement.map((placed) => placed.slot)).size !== placement.length) {
      return { promise: "placement", message: `${keyWords(key)} is placed twice on one slot.` };
    }
    if (!placement.every((placed) => slots.includes(placed.slot))) {
      return { ...facts, held: [...others, { key, slots }].sort((a, b) => orderKeys(a.key, b.key)) };
    }
    // Fencing: a newer incarnation has started from something older than this.
    for (const start of facts.starts) {
      if (start.from === undefined || orderBallots(start.ballot, key.ballot) <= 0) continue;
      checked.push("fencing");
      if (orderKeys(key, start.from) > 0 && !facts.isBeyondTolerance) {
        return {
          promise: "fencing",
          message: `${keyWords(key)} became durable after ${ballotWords(start.ballot)} had started from ${keyWords(start.from)}.`,
        };
      }
    }
    const durable = [...facts.durable, key].sort(orderKeys);
    const places = { ...facts.durablePlacements, [keyWords(key)]: placement.map((placed) => placed.slot) };
    const durablePlacements = Object.fromEntries(
      durable.map((each) => [keyWords(each), places[keyWords(each)] ?? []]),
    );
    return { ...facts, held: others, durable, durablePlacements };
  }

  /** "complete" says: whatever was durable and names this slot is here again, in good order. */
  private complete(
    facts: PathFacts,
    seen: Extract<Observation, { kind: "complete" }>,
    checked: PromiseId[],
  ): PathFacts | Violation {
    checked.push("redundancy-restored");
    const newest = facts.durable.at(-1);
    const isNamed =
      newest !== undefined && facts.durablePlacements[keyWords(newest)]?.includes(seen.slot) === true;
    if (isNamed && !facts.isBeyondTolerance && !seen.heldWords.includes(keyWords(newest))) {
      return {
        promise: "redundancy-restored",
        message: `Slot ${seen.slot} calls itself complete and does not hold ${keyWords(newest)}, which names it.`,
      };
    }
    return { ...facts, unrepaired: facts.unrepaired.filter((slot) => slot !== seen.slot) };
  }

  private output(
    facts: PathFacts,
    ballot: Ballot,
    sequence: number,
    checked: PromiseId[],
  ): PathFacts | Violation {
    checked.push("output-commit");
    const what = `an output of state ${sequence} of ${ballotWords(ballot)}`;
    if (!facts.durable.some((key) => orderBallots(key.ballot, ballot) === 0 && key.sequence >= sequence)) {
      return { promise: "output-commit", message: `${what} was released before it was durable.` };
    }
    for (const start of facts.starts) {
      if (start.from === undefined || orderBallots(start.ballot, ballot) <= 0 || facts.isBeyondTolerance)
        continue;
      checked.push("fencing");
      if (!contains(facts, start.from, ballot, sequence)) {
        return {
          promise: "fencing",
          message: `${what} was released after ${ballotWords(start.ballot)} had started from ${keyWords(start.from)}.`,
        };
      }
    }
    const others = facts.released.filter((each) => orderBallots(each.ballot, ballot) !== 0);
    const before = facts.released.find((each) => orderBallots(each.ballot, ballot) === 0)?.sequence ?? 0;
    const released = [...others, { ballot, sequence: Math.max(before, sequence) }];
    return { ...facts, released: released.sort((a, b) => orderBallots(a.ballot, b.ballot)) };
  }

  private started(
    facts: PathFacts,
    seen: Extract<Observation, { kind: "started" }>,
    checked: PromiseId[],
  ): PathFacts | Violation {
    const { ballot, key } = seen;
    const who = `${ballotWords(ballot)} started from ${keyWords(key)}`;
    checked.push("integrity", "fencing");
    if (!seen.isIntact) return { promise: "integrity", message: `${who}, with other bytes than were taken.` };
    if (facts.starts.some((start) => orderBallots(start.ballot, ballot) === 0)) {
      return { promise: "fencing", message: `${who}; another start took the same ballot.` };
    }
    const starts = [...facts.starts, { ballot, from: key }].sort((a, b) => orderBallots(a.ballot, b.ballot));
    // What an operator gave up is not demanded of later starts either.
    if (seen.isFlagged) {
      const durable = facts.durable.filter(
        (each) => orderKeys(each, key) <= 0 || orderBallots(each.ballot, ballot) > 0,
      );
      const released = facts.released.filter((each) => contains(facts, key, each.ballot, each.sequence));
      return { ...facts, starts, durable, released };
    }
    if (!facts.isBeyondTolerance) {
      const newer = facts.durable.find(
        (each) => orderBallots(each.ballot, ballot) < 0 && orderKeys(each, key) > 0,
      );
      if (facts.durable.length > 0) checked.push("durability");
      if (newer !== undefined)
        return { promise: "durability", message: `${who}, although ${keyWords(newer)} was durable.` };
      for (const output of facts.released) {
        if (orderBallots(output.ballot, ballot) >= 0) continue;
        checked.push("output-commit");
        if (contains(facts, key, output.ballot, output.sequence)) continue;
        return {
          promise: "output-commit",
          message: `${who}, without state ${output.sequence} of ${ballotWords(output.ballot)}, of which an output was released.`,
        };
      }
    }
    return { ...facts, starts };
  }
}
