/** Whole runs with declustered placements and domains kept apart, and the checkers against a core that places otherwise. */
import { describe, expect, it } from "vitest";
import { coreHostProgram } from "../../src/sim/host-program.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { compareScenario } from "../../src/verify/compare.ts";
import type { RunResult } from "../../src/verify/result.ts";
import { runScenario } from "../../src/verify/run.ts";

const BACKUPS = ["a", "b", "c", "d", "e", "f", "g", "h"];
const RACKS = { r1: ["a", "b"], r2: ["c", "d"], r3: ["e", "f"], r4: ["g", "h"] };

function scenario(changes: Record<string, unknown> = {}): Scenario {
  const text = JSON.stringify({
    name: "declustered",
    servers: { backups: BACKUPS },
    scheme: "rs:3+2",
    width: 8,
    placement: "declustered",
    subsegment: "1KiB",
    workload: { kind: "synthetic", image: "50000B" },
    duration: "900ms",
    ...changes,
  });
  const loaded = loadScenario(text, "declustered");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  return loaded.scenario;
}

function broken({ promises }: RunResult): string[] {
  return promises.filter(({ status }) => status === "broken").map(({ id }) => id);
}

const LOSSES = [
  { at: "200ms", kind: "crash", target: ["c", "d"], disk: "lost", restartAfter: "10ms" },
  { at: "500ms", kind: "permanent-loss", target: "production" },
];

describe("a declustered run", () => {
  it("keeps every promise, to the byte without faults, through lost disks and a takeover", async () => {
    for (const changes of [
      {},
      { faults: LOSSES },
      { faults: LOSSES, domains: RACKS, domainsApart: true },
      { faults: LOSSES, domains: RACKS, domainsApart: true, placement: "rotated" },
      { faults: LOSSES, scheme: "lrc:4,2,1", former: "backup" },
      { former: "dedicated", scheme: "parity:4+1", width: 7 },
    ]) {
      const result = await runScenario(scenario(changes));
      expect(broken(result), JSON.stringify(changes)).toEqual([]);
      expect(result.undecided, JSON.stringify(changes)).toEqual([]);
      expect(result.costs.durableCount).toBeGreaterThan(5);
    }
  });

  it("is found out when the core places rotated instead", async () => {
    const result = await runScenario(scenario({ faults: LOSSES }), {
      plant: (configuration) => {
        const { placement: _placement, ...rotated } = configuration;
        return coreHostProgram(rotated);
      },
    });
    expect(broken(result)).toContain("durability");
  });

  it("is found out when the core does not keep domains apart", async () => {
    const apart = { domains: RACKS, domainsApart: true, scheme: "mirror:2", placement: "rotated" };
    const result = await runScenario(scenario({ ...apart, width: 4 }), {
      plant: (configuration) => {
        const { placement: _placement, ...heedless } = configuration;
        return coreHostProgram(heedless);
      },
    });
    expect(broken(result)).toContain("placement");
  });

  it("fails checkpoints with a reason when the servers left cannot keep domains apart", async () => {
    const changes = {
      domains: { r1: ["a", "b", "c", "d", "e"], r2: ["f"], r3: ["g"], r4: ["h"] },
      domainsApart: true,
      placement: "rotated",
      scheme: "parity:2+1",
      width: 3,
      faults: [{ at: "200ms", kind: "crash", target: ["f", "g"], disk: "kept" }],
      budget: "beyond",
    };
    const result = await runScenario(scenario(changes));
    expect(broken(result)).toEqual([]);
    expect(result.costs.durableCount).toBeLessThan(8);
  });
});

describe("a comparison", () => {
  it("has a row for each scheme declustered over the common width, and none where it takes all servers anyway", async () => {
    const result = await compareScenario(
      scenario({
        placement: "rotated",
        faults: [],
        duration: "300ms",
        compare: {
          schemes: ["mirror:2", "rs:5+3"],
          formers: ["production"],
          commonWidth: 8,
          declustered: true,
          seeds: 1,
        },
      }),
    );
    expect(result.rows.map(({ scheme, widthKind }) => `${scheme} ${widthKind}`)).toEqual([
      "mirror:2 own",
      "mirror:2 common",
      "mirror:2 declustered",
      "rs:5+3 own",
      "rs:5+3 common",
    ]);
    const [, rotated, declustered] = result.rows;
    expect(declustered?.storedBytesPerImageByte).toBe(rotated?.storedBytesPerImageByte);
    // 49 groups: rotated, 8 pairs of neighbours of 28 are fatal; declustered, nearly every pair is.
    expect(rotated?.survival[2]).toBeCloseTo(20 / 28, 12);
    expect(declustered?.survival[2]).toBeLessThan(0.1);
  });
});
