/**
 * Draws a swarm of faults: a random half of the kinds, at random moments, on random servers.
 *
 * Within the budget, by construction: a fault of a slot occupies it from its moment until what it harmed is repaired, and a
 * fault is left out when more slots than the control tolerance would be occupied at one moment. So of no redundancy group are
 * more members rotten, lost or out of reach than that, whatever its placement. Faults of all links are mild, and take no slot
 * out of reach. The production server goes down once at the most. Beyond the budget, deliberately: one more slot than the
 * tolerance loses its disk at one moment, among others that nobody counts.
 *
 * Does not cover: control records that are lost on their way to the disk, which no budget is promised for (docs/faults.md).
 */
import { quorumOf } from "../core/protocol/cluster.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault } from "../sim/faults.ts";
import { RandomRoot, type RandomStream } from "../sim/random.ts";
import type { RunHosts } from "./hosts.ts";
import type { Scenario } from "./scenario.ts";

/** Before this every server has set up its disk, on the slowest disk that is shipped. */
const FIRST_NS = 50_000_000;
const MILLISECOND_NS = 1_000_000;

export interface SwarmCircumstances {
  readonly scenario: Scenario;
  readonly hosts: RunHosts;
  /** Of the scheme. */
  readonly tolerance: number;
}

type SlotFault = (at: { readonly atNs: number }, host: HostId, random: RandomStream) => Fault;

const MEMBERS = "m/";
const PREFIXES = [MEMBERS, "f/"] as const;

function lasting(random: RandomStream): number {
  return (1 + random.below(200)) * MILLISECOND_NS;
}

/** Faults that harm one slot, or take it out of reach, for at most `lasting`, and then need a repair. */
const SLOT_FAULTS: Readonly<Record<string, SlotFault>> = {
  "crash, disk kept": (at, host, random) => ({
    ...at,
    kind: "crash",
    host,
    disk: "kept",
    restartAfterNs: lasting(random),
  }),
  "crash, disk lost": (at, host, random) => ({
    ...at,
    kind: "crash",
    host,
    disk: "lost",
    restartAfterNs: lasting(random),
  }),
  pause: (at, host, random) => ({
    ...at,
    kind: "pause",
    host,
    messages: random.below(2) === 0 ? "wait" : "lost",
    lastsNs: lasting(random),
  }),
  "slow-server": (at, host, random) => ({
    ...at,
    kind: "slow-server",
    host,
    factor: 2 + random.below(500),
    lastsNs: lasting(random),
  }),
  "clock-step": (at, host, random) => ({
    ...at,
    kind: "clock-step",
    host,
    direction: random.below(2) === 0 ? "forward" : "back",
    byNs: lasting(random),
  }),
  "bit-rot": (at, host, random) => ({
    ...at,
    kind: "bit-rot",
    host,
    filePrefix: prefix(random),
    bitCount: 1 + random.below(9),
  }),
  "latent-error": (at, host, random) => ({
    ...at,
    kind: "latent-error",
    host,
    filePrefix: prefix(random),
    sectorCount: 1 + random.below(9),
  }),
  "torn-write": (at, host, random) => ({
    ...at,
    kind: "torn-write",
    host,
    filePrefix: prefix(random),
    writeCount: 1,
    lastsNs: lasting(random),
  }),
  "lost-write": (at, host, random) => ({
    ...at,
    kind: "lost-write",
    host,
    filePrefix: prefix(random),
    writeCount: 1,
    lastsNs: lasting(random),
  }),
  "failed-flush": (at, host, random) => ({
    ...at,
    kind: "failed-flush",
    host,
    flushCount: 1 + random.below(2),
    cache: "dropped",
    lastsNs: lasting(random),
  }),
  "disk-full": (at, host, random) => ({
    ...at,
    kind: "disk-full",
    host,
    freeBytes: random.below(10_000),
    lastsNs: lasting(random),
  }),
  "slow-disk": (at, host, random) => ({
    ...at,
    kind: "slow-disk",
    host,
    factor: 2 + random.below(100),
    lastsNs: lasting(random),
  }),
};

/** Faults of all links, mild enough that every message that is sent again gets through. */
const LINK_FAULTS: Readonly<Record<string, (at: { readonly atNs: number }, random: RandomStream) => Fault>> =
  {
    loss: (at, random) => ({
      ...at,
      kind: "loss",
      ratePpm: 1 + random.below(20_000),
      lastsNs: lasting(random),
    }),
    duplication: (at, random) => ({
      ...at,
      kind: "duplication",
      ratePpm: 1 + random.below(200_000),
      byNs: lasting(random),
      lastsNs: lasting(random),
    }),
    reordering: (at, random) => ({
      ...at,
      kind: "reordering",
      ratePpm: 1 + random.below(200_000),
      byNs: 1 + random.below(2 * MILLISECOND_NS),
      lastsNs: lasting(random),
    }),
    corruption: (at, random) => ({
      ...at,
      kind: "corruption",
      ratePpm: 1 + random.below(20_000),
      lastsNs: lasting(random),
    }),
  };

function prefix(random: RandomStream): string {
  return PREFIXES[random.below(PREFIXES.length)] ?? MEMBERS;
}

/** A slot, and from when to when it is harmed, out of reach, or not repaired for certain. */
interface Occupation {
  readonly host: HostId;
  readonly fromNs: number;
  readonly toNs: number;
}

export function drawSwarm({ scenario, hosts, tolerance }: SwarmCircumstances, seed: string): Fault[] {
  const { swarm, budget, durationNs, healAtNs } = scenario;
  if (swarm === undefined) return [];
  const endNs = Math.min(healAtNs ?? durationNs, durationNs);
  if (endNs <= FIRST_NS) return [];
  const random = new RandomRoot(seed).stream("swarm");
  const limit = quorumOf(hosts.slots.length, tolerance).tolerance;
  const slotKinds = subset(Object.keys(SLOT_FAULTS), random);
  const linkKinds = subset(Object.keys(LINK_FAULTS), random);
  const moment = (): number => FIRST_NS + random.below(endNs - FIRST_NS);
  const repairNs = repairTimeNs(scenario, hosts.slots.length);
  const occupied: Occupation[] = [];
  const faults: Fault[] = budget === "beyond" ? lossBeyond(hosts, limit, moment(), random) : [];
  while (faults.length < swarm.count) {
    const at = { atNs: moment() };
    const choice = random.below(8);
    if (choice === 0 && !faults.some((fault) => "host" in fault && fault.host === hosts.production)) {
      const lost: Fault = { ...at, kind: "permanent-loss", host: hosts.production };
      faults.push(
        random.below(2) === 0
          ? lost
          : { ...lost, kind: "crash", disk: "kept", restartAfterNs: lasting(random) },
      );
      continue;
    }
    const linkKind = linkKinds[random.below(linkKinds.length)];
    const slotKind = slotKinds[random.below(slotKinds.length)];
    if (choice < 3 && linkKind !== undefined) {
      const make = LINK_FAULTS[linkKind];
      if (make !== undefined) faults.push(make(at, random));
      continue;
    }
    const make = slotKind === undefined ? undefined : SLOT_FAULTS[slotKind];
    const host = hosts.slots[random.below(hosts.slots.length)];
    if (make === undefined || host === undefined) continue;
    const fault = make(at, host, random);
    const occupation = { host, fromNs: at.atNs, toNs: at.atNs + lengthNs(fault) + repairNs };
    if (budget === "within" && !fits(occupied, occupation, limit)) {
      // What does not fit stands for a quiet moment: fewer faults than the count, and an end to the drawing.
      occupied.push({ host, fromNs: 1, toNs: 0 });
      if (occupied.length > 4 * swarm.count) break;
      continue;
    }
    occupied.push(occupation);
    faults.push(fault);
  }
  return faults;
}

/** At least one, and about half. */
function subset(kinds: readonly string[], random: RandomStream): string[] {
  const drawn = kinds.filter(() => random.below(2) === 0);
  const one = kinds[random.below(kinds.length)];
  return drawn.length > 0 || one === undefined ? drawn : [one];
}

function lengthNs(fault: Fault): number {
  if (fault.kind === "crash") return fault.restartAfterNs ?? 0;
  if (fault.kind === "clock-step") return fault.byNs;
  return "lastsNs" in fault ? (fault.lastsNs ?? 0) : 0;
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
    const hosts = new Set([next.host]);
    for (const { host, fromNs, toNs } of meeting) if (fromNs <= atNs && toNs >= atNs) hosts.add(host);
    return hosts.size <= limit;
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
