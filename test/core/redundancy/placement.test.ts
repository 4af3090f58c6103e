import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layoutOf, schemeOf } from "./arbitrary.ts";
import { positionOfMember } from "../../../src/core/redundancy/layout.ts";
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

function serversOf(placement: Placement, group: number, memberCount: number): number[] {
  return Array.from({ length: memberCount }, (_, member) => placement.serverOf(group, member));
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
          for (let group = 0; group < 2 * serverCount; group += 1) {
            const servers = serversOf(result.placement, group, memberCount);
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
        for (let group = 0; group < domains.length; group += 1) {
          const servers = serversOf(result.placement, group, scheme.k + scheme.m);
          expect(new Set(servers).size).toBe(servers.length);
          expect(mostAlike(servers.map((server) => domains[server] ?? ""))).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 500 },
    );
    expect(placedCount).toBeGreaterThan(30);
  });

  it("is the layout's own, over the servers in the order of the circle", () => {
    const scheme = schemeOf("rs:3+2");
    const domains = domainsOf([2, 2, 2, 2, 2, 2]);
    const placement = placed({ scheme, kind: "rotated", domains });
    const layout = layoutOf({ scheme, imageBytes: 3 * 30, subsegmentBytes: 1, width: domains.length });
    for (let group = 0; group < layout.groupCount; group += 1) {
      for (let member = 0; member < 5; member += 1) {
        expect(placement.serverOf(group, member)).toBe(
          placement.order[positionOfMember(layout, group, member)],
        );
      }
    }
  });
});

describe("declustered placement", () => {
  it("keeps the members of a group in different domains, and loads every server alike", () => {
    for (const text of ["mirror:3", "rs:3+2", "lrc:4,2,1"]) {
      const scheme = schemeOf(text);
      const memberCount = scheme.k + scheme.m;
      for (const [count, size] of [
        [memberCount, 1],
        [7, 1],
        [8, 2],
        [11, 3],
        [12, 1],
      ] as const) {
        const domains = domainsOf(new Array<number>(count).fill(size));
        const placement = placed({ scheme, kind: "declustered", domains });
        const load = new Array<number>(domains.length).fill(0);
        const groups = count * count * size * size;
        for (let group = 0; group < groups; group += 1) {
          const servers = serversOf(placement, group, memberCount);
          expect(mostAlike(servers.map((server) => domains[server] ?? "")), `${text} ${count}x${size}`).toBe(
            1,
          );
          for (const server of servers) load[server] = (load[server] ?? 0) + 1;
        }
        const mean = (groups * memberCount) / domains.length;
        for (const one of load) expect(Math.abs(one - mean) / mean).toBeLessThan(0.25);
      }
    }
  });

  it("rebuilds a lost server from all others alike when their number is prime, and not from its neighbours alone", () => {
    const scheme = schemeOf("rs:3+2");
    const domains = domainsOf(new Array<number>(11).fill(1));
    const shares = (kind: "rotated" | "declustered"): number[] => {
      const placement = placed({ scheme, kind, domains });
      const shared = new Array<number>(11).fill(0);
      for (let group = 0; group < 110; group += 1) {
        const servers = serversOf(placement, group, 5);
        if (!servers.includes(0)) continue;
        for (const server of servers) if (server !== 0) shared[server] = (shared[server] ?? 0) + 1;
      }
      return shared.slice(1);
    };
    // 110 groups of 5 members: each server is in 50, each with 4 of the 10 others.
    expect(shares("declustered")).toEqual(new Array(10).fill(20));
    expect(shares("rotated").sort((a, b) => a - b)).toEqual([0, 0, 10, 10, 20, 20, 30, 30, 40, 40]);
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
      "rack 3",
    ],
    [
      "no member a domain",
      { domains: domainsOf([5]), membersPerDomainMax: 0 },
      "members-per-domain-out-of-range",
      "",
    ],
    [
      "several members a domain when declustered",
      { kind: "declustered", domains: domainsOf([2, 2, 2]), membersPerDomainMax: 2 },
      "members-per-domain-out-of-range",
      "",
    ],
  ] as const)("%s", (_what, options, code, domain) => {
    const result = planPlacement({ scheme, kind: "rotated", ...options });
    expect(result).toMatchObject({ ok: false, error: { code, domain } });
    if (!result.ok) expect(result.error.message).toMatch(/^[A-Za-z].*\.$/);
  });

  it("asserts that the place asked for exists", () => {
    const placement = placed({ scheme, kind: "rotated", domains: domainsOf([1, 1, 1, 1, 1]) });
    expect(() => placement.serverOf(-1, 0)).toThrow("groups");
    expect(() => placement.serverOf(0, 5)).toThrow("member");
  });
});
