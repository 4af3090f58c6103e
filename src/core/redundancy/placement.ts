/**
 * Placement: which servers take a group's members, and in which order, when servers stand in failure domains (racks). Pure;
 * where it cannot place without breaking its promise, it says why.
 *
 * Promise: the servers chosen are different ones, and in the layout of these servers in this order no domain holds more than
 * `membersPerDomainMax` members of a group.
 * - rotated: the servers are put into a circle in which no domain comes again too soon, or are dealt out as below.
 * - declustered: as many servers from each domain, dealt out in turn, so that position p is in domain p modulo their number.
 *   On k + m servers every group takes all of them: then it is rotated.
 *
 * Does not cover: which servers are alive, and where each member lies then (layout.ts, block-design.ts).
 */

import { assert } from "../assertion.ts";
import { GROUP_MEMBERS_MAX, type Scheme } from "./scheme.ts";

export type PlacementKind = "rotated" | "declustered";

export interface PlacementOptions {
  readonly scheme: Scheme;
  readonly kind: PlacementKind;
  /** The failure domain of each server that may be taken, best first; all different when domains do not matter. 1..255 servers. */
  readonly domains: readonly string[];
  /** How many servers to take, at least k + m. All when left out. */
  readonly width?: number;
  /** Members of one group that one domain may hold, at least 1. 1 when left out. */
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

/** Plain data: what a layout of `order.length` servers needs. */
export interface Placement {
  /** Indices into `domains` of the servers taken, by position. */
  readonly order: readonly number[];
  /** For the layout; left out: rotated. */
  readonly declusteredOver?: number;
}

export type PlacementResult =
  | { readonly ok: true; readonly placement: Placement }
  | { readonly ok: false; readonly error: PlacementError };

interface Domain {
  readonly name: string;
  readonly servers: number[];
}

/**
 * Plans a placement, or refuses. Of all servers, rotated and with one member a domain, it refuses exactly when no circle exists: each
 * domain's servers must be k + m places apart, so that it may have at most ⌊servers / (k + m)⌋ of them. Declustered it
 * refuses exactly when no number of domains that divides the width has enough servers in each.
 */
export function planPlacement(options: PlacementOptions): PlacementResult {
  const { scheme, kind, domains: names, width = names.length } = options;
  const memberCount = scheme.k + scheme.m;
  const perDomain = options.membersPerDomainMax ?? 1;
  if (!Number.isInteger(perDomain) || perDomain < 1) {
    return failure(
      "members-per-domain-out-of-range",
      "",
      `The number of members of a group in one failure domain must be an integer of at least 1, not ${perDomain}.`,
    );
  }
  assert(Number.isInteger(width), "the width is a count");
  const need = Math.max(memberCount, width);
  if (width < memberCount || names.length < width) {
    const have = Math.min(width, names.length);
    const words = `Scheme ${scheme.text} needs ${need} servers, and there are ${have}.`;
    return failure("too-few-servers", "", words);
  }
  if (width > GROUP_MEMBERS_MAX) {
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
  const wanted = { text: scheme.text, memberCount, width, perDomain, needed };
  // When every group takes all servers, there is nothing to spread.
  return kind === "rotated" || width === memberCount
    ? rotated(domains, wanted)
    : declustered(domains, wanted);
}

interface Wanted {
  readonly text: string;
  readonly memberCount: number;
  readonly width: number;
  readonly perDomain: number;
  /** Domains without which no group can be placed. */
  readonly needed: number;
}

function failure(code: PlacementError["code"], domain: string, message: string): PlacementResult {
  return { ok: false, error: { code, domain, message } };
}

/** As many of each domain as a circle has room for, the best servers first. */
function rotated(domains: readonly Domain[], wanted: Wanted): PlacementResult {
  const { text, memberCount, width, perDomain } = wanted;
  const rowCount = Math.floor(width / memberCount);
  const most = rowCount * perDomain;
  const taken = new Set(
    domains
      .flatMap(({ servers }) => servers.slice(0, most))
      .sort((a, b) => a - b)
      .slice(0, width),
  );
  if (taken.size < width) {
    const alike = dealt(domains, wanted);
    if (alike !== undefined) return { ok: true, placement: { order: alike.order } };
    const { name, servers } = domains.find((domain) => domain.servers.length > most) as Domain;
    return failure(
      "domain-too-large",
      name,
      `Failure domain "${name}" has ${servers.length} servers; for ${text} on ${width} servers with ` +
        `${perDomain} of ${memberCount} members in a domain it may have ${most}.`,
    );
  }
  const parts = domains.map(({ name, servers }) => ({
    name,
    servers: servers.filter((server) => taken.has(server)),
  }));
  return { ok: true, placement: { order: circleOf(parts, width, rowCount, perDomain) } };
}

/** As many servers from each domain, dealt out in turn: then any k + m neighbours have at most ⌈(k + m) / count⌉ of a domain. */
function dealt(
  domains: readonly Domain[],
  { width, needed }: Wanted,
): { readonly order: readonly number[]; readonly count: number } | undefined {
  // As many domains as can be, so that few members of a group are in one.
  for (let count = Math.min(width, domains.length); count >= needed; count -= 1) {
    if (width % count !== 0) continue;
    const size = width / count;
    const large = domains.filter(({ servers }) => servers.length >= size);
    if (large.length < count) continue;
    const order = Array.from(
      { length: width },
      (_, position) => (large[position % count] as Domain).servers[Math.floor(position / count)] as number,
    );
    return { order, count };
  }
  return undefined;
}

function declustered(domains: readonly Domain[], wanted: Wanted): PlacementResult {
  const alike = dealt(domains, wanted);
  if (alike !== undefined) {
    return { ok: true, placement: { order: alike.order, declusteredOver: alike.count } };
  }
  const { text, width, needed } = wanted;
  const sizes = domains.map(({ name, servers }) => `${name} ${servers.length}`).join(", ");
  return failure(
    "domains-unequal",
    "",
    `Declustered placement of ${text} takes ${width} servers, as many from each of ${needed} or more failure domains; ` +
      `the domains have: ${sizes}.`,
  );
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
