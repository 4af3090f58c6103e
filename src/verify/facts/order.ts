/**
 * Order and names of ballots, keys and lives for checkers: lexicographic, field by field.
 *
 * Written again instead of imported, so that a wrong order in the core is seen and not shared.
 */
import type { Ballot, CheckpointKey, Life } from "../../core/checkpoint/key.ts";

function orderNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

function ballotNumbers(ballot: Ballot): number[] {
  return [ballot.epoch, ballot.number, ballot.restorer, ballot.nonce];
}

function keyNumbers(key: CheckpointKey): number[] {
  return [...ballotNumbers(key.ballot), key.sequence, key.attempt];
}

/** Negative: a is older. */
export function orderBallots(a: Ballot, b: Ballot): number {
  return orderNumbers(ballotNumbers(a), ballotNumbers(b));
}

/** Negative: a is older. */
export function orderKeys(a: CheckpointKey, b: CheckpointKey): number {
  return orderNumbers(keyNumbers(a), keyNumbers(b));
}

/** Negative: a is earlier. */
export function orderLives(a: Life, b: Life): number {
  return orderNumbers([a.number, a.nonce], [b.number, b.nonce]);
}

/** Unique; for maps and for people. */
export function ballotId(ballot: Ballot): string {
  return ballotNumbers(ballot).join(".");
}

/** Unique; for maps and for people: ballot, sequence, attempt. */
export function keyId(key: CheckpointKey): string {
  return `${ballotId(key.ballot)}/${key.sequence}/${key.attempt}`;
}

/** Names a state of the software: all attempts at one checkpoint are the same state. */
export function stateId(ballot: Ballot, sequence: number): string {
  return `${ballotId(ballot)}/${sequence}`;
}
