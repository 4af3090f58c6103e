import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createLayout,
  dataCountOfGroup,
  type Layout,
  type LayoutOptions,
  MEMBER_COUNT_MAX,
  memberAtPosition,
  memberExists,
  membersAtPosition,
  offsetOfGroup,
  positionOfMember,
  storedBytesAtPosition,
  storedMemberBytes,
  storedMemberCount,
  trueBytesOfData,
  trueBytesOfGroup,
} from "../../../src/core/redundancy/layout.ts";
import { readSetFor } from "../../../src/core/redundancy/read-set.ts";
import { anyLayout, anyScheme, layoutOf, schemeOf } from "./arbitrary.ts";
import { slowProtect } from "./slow-model.ts";

function slowMembers(layout: Layout): { group: number; member: number; position: number }[] {
  return slowProtect({
    image: new Array<number>(layout.imageBytes).fill(1),
    scheme: layout.scheme.text,
    k: layout.scheme.k,
    width: layout.width,
    declusteredOver: layout.declusteredOver,
    subsegmentBytes: layout.subsegmentBytes,
  }).map(({ group, member, position }) => ({ group, member, position }));
}

function errorCode(options: LayoutOptions): string | undefined {
  const created = createLayout(options);
  return created.ok ? undefined : created.error.code;
}

describe("createLayout", () => {
  it("has no groups for an image of 0 bytes, and a width of k + m unless told otherwise", () => {
    const scheme = schemeOf("parity:4+1");
    expect(layoutOf({ scheme, imageBytes: 0, subsegmentBytes: 8 })).toEqual({
      scheme,
      imageBytes: 0,
      subsegmentBytes: 8,
      width: 5,
      subsegmentCount: 0,
      groupCount: 0,
    });
  });

  it("refuses sizes and widths out of range with the code that names them", () => {
    const scheme = schemeOf("parity:4+1");
    for (const imageBytes of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(errorCode({ scheme, imageBytes, subsegmentBytes: 8 })).toBe("image-bytes-out-of-range");
    }
    for (const subsegmentBytes of [-8, 0, 1.5, 2 ** 53, Number.NaN]) {
      expect(errorCode({ scheme, imageBytes: 10, subsegmentBytes })).toBe("subsegment-bytes-out-of-range");
    }
    for (const width of [0, 4, 256, 5.5, -5, Number.NaN]) {
      expect(errorCode({ scheme, imageBytes: 10, subsegmentBytes: 8, width })).toBe("width-out-of-range");
    }
    for (const width of [5, 255]) {
      expect(errorCode({ scheme, imageBytes: 10, subsegmentBytes: 8, width })).toBeUndefined();
    }
    const wide = { scheme, imageBytes: 10, subsegmentBytes: 8, width: 12 };
    for (const declusteredOver of [0, 5, 24, -3, 1.5, Number.NaN]) {
      expect(errorCode({ ...wide, declusteredOver })).toBe("domains-do-not-divide-width");
    }
    for (const declusteredOver of [1, 4, 12]) {
      expect(errorCode({ ...wide, declusteredOver })).toBeUndefined();
    }
  });

  it("refuses stored bytes beyond 2^53 - 1", () => {
    const scheme = schemeOf("mirror:2");
    const half = 2 ** 52;
    expect(errorCode({ scheme, imageBytes: 1, subsegmentBytes: half })).toBe("stored-bytes-out-of-range");
    expect(errorCode({ scheme, imageBytes: 1, subsegmentBytes: half - 1 })).toBeUndefined();
    expect(errorCode({ scheme, imageBytes: 2 ** 53 - 1, subsegmentBytes: 1 })).toBe(
      "stored-bytes-out-of-range",
    );
  });

  it("the member limit is exact, and the suggested size is the smallest power of two that fits", () => {
    const scheme = schemeOf("mirror:2");
    const most = MEMBER_COUNT_MAX / 2;
    expect(errorCode({ scheme, imageBytes: most * 8, subsegmentBytes: 8 })).toBeUndefined();
    expect(createLayout({ scheme, imageBytes: most * 8 + 1, subsegmentBytes: 8 })).toMatchObject({
      ok: false,
      error: { code: "too-many-groups", suggestedSubsegmentBytes: 16 },
    });
    fc.assert(
      fc.property(
        anyScheme,
        fc.integer({ min: 2 ** 21, max: 2 ** 48 }),
        fc.integer({ min: 1, max: 2 ** 30 }),
        (anyOf, imageBytes, subsegmentBytes) => {
          const created = createLayout({ scheme: anyOf, imageBytes, subsegmentBytes });
          if (created.ok) {
            expect(storedMemberCount(created.layout)).toBeLessThanOrEqual(MEMBER_COUNT_MAX);
            return;
          }
          if (created.error.code !== "too-many-groups") throw new Error(created.error.code);
          const suggested = created.error.suggestedSubsegmentBytes;
          expect(Math.log2(suggested) % 1).toBe(0);
          expect(suggested).toBeGreaterThan(subsegmentBytes - 1);
          expect(errorCode({ scheme: anyOf, imageBytes, subsegmentBytes: suggested })).toBeUndefined();
          if (suggested / 2 >= subsegmentBytes) {
            expect(errorCode({ scheme: anyOf, imageBytes, subsegmentBytes: suggested / 2 })).toBe(
              "too-many-groups",
            );
          }
        },
      ),
    );
  });
});

describe("placement", () => {
  it("is where the slow model puts every member, and stores exactly those", () => {
    fc.assert(
      fc.property(anyLayout(), (layout) => {
        const expected = slowMembers(layout);
        const actual: { group: number; member: number; position: number }[] = [];
        for (let group = 0; group < layout.groupCount; group += 1) {
          for (let member = 0; member < layout.scheme.k + layout.scheme.m; member += 1) {
            if (!memberExists(layout, group, member)) continue;
            actual.push({ group, member, position: positionOfMember(layout, group, member) });
          }
        }
        expect(actual).toEqual(expected);
        for (let position = 0; position < layout.width; position += 1) {
          expect(membersAtPosition(layout, position)).toEqual(
            expected
              .filter((place) => place.position === position)
              .map(({ group, member }) => ({ group, member })),
          );
        }
      }),
    );
  });

  it("never puts two members of a group on one server, and memberAtPosition inverts positionOfMember", () => {
    fc.assert(
      fc.property(anyLayout(), (layout) => {
        for (let group = 0; group < layout.groupCount; group += 1) {
          const positions = new Set<number>();
          for (let member = 0; member < layout.scheme.k + layout.scheme.m; member += 1) {
            const position = positionOfMember(layout, group, member);
            expect(positions.has(position)).toBe(false);
            positions.add(position);
            expect(memberAtPosition(layout, group, position)).toBe(
              memberExists(layout, group, member) ? member : undefined,
            );
          }
          for (let position = 0; position < layout.width; position += 1) {
            if (!positions.has(position)) expect(memberAtPosition(layout, group, position)).toBeUndefined();
          }
        }
      }),
    );
  });

  it("with at least as many groups as servers, each server of the placement holds a data subsegment", () => {
    const manyGroups = anyLayout().filter((layout) => layout.groupCount >= layout.width);
    fc.assert(
      fc.property(manyGroups, (layout) => {
        for (let position = 0; position < layout.width; position += 1) {
          const places = membersAtPosition(layout, position);
          expect(places.some(({ member }) => member < layout.scheme.k)).toBe(true);
        }
      }),
    );
  });

  it("over a whole round of groups, redundancy is spread evenly", () => {
    for (const text of ["parity:4+1", "mirror:3", "parity:2+1"]) {
      const scheme = schemeOf(text);
      for (const width of [scheme.k + scheme.m, 7]) {
        const layout = layoutOf({ scheme, imageBytes: width * scheme.k * 10, subsegmentBytes: 10, width });
        for (let position = 0; position < width; position += 1) {
          const redundancy = membersAtPosition(layout, position).filter(({ member }) => member >= scheme.k);
          expect(redundancy.length).toBe(scheme.m);
        }
      }
    }
  });
});

describe("byte counts", () => {
  it("equal the closed forms", () => {
    fc.assert(
      fc.property(anyLayout(), (layout) => {
        const stored = slowMembers(layout);
        expect(storedMemberCount(layout)).toBe(stored.length);
        expect(storedMemberBytes(layout)).toBe(stored.length * layout.subsegmentBytes);
        const data = Math.ceil(layout.imageBytes / layout.subsegmentBytes);
        const groups = Math.ceil(data / layout.scheme.k);
        expect(storedMemberCount(layout)).toBe(data + groups * layout.scheme.m);
        let total = 0;
        for (let position = 0; position < layout.width; position += 1) {
          const here = stored.filter((place) => place.position === position).length * layout.subsegmentBytes;
          expect(storedBytesAtPosition(layout, position)).toBe(here);
          total += here;
        }
        expect(total).toBe(storedMemberBytes(layout));
      }),
    );
  });

  it("the true bytes of groups and of data members add up to the image", () => {
    fc.assert(
      fc.property(anyLayout(), (layout) => {
        let image = 0;
        for (let group = 0; group < layout.groupCount; group += 1) {
          expect(offsetOfGroup(layout, group)).toBe(image);
          let inGroup = 0;
          for (let member = 0; member < layout.scheme.k; member += 1) {
            const trueBytes = trueBytesOfData(layout, group, member);
            expect(trueBytes > 0).toBe(member < dataCountOfGroup(layout, group));
            expect(trueBytes).toBeLessThanOrEqual(layout.subsegmentBytes);
            inGroup += trueBytes;
          }
          expect(trueBytesOfGroup(layout, group)).toBe(inGroup);
          image += inGroup;
        }
        expect(image).toBe(layout.imageBytes);
      }),
    );
  });

  it("redset RS(4 servers, 2 checks) over 7,340,032 bytes: a chunk of 3,670,016, stored 4 chunks", () => {
    const imageBytes = 7_340_032;
    const chunkBytes = 3_670_016;
    const layout = layoutOf({ scheme: schemeOf("rs:2+2"), imageBytes, subsegmentBytes: chunkBytes });
    expect(Math.ceil(imageBytes / 2)).toBe(chunkBytes);
    expect(layout.groupCount).toBe(1);
    expect(storedMemberBytes(layout)).toBe(4 * chunkBytes);
  });

  it("redset XOR(4) over 7,340,032 bytes: a chunk of 2,446,678, stored 4 chunks, a rebuild reads 3", () => {
    const imageBytes = 7_340_032;
    const chunkBytes = 2_446_678;
    const scheme = schemeOf("parity:3+1");
    expect(Math.ceil(imageBytes / 3)).toBe(chunkBytes);
    const layout = layoutOf({ scheme, imageBytes, subsegmentBytes: chunkBytes });
    expect(layout.groupCount).toBe(1);
    expect(storedMemberBytes(layout)).toBe(9_786_712);
    for (let lost = 0; lost < 4; lost += 1) {
      expect(storedBytesAtPosition(layout, lost)).toBe(chunkBytes);
      const member = memberAtPosition(layout, 0, lost) ?? -1;
      const available = [0, 1, 2, 3].map((other) => other !== member);
      const reads = readSetFor(scheme, dataCountOfGroup(layout, 0), available, [member]);
      expect((reads?.length ?? 0) * chunkBytes).toBe(7_340_034);
    }
  });

  it("redset XOR over n servers: n chunks are stored, and one group's rebuild reads n - 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 3600, max: 2 ** 40 }),
        (n, imageBytes) => {
          const chunkBytes = Math.ceil(imageBytes / (n - 1));
          const layout = layoutOf({
            scheme: schemeOf(`parity:${n - 1}+1`),
            imageBytes,
            subsegmentBytes: chunkBytes,
          });
          expect(layout.groupCount).toBe(1);
          expect(storedMemberBytes(layout)).toBe(n * chunkBytes);
        },
      ),
    );
  });
});

describe("arguments", () => {
  it("groups, members and positions out of range are bugs", () => {
    const layout = layoutOf({ scheme: schemeOf("parity:2+1"), imageBytes: 10, subsegmentBytes: 4, width: 5 });
    expect(layout.groupCount).toBe(2);
    expect(() => dataCountOfGroup(layout, 2)).toThrow("group 2");
    expect(() => dataCountOfGroup(layout, -1)).toThrow("group -1");
    expect(() => dataCountOfGroup(layout, 0.5)).toThrow("group 0.5");
    expect(() => memberExists(layout, 0, 3)).toThrow("member 3");
    expect(() => positionOfMember(layout, 0, -1)).toThrow("member -1");
    expect(() => memberAtPosition(layout, 0, 5)).toThrow("position 5");
    expect(() => membersAtPosition(layout, -1)).toThrow("position -1");
    expect(() => storedBytesAtPosition(layout, 5)).toThrow("position 5");
    expect(() => trueBytesOfData(layout, 0, 2)).toThrow("redundancy");
  });
});
