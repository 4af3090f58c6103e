import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Ballot,
  BALLOT_ZERO,
  ballotText,
  type CheckpointKey,
  compareBallots,
  compareKeys,
  compareLives,
  endsLife,
  isCheckpointKey,
  keyText,
  type Life,
  lifeText,
  parseKeyText,
} from "../../../src/core/checkpoint/key.ts";

const small = fc.nat({ max: 2 });
const smallKey: fc.Arbitrary<CheckpointKey> = fc.record({
  ballot: fc.record({ epoch: small, number: small, restorer: small, nonce: small }),
  sequence: small,
  attempt: small,
});
const large = fc.maxSafeNat();
const anyKey: fc.Arbitrary<CheckpointKey> = fc.record({
  ballot: fc.record({ epoch: large, number: large, restorer: large, nonce: large }),
  sequence: large,
  attempt: large,
});

function fieldsOf({ ballot, sequence, attempt }: CheckpointKey): number[] {
  return [ballot.epoch, ballot.number, ballot.restorer, ballot.nonce, sequence, attempt];
}

/** Independent lexicographic order: the sign at the first field that differs. */
function slowCompare(a: readonly number[], b: readonly number[]): number {
  return a.map((field, index) => Math.sign(field - (b[index] ?? 0))).find((sign) => sign !== 0) ?? 0;
}

describe("order", () => {
  it("of keys, ballots and lives is lexicographic by field", () => {
    fc.assert(
      fc.property(smallKey, smallKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(slowCompare(fieldsOf(a), fieldsOf(b)));
        expect(Math.sign(compareBallots(a.ballot, b.ballot))).toBe(
          slowCompare(fieldsOf(a).slice(0, 4), fieldsOf(b).slice(0, 4)),
        );
        const lifeOf = ({ sequence, attempt }: CheckpointKey) => ({ number: sequence, nonce: attempt });
        expect(Math.sign(compareLives(lifeOf(a), lifeOf(b)))).toBe(
          slowCompare([a.sequence, a.attempt], [b.sequence, b.attempt]),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("of lives by their number alone says which one ended the other", () => {
    const life = (number: number, nonce: number): Life => ({ number, nonce });
    expect(endsLife(life(2, 0), life(1, 9))).toBe(true);
    expect(endsLife(life(1, 9), life(2, 0))).toBe(false);
    expect(endsLife(life(2, 9), life(2, 0))).toBe(false);
    expect(endsLife(life(2, 0), life(2, 9))).toBe(false);
  });

  it("a higher ballot is newer whatever the sequence", () => {
    const of = (number: number, sequence: number): CheckpointKey => ({
      ballot: { ...BALLOT_ZERO, number },
      sequence,
      attempt: 0,
    });
    expect(compareKeys(of(2, 1), of(1, 2))).toBeGreaterThan(0);
    const next: Ballot = { ...BALLOT_ZERO, nonce: 1 };
    expect(compareBallots(BALLOT_ZERO, next)).toBeLessThan(0);
    expect(compareBallots(BALLOT_ZERO, { ...BALLOT_ZERO })).toBe(0);
  });
});

describe("text", () => {
  it("of the lowest names is that of any other, also when it is the first one asked for", () => {
    expect(keyText({ ballot: BALLOT_ZERO, sequence: 0, attempt: 0 })).toBe("e0-n0-r0-x0-s0-a0");
    expect(ballotText(BALLOT_ZERO)).toBe("e0-n0-r0-x0");
  });

  it("has one fixed form", () => {
    const key: CheckpointKey = {
      ballot: { epoch: 0, number: 1, restorer: 2, nonce: 0xa3f0 },
      sequence: 3,
      attempt: 4,
    };
    expect(ballotText(key.ballot)).toBe("e0-n1-r2-xa3f0");
    expect(keyText(key)).toBe("e0-n1-r2-xa3f0-s3-a4");
    expect(lifeText({ number: 2, nonce: 31 })).toBe("l2-x1f");
  });

  it("of a key gives the key back, is safe as a file name, and is short", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const text = keyText(key);
        expect(text).toMatch(/^[a-z0-9-]+$/);
        expect(text.length).toBeLessThan(128);
        expect(parseKeyText(text)).toEqual(key);
      }),
    );
  });

  it("is refused where keyText would not have written it", () => {
    for (const text of [
      "",
      "e0-n1-r0-xa3f0-s2",
      "e0-n1-r0-xa3f0-s2-a1 ",
      " e0-n1-r0-xa3f0-s2-a1",
      "e00-n1-r0-xa3f0-s2-a1",
      "e0-n1-r0-xA3F0-s2-a1",
      "e0-n1-r0-x0a-s2-a1",
      "e0-n-1-r0-xa-s2-a1",
      "e0-n1-r0-xa-s2-a9007199254740992",
      "e0-n1-r0-x20000000000000-s2-a1",
      "e0-n1-r0-xa-s2-a1/..",
    ]) {
      expect(parseKeyText(text)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.stringMatching(/^e\d{1,2}-n\d-r\d-x[0-9a-fA-F]{1,3}-s\d{1,2}-a\d{0,2}$/), (text) => {
        const key = parseKeyText(text);
        if (key !== undefined) expect(keyText(key)).toBe(text);
      }),
    );
  });

  it("isCheckpointKey refuses a field that is not an integer 0..2^53-1", () => {
    const good: CheckpointKey = { ballot: BALLOT_ZERO, sequence: 0, attempt: 0 };
    expect(isCheckpointKey(good)).toBe(true);
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(isCheckpointKey({ ...good, sequence: bad })).toBe(false);
      expect(isCheckpointKey({ ...good, attempt: bad })).toBe(false);
      expect(isCheckpointKey({ ...good, ballot: { ...BALLOT_ZERO, nonce: bad } })).toBe(false);
    }
  });
});
