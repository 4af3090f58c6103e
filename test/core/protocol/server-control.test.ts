/** The control record: a crash leaves a prefix, rot flips bits, and the two are never taken for one another. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import { decodeControl, encodeControl } from "../../../src/core/protocol/server-control.ts";
import type { ServerControl } from "../../../src/core/protocol/server-state.ts";
import { createDigests } from "../../../src/sim/digests.ts";

const digests = await createDigests();

const count = fc.nat({ max: 2 ** 31 });
const ballot = fc.record({ epoch: count, number: count, restorer: count, nonce: count });
const key = fc.record({ ballot, sequence: count, attempt: count });
const life = fc.record({ number: count, nonce: count });
const control: fc.Arbitrary<ServerControl> = fc.record({
  life,
  lives: fc.array(life, { minLength: 1, maxLength: 6 }),
  promised: ballot,
  joined: fc.boolean(),
  complete: fc.boolean(),
  floor: fc.option(key, { nil: undefined }),
  floorBallot: ballot,
  joinedByOperator: fc.option(ballot, { nil: undefined }),
  held: fc.array(fc.string({ maxLength: 30 }), { maxLength: 5 }),
});

const SMALL: ServerControl = {
  life: { number: 1, nonce: 0 },
  lives: [{ number: 1, nonce: 0 }],
  promised: BALLOT_ZERO,
  joined: true,
  complete: true,
  floor: undefined,
  floorBallot: BALLOT_ZERO,
  joinedByOperator: undefined,
  held: [],
};

describe("a control record", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(control, count, (written, number) => {
        const copy = decodeControl(encodeControl(written, number, digests), true, digests);
        expect(copy).toEqual({ kind: "whole", number, control: written });
      }),
    );
  });

  it("cut short at any length is known to be cut short", () => {
    const bytes = encodeControl(SMALL, 7, digests);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeControl(bytes.subarray(0, length), true, digests).kind, `${length} bytes`).toBe(
        "cut-short",
      );
    }
  });

  it("with any one bit flipped is rotten, never whole and never cut short", () => {
    const bytes = encodeControl(SMALL, 7, digests);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const rotten = Uint8Array.from(bytes);
      rotten[bit >> 3] = (rotten[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeControl(rotten, true, digests).kind, `bit ${bit}`).toBe("rotten");
    }
  });

  it("that the disk lists and cannot read is rotten; one that it does not list is absent", () => {
    expect(decodeControl(undefined, true, digests).kind).toBe("rotten");
    expect(decodeControl(undefined, false, digests).kind).toBe("absent");
  });
});
