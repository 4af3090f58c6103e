import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/scenario/canonical.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { clusterPlacementOf } from "../../src/scenario/placement.ts";
import { resolvePlan } from "../../src/scenario/plan.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { writeScenario } from "../../src/scenario/write.ts";

const BASE = {
  name: "placed",
  servers: { backups: ["a", "b", "c", "d", "e", "f"] },
  scheme: "rs:2+2",
  width: 6,
  workload: { kind: "synthetic", image: "64KiB" },
};
const RACKS = { r1: ["a", "b"], r2: ["c", "d"], r3: ["e", "f"] };

function load(changes: Record<string, unknown>): Scenario {
  const loaded = loadScenario(JSON.stringify({ ...BASE, ...changes }), "placed.yaml");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  return loaded.scenario;
}

function refusal(changes: Record<string, unknown>): { field: string; code: string; message: string } {
  const loaded = loadScenario(JSON.stringify({ ...BASE, ...changes }), "placed.yaml");
  if (loaded.ok) throw new Error("not refused");
  return loaded.error;
}

describe("the placement of a scenario", () => {
  it("is left out of the canonical form where it is the plain one, so that older scenarios keep their hash", () => {
    expect(canonicalJson(load({ placement: "rotated", domainsApart: false }))).toBe(canonicalJson(load({})));
    expect(clusterPlacementOf(load({ domains: RACKS }))).toBeUndefined();
  });

  it("is written and read again", () => {
    const compare = { schemes: ["mirror:2"], commonWidth: 6, declustered: true };
    for (const changes of [
      { placement: "declustered" },
      { placement: "declustered", domains: RACKS, domainsApart: true },
      { compare },
    ]) {
      const scenario = load(changes);
      const again = loadScenario(writeScenario(scenario), "again.yaml");
      expect(again.ok && again.scenario).toEqual(scenario);
    }
  });

  it("takes servers in no domain for domains of their own", () => {
    const scenario = load({ domains: { r1: ["a", "b"], r2: ["d"] }, domainsApart: true, scheme: "mirror:2" });
    expect(clusterPlacementOf(scenario)?.slotDomains).toEqual(["r1", "r1", "c", "r2", "e", "f"]);
  });

  it("may be overridden for a run", () => {
    const planned = resolvePlan(load({}), { placement: "declustered" }, "1");
    expect(planned).toMatchObject({ plan: { placement: { kind: "declustered" }, declusteredOver: 6 } });
  });

  it("is refused with a reason where domains cannot be kept apart", () => {
    const twoRacks = { domains: { r1: ["a", "b", "c"], r2: ["d", "e", "f"] }, domainsApart: true };
    expect(refusal({ ...twoRacks, scheme: "parity:2+1" })).toMatchObject({
      field: "scheme",
      code: "domains-not-placeable",
      message:
        "cannot be placed: Scheme parity:2+1 with 1 of its 3 members in a failure domain needs 3 domains, and there are 2.",
    });
    // Half of its members may be lost: two racks are enough.
    expect(load(twoRacks).domainsApart).toBe(true);
    const uneven = { domains: { r1: ["a", "b", "c"] }, domainsApart: true, placement: "declustered" };
    expect(refusal({ ...uneven, scheme: "mirror:2" }).message).toContain(
      "the domains have: r1 3, d 1, e 1, f 1.",
    );
    const planned = resolvePlan(load(twoRacks), { scheme: "parity:2+1" }, "1");
    expect(planned).toMatchObject({
      ok: false,
      error: { field: "placement", code: "domains-not-placeable" },
    });
    const compare = { schemes: ["mirror:2", "parity:2+1"], commonWidth: 6 };
    expect(refusal({ ...twoRacks, compare }).field).toBe("compare.schemes[1]");
  });

  it("is refused where its words contradict each other", () => {
    expect(refusal({ domainsApart: true }).field).toBe("domainsApart");
    const compare = { schemes: ["mirror:2"], declustered: true };
    expect(refusal({ compare }).field).toBe("compare.declustered");
    expect(refusal({ placement: "declustered", compare: { ...compare, commonWidth: 6 } }).field).toBe(
      "compare.declustered",
    );
  });
});
