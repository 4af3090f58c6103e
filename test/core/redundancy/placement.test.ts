import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layoutOf, schemeOf } from "./arbitrary.ts";
import { positionOfMember } from "../../../src/core/redundancy/layout.ts";
import type { Scheme } from "../../../src/core/redundancy/scheme.ts";
import { readSetFor } from "../../../src/core/redundancy/read-set.ts";
import {
  type Placement,
  type PlacementOptions,
  planPlacement,
} from "../../../src/core/redundancy/placement.ts";

function placed(options: PlacementOptions): Placement {
  const result = planPlacement(options);
  if (!result.ok) throw new Error(result.error.message);
  return result.placement;
}

/** Servers by domain: [2, 1] is two servers in one domain and one in another. */
function domainsOf(sizes: readonly number[]): string[] {
  return sizes.flatMap((size, domain) => new Array<string>(size).fill(`rack ${domain}`));
}

/** [group][member]: the server, in the layout that the placement is for. */
function serversOfGroups(
  { order, declusteredOver }: Placement,
  scheme: Scheme,
  groupCount: number,
): number[][] {
  const imageBytes = groupCount * scheme.k;
  const layout = layoutOf({ scheme, imageBytes, subsegmentBytes: 1, width: order.length, declusteredOver });
  return Array.from({ length: groupCount }, (_, group) =>
    Array.from(
      { length: scheme.k + scheme.m },
      (_unused, member) => order[positionOfMember(layout, group, member)] ?? -1,
    ),
  );
}

function mostAlike(values: readonly string[]): number {
  return Math.max(...values.map((value) => values.filter((other) => other === value).length));
}

/** True when some circle of these domains has at most `most` of one domain in any `window` neighbours, by trying all. */
function someCircleExists(domains: readonly string[], window: number, most: number): boolean {
  const fits = (circle: readonly string[]): boolean =>
    circle.every((_, start) => {
      const seen = Array.from(
        { length: window },
        (_unused, at) => circle[(start + at) % circle.length] ?? "",
      );
      return mostAlike(seen) <= most;
    });
  const tryAll = (circle: readonly string[], rest: readonly string[]): boolean => {
    if (rest.length === 0) return fits(circle);
    return [...new Set(rest)].some((name) => {
      const at = rest.indexOf(name);
      return tryAll([...circle, name], [...rest.slice(0, at), ...rest.slice(at + 1)]);
    });
  };
  return tryAll(domains.slice(0, 1), domains.slice(1));
}

/** All ways to cut a number into parts, largest first. */
function partitions(total: number, most = total): number[][] {
  if (total === 0) return [[]];
  const all: number[][] = [];
  for (let first = Math.min(total, most); first >= 1; first -= 1) {
    for (const rest of partitions(total - first, first)) all.push([first, ...rest]);
  }
  return all;
}

describe("rotated placement", () => {
  it("keeps the members of a group in different domains, or refuses exactly where no circle can, by trying all", () => {
    let placedCount = 0;
    let refusedCount = 0;
    for (const text of ["mirror:2", "parity:2+1", "rs:2+2"]) {
      const scheme = schemeOf(text);
      const memberCount = scheme.k + scheme.m;
      for (let serverCount = memberCount; serverCount <= 9; serverCount += 1) {
        for (const sizes of partitions(serverCount)) {
          const domains = domainsOf(sizes);
          const result = planPlacement({ scheme, kind: "rotated", domains });
          const expected = someCircleExists(domains, memberCount, 1);
          if (result.ok !== expected) expect.fail(`${text} over ${String(sizes)}`);
          if (!result.ok) {
            refusedCount += 1;
            continue;
          }
          placedCount += 1;
          expect([...result.placement.order].sort((a, b) => a - b)).toEqual(
            domains.map((_, server) => server),
          );
          for (const servers of serversOfGroups(result.placement, scheme, 2 * serverCount)) {
            expect(
              mostAlike(servers.map((server) => domains[server] ?? "")),
              `${text} over ${String(sizes)}`,
            ).toBe(1);
          }
        }
      }
    }
    expect(placedCount).toBeGreaterThan(20);
    expect(refusedCount).toBeGreaterThan(20);
  });

  it("with several members a domain, never has more than that, whatever the domains", () => {
    const anyCase = fc.record({
      text: fc.constantFrom("rs:4+2", "rs:6+3", "lrc:6,2,2", "mirror:4"),
      sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 9 }),
      most: fc.integer({ min: 1, max: 4 }),
    });
    let placedCount = 0;
    fc.assert(
      fc.property(anyCase, ({ text, sizes, most }) => {
        const scheme = schemeOf(text);
        const domains = domainsOf(sizes);
        const result = planPlacement({ scheme, kind: "rotated", domains, membersPerDomainMax: most });
        if (!result.ok) {
          expect(result.error.message).toMatch(/^[A-Z].*\.$/);
          return;
        }
        placedCount += 1;
        for (const servers of serversOfGroups(result.placement, scheme, domains.length)) {
          expect(new Set(servers).size).toBe(servers.length);
          expect(mostAlike(servers.map((server) => domains[server] ?? ""))).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 500 },
    );
    expect(placedCount).toBeGreaterThan(30);
  });

  it("deals domains out in turn where a circle of whole rows has no room for them", () => {
    const scheme = schemeOf("rs:2+2");
    const domains = domainsOf([3, 3]);
    const placement = placed({ scheme, kind: "rotated", domains, membersPerDomainMax: 2 });
    expect(placement).toEqual({ order: [0, 3, 1, 4, 2, 5] });
    for (const servers of serversOfGroups(placement, scheme, 6)) {
      expect(mostAlike(servers.map((server) => domains[server] ?? ""))).toBe(2);
    }
  });

  it("takes as many servers as asked for, the first that fit", () => {
    const scheme = schemeOf("mirror:2");
    const domains = ["a", "a", "a", "b", "c", "b"];
    const taken = (width: number): readonly number[] =>
      [...placed({ scheme, kind: "rotated", domains, width }).order].sort((x, y) => x - y);
    expect(taken(2)).toEqual([0, 3]);
    expect(taken(3)).toEqual([0, 3, 4]);
    expect(taken(4)).toEqual([0, 1, 3, 4]);
  });
});

function countAt(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

/** How many groups each two servers share. */
function sharedGroups(groups: readonly (readonly number[])[], serverCount: number): number[][] {
  const shared = Array.from({ length: serverCount }, () => new Array<number>(serverCount).fill(0));
  for (const servers of groups) {
    for (const one of servers) for (const other of servers) countAt(shared[one] ?? [], other);
  }
  return shared;
}

/** Least and most groups that a server shares with another, of those it may share any with. */
function sharedBounds(
  groups: readonly (readonly number[])[],
  domains: readonly string[],
): { least: number; most: number } {
  const counts = sharedGroups(groups, domains.length).flatMap((row, one) =>
    row.filter((_, other) => other !== one && domains[other] !== domains[one]),
  );
  return { least: Math.min(...counts), most: Math.max(...counts) };
}

describe("declustered placement", () => {
  it("keeps within the members a domain may hold, and loads every server alike after every round", () => {
    for (const text of ["mirror:3", "rs:3+2", "lrc:4,2,1"]) {
      const scheme = schemeOf(text);
      const memberCount = scheme.k + scheme.m;
      for (const [count, size] of [
        [memberCount + 1, 1],
        [9, 1],
        [8, 2],
        [11, 3],
        [12, 1],
        [4, 3],
      ] as const) {
        const domains = domainsOf(new Array<number>(count).fill(size));
        const most = Math.ceil(memberCount / count);
        const placement = placed({ scheme, kind: "declustered", domains, membersPerDomainMax: most });
        expect(placement.declusteredOver).toBe(count);
        const groups = serversOfGroups(placement, scheme, 3 * domains.length);
        for (const servers of groups) {
          expect(new Set(servers).size).toBe(memberCount);
          expect(
            mostAlike(servers.map((server) => domains[server] ?? "")),
            `${text} ${count}x${size}`,
          ).toBeLessThanOrEqual(most);
        }
        // Each server holds each member index once a round.
        for (let member = 0; member < memberCount; member += 1) {
          const load = new Array<number>(domains.length).fill(0);
          for (const servers of groups) countAt(load, servers[member] ?? -1);
          expect(load).toEqual(new Array(domains.length).fill(3));
        }
      }
    }
  });

  it("is exactly even in one round where the greedy choice finds a difference set", () => {
    for (const [text, width] of [
      ["mirror:3", 7],
      ["parity:3+1", 13],
      ["mirror:2", 3],
    ] as const) {
      const scheme = schemeOf(text);
      const domains = domainsOf(new Array<number>(width).fill(1));
      const groups = serversOfGroups(placed({ scheme, kind: "declustered", domains }), scheme, width);
      expect(sharedBounds(groups, domains)).toEqual({ least: 1, most: 1 });
    }
  });

  it("lets any two servers share nearly as many groups as any other two, where rotated ones share many or none", () => {
    const scheme = schemeOf("rs:4+2");
    for (const width of [8, 11, 12, 16, 24, 60]) {
      const domains = domainsOf(new Array<number>(width).fill(1));
      const groups = serversOfGroups(placed({ scheme, kind: "declustered", domains }), scheme, 32 * width);
      const mean = (32 * 6 * 5) / (width - 1);
      const { least, most } = sharedBounds(groups, domains);
      expect(most - mean, `width ${width}`).toBeLessThanOrEqual(2);
      expect(mean - least, `width ${width}`).toBeLessThanOrEqual(2);
      const rotated = serversOfGroups({ order: domains.map((_, server) => server) }, scheme, 32 * width);
      expect(sharedBounds(rotated, domains).most).toBeGreaterThan(mean * 1.15);
    }
  });

  it("reads for the repair of a lost server from all others, nearly alike", () => {
    for (const [text, width, unevenness] of [
      ["parity:4+1", 11, 0.05],
      ["rs:4+2", 12, 0.2],
      ["rs:6+3", 16, 0.2],
      // It reads the few members of a local group, which are always the same ones beside each other.
      ["lrc:4,2,2", 16, 0.35],
    ] as const) {
      const scheme = schemeOf(text);
      const domains = domainsOf(new Array<number>(width).fill(1));
      const placement = placed({ scheme, kind: "declustered", domains });
      const reads = new Array<number>(width).fill(0);
      for (const servers of serversOfGroups(placement, scheme, 32 * width)) {
        const lost = servers.indexOf(0);
        if (lost < 0) continue;
        const available = servers.map((_, member) => member !== lost);
        for (const member of readSetFor(scheme, scheme.k, available, [lost]) ?? [])
          countAt(reads, servers[member] ?? -1);
      }
      const others = reads.slice(1);
      const mean = others.reduce((sum, count) => sum + count, 0) / others.length;
      expect(Math.min(...others), text).toBeGreaterThan((1 - unevenness) * mean);
      expect(Math.max(...others), text).toBeLessThan((1 + unevenness) * mean);
    }
  });

  it("uses as many domains as divide the width, and of each the first servers", () => {
    const scheme = schemeOf("rs:2+2");
    const domains = ["a", "a", "b", "b", "b", "c", "c", "d"];
    const options = { scheme, kind: "declustered", domains, membersPerDomainMax: 2 } as const;
    expect(placed({ ...options, width: 6 })).toEqual({ order: [0, 2, 5, 1, 3, 6], declusteredOver: 3 });
    expect(placed({ ...options, width: 4 })).toEqual({ order: [0, 1, 2, 3] });
    expect(planPlacement({ ...options, width: 5 })).toMatchObject({ error: { code: "domains-unequal" } });
  });
});

describe("planPlacement refuses", () => {
  const scheme = schemeOf("rs:3+2");

  it.each([
    ["too few servers", { domains: domainsOf([1, 1, 1, 1]) }, "too-few-servers", ""],
    ["too many servers", { domains: domainsOf(new Array<number>(256).fill(1)) }, "too-many-servers", ""],
    ["too few domains", { domains: domainsOf([2, 2, 2, 2]) }, "too-few-domains", ""],
    ["a domain that is too large", { domains: domainsOf([1, 3, 2, 2, 2]) }, "domain-too-large", "rack 1"],
    [
      "domains of several sizes",
      { kind: "declustered", domains: domainsOf([2, 2, 2, 1, 2]) },
      "domains-unequal",
      "",
    ],
    [
      "no member a domain",
      { domains: domainsOf([5]), membersPerDomainMax: 0 },
      "members-per-domain-out-of-range",
      "",
    ],
    ["a width that is too small", { domains: domainsOf([1, 1, 1, 1, 1]), width: 4 }, "too-few-servers", ""],
    ["a width that is not there", { domains: domainsOf([1, 1, 1, 1, 1]), width: 6 }, "too-few-servers", ""],
  ] as const)("%s", (_what, options, code, domain) => {
    const result = planPlacement({ scheme, kind: "rotated", ...options });
    expect(result).toMatchObject({ ok: false, error: { code, domain } });
    if (!result.ok) expect(result.error.message).toMatch(/^[A-Za-z].*\.$/);
  });
});
