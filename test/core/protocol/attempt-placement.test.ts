import { describe, expect, it } from "vitest";
import { membersPerDomainMax, placeAttempt } from "../../../src/core/protocol/attempt-placement.ts";
import { schemeOf } from "../redundancy/arbitrary.ts";

const MIRROR = schemeOf("mirror:2");
const RS = schemeOf("rs:2+2");
const RACKS = ["a", "a", "b", "b", "c", "c"];

describe("placeAttempt", () => {
  it("takes the best candidates, in the order of slots where domains do not matter", () => {
    expect(placeAttempt({ scheme: MIRROR, width: 3 }, [4, 0, 5, 1])).toEqual({
      ok: true,
      slots: [0, 4, 5],
      declusteredOver: undefined,
    });
    const declustered = { scheme: MIRROR, width: 3, placement: { kind: "declustered" } } as const;
    expect(placeAttempt(declustered, [4, 0, 5, 1])).toMatchObject({ slots: [0, 4, 5], declusteredOver: 3 });
    // On k + m servers there is nothing to spread.
    expect(placeAttempt({ ...declustered, width: 2 }, [4, 0])).toMatchObject({ declusteredOver: undefined });
  });

  it("keeps domains apart, best candidates first as far as their domains have room", () => {
    const placement = { kind: "rotated", slotDomains: RACKS } as const;
    const placed = placeAttempt({ scheme: MIRROR, width: 3, placement }, [1, 0, 3, 2, 4, 5]);
    expect(placed.ok && [...placed.slots].sort()).toEqual([1, 3, 4]);
    const wide = placeAttempt(
      { scheme: RS, width: 6, placement: { kind: "declustered", slotDomains: RACKS } },
      [0, 1, 2, 3, 4, 5],
    );
    expect(wide).toEqual({ ok: true, slots: [0, 2, 4, 1, 3, 5], declusteredOver: 3 });
  });

  it("refuses with a reason", () => {
    expect(placeAttempt({ scheme: MIRROR, width: 3 }, [0, 1])).toMatchObject({
      ok: false,
      reason: "too-few-servers",
      code: "too-few-servers",
      message: "A placement takes 3 servers, and there are 2.",
    });
    const placement = { kind: "rotated", slotDomains: RACKS } as const;
    expect(placeAttempt({ scheme: MIRROR, width: 2, placement }, [0, 1])).toMatchObject({
      ok: false,
      reason: "domains-not-placeable",
      code: "too-few-domains",
      message:
        "Scheme mirror:2 with 1 of its 2 members in a failure domain needs 2 domains, and there are 1.",
    });
  });

  it("lets a domain hold what a scheme always survives, and one member where that is nothing", () => {
    expect(
      ["stripe:3", "mirror:2", "rs:4+3", "lrc:6,2,2"].map((text) => membersPerDomainMax(schemeOf(text))),
    ).toEqual([1, 1, 3, 3]);
  });
});
