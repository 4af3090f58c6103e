/** What the redundancy core refuses: the last number that is taken, the first that is not, and the words that say why. */
import { describe, expect, it } from "vitest";
import { createGroupArena } from "../../../src/core/redundancy/arena.ts";
import { blockOf } from "../../../src/core/redundancy/block-design.ts";
import { cauchyRows } from "../../../src/core/redundancy/cauchy.ts";
import {
  decodeGroup,
  encodeGroup,
  presentMembers,
  rebuildMember,
  recoverable,
} from "../../../src/core/redundancy/code.ts";
import { solveGroup } from "../../../src/core/redundancy/combination.ts";
import { combine } from "../../../src/core/redundancy/combine.ts";
import { inverse } from "../../../src/core/redundancy/field.ts";
import { createPlainKernel } from "../../../src/core/redundancy/kernel-plain.ts";
import {
  createLayout,
  dataCountOfGroup,
  memberAtPosition,
  memberExists,
  membersAtPosition,
  offsetOfGroup,
  positionOfMember,
  storedBytesAtPosition,
  trueBytesOfData,
} from "../../../src/core/redundancy/layout.ts";
import { planPlacement, type PlacementOptions } from "../../../src/core/redundancy/placement.ts";
import { readSetFor } from "../../../src/core/redundancy/read-set.ts";
import { writeProgram } from "../../../src/core/redundancy/row-program.ts";
import { codingOf, parseScheme, SCHEME_FORMS } from "../../../src/core/redundancy/scheme.ts";
import { xorInto, xorOf } from "../../../src/core/redundancy/xor.ts";
import { layoutOf, schemeOf } from "./arbitrary.ts";

/** The message of the error that is thrown. */
function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("schemes", () => {
  it.each([
    ["", "is unknown; use mirror:c, stripe:k, parity:k+1, rs:k+m or lrc:k,l,g."],
    [":2", "is unknown; use mirror:c, stripe:k, parity:k+1, rs:k+m or lrc:k,l,g."],
    ["mirror:x2", "must be mirror:c with c the number of copies."],
    ["stripe:2x", "must be stripe:k with k the number of stripes."],
    ["parity:4", "must be parity:k+1, for example parity:4+1."],
    ["rs:4+x", "must be rs:k+m, for example rs:4+2."],
    ["lrc:6,2", "must be lrc:k,l,g, for example lrc:6,2,2."],
  ])("%j is no scheme", (text, words) => {
    expect(parseScheme(text)).toMatchObject({ ok: false, error: { message: `Scheme "${text}" ${words}` } });
  });

  it.each([
    ["mirror:1", "the number of copies must be 2..255."],
    ["stripe:0", "k must be 1..255."],
    ["parity:255+1", "k must be 1..254."],
    ["parity:4+2", 'parity has exactly one parity member ("+1").'],
    ["rs:4+17", "m must be 1..16."],
    ["rs:240+16", "k must be 1..239."],
    ["lrc:6,0,2", "l, the number of local groups, must be at least 1."],
    ["lrc:6,2,0", "g, the number of global parities, must be at least 1."],
    ["lrc:30,10,7", "l + g must be at most 16."],
    ["lrc:1,2,2", "k must be 2..251."],
    ["lrc:252,2,2", "k must be 2..251."],
    ["lrc:5,2,2", "k must be a multiple of l, so that local groups are alike."],
  ])("%j is out of range", (text, words) => {
    expect(parseScheme(text)).toMatchObject({ ok: false, error: { message: `Scheme "${text}": ${words}` } });
  });

  it("the largest of each family are taken", () => {
    for (const text of ["rs:4+16", "rs:239+16", "lrc:30,10,6", "lrc:2,2,2", "lrc:251,1,3"]) {
      expect(parseScheme(text).ok, text).toBe(true);
    }
    expect(SCHEME_FORMS).toBe("mirror:c, stripe:k, parity:k+1, rs:k+m or lrc:k,l,g");
  });

  it("a coding that does not fit the scheme is a bug", () => {
    const scheme = schemeOf("parity:4+1");
    expect(thrownBy(() => codingOf({ ...scheme, text: "parity:4+2", m: 2 }))).toBe(
      "a coding has one row for each redundancy member",
    );
    expect(thrownBy(() => codingOf({ ...scheme, text: "raid:4+1", kind: "raid" as "rs" }))).toBe(
      "a scheme is of a known family",
    );
  });
});

describe("groups", () => {
  const scheme = schemeOf("rs:3+2");
  const bytes = Uint8Array.of(1, 2, 3);
  const all = [bytes, bytes, bytes, bytes, bytes];
  const every = all.map(() => true);

  it("the data count is a count from 1 to k", () => {
    for (const dataCount of [0, 4, 1.5, -1, Number.NaN]) {
      const words = `data count ${dataCount} is outside 1..3`;
      expect(thrownBy(() => decodeGroup(scheme, dataCount, all))).toBe(words);
      expect(thrownBy(() => rebuildMember(scheme, dataCount, all, 0))).toBe(words);
      expect(thrownBy(() => recoverable(scheme, dataCount, every))).toBe(words);
      expect(thrownBy(() => presentMembers(scheme, dataCount, []))).toBe(words);
    }
    expect(thrownBy(() => encodeGroup(scheme, []))).toBe("data count 0 is outside 1..3");
    expect(thrownBy(() => encodeGroup(scheme, [bytes, bytes, bytes, bytes]))).toBe(
      "data count 4 is outside 1..3",
    );
    for (const dataCount of [1, 3]) expect(recoverable(scheme, dataCount, every)).toBe(true);
  });

  it("subsegments that the caller made himself are of one length", () => {
    expect(thrownBy(() => encodeGroup(scheme, [bytes, Uint8Array.of(1)]))).toBe(
      "subsegments of a group have equal lengths above 0: " +
        '{"code":"unequal-lengths","member":1,"bytes":1,"expectedBytes":3}',
    );
  });

  it("it is said of every member whether it is there", () => {
    for (const said of [every.slice(1), [...every, true]]) {
      const words = "availability is given for each of k + m members";
      expect(thrownBy(() => recoverable(scheme, 3, said))).toBe(words);
      expect(thrownBy(() => readSetFor(scheme, 3, said, [0]))).toBe(words);
    }
    for (const member of [-1, 5, 0.5]) {
      const words = `wanted member ${member} is outside 0..4`;
      expect(thrownBy(() => readSetFor(scheme, 3, every, [member]))).toBe(words);
    }
  });

  it("nothing is told of members that do not exist", () => {
    const solution = solveGroup(scheme, 2, every);
    for (const member of [2, 5]) {
      expect(thrownBy(() => solution.combinationOf(member))).toBe("only members that exist are asked for");
    }
    expect(solution.combinationOf(4)).toEqual({ wanted: 4, sources: [4], coefficients: [1] });
  });

  it("a parity over implicit zeros alone follows from nothing, but has no length then", () => {
    const local = schemeOf("lrc:4,2,1");
    const none = new Array<Uint8Array | undefined>(7).fill(undefined);
    expect(solveGroup(local, 1, new Array<boolean>(7).fill(false)).combinationOf(5)).toEqual({
      wanted: 5,
      sources: [],
      coefficients: [],
    });
    expect(rebuildMember(local, 1, none, 5)).toEqual({
      ok: false,
      error: { code: "too-few-members", members: [5], have: 0, need: 1 },
    });
    expect(rebuildMember(local, 1, none.with(6, bytes), 5)).toEqual({ ok: true, bytes: new Uint8Array(3) });
  });
});

describe("arenas", () => {
  const arena = createGroupArena(schemeOf("rs:3+2"), 10, 2);
  const every = new Array<boolean>(5).fill(true);

  it("have the members and places that they were made for", () => {
    for (const member of [-1, 5, 0.5]) {
      expect(thrownBy(() => arena.member(member))).toBe("the member is one of the group");
    }
    for (const place of [-1, 2, 0.5]) {
      expect(thrownBy(() => arena.member(0, place))).toBe("the arena has the place");
      expect(thrownBy(() => arena.encode(3, place))).toBe("the arena has the place");
      expect(thrownBy(() => arena.rebuild(3, every, [0], place))).toBe("the arena has the place");
    }
    for (const dataCount of [0, 4, 1.5]) {
      expect(thrownBy(() => arena.encode(dataCount))).toBe("the data count is 1..k");
    }
    for (const said of [every.slice(1), [...every, true]]) {
      expect(thrownBy(() => arena.rebuild(3, said, [0]))).toBe(
        "it is said of each member whether it is there",
      );
    }
  });

  it("have members with bytes, and places", () => {
    const scheme = schemeOf("rs:3+2");
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(thrownBy(() => createGroupArena(scheme, count))).toBe("members have a length");
      expect(thrownBy(() => createGroupArena(scheme, 10, count))).toBe("an arena has places");
    }
    expect(createGroupArena(scheme, 1, 1).member(4)).toEqual(new Uint8Array(1));
  });

  it("name the member that is out of range, however", () => {
    for (const member of [-1, 5, 0.5]) {
      expect(arena.rebuild(3, every, [member])).toEqual({
        ok: false,
        error: { code: "member-out-of-range", member },
      });
    }
  });
});

describe("layouts", () => {
  const scheme = schemeOf("parity:2+1");
  const layout = layoutOf({ scheme, imageBytes: 10, subsegmentBytes: 4, width: 5 });
  const messageOf = (options: object): string => {
    const created = createLayout({ scheme, imageBytes: 10, subsegmentBytes: 4, ...options });
    return created.ok ? "" : created.error.message;
  };

  it("say what is out of range", () => {
    expect(messageOf({ imageBytes: -1 })).toBe("The image size -1 must be an integer 0..2^53-1.");
    expect(messageOf({ subsegmentBytes: 0 })).toBe("The subsegment size 0 must be an integer 1..2^53-1.");
    expect(messageOf({ width: 2 })).toBe("The width 2 must be an integer 3..255 for parity:2+1.");
    expect(messageOf({ width: 6, declusteredOver: 4 })).toBe(
      "A declustered placement of width 6 cannot go over 4 failure domains alike.",
    );
    expect(messageOf({ subsegmentBytes: 2 ** 53 - 1 })).toBe(
      "An image of 10 bytes under parity:2+1 would store more than 2^53-1 bytes.",
    );
    expect(messageOf({ imageBytes: 2 ** 21, subsegmentBytes: 1 })).toBe(
      "An image of 2097152 bytes in subsegments of 1 under parity:2+1 has more than 1048576 members; " +
        "use subsegments of 4 bytes or more.",
    );
    expect(messageOf({ subsegmentBytes: 1, imageBytes: 0 })).toBe("");
    // Left out, not undefined.
    expect(Object.hasOwn(layout, "declusteredOver")).toBe(false);
  });

  it("are asked for groups, members and positions that are there", () => {
    for (const group of [-1, 2, 0.5]) {
      const words = `group ${group} is outside 0..1`;
      expect(thrownBy(() => dataCountOfGroup(layout, group))).toBe(words);
      expect(thrownBy(() => offsetOfGroup(layout, group))).toBe(words);
      expect(thrownBy(() => positionOfMember(layout, group, 0))).toBe(words);
    }
    for (const member of [-1, 3, 0.5]) {
      const words = `member ${member} is outside 0..2`;
      expect(thrownBy(() => memberExists(layout, 0, member))).toBe(words);
      expect(thrownBy(() => positionOfMember(layout, 0, member))).toBe(words);
      expect(thrownBy(() => trueBytesOfData(layout, 0, member))).toBe(words);
    }
    for (const position of [-1, 5, 0.5]) {
      const words = `position ${position} is outside 0..4`;
      expect(thrownBy(() => memberAtPosition(layout, 0, position))).toBe(words);
      expect(thrownBy(() => membersAtPosition(layout, position))).toBe(words);
      expect(thrownBy(() => storedBytesAtPosition(layout, position))).toBe(words);
    }
    // Also where there is no group that could ask.
    const empty = layoutOf({ scheme, imageBytes: 0, subsegmentBytes: 4 });
    expect(thrownBy(() => membersAtPosition(empty, 3))).toBe("position 3 is outside 0..2");
    expect(thrownBy(() => trueBytesOfData(layout, 0, 2))).toBe("member 2 is redundancy, not data");
  });

  it("of an image without bytes store nothing, on one server too", () => {
    const options = { imageBytes: 0, subsegmentBytes: 4, declusteredOver: 1 };
    expect(storedBytesAtPosition(layoutOf({ scheme: schemeOf("stripe:1"), ...options }), 0)).toBe(0);
  });
});

describe("placements", () => {
  const scheme = schemeOf("rs:3+2");
  const names = (...sizes: number[]): string[] =>
    sizes.flatMap((size, domain) => new Array<string>(size).fill(`rack ${domain}`));
  const messageOf = (options: Partial<PlacementOptions>): string => {
    const result = planPlacement({ scheme, kind: "rotated", domains: names(1, 1, 1, 1, 1), ...options });
    return result.ok ? "" : result.error.message;
  };

  it("say what cannot be placed", () => {
    for (const count of [0, 1.5]) {
      expect(messageOf({ membersPerDomainMax: count })).toBe(
        `The number of members of a group in one failure domain must be an integer of at least 1, not ${count}.`,
      );
    }
    expect(messageOf({ width: 4 })).toBe("Scheme rs:3+2 needs 5 servers, and there are 4.");
    expect(messageOf({ width: 6 })).toBe("Scheme rs:3+2 needs 6 servers, and there are 5.");
    const many = Array.from({ length: 256 }, (_, server) => `rack ${server}`);
    expect(messageOf({ domains: many })).toBe("At most 255 servers can hold a group.");
    expect(messageOf({ domains: many, width: 255 })).toBe("");
    expect(messageOf({ domains: names(2, 2, 2) })).toBe(
      "Scheme rs:3+2 with 1 of its 5 members in a failure domain needs 5 domains, and there are 3.",
    );
    expect(messageOf({ domains: names(4, 3), membersPerDomainMax: 2 })).toBe(
      "Scheme rs:3+2 with 2 of its 5 members in a failure domain needs 3 domains, and there are 2.",
    );
    expect(messageOf({ domains: names(1, 3, 2, 2, 2) })).toBe(
      'Failure domain "rack 1" has 3 servers; for rs:3+2 on 10 servers with 1 of 5 members in a domain it may have 2.',
    );
    expect(messageOf({ kind: "declustered", domains: names(2, 2, 2, 1, 2) })).toBe(
      "Declustered placement of rs:3+2 takes 9 servers, as many from each of 5 or more failure domains; " +
        "the domains have: rack 0 2, rack 1 2, rack 2 2, rack 3 1, rack 4 2.",
    );
    expect(thrownBy(() => messageOf({ width: 5.5 }))).toBe("the width is a count");
  });
});

describe("what lies below", () => {
  const bytes = new Uint8Array(128);

  it("asserts what it needs", () => {
    expect(thrownBy(() => inverse(0))).toBe("zero has no inverse");
    expect(thrownBy(() => cauchyRows(2, 255))).toBe(
      "a Cauchy matrix needs distinct elements for rows and columns",
    );
    expect(cauchyRows(1, 255)[0]).toEqual(new Uint8Array(255).fill(1));
    expect(thrownBy(() => blockOf({ memberCount: 4, width: 3 }, 0))).toBe(
      "a group's members fit its placement",
    );
    expect(thrownBy(() => blockOf({ memberCount: 0, width: 3 }, 0))).toBe(
      "a group's members fit its placement",
    );
    expect(thrownBy(() => blockOf({ memberCount: 2, width: 5, declusteredOver: 2 }, 0))).toBe(
      "failure domains divide the width",
    );
    expect(thrownBy(() => xorInto(bytes, new Uint8Array(127)))).toBe("xorInto needs buffers of equal length");
    expect(thrownBy(() => xorOf([]))).toBe("xorOf needs at least one buffer");
    expect(thrownBy(() => writeProgram(createPlainKernel(1024), [[1]], [512], [], 0))).toBe(
      "each row has a target",
    );
  });

  it("computes what fits into its memory, and nothing larger", () => {
    const sources = (count: number): Uint8Array[] => Array.from({ length: count }, () => bytes);
    const row = (count: number): number[] => new Array<number>(count).fill(3);
    const rows = (rowCount: number, count: number): number[][] =>
      Array.from({ length: rowCount }, () => row(count));
    expect(thrownBy(() => combine(rows(16, 400), sources(400), 128))).toBe("the program fits");
    expect(thrownBy(() => combine(rows(1, 3000), sources(3000), 128))).toBe(
      "a block of every member fits into the memory",
    );
    expect(combine(rows(16, 255), sources(255), 128)).toHaveLength(16);
  });
});
