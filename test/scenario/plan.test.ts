import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { resolvePlan, type RunOverrides, type RunPlan } from "../../src/scenario/plan.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { spoiled } from "./scenario-text.ts";

function load(...faults: string[]): Scenario {
  const result = loadScenario(spoiled(13, faults.map((fault) => `  - ${fault}`).join("\n")), "small.yaml");
  if (!result.ok) throw new Error(scenarioErrorText(result.error));
  return result.scenario;
}

function plan(scenario: Scenario, overrides: RunOverrides = {}, seed = "1"): RunPlan {
  const result = resolvePlan(scenario, overrides, seed);
  if (!result.ok) throw new Error(result.error.message);
  return result.plan;
}

const ANY_CRASH = "{ at: 100ms..900ms, kind: crash, target: any-backup, restartAfter: 10ms }";
const LOST = "{ at: 200ms..800ms, kind: permanent-loss, target: production }";
const ROT = "{ at: 0ms..999ms, kind: bit-rot, target: any-backup }";

describe("the plan of a run", () => {
  it("numbers the hosts: production, backups in order, the dedicated former last", () => {
    const scenario = load(LOST);
    expect(plan(scenario).hosts).toEqual({
      names: ["prod", "a", "b", "c", "d"],
      production: 0,
      slots: [1, 2, 3, 4],
      former: 0,
    });
    expect(plan(scenario, { former: "backup" }).hosts.former).toBe(1);
    const dedicated = plan(scenario, { former: "dedicated" }).hosts;
    expect(dedicated.names.at(-1)).toBe("former");
    expect(dedicated.former).toBe(5);
  });

  it("spares a scheme the faults that it promises nothing about, and shifts no other fault", () => {
    const only = "{ at: 300ms..400ms, kind: crash, target: any-backup, disk: lost, toleranceMin: 1 }";
    const scenario = load(ANY_CRASH, only, LOST);
    const kinds = (scheme: string): readonly string[] =>
      plan(scenario, { scheme, width: "own" }).faults.map(({ kind }) => kind);
    expect(kinds("parity:2+1")).toEqual(["crash", "crash", "permanent-loss"]);
    expect(kinds("stripe:3")).toEqual(["crash", "permanent-loss"]);
    const [crash, , lost] = plan(scenario, { scheme: "parity:2+1", width: "own" }).faults;
    expect(plan(scenario, { scheme: "stripe:3", width: "own" }).faults).toEqual([crash, lost]);
  });

  it("puts the former on the backup server that the scenario names", () => {
    expect(plan({ ...load(LOST), former: "backup", formerServer: "c" }).hosts.former).toBe(3);
  });

  it("takes the scenario's width, an override's, or the scheme's own", () => {
    const scenario = load(LOST);
    expect(plan(scenario).width).toBe(4);
    expect(plan(scenario, { width: 3 }).width).toBe(3);
    expect(plan(scenario, { width: "own" }).width).toBe(3);
    expect(plan({ ...scenario, width: undefined }, { scheme: "mirror:2" }).width).toBe(2);
  });

  it.each([
    [{ scheme: "raid:5" }, "scheme", "unknown-scheme"],
    [{ scheme: "parity:4+1" }, "scheme", "too-few-servers"],
    [{ width: 2 }, "width", "width-too-small"],
    [{ width: 5 }, "width", "too-few-servers"],
  ] as const)("refuses %o", (overrides, field, code) => {
    const result = resolvePlan(load(LOST), overrides, "1");
    expect(result.ok ? "accepted" : result.error).toMatchObject({ field, code });
  });

  it("draws moments within their range and servers among the backups, both ends and all of them", () => {
    const scenario = load("{ at: 5ns..8ns, kind: crash, target: any-backup }");
    const drawn = Array.from({ length: 200 }, (_, seed) => plan(scenario, {}, String(seed)).faults[0]);
    const moments = new Set(drawn.map((fault) => fault?.atNs));
    const hosts = new Set(drawn.map((fault) => (fault?.kind === "crash" ? fault.host : undefined)));
    expect([...moments].toSorted()).toEqual([5, 6, 7, 8]);
    expect([...hosts].toSorted()).toEqual([1, 2, 3, 4]);
  });

  it("equal seeds give equal plans, whatever the scheme, the width and the place of the former", () => {
    const scenario = load(ANY_CRASH, LOST, ROT);
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("mirror:2", "stripe:4", "parity:2+1"),
        fc.constantFrom("production" as const, "backup" as const, "dedicated" as const),
        (seed, scheme, former) => {
          const { faults } = plan(scenario, {}, seed);
          expect(plan(scenario, { scheme, former, width: "own" }, seed).faults).toEqual(faults);
        },
      ),
    );
  });

  it("taking one fault out of a scenario shifts no other", () => {
    const all = [ANY_CRASH, LOST, ROT];
    fc.assert(
      fc.property(fc.string(), fc.nat(2), (seed, removed) => {
        const left = all.filter((_, index) => index !== removed);
        const expected = plan(load(...all), {}, seed).faults.filter((_, index) => index !== removed);
        expect(plan(load(...left), {}, seed).faults).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("equal faults of one scenario are drawn apart", () => {
    const [first, second] = plan(load(ROT, ROT)).faults;
    expect(first?.atNs).not.toBe(second?.atNs);
  });

  it("resolves the former to the host that has that role in the run", () => {
    const scenario = load("{ at: 1ms, kind: crash, target: former }");
    const hostOf = (former: "production" | "backup" | "dedicated"): unknown =>
      plan(scenario, { former }).faults[0];
    expect(hostOf("production")).toMatchObject({ host: 0 });
    expect(hostOf("backup")).toMatchObject({ host: 1 });
    expect(hostOf("dedicated")).toMatchObject({ host: 5 });
  });

  it("never cuts a server off from itself", () => {
    const scenario = load("{ at: 1ms, kind: partition, from: [b], to: [all-backups, production] }");
    expect(plan(scenario).faults[0]).toMatchObject({ from: [2], to: [1, 3, 4, 0] });
  });

  it("says every kind of fault in words, with names", () => {
    const scenario = load(
      "{ at: 312500us, kind: crash, target: a, restartAfter: 20ms }",
      "{ at: 1ms, kind: crash, target: b, disk: lost }",
      "{ at: 1ms, kind: permanent-loss, target: production }",
      "{ at: 1ms, kind: partition, from: [a], to: [b, c], symmetric: false, healAfter: 5ms }",
      "{ at: 1ms, kind: partition, from: [a], to: [b] }",
      "{ at: 1ms, kind: loss, ratePpm: 2500, lasts: 10ms }",
      "{ at: 1ms, kind: bit-rot, target: d, files: manifests, bits: 1 }",
      "{ at: 1ms, kind: bit-rot, target: d, files: any, bits: 3 }",
      "{ at: 1ms, kind: operator-restore, target: a, lost: [b, c], acceptOlder: true }",
    );
    expect(plan(scenario).faultWords).toEqual([
      "at 312.5 ms a crashes, keeps its disk and is back after 20 ms",
      "at 1 ms b crashes, loses its disk and stays down",
      "at 1 ms prod is lost for good",
      "at 1 ms the network is cut one way, from a to b, c for 5 ms",
      "at 1 ms between a and b the network is cut",
      "at 1 ms 0.25 % of messages are lost for 10 ms",
      "at 1 ms 1 bit rots on the disk of d in its manifests",
      "at 1 ms 3 bits rot on the disk of d",
      "at 1 ms the operator starts a restore on a, declaring b, c lost, accepting an older checkpoint",
    ]);
  });
});

describe("faults of several servers", () => {
  const RACKS = "domains: { rack-1: [a, b], rack-2: [c] }";
  function racked(...faults: string[]): Scenario {
    const lines = spoiled(13, faults.map((fault) => `  - ${fault}`).join("\n"));
    const result = loadScenario(`${lines}\n${RACKS}\n`, "racked.yaml");
    if (!result.ok) throw new Error(scenarioErrorText(result.error));
    return result.scenario;
  }
  const struck = (scenario: Scenario, seed?: string): [number, number | undefined][] =>
    plan(scenario, {}, seed).faults.map((fault) => ["host" in fault ? fault.host : -1, fault.atNs]);

  it("a domain is all its servers, at one moment", () => {
    const drawn = struck(racked("{ at: 100ms..900ms, kind: crash, target: rack-1, restartAfter: 10ms }"));
    expect(drawn.map(([host]) => host)).toEqual([1, 2]);
    expect(new Set(drawn.map(([, atNs]) => atNs)).size).toBe(1);
  });

  it("the production server goes together with a backup server that the seed draws", () => {
    const scenario = racked("{ at: 100ms..900ms, kind: permanent-loss, target: [production, any-backup] }");
    const others = new Set<number>();
    for (let seed = 0; seed < 30; seed += 1) {
      const [first, second] = struck(scenario, String(seed));
      expect(first?.[0]).toBe(0);
      expect(second?.[1]).toBe(first?.[1]);
      others.add(second?.[0] ?? -1);
    }
    expect([...others].sort()).toEqual([1, 2, 3, 4]);
  });

  it("a burst strikes so many of them as it says, each at a moment of its own within its length", () => {
    const scenario = racked("{ at: 100ms, kind: crash, target: all-backups, some: 3, within: 20ms }");
    const seen = new Set<string>();
    for (let seed = 0; seed < 30; seed += 1) {
      const drawn = struck(scenario, String(seed));
      expect(new Set(drawn.map(([host]) => host)).size).toBe(3);
      for (const [, atNs = 0] of drawn) {
        expect(atNs).toBeGreaterThanOrEqual(100e6);
        expect(atNs).toBeLessThanOrEqual(120e6);
      }
      seen.add(drawn.map(([host]) => host).join());
    }
    expect(seen.size).toBe(4);
  });

  it("a rate becomes explicit faults within its range, and another seed draws others", () => {
    const scenario = racked("{ perHour: 360000, during: 200ms..400ms, kind: bit-rot, target: a }");
    const drawn = struck(scenario);
    expect(drawn.length).toBeGreaterThan(8);
    expect(drawn.length).toBeLessThan(40);
    for (const [, atNs = 0] of drawn) {
      expect(atNs).toBeGreaterThanOrEqual(200e6);
      expect(atNs).toBeLessThanOrEqual(400e6);
    }
    expect(struck(scenario, "2")).not.toEqual(drawn);
  });
});
