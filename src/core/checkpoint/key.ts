/**
 * Names of checkpoints: the ballot (one start of the software), the key (ballot, sequence, attempt), and the life of a slot's disk.
 *
 * All three are ordered lexicographically, field by field, and are plain data. Every field is an integer 0..2^53−1.
 * Does not cover: who may use which ballot (the protocol).
 */

/** The incarnation: unique for each start, ordered. */
export interface Ballot {
  /** Raised by an operator only. */
  readonly epoch: number;
  readonly number: number;
  /** Which restorer took the ballot. */
  readonly restorer: number;
  /** Makes the ballot unique even when a restorer forgets that it took the number before. */
  readonly nonce: number;
}

/** Names one attempt at one checkpoint of one incarnation. */
export interface CheckpointKey {
  readonly ballot: Ballot;
  /** Order of the software's states. */
  readonly sequence: number;
  /** Forming again on other servers takes a new attempt; attempts never overwrite each other. */
  readonly attempt: number;
}

/** The disk that fills a slot: a server back without its disk, or a spare, is a new life. */
export interface Life {
  readonly number: number;
  readonly nonce: number;
}

/** Below every ballot that a start takes: nothing was promised yet. */
export const BALLOT_ZERO: Ballot = { epoch: 0, number: 0, restorer: 0, nonce: 0 };

/** Negative when a is older, 0 when equal, positive when a is newer. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  if (a.restorer !== b.restorer) return a.restorer < b.restorer ? -1 : 1;
  if (a.nonce !== b.nonce) return a.nonce < b.nonce ? -1 : 1;
  return 0;
}

/** Negative when a is older, 0 when equal, positive when a is newer. */
export function compareKeys(a: CheckpointKey, b: CheckpointKey): number {
  const ballots = compareBallots(a.ballot, b.ballot);
  if (ballots !== 0) return ballots;
  if (a.sequence !== b.sequence) return a.sequence < b.sequence ? -1 : 1;
  if (a.attempt !== b.attempt) return a.attempt < b.attempt ? -1 : 1;
  return 0;
}

/** Negative when a is the earlier life, 0 when equal, positive when a is the later one. */
export function compareLives(a: Life, b: Life): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  if (a.nonce !== b.nonce) return a.nonce < b.nonce ? -1 : 1;
  return 0;
}

/**
 * Whether life a ended life b of the same slot. Two lives of one number never end each other: nobody welcomes two of them
 * (docs/adr/0008-one-life-per-number.md), so that one of the two is a disk that was lost before it was joined.
 */
export function endsLife(a: Life, b: Life): boolean {
  return a.number > b.number;
}

/** Short, stable, one to one, and safe as a file name (also where case is ignored): `e0-n1-r0-xa3f0`, the nonce in hexadecimal. */
export function ballotText(ballot: Ballot): string {
  if (compareBallots(ballot, worded.ballot) === 0) return worded.text;
  const { epoch, number, restorer, nonce } = ballot;
  const text = `e${epoch}-n${number}-r${restorer}-x${nonce.toString(16)}`;
  worded = { ballot: { epoch, number, restorer, nonce }, text };
  return text;
}

/** The ballot that was put in words last: one is asked for many times in a row. */
let worded: { readonly ballot: Ballot; readonly text: string } = { ballot: BALLOT_ZERO, text: "e0-n0-r0-x0" };

/** As `ballotText`, with sequence and attempt: `e0-n1-r0-xa3f0-s2-a1`. */
export function keyText(key: CheckpointKey): string {
  if (compareKeys(key, wordedKey.key) === 0) return wordedKey.text;
  const { ballot, sequence, attempt } = key;
  const text = `${ballotText(ballot)}-s${sequence}-a${attempt}`;
  wordedKey = { key: { ballot: worded.ballot, sequence, attempt }, text };
  return text;
}

/** As `worded`, for keys. The same text, and not just an equal one, is found faster in every table. */
let wordedKey: { readonly key: CheckpointKey; readonly text: string } = {
  key: { ballot: BALLOT_ZERO, sequence: 0, attempt: 0 },
  text: "e0-n0-r0-x0-s0-a0",
};

/** For people and file names: `l2-x1f`. */
export function lifeText(life: Life): string {
  return `l${life.number}-x${life.nonce.toString(16)}`;
}

const KEY_TEXT =
  /^e(0|[1-9][0-9]*)-n(0|[1-9][0-9]*)-r(0|[1-9][0-9]*)-x(0|[1-9a-f][0-9a-f]*)-s(0|[1-9][0-9]*)-a(0|[1-9][0-9]*)$/;

/** The inverse of `keyText`; undefined for every text that `keyText` does not write. */
export function parseKeyText(text: string): CheckpointKey | undefined {
  const match = KEY_TEXT.exec(text);
  if (match === null) return undefined;
  const key: CheckpointKey = {
    ballot: {
      epoch: Number(match[1]),
      number: Number(match[2]),
      restorer: Number(match[3]),
      nonce: Number.parseInt(match[4] ?? "", 16),
    },
    sequence: Number(match[5]),
    attempt: Number(match[6]),
  };
  return isCheckpointKey(key) ? key : undefined;
}

/** True when every field is an integer 0..2^53−1. */
export function isCheckpointKey(key: CheckpointKey): boolean {
  const { epoch, number, restorer, nonce } = key.ballot;
  return [epoch, number, restorer, nonce, key.sequence, key.attempt].every(isCount);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
