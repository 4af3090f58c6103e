/**
 * Order and names of ballots, keys and lives for checkers: lexicographic, field by field.
 *
 * Written again instead of imported, so that a wrong order in the core is seen and not shared.
 */
import type { Ballot, CheckpointKey, Life } from "../../core/checkpoint/key.ts";

/** Negative: a is older. */
export function orderBallots(a: Ballot, b: Ballot): number {
  return (
    orderNumbers(a.epoch, b.epoch) ||
    orderNumbers(a.number, b.number) ||
    orderNumbers(a.restorer, b.restorer) ||
    orderNumbers(a.nonce, b.nonce)
  );
}

/** Negative: a is older. */
export function orderKeys(a: CheckpointKey, b: CheckpointKey): number {
  return (
    orderBallots(a.ballot, b.ballot) ||
    orderNumbers(a.sequence, b.sequence) ||
    orderNumbers(a.attempt, b.attempt)
  );
}

/** Negative: a is earlier. */
export function orderLives(a: Life, b: Life): number {
  return orderNumbers(a.number, b.number) || orderNumbers(a.nonce, b.nonce);
}

function orderNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Unique; for maps and for people. */
export function ballotId(ballot: Ballot): string {
  if (orderBallots(ballot, named.ballot) === 0) return named.id;
  const { epoch, number, restorer, nonce } = ballot;
  const id = `${epoch}.${number}.${restorer}.${nonce}`;
  named = { ballot: { epoch, number, restorer, nonce }, id };
  return id;
}

/** The ballot that was named last: one is asked for many times in a row. */
let named: { readonly ballot: Ballot; readonly id: string } = {
  ballot: { epoch: 0, number: 0, restorer: 0, nonce: 0 },
  id: "0.0.0.0",
};

/** Unique; for maps and for people: ballot, sequence, attempt. */
export function keyId(key: CheckpointKey): string {
  return `${ballotId(key.ballot)}/${key.sequence}/${key.attempt}`;
}

/** Names a state of the software: all attempts at one checkpoint are the same state. */
export function stateId(ballot: Ballot, sequence: number): string {
  return `${ballotId(ballot)}/${sequence}`;
}
