/** Swarms keep to their budget at every moment, counted independently, or go beyond it; plans heal. */
import { describe, expect, it } from "vitest";
import { quorumOf } from "../../src/core/protocol/cluster.ts";
import { parseScheme } from "../../src/core/redundancy/scheme.ts";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { healedPlan } from "../../src/scenario/heal.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { resolvePlan, type RunPlan } from "../../src/scenario/plan.ts";
import { scenarioJsonSchema } from "../../src/scenario/schema.ts";
import type { Fault } from "../../src/sim/faults.ts";

const MS = 1_000_000;
/** What a scrub and a rebuild need at the least in these scenarios: two passes of 100 ms. */
const REPAIR_NS = 200 * MS;

function planOf(
  seed: number,
  scheme: string,
  budget: "within" | "beyond",
  domains?: Readonly<Record<string, readonly string[]>>,
): RunPlan {
  const text = JSON.stringify({
    name: "swarm",
    seed: String(seed),
    servers: { backups: ["a", "b", "c", "d", "e", "f"] },
    ...(domains === undefined ? {} : { domains }),
    scheme,
    times: { scrub: "100ms" },
    workload: { kind: "synthetic", image: "64KiB" },
    swarm: { count: 40 },
    budget,
    healAt: "9s",
    duration: "12s",
  });
  const loaded = loadScenario(text, "swarm.yaml");
  if (!loaded.ok) throw new Error(scenarioErrorText(loaded.error));
  const resolved = resolvePlan(loaded.scenario, {}, String(seed));
  if (!resolved.ok) throw new Error(resolved.error.message);
  return resolved.plan;
}

interface Harm {
  readonly host: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** From when to when a fault of some links keeps each server at one end of them from being heard or from hearing. */
function harmsOfLinks(fault: Fault): Harm[] {
  if (fault.atNs === undefined) return [];
  const { atNs: fromNs } = fault;
  if (fault.kind === "partition") {
    const [from, to] = [fault.from, fault.to];
    const cut = from.length < to.length ? from : to;
    return cut.map((host) => ({ host, fromNs, toNs: fromNs + (fault.healAfterNs ?? Infinity) }));
  }
  if (fault.kind !== "delay" && fault.kind !== "clog") return [];
  const struck = [...(fault.from ?? []), ...(fault.to ?? [])];
  return struck.map((host) => ({ host, fromNs, toNs: fromNs + fault.lastsNs }));
}

/** From when to when a fault keeps a slot from giving what it held: at least this long. */
function harmOf(fault: Fault, all: readonly Fault[]): Harm | undefined {
  if (!("host" in fault) || fault.atNs === undefined) return undefined;
  const { host, atNs: fromNs } = fault;
  switch (fault.kind) {
    case "permanent-loss":
      return { host, fromNs, toNs: Infinity };
    case "operator-restore":
    case "restart":
      return undefined;
    case "crash": {
      const restarts = all.flatMap((each) =>
        each.kind === "restart" && each.host === host && (each.atNs ?? 0) > fromNs ? [each.atNs ?? 0] : [],
      );
      const upNs = Math.min(fromNs + (fault.restartAfterNs ?? Infinity), ...restarts);
      return { host, fromNs, toNs: upNs + (fault.disk === "lost" ? REPAIR_NS : 0) };
    }
    case "bit-rot":
    case "latent-error":
      return { host, fromNs, toNs: fromNs + REPAIR_NS };
    case "torn-write":
    case "lost-write":
    case "misdirected-write":
      return { host, fromNs, toNs: fromNs + (fault.lastsNs ?? Infinity) + REPAIR_NS };
    default:
      return { host, fromNs, toNs: fromNs + ("lastsNs" in fault ? (fault.lastsNs ?? Infinity) : 0) };
  }
}

/** The most members that any group of any placement misses at one moment. */
function worstGroup(plan: RunPlan): number {
  const harms = plan.faults.flatMap((fault) => [
    ...harmsOfLinks(fault),
    ...[harmOf(fault, plan.faults) ?? []].flat(),
  ]);
  let worst = 0;
  for (const { fromNs } of harms) {
    const missing = new Set(
      harms.filter((harm) => harm.fromNs <= fromNs && harm.toNs > fromNs).map(({ host }) => host),
    );
    worst = Math.max(
      worst,
      groupsOf(plan).reduce(
        (most, group) => Math.max(most, group.filter((host) => missing.has(host)).length),
        0,
      ),
    );
  }
  return worst;
}

/** Every set of k + m slots: the members of a group may lie on any of them. */
function groupsOf(plan: RunPlan): number[][] {
  const { k, m } = plan.scheme;
  const sets: number[][] = [];
  for (let bits = 0; bits < 1 << plan.hosts.slots.length; bits += 1) {
    const set = plan.hosts.slots.filter((_, slot) => (bits & (1 << slot)) !== 0);
    if (set.length === k + m) sets.push(set);
  }
  return sets;
}

const SCHEMES = ["mirror:2", "mirror:3", "parity:3+1", "stripe:3"];

function toleranceOf(scheme: string): number {
  const parsed = parseScheme(scheme);
  if (!parsed.ok) throw new Error(scheme);
  return quorumOf(6, parsed.scheme.tolerance).tolerance;
}

describe.each(SCHEMES)("a swarm with %s", (scheme) => {
  it("within the budget never takes more members of a group than are tolerated, at no moment", () => {
    let faultCount = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const plan = planOf(seed, scheme, "within");
      faultCount += plan.faults.length;
      expect(worstGroup(plan), `seed ${seed}`).toBeLessThanOrEqual(toleranceOf(scheme));
    }
    expect(faultCount).toBeGreaterThan(200);
  });

  it("beyond the budget takes more of some group", () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const plan = planOf(seed, scheme, "beyond");
      expect(worstGroup(plan), `seed ${seed}`).toBeGreaterThan(toleranceOf(scheme));
    }
  });
});

describe("a swarm of servers in racks", () => {
  const RACKS = { left: ["production", "a", "b"], middle: ["c", "d"], right: ["e", "f"] };
  const RACK_HOSTS = [
    [0, 1, 2],
    [3, 4],
    [5, 6],
  ];

  /** The rack that is struck as a whole at one moment, by one kind of fault, and how. */
  function strikesOf({ faults }: RunPlan): { readonly rack: number; readonly how: string }[] {
    return RACK_HOSTS.flatMap((hosts, rack) => {
      const how = new Set<string>();
      for (const fault of faults) {
        if (fault.kind === "partition" && fault.from.join() === hosts.join()) how.add("cut");
        if (!("host" in fault) || fault.host !== hosts[0]) continue;
        const alike = faults.filter((each) => each.kind === fault.kind && each.atNs === fault.atNs);
        if (hosts.every((host) => alike.some((each) => "host" in each && each.host === host)))
          how.add(fault.kind === "crash" ? `crash, disk ${fault.disk}` : fault.kind);
      }
      return [...how].map((each) => ({ rack, how: each }));
    });
  }

  const HOW = ["crash, disk kept", "crash, disk lost", "cut", "permanent-loss"];

  it("strikes whole racks in every way, and never more of a group than are tolerated", () => {
    const seen = new Set<string>();
    for (const scheme of ["mirror:3", "rs:2+2"]) {
      for (let seed = 0; seed < 120; seed += 1) {
        const plan = planOf(seed, scheme, "within", RACKS);
        for (const { rack, how } of strikesOf(plan)) seen.add(`${rack} ${how}`);
        expect(worstGroup(plan), `seed ${seed}`).toBeLessThanOrEqual(2);
        const down = plan.faults.filter((fault) => "host" in fault && fault.host === 0);
        const cut = strikesOf(plan).filter(({ rack, how }) => rack === 0 && how === "cut");
        expect(down.length + cut.length, `seed ${seed}`).toBeLessThanOrEqual(1);
        expect(plan.faults.length).toBeLessThanOrEqual(40);
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2].flatMap((rack) => HOW.map((how) => `${rack} ${how}`)));
  });

  it("leaves racks alone that the tolerance does not cover, and strikes them beyond the budget", () => {
    const strikes = (budget: "within" | "beyond"): string[] =>
      Array.from({ length: 60 }, (_, seed) => strikesOf(planOf(seed, "parity:3+1", budget, RACKS)))
        .flat()
        .map(({ how }) => how);
    expect(strikes("within")).toEqual([]);
    expect(new Set(strikes("beyond"))).toEqual(new Set(HOW));
  });

  it("strikes what it struck without racks, too", () => {
    const kinds = (domains?: typeof RACKS): Set<string> =>
      new Set(
        Array.from({ length: 60 }, (_, seed) =>
          planOf(seed, "mirror:3", "within", domains).faults.map(({ kind }) => kind),
        ).flat(),
      );
    expect(kinds(RACKS)).toEqual(kinds());
  });
});

interface CatalogueSchema {
  readonly properties: {
    readonly faults: {
      readonly items: {
        readonly oneOf: readonly { readonly properties: { readonly kind: { readonly const: string } } }[];
      };
    };
  };
}

describe("a swarm", () => {
  it.each(["within", "beyond"] as const)(
    "has another set of kinds in every run, and each of the catalogue in some (%s)",
    (budget) => {
      const kindsOf = (seed: number): string[] => [
        ...new Set(planOf(seed, "parity:3+1", budget).faults.map(({ kind }) => kind)),
      ];
      const sets = Array.from({ length: 120 }, (_, seed) => kindsOf(seed).sort().join());
      expect(new Set(sets).size).toBeGreaterThan(100);
      const seen = new Set(sets.flatMap((set) => set.split(",")));
      const { properties } = scenarioJsonSchema() as unknown as CatalogueSchema;
      const catalogue = properties.faults.items.oneOf.map(({ properties: { kind } }) => kind.const);
      expect(catalogue.length).toBeGreaterThan(20);
      expect([...seen].sort()).toEqual(catalogue.toSorted());
      for (const set of sets) expect(set.split(",").length).toBeLessThan(seen.size);
    },
  );

  it("is the same for the same seed", () => {
    expect(planOf(3, "mirror:2", "within").faults).toEqual(planOf(3, "mirror:2", "within").faults);
  });
});

describe("a healed plan", () => {
  it("has nothing that strikes or lasts beyond the moment, and brings up whoever is down", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      for (const fault of planOf(seed, "mirror:3", "beyond").faults) {
        const atNs = fault.atNs ?? 0;
        expect(atNs).toBeLessThan(9_000 * MS);
        if (fault.kind === "crash")
          expect(atNs + (fault.restartAfterNs ?? Infinity)).toBeLessThanOrEqual(9_000 * MS);
        if ("lastsNs" in fault) expect(atNs + (fault.lastsNs ?? Infinity)).toBeLessThanOrEqual(9_000 * MS);
      }
    }
  });

  it("ends a partition, a crash and an armed fault that would never end, and leaves what is lost", () => {
    const plan: Fault[] = [
      { atNs: 10, kind: "partition", from: [0], to: [1], symmetric: true, healAfterNs: undefined },
      { atNs: 20, kind: "crash", host: 1, disk: "kept", restartAfterNs: undefined },
      { atNs: 30, kind: "lost-write", host: 1, filePrefix: "", writeCount: 9 },
      { atNs: 40, kind: "permanent-loss", host: 2 },
      { atNs: 100, kind: "permanent-loss", host: 1 },
    ];
    expect(healedPlan(plan, 100)).toEqual([
      { ...plan[0], healAfterNs: 90 },
      { ...plan[1], restartAfterNs: 80 },
      { ...plan[2], lastsNs: 70 },
      plan[3],
    ]);
  });
});
