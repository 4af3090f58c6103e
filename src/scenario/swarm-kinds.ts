/**
 * The kinds of faults that a swarm draws from, each with parameters drawn at random: of one slot, of a failure
 * domain, of all links but mild, and of anything.
 *
 * Does not cover: how many there may be at a time (swarm.ts), and losses of the production server.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault } from "../sim/faults.ts";
import { MANIFEST_FILES, MEMBER_FILES } from "../sim/file-kind.ts";
import type { RandomStream } from "../sim/random.ts";

const MILLISECOND_NS = 1_000_000;
const MILLION = 1_000_000;
/** A twentieth: thousands of times what real clocks are off. */
const DRIFT_PPM_MAX = 50_000;

/** What one draw knows: when, on which slot, and which servers there are. */
export interface Circumstance {
  readonly atNs: number;
  readonly host: HostId;
  readonly others: readonly HostId[];
  readonly random: RandomStream;
}

const PREFIXES = [MEMBER_FILES, MANIFEST_FILES] as const;

export function lasting(random: RandomStream): number {
  return (1 + random.below(200)) * MILLISECOND_NS;
}

function prefix(random: RandomStream): string {
  return PREFIXES[random.below(PREFIXES.length)] ?? MEMBER_FILES;
}

/** Writes of members and manifests that go wrong: one, soon. */
function oneWrite(
  kind: "torn-write" | "lost-write" | "misdirected-write",
): (circumstance: Circumstance) => Fault {
  return ({ atNs, host, random }) => ({
    atNs,
    kind,
    host,
    filePrefix: prefix(random),
    writeCount: 1,
    lastsNs: lasting(random),
  });
}

/** Messages of one direction between the slot and everybody. */
function ownLinks({ host, random }: Circumstance): { readonly from: HostId[] } | { readonly to: HostId[] } {
  return random.below(2) === 0 ? { from: [host] } : { to: [host] };
}

/** Faults that harm one slot, or take it out of reach, for at most `lengthNs`, and then need a repair. */
export const SLOT_FAULTS: Readonly<Record<string, (circumstance: Circumstance) => Fault | readonly Fault[]>> =
  {
    "crash, disk kept": ({ atNs, host, random }) => ({
      atNs,
      kind: "crash",
      host,
      disk: "kept",
      restartAfterNs: lasting(random),
    }),
    "crash, disk lost": ({ atNs, host, random }) => ({
      atNs,
      kind: "crash",
      host,
      disk: "lost",
      restartAfterNs: lasting(random),
    }),
    restart: ({ atNs, host, random }) => [
      { atNs, kind: "crash", host, disk: "kept", restartAfterNs: undefined },
      { atNs: atNs + lasting(random), kind: "restart", host },
    ],
    "permanent-loss": ({ atNs, host }) => ({ atNs, kind: "permanent-loss", host }),
    partition: ({ atNs, host, others, random }) => {
      const isInbound = random.below(2) === 0;
      const [from, to] = isInbound ? [others, [host]] : [[host], others];
      return {
        atNs,
        kind: "partition",
        from,
        to,
        symmetric: random.below(2) === 0,
        healAfterNs: lasting(random),
      };
    },
    delay: (circumstance) => ({
      atNs: circumstance.atNs,
      kind: "delay",
      ...ownLinks(circumstance),
      byNs: lasting(circumstance.random),
      lastsNs: lasting(circumstance.random),
    }),
    clog: (circumstance) => ({
      atNs: circumstance.atNs,
      kind: "clog",
      ...ownLinks(circumstance),
      lastsNs: lasting(circumstance.random),
    }),
    "limited-bandwidth": ({ atNs, host, random }) => ({
      atNs,
      kind: "limited-bandwidth",
      host,
      bandwidthBytesPerSecond: (1 + random.below(100)) * 1_000_000,
      lastsNs: lasting(random),
    }),
    pause: ({ atNs, host, random }) => ({
      atNs,
      kind: "pause",
      host,
      messages: random.below(2) === 0 ? "wait" : "lost",
      lastsNs: lasting(random),
    }),
    "slow-server": ({ atNs, host, random }) => ({
      atNs,
      kind: "slow-server",
      host,
      factor: 2 + random.below(500),
      lastsNs: lasting(random),
    }),
    "clock-step": ({ atNs, host, random }) => ({
      atNs,
      kind: "clock-step",
      host,
      direction: random.below(2) === 0 ? "forward" : "back",
      byNs: lasting(random),
    }),
    "clock-drift": ({ atNs, host, random }) => ({
      atNs,
      kind: "clock-drift",
      host,
      driftPpm: random.below(2 * DRIFT_PPM_MAX + 1) - DRIFT_PPM_MAX,
      lastsNs: lasting(random),
    }),
    "bit-rot": ({ atNs, host, random }) => ({
      atNs,
      kind: "bit-rot",
      host,
      filePrefix: prefix(random),
      bitCount: 1 + random.below(9),
    }),
    "latent-error": ({ atNs, host, random }) => ({
      atNs,
      kind: "latent-error",
      host,
      filePrefix: prefix(random),
      sectorCount: 1 + random.below(9),
    }),
    "read-error": ({ atNs, host, random }) => ({
      atNs,
      kind: "read-error",
      host,
      filePrefix: prefix(random),
      ratePpm: 1 + random.below(MILLION),
      lastsNs: lasting(random),
    }),
    "torn-write": oneWrite("torn-write"),
    "lost-write": oneWrite("lost-write"),
    "misdirected-write": oneWrite("misdirected-write"),
    "failed-flush": ({ atNs, host, random }) => ({
      atNs,
      kind: "failed-flush",
      host,
      flushCount: 1 + random.below(2),
      cache: "dropped",
      lastsNs: lasting(random),
    }),
    "disk-full": ({ atNs, host, random }) => ({
      atNs,
      kind: "disk-full",
      host,
      freeBytes: random.below(10_000),
      lastsNs: lasting(random),
    }),
    "slow-disk": ({ atNs, host, random }) => ({
      atNs,
      kind: "slow-disk",
      host,
      factor: 2 + random.below(100),
      lastsNs: lasting(random),
    }),
  };

export interface Moment {
  readonly atNs: number;
}

/** Faults of all links, mild enough that every message that is sent again gets through. */
export const LINK_FAULTS: Readonly<Record<string, (at: Moment, random: RandomStream) => Fault>> = {
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

/** Servers that go together, and all others. */
export interface DomainCircumstance {
  readonly atNs: number;
  readonly hosts: readonly HostId[];
  readonly others: readonly HostId[];
  readonly random: RandomStream;
}

/** All servers of a domain stop at once, and come back together. */
function together(disk: "kept" | "lost"): (circumstance: DomainCircumstance) => readonly Fault[] {
  return ({ atNs, hosts, random }) => {
    const restartAfterNs = lasting(random);
    return hosts.map((host): Fault => ({ atNs, kind: "crash", host, disk, restartAfterNs }));
  };
}

/** Faults of a whole failure domain, such as a rack: its power, its disks, its switch, the room it stands in. */
export const DOMAIN_FAULTS: Readonly<Record<string, (circumstance: DomainCircumstance) => readonly Fault[]>> =
  {
    "domain without power": together("kept"),
    "domain without its disks": together("lost"),
    "domain lost": ({ atNs, hosts }) => hosts.map((host): Fault => ({ atNs, kind: "permanent-loss", host })),
    "domain cut off": ({ atNs, hosts, others, random }) => [
      {
        atNs,
        kind: "partition",
        from: hosts,
        to: others,
        symmetric: random.below(2) === 0,
        healAfterNs: lasting(random),
      },
    ],
  };

/** Faults of many slots at once: only beyond the budget. */
export const WIDE_FAULTS: Readonly<
  Record<string, (at: Moment, random: RandomStream, hosts: readonly HostId[]) => Fault>
> = {
  split: (at, random, hosts) => {
    const from = hosts.filter(() => random.below(2) === 0);
    const to = hosts.filter((host) => !from.includes(host));
    return {
      ...at,
      kind: "partition",
      from,
      to,
      symmetric: random.below(2) === 0,
      healAfterNs: lasting(random),
    };
  },
  "delay of all": (at, random) => ({ ...at, kind: "delay", byNs: lasting(random), lastsNs: lasting(random) }),
  "clog of all": (at, random) => ({ ...at, kind: "clog", lastsNs: lasting(random) }),
};
