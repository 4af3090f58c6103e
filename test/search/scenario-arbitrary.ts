/**
 * Whole scenarios as fast-check draws them: cluster, scheme, workload and an explicit list of faults, in the YAML form.
 *
 * Four families: within the budget and beyond it, small and wide. Whatever is drawn loads: a scenario that is refused is a
 * mistake of the generator, and a failure.
 */
import fc from "fast-check";
import { membersPerDomainMax } from "../../src/core/protocol/attempt-placement.ts";
import { quorumOf } from "../../src/core/protocol/cluster.ts";
import type { PlacementKind } from "../../src/core/redundancy/placement.ts";
import { parseScheme, type Scheme } from "../../src/core/redundancy/scheme.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { faultArbitrary, type FaultText, productionLoss } from "./fault-arbitrary.ts";

export interface Family {
  readonly name: string;
  readonly isWithin: boolean;
  readonly isWide: boolean;
}

export const FAMILIES: readonly Family[] = [
  { name: "within the budget, small", isWithin: true, isWide: false },
  { name: "beyond the budget, small", isWithin: false, isWide: false },
  { name: "within the budget, wide", isWithin: true, isWide: true },
  { name: "beyond the budget, wide", isWithin: false, isWide: true },
];

const SMALL = [
  "mirror:2",
  "mirror:3",
  "stripe:2",
  "parity:2+1",
  "parity:3+1",
  "rs:2+2",
  "lrc:2,2,1",
] as const;
const WIDE = ["mirror:5", "stripe:6", "parity:7+1", "rs:6+3", "rs:5+4", "lrc:4,2,1", "lrc:6,2,2"] as const;

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"] as const;
/** Around the boundaries of subsegments and groups. */
const IMAGES = [0, 1, 7, 64, 127, 128, 129, 640, 1000, 4096] as const;

interface Shape {
  readonly scheme: string;
  readonly servers: readonly string[];
  readonly tolerance: number;
  readonly memberCount: number;
  readonly placement: PlacementKind;
  /** Servers of each rack, which are to be kept apart; undefined: no racks. */
  readonly domains: Readonly<Record<string, readonly string[]>> | undefined;
  /** Widths that it may have. */
  readonly widths: fc.Arbitrary<number>;
}

function shapeArbitrary(isWide: boolean): fc.Arbitrary<Shape> {
  return fc
    .record({
      scheme: fc.constantFrom(...(isWide ? WIDE : SMALL)),
      spareCount: fc.integer({ min: 0, max: isWide ? 2 : 3 }),
      placement: fc.constantFrom("rotated", "rotated", "declustered"),
      hasRacks: fc.constantFrom(false, false, true),
    })
    .map(({ scheme: text, spareCount, placement, hasRacks }) => {
      const parsed = parseScheme(text);
      if (!parsed.ok) throw new RangeError(parsed.error.message);
      const { scheme } = parsed;
      const memberCount = scheme.k + scheme.m;
      const racked = hasRacks ? rackedShape(scheme, spareCount) : undefined;
      const servers = racked?.servers ?? NAMES.slice(0, memberCount + spareCount);
      return {
        scheme: text,
        servers,
        memberCount,
        tolerance: quorumOf(servers.length, scheme.tolerance).tolerance,
        placement,
        domains: racked?.domains,
        widths:
          racked === undefined
            ? fc.integer({ min: memberCount, max: servers.length })
            : fc.constantFrom(memberCount, servers.length),
      };
    });
}

/** Racks of one size, as many as a group needs and perhaps one more; undefined: they would be more servers than there are names. */
function rackedShape(scheme: Scheme, spareCount: number): Pick<Shape, "servers" | "domains"> | undefined {
  const perRack = membersPerDomainMax(scheme);
  const rackCount = Math.ceil((scheme.k + scheme.m) / perRack) + (spareCount % 2);
  const size = Math.max(2, perRack);
  if (rackCount * size > NAMES.length) return undefined;
  const racks = Array.from({ length: rackCount }, (_, rack) => NAMES.slice(rack * size, (rack + 1) * size));
  return {
    servers: racks.flat(),
    domains: Object.fromEntries(racks.map((servers, rack) => [`rack-${rack + 1}`, servers])),
  };
}

function workload(isWide: boolean): fc.Arbitrary<object> {
  const checkpointEvery = fc.integer({ min: 3, max: 60 }).map((each) => `${each}ms`);
  const synthetic = fc.record({
    kind: fc.constant("synthetic"),
    image: fc.constantFrom(...IMAGES).map((each) => `${each}B`),
    contentSeed: fc.nat({ max: 1000 }),
    checkpointEvery,
  });
  if (isWide) return synthetic;
  const ledger = fc.record({
    kind: fc.constant("ledger"),
    accounts: fc.constant(20),
    image: fc.constant("16KiB"),
    clients: fc.constant(2),
    transferEvery: fc.constant("10ms"),
    transfers: fc.constant(40),
    checkpointEvery: fc.constantFrom("30ms", "60ms"),
  });
  return fc.oneof({ weight: 24, arbitrary: synthetic }, { weight: 1, arbitrary: ledger });
}

/** Without faults of servers that are lost for good before, and without restarts of those: no scenario may ask for them. */
function possible(faults: readonly FaultText[]): FaultText[] {
  const goneUs = new Map<unknown, number>();
  for (const { kind, target, at } of faults) {
    if (kind !== "permanent-loss") continue;
    goneUs.set(target, Math.min(microsecondsOf(at), goneUs.get(target) ?? Infinity));
  }
  return faults.filter(({ kind, target, at }) => {
    const lostUs = goneUs.get(target) ?? Infinity;
    return kind === "restart" ? lostUs === Infinity : microsecondsOf(at) <= lostUs;
  });
}

/** Moments until which faults strike; the rest of the run shows what comes of them. */
const FAULTS_END_US = 250_000;
const DURATION = "800ms";

/** A fault shortly after another one: while its server returns and repairs, or while a restore is under way. */
interface Near {
  /** Which of the faults before it; undefined: it keeps the moment that it has. */
  readonly to: number | undefined;
  readonly afterUs: number;
}

const nearArbitrary: fc.Arbitrary<Near> = fc.record({
  to: fc.option(fc.nat({ max: 7 }), { nil: undefined, freq: 1 }),
  afterUs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 130_000 })),
});

function microsecondsOf(text: unknown): number {
  return typeof text === "string" ? Number(text.slice(0, -2)) : 0;
}

/** The faults in the order of their list, those that are near another one moved to it. */
function movedNear(groups: readonly (readonly FaultText[])[], nears: readonly Near[]): FaultText[] {
  const moved: (readonly FaultText[])[] = [];
  for (const [index, group] of groups.entries()) {
    const { to, afterUs = 0 } = nears[index] ?? {};
    const anchor = to === undefined ? undefined : moved[to % Math.max(1, moved.length)]?.at(-1);
    const first = group[0];
    if (anchor === undefined || first === undefined) {
      moved.push(group);
      continue;
    }
    const wantedUs = microsecondsOf(anchor["at"]) + microsecondsOf(anchor["restartAfter"]) + afterUs;
    const shiftUs = Math.min(wantedUs, FAULTS_END_US * 2) - microsecondsOf(first["at"]);
    moved.push(group.map((one) => ({ ...one, at: `${microsecondsOf(one["at"]) + shiftUs}us` })));
  }
  return moved.flat();
}

function textArbitrary({ isWithin, isWide }: Family, shape: Shape): fc.Arbitrary<string> {
  const { scheme, servers, tolerance, placement, domains } = shape;
  const strikes = fc
    .shuffledSubarray([...servers], { minLength: tolerance, maxLength: tolerance })
    .chain((struck) =>
      fc.tuple(
        fc.array(faultArbitrary({ servers, struck, endUs: FAULTS_END_US, isWithin }), {
          minLength: 1,
          maxLength: 6,
          size: "max",
        }),
        productionLoss(FAULTS_END_US),
        fc.array(nearArbitrary, { minLength: 7, maxLength: 7 }),
      ),
    );
  return fc
    .record({
      seed: fc.nat({ max: 999_999 }).map(String),
      former: fc.constantFrom("production", "backup", "dedicated"),
      width: shape.widths,
      subsegment: fc.constantFrom("64B", "100B", "512B"),
      retention: fc.integer({ min: 1, max: 3 }),
      attempts: fc.integer({ min: 1, max: 4 }),
      scrub: fc.constantFrom("0ms", "30ms", "100ms"),
      refresh: fc.constantFrom("40ms", "150ms"),
      jitter: fc.constantFrom("0us", "20us", "400us"),
      flush: fc.constantFrom("100us", "500us", "2ms"),
      crashKeeps: fc.constantFrom("random", "flushed-only", "sectors"),
      work: workload(isWide),
      strikes,
    })
    .map(({ strikes: [faults, loss, nears], work, scrub, refresh, jitter, flush, crashKeeps, ...rest }) =>
      JSON.stringify({
        ...rest,
        name: "search",
        servers: { backups: servers },
        scheme,
        placement,
        ...(domains === undefined ? {} : { domains, domainsApart: true }),
        network: { jitter },
        disk: { flush, crashKeeps },
        times: { scrub, refresh },
        workload: work,
        faults: possible(movedNear([loss, ...faults], nears)),
        budget: isWithin ? "within" : "beyond",
        duration: DURATION,
      }),
    );
}

export function loadedScenario(text: string): Scenario {
  const loaded = loadScenario(text, "search");
  if (!loaded.ok)
    throw new RangeError(
      `the generator made no scenario: ${loaded.error.field}: ${loaded.error.message}\n${text}`,
    );
  return loaded.scenario;
}

export function scenarioArbitrary(family: Family): fc.Arbitrary<string> {
  return shapeArbitrary(family.isWide).chain((shape) => textArbitrary(family, shape));
}
