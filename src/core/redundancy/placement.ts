/**
 * Placement: which server holds which member, when servers stand in failure domains (racks) and may be more than a group has
 * members. Pure; where it cannot place without breaking its promise, it says why.
 *
 * Promise: no two members of a group on one server, and at most `membersPerDomainMax` of them in one domain.
 * - rotated: the servers are put into a circle; member j of group g lies (g + j) places on. A group's neighbours in the circle
 *   are always the same, so a lost server is rebuilt from few others. This is the placement of layout.ts, with a
 *   circle in which no domain comes again too soon.
 * - declustered: the step from member to member changes from round to round of groups, so that every two servers share
 *   groups and a lost server is rebuilt from all others.
 *
 * Does not cover: which servers are alive, and sizes (layout.ts).
 */

import { assert } from "../assertion.ts";
import { GROUP_MEMBERS_MAX, type Scheme } from "./scheme.ts";

export type PlacementKind = "rotated" | "declustered";

export interface PlacementOptions {
  readonly scheme: Scheme;
  readonly kind: PlacementKind;
  /** The failure domain of each server; all different when domains do not matter. 1..255 servers. */
  readonly domains: readonly string[];
  /** Members of one group that one domain may hold, at least 1; only `rotated` takes more than 1. 1 when left out. */
  readonly membersPerDomainMax?: number;
}

export interface PlacementError {
  readonly code:
    | "too-few-servers"
    | "too-many-servers"
    | "members-per-domain-out-of-range"
    | "too-few-domains"
    | "domain-too-large"
    | "domains-unequal";
  /** The domain that does not fit; "" where it is not about one. */
  readonly domain: string;
  /** One English sentence for a person. */
  readonly message: string;
}

export interface Placement {
  readonly kind: PlacementKind;
  /** Rotated: the servers in the order of the circle, to be used as the list of servers of a layout of their width. */
  readonly order: readonly number[];
  /** Index of the server in `domains`. `group` 0.., `member` 0..k+m−1 (anything else is a bug). */
  serverOf(group: number, member: number): number;
}

export type PlacementResult =
  | { readonly ok: true; readonly placement: Placement }
  | { readonly ok: false; readonly error: PlacementError };

interface Domain {
  readonly name: string;
  readonly servers: number[];
}

/**
 * Plans where members lie, or refuses. Rotated with one member a domain is refused exactly when no circle exists: each domain's
 * servers must be k + m places apart, so that it may have at most ⌊servers / (k + m)⌋ of them.
 */
export function planPlacement(options: PlacementOptions): PlacementResult {
  const { scheme, kind, domains: names } = options;
  const memberCount = scheme.k + scheme.m;
  const perDomain = options.membersPerDomainMax ?? 1;
  const failure = (code: PlacementError["code"], domain: string, message: string): PlacementResult => ({
    ok: false,
    error: { code, domain, message },
  });
  if (!Number.isInteger(perDomain) || perDomain < 1 || (kind === "declustered" && perDomain > 1)) {
    const allowed = kind === "declustered" ? "1" : "an integer of at least 1";
    return failure(
      "members-per-domain-out-of-range",
      "",
      `The number of members of a group in one failure domain must be ${allowed}, not ${perDomain}.`,
    );
  }
  if (names.length < memberCount) {
    const words = `Scheme ${scheme.text} needs ${memberCount} servers, and there are ${names.length}.`;
    return failure("too-few-servers", "", words);
  }
  if (names.length > GROUP_MEMBERS_MAX) {
    return failure("too-many-servers", "", `At most ${GROUP_MEMBERS_MAX} servers can hold a group.`);
  }
  const domains = domainsOf(names);
  const needed = Math.ceil(memberCount / perDomain);
  if (domains.length < needed) {
    return failure(
      "too-few-domains",
      "",
      `Scheme ${scheme.text} with ${perDomain} of its ${memberCount} members in a failure domain needs ${needed} domains, ` +
        `and there are ${domains.length}.`,
    );
  }
  if (kind === "rotated") {
    const rowCount = Math.floor(names.length / memberCount);
    const tooLarge = domains.find(({ servers }) => Math.ceil(servers.length / perDomain) > rowCount);
    if (tooLarge !== undefined) {
      return failure(
        "domain-too-large",
        tooLarge.name,
        `Failure domain "${tooLarge.name}" has ${tooLarge.servers.length} of ${names.length} servers; for ${scheme.text} with ` +
          `${perDomain} of ${memberCount} members in a domain it may have ${rowCount * perDomain}.`,
      );
    }
    const order = circleOf(domains, names.length, rowCount, perDomain);
    return { ok: true, placement: rotated(order, memberCount) };
  }
  const size = (domains[0] as Domain).servers.length;
  const unequal = domains.find(({ servers }) => servers.length !== size);
  if (unequal !== undefined) {
    return failure(
      "domains-unequal",
      unequal.name,
      `Declustered placement needs failure domains of one size: "${(domains[0] as Domain).name}" has ${size} servers and ` +
        `"${unequal.name}" ${unequal.servers.length}.`,
    );
  }
  return { ok: true, placement: declustered(domains, memberCount) };
}

function domainsOf(names: readonly string[]): Domain[] {
  const domains = new Map<string, Domain>();
  for (const [server, name] of names.entries()) {
    const domain = domains.get(name) ?? { name, servers: [] };
    domain.servers.push(server);
    domains.set(name, domain);
  }
  return [...domains.values()];
}

/**
 * A circle in which the servers of one domain are at least k + m places apart. It is written as rows of k + m places or
 * more and filled column by column, whole domains one after the other, the largest first: a domain of as many servers
 * as there are rows fills a column, a smaller one goes over into the next column in rows that lie further up.
 * With several members a domain, each domain is dealt into as many parts, which count as domains.
 */
function circleOf(
  domains: readonly Domain[],
  serverCount: number,
  rowCount: number,
  perDomain: number,
): number[] {
  const parts: number[][] = [];
  for (const { servers } of domains) {
    for (let part = 0; part < perDomain; part += 1) {
      parts.push(servers.filter((_, index) => index % perDomain === part));
    }
  }
  // Sorting is stable, so that equal sizes stay in the order given.
  const queue = parts.sort((a, b) => b.length - a.length).flat();
  const rows: number[][] = Array.from({ length: rowCount }, () => []);
  const longRowCount = serverCount % rowCount;
  const fullColumns = (serverCount - longRowCount) / rowCount;
  let next = 0;
  for (let column = 0; column <= fullColumns; column += 1) {
    const rowsHere = column < fullColumns ? rowCount : longRowCount;
    for (let row = 0; row < rowsHere; row += 1) (rows[row] as number[]).push(queue[next++] as number);
  }
  return rows.flat();
}

function checkPlace(group: number, member: number, memberCount: number): void {
  assert(Number.isSafeInteger(group) && group >= 0, "groups are counted from 0");
  assert(Number.isInteger(member) && member >= 0 && member < memberCount, "the member is one of the group");
}

function rotated(order: readonly number[], memberCount: number): Placement {
  return {
    kind: "rotated",
    order,
    serverOf(group, member) {
      checkPlace(group, member, memberCount);
      return order[((group % order.length) + member) % order.length] as number;
    },
  };
}

/**
 * Over the domains, member j of group g lies (g + j · step) places on; the step goes through all numbers that share no divisor with
 * the number of domains, so that j · step never meets itself. Within a domain, servers take turns.
 */
function declustered(domains: readonly Domain[], memberCount: number): Placement {
  const count = domains.length;
  const size = (domains[0] as Domain).servers.length;
  const steps: number[] = [];
  for (let step = 1; step < count; step += 1) if (commonDivisor(step, count) === 1) steps.push(step);
  if (steps.length === 0) steps.push(1);
  return {
    kind: "declustered",
    order: domains.flatMap(({ servers }) => servers),
    serverOf(group, member) {
      checkPlace(group, member, memberCount);
      const start = group % count;
      const round = (group - start) / count;
      const step = steps[round % steps.length] as number;
      const domain = domains[(start + member * step) % count] as Domain;
      const turn = (round - (round % steps.length)) / steps.length;
      // Members take different turns, so that whole domains do not pair up server by server.
      return domain.servers[(turn + member * (round % size)) % size] as number;
    },
  };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
