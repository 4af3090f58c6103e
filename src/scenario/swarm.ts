/**
 * Draws a swarm of faults: a random half of the kinds, at random moments, on random servers.
 *
 * Within the budget, by construction: a fault of a slot occupies it from its moment until what it harmed is repaired, and a
 * fault is left out when more slots than the control tolerance would be occupied at one moment. So of no redundancy group are
 * more members rotten, lost or out of reach than that, whatever its placement. A fault of a failure domain occupies all slots of
 * the domain, so that it is drawn only where the tolerance covers the whole of it. Faults of all links are mild, and take no slot
 * out of reach; partitions, delays and clogging are of one slot's links, and count as harm to it. The production server goes
 * down once at the most. Beyond the budget, deliberately: one more slot than the tolerance loses its disk at one moment, among
 * others that nobody counts, and partitions, delays and clogging are of any links.
 *
 * Does not cover: control records that are lost on their way to the disk, which no budget is promised for (docs/faults.md).
 */
import { quorumOf } from "../core/protocol/cluster.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault } from "../sim/faults.ts";
import { RandomRoot, type RandomStream } from "../sim/random.ts";
import type { RunHosts } from "./hosts.ts";
import type { Scenario } from "./scenario.ts";
import { DOMAIN_FAULTS, lasting, LINK_FAULTS, type Moment, SLOT_FAULTS, WIDE_FAULTS } from "./swarm-kinds.ts";

/** Before this every server has set up its disk, on the slowest disk that is shipped. */
const FIRST_NS = 50_000_000;
const GONE_NS = Infinity;

export interface SwarmCircumstances {
  readonly scenario: Scenario;
  readonly hosts: RunHosts;
  /** Of the scheme. */
  readonly tolerance: number;
}

/** Slots, and from when to when they are harmed, out of reach, or not repaired for certain. */
interface Occupation {
  readonly hosts: readonly HostId[];
  readonly fromNs: number;
  readonly toNs: number;
}

/** In no order of time. */
export function drawSwarm(circumstances: SwarmCircumstances, seed: string): Fault[] {
  const faults = drawnFaults(circumstances, seed);
  const { slots } = circumstances.hosts;
  return faults.map((fault): Fault => {
    if (fault.kind !== "operator-restore") return fault;
    const gone = goneBefore(faults, fault.atNs ?? 0);
    return { ...fault, lostHosts: slots.filter((host) => gone.has(host)) };
  });
}

/** An operator says which servers are lost for good: a restore would wait for them. */
function goneBefore(faults: readonly Fault[], untilNs: number): ReadonlySet<HostId> {
  const gone = faults.filter(({ kind, atNs = 0 }) => kind === "permanent-loss" && atNs <= untilNs);
  return new Set(gone.flatMap((fault) => ("host" in fault ? [fault.host] : [])));
}

function drawnFaults({ scenario, hosts, tolerance }: SwarmCircumstances, seed: string): Fault[] {
  const { swarm, budget, durationNs, healAtNs } = scenario;
  if (swarm === undefined) return [];
  const endNs = Math.min(healAtNs ?? durationNs, durationNs);
  if (endNs <= FIRST_NS) return [];
  const random = new RandomRoot(seed).stream("swarm");
  const limit = quorumOf(hosts.slots.length, tolerance).tolerance;
  const slotKinds = subset(Object.values(SLOT_FAULTS), random);
  const linkKinds = subset(Object.values(LINK_FAULTS), random);
  const isBeyond = budget === "beyond";
  const wideKinds = isBeyond ? subset(Object.values(WIDE_FAULTS), random) : [];
  const moment = (): number => FIRST_NS + random.below(endNs - FIRST_NS);
  const repairNs = repairTimeNs(scenario, hosts.slots.length);
  const allHosts = hosts.names.map((_, host) => host);
  const isOfProduction = (fault: Fault): boolean => "host" in fault && fault.host === hosts.production;
  const occupied: Occupation[] = [];
  const faults: Fault[] = isBeyond ? lossBeyond(hosts, limit, moment(), random) : [];
  const occupationOf = (drawn: readonly Fault[], slots: readonly HostId[], fromNs: number): Occupation => {
    const lengthNs = Math.max(...drawn.map((fault) => (fault.atNs ?? 0) - fromNs + lengthOf(fault)));
    return { hosts: slots, fromNs, toNs: fromNs + lengthNs + repairNs };
  };
  let isProductionStruck = false;
  for (const { drawn, members } of domainFaults(scenario, hosts, endNs, seed)) {
    const slots = members.filter((host) => hosts.slots.includes(host));
    const occupation = occupationOf(drawn, slots, drawn[0]?.atNs ?? 0);
    const strikesAgain = isProductionStruck && members.includes(hosts.production);
    if (strikesAgain || faults.length + drawn.length > swarm.count) continue;
    if (!isBeyond && !fits(occupied, occupation, limit)) continue;
    isProductionStruck ||= members.includes(hosts.production);
    occupied.push(occupation);
    faults.push(...drawn);
  }
  let quietCount = 0;
  // What does not fit stands for a quiet moment: fewer faults than the count, and an end to the drawing.
  while (faults.length < swarm.count && quietCount <= 4 * swarm.count) {
    const atNs = moment();
    const choice = random.below(9);
    if (choice === 0) {
      const commands = commandOrLoss(
        hosts,
        isProductionStruck || faults.some(isOfProduction),
        { atNs },
        random,
      );
      faults.push(...commands);
      if (commands.length === 0) quietCount += 1;
      continue;
    }
    const linkKind = pickOf(linkKinds, random);
    const slotKind = pickOf(slotKinds, random);
    const wideKind = choice === 3 ? pickOf(wideKinds, random) : undefined;
    const host = pickOf(hosts.slots, random);
    if (choice < 3 && linkKind !== undefined) {
      faults.push(linkKind({ atNs }, random));
      continue;
    }
    if (wideKind !== undefined) {
      faults.push(wideKind({ atNs }, random, allHosts));
      continue;
    }
    if (slotKind === undefined || host === undefined) return faults;
    const others = allHosts.filter((each) => each !== host);
    const drawn = listOf(slotKind({ atNs, host, others, random }));
    const occupation = occupationOf(drawn, [host], atNs);
    const isTooMany = faults.length + drawn.length > swarm.count;
    if (isTooMany || (!isBeyond && !fits(occupied, occupation, limit))) {
      quietCount += 1;
      continue;
    }
    occupied.push(occupation);
    faults.push(...drawn);
  }
  return faults;
}

interface DomainFault {
  readonly drawn: readonly Fault[];
  /** Whom it strikes. */
  readonly members: readonly HostId[];
}

/**
 * Up to two faults of whole domains, for which the budget may have no room. From a stream of their own: swarms of clusters
 * without domains do not depend on them.
 */
function domainFaults(scenario: Scenario, hosts: RunHosts, endNs: number, seed: string): DomainFault[] {
  const { names } = hosts;
  // A dedicated former that this run does not have is in no domain.
  const domains = Object.values(scenario.domains ?? {})
    .map((servers) => servers.map((name) => names.indexOf(name)).filter((host) => host >= 0))
    .filter((members) => members.length > 0 && members.length < names.length);
  const random = new RandomRoot(seed).stream("swarm-domains");
  const kinds = subset(Object.values(DOMAIN_FAULTS), random);
  return Array.from({ length: random.below(3) }).flatMap((): DomainFault[] => {
    const strike = pickOf(kinds, random);
    const members = pickOf(domains, random);
    if (strike === undefined || members === undefined) return [];
    const others = [...names.keys()].filter((host) => !members.includes(host));
    const atNs = FIRST_NS + random.below(endNs - FIRST_NS);
    return [{ drawn: strike({ atNs, hosts: members, others, random }), members }];
  });
}

/** The production server goes down, once at the most; or an operator has a restore begun. Neither harms a slot. */
function commandOrLoss(
  hosts: RunHosts,
  isProductionStruck: boolean,
  at: Moment,
  random: RandomStream,
): readonly Fault[] {
  const host = pickOf(hosts.slots, random);
  if (random.below(4) === 0 && host !== undefined)
    return [{ ...at, kind: "operator-restore", host, lostHosts: [], acceptOlder: false }];
  const isKept = random.below(2) === 0;
  const restartAfterNs = lasting(random);
  if (isProductionStruck) return [];
  if (!isKept) return [{ ...at, kind: "permanent-loss", host: hosts.production }];
  return [{ ...at, kind: "crash", host: hosts.production, disk: "kept", restartAfterNs }];
}

function pickOf<T>(values: readonly T[], random: RandomStream): T | undefined {
  return values.length === 0 ? undefined : values[random.below(values.length)];
}

function listOf(drawn: Fault | readonly Fault[]): readonly Fault[] {
  return Array.isArray(drawn) ? (drawn as readonly Fault[]) : [drawn as Fault];
}

/** At least one, and about half. */
function subset<T>(kinds: readonly T[], random: RandomStream): T[] {
  const drawn = kinds.filter(() => random.below(2) === 0);
  const one = kinds[random.below(kinds.length)];
  return drawn.length > 0 || one === undefined ? drawn : [one];
}

/** For how long the slot is harmed or out of reach for certain; Infinity: for good. */
function lengthOf(fault: Fault): number {
  switch (fault.kind) {
    case "permanent-loss":
      return GONE_NS;
    case "crash":
      // Without one a restart of its own follows.
      return fault.restartAfterNs ?? 0;
    case "partition":
      return fault.healAfterNs ?? GONE_NS;
    case "clock-step":
      return fault.byNs;
    case "delay":
      return fault.lastsNs + fault.byNs;
    default:
      return "lastsNs" in fault ? (fault.lastsNs ?? 0) : 0;
  }
}

/** Two scrubs find rot, and one more is under way; a blank server asks around, and rebuilds. */
function repairTimeNs({ times }: Scenario, slotCount: number): number {
  if (times.scrubNs === 0) return Infinity;
  const takeoverNs = times.takeoverNs + slotCount * times.takeoverStaggerNs;
  return 3 * times.scrubNs + 2 * takeoverNs + 4 * (times.silentTicksMax + 1) * times.retryNs;
}

/** No moment has more than `limit` different slots. */
function fits(occupied: readonly Occupation[], next: Occupation, limit: number): boolean {
  const meeting = occupied.filter(({ fromNs, toNs }) => fromNs <= next.toNs && toNs >= next.fromNs);
  const starts = [next.fromNs, ...meeting.map(({ fromNs }) => Math.max(fromNs, next.fromNs))];
  return starts.every((atNs) => {
    const slots = new Set(next.hosts);
    for (const { hosts, fromNs, toNs } of meeting) {
      if (fromNs <= atNs && toNs >= atNs) for (const host of hosts) slots.add(host);
    }
    return slots.size <= limit;
  });
}

function lossBeyond(hosts: RunHosts, limit: number, atNs: number, random: RandomStream): Fault[] {
  const left = [...hosts.slots];
  while (left.length > limit + 1) left.splice(random.below(left.length), 1);
  return left.map((host): Fault => ({
    atNs,
    kind: "crash",
    host,
    disk: "lost",
    restartAfterNs: lasting(random),
  }));
}
