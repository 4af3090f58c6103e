/** The control record: a crash leaves a prefix, rot flips bits, and the two are never taken for one another. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digests } from "../../../src/core/checkpoint/digests.ts";
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

  it("comes back as it was written after another one: nothing of that one is left in it", () => {
    const [first, second, third] = [1, 2, 3].map((number) => ({ number, nonce: number }));
    const lives = [first, second, third].flatMap((each) => each ?? []);
    const ballots = [
      BALLOT_ZERO,
      { ...BALLOT_ZERO, epoch: 1 },
      { ...BALLOT_ZERO, restorer: 2 },
      { ...BALLOT_ZERO, nonce: 3 },
    ];
    const records = [lives, lives.slice(0, 2), lives.toReversed(), lives].flatMap((each) =>
      ballots.map((promised): ServerControl => ({ ...SMALL, lives: each, promised })),
    );
    for (const written of records) {
      const copy = decodeControl(encodeControl(written, 7, digests), true, digests);
      expect(copy).toEqual({ kind: "whole", number: 7, control: written });
    }
  });

  it("is read with the digests that it was written with, whatever others were used before", () => {
    const others: Digests = {
      member: (bytes) => [...digests.member(bytes)].toReversed().join(""),
      manifest: (bytes) => digests.manifest(bytes),
    };
    for (const given of [digests, others, digests]) {
      const bytes = encodeControl(SMALL, 7, given);
      expect(decodeControl(bytes, true, given).kind).toBe("whole");
      expect(decodeControl(bytes, true, given === digests ? others : digests).kind).toBe("rotten");
    }
  });

  it("of another format is none that can be read", () => {
    const text = new TextDecoder().decode(encodeControl(SMALL, 7, digests));
    const digestBytes = 16;
    const json = text.slice(12 + digestBytes, -digestBytes).replace('"format":1', '"format":2');
    const ascii = (part: string): Uint8Array => new TextEncoder().encode(part);
    const whole = text.slice(0, 12 + digestBytes) + json + digests.member(ascii(json));
    expect(decodeControl(ascii(whole), true, digests).kind).toBe("rotten");
  });

  it("holds ASCII alone: a key that is none is a bug", () => {
    expect(() => encodeControl({ ...SMALL, held: ["\u00e9"] }, 7, digests)).toThrow("ASCII");
  });
});
