/** Of a loss beyond the budget: which faults it took, and from when on it was certain. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario, ScenarioFault } from "../../../src/scenario/scenario.ts";
import { type Aftermath, aftermathOf } from "../../../src/verify/loss/aftermath.ts";
import { aftermathLines } from "../../../src/verify/loss/loss-words.ts";
import { runEndOf } from "../../../src/verify/loss/run-end.ts";
import { contextOf, prepareEngines, prepareRun, runScenario } from "../../../src/verify/run.ts";
import { PLANTED } from "../simulation/planted-bugs.ts";

function scenarioOf(scheme: string, faults: readonly string[], rest: string = "duration: 900ms"): Scenario {
  const text = `
name: lost
budget: beyond
servers: { backups: [a, b, c, d, e] }
scheme: ${scheme}
subsegment: 4KiB
workload: { kind: synthetic, image: 32KiB, checkpointEvery: 100ms }
times: { scrub: 0ms }
faults: [${faults.map((each) => `{ ${each} }`).join(", ")}]
${rest}`;
  const loaded = loadScenario(text, "lost");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  return loaded.scenario;
}

async function aftermath(scenario: Scenario): Promise<Aftermath | undefined> {
  return aftermathOf(scenario, await prepareEngines(scenario), await runScenario(scenario));
}

function necessary(found: Aftermath | undefined): number[] {
  return (found?.parts ?? []).filter(({ isNecessary }) => isNecessary).map(({ index }) => index);
}

/** As the run was, with no fault from this moment on, everything healed then, and an operator who declares what is lost for good. */
async function endWhenHealedAt(scenario: Scenario, healAtNs: number): Promise<string> {
  const faults = scenario.faults.filter(({ at }) => (at?.fromNs ?? 0) < healAtNs);
  const lost = faults.flatMap((fault) =>
    fault.kind === "permanent-loss" && typeof fault.target === "string" && fault.target !== "production"
      ? [fault.target]
      : [],
  );
  const operatorNs = healAtNs + 300_000_000;
  const operator: ScenarioFault = {
    at: { fromNs: operatorNs, toNs: operatorNs },
    toleranceMin: 0,
    kind: "operator-restore",
    target: scenario.servers.backups.find((name) => !lost.includes(name)) ?? "a",
    lost,
    acceptOlder: false,
  };
  const healed = (fault: ScenarioFault): ScenarioFault => {
    const leftNs = healAtNs - (fault.at?.fromNs ?? 0);
    return fault.kind === "crash" ? { ...fault, restartAfterNs: leftNs } : fault;
  };
  const continued = {
    ...scenario,
    faults: [...faults.map(healed), operator],
    durationNs: operatorNs + 500_000_000,
  };
  const { plan, world } = prepareRun(continued, await prepareEngines(continued));
  const history = world.run();
  return runEndOf(history, contextOf(plan, history));
}

const LOSSES: readonly (readonly [
  scheme: string,
  faults: readonly string[],
  certainNs: number,
  needed: readonly number[],
])[] = [
  [
    "parity:3+1",
    [
      "at: 320ms, kind: permanent-loss, target: production",
      "at: 325ms, kind: permanent-loss, target: a",
      "at: 331ms, kind: crash, target: e, restartAfter: 5ms",
      "at: 340ms, kind: crash, disk: lost, target: b, restartAfter: 10ms",
    ],
    340_000_000,
    [0, 1, 3],
  ],
  // Its disk is there until it is lost: that the server is down is not the loss.
  [
    "mirror:2",
    [
      "at: 320ms, kind: permanent-loss, target: production",
      "at: 322ms, kind: crash, target: a",
      "at: 330ms, kind: permanent-loss, target: b",
      "at: 350ms, kind: permanent-loss, target: a",
    ],
    350_000_000,
    [0, 2, 3],
  ],
  // Rot long before: certain when the last software that could have taken a newer one is gone.
  [
    "mirror:2",
    [
      "at: 310ms, kind: bit-rot, target: a, bits: 400",
      "at: 310ms, kind: bit-rot, target: b, bits: 400",
      "at: 320ms, kind: permanent-loss, target: production",
    ],
    320_000_000,
    [0, 1, 2],
  ],
];

describe("a loss beyond the budget", () => {
  it.each(LOSSES)(
    "%s: which faults it took, and when it was certain",
    async (scheme, faults, certainNs, needed) => {
      const scenario = scenarioOf(scheme, faults);
      const found = await aftermath(scenario);
      expect(necessary(found)).toEqual(needed);
      expect(found?.loss?.certain).toMatchObject({ atNs: certainNs });
      expect(found?.loss?.certain?.lostGroups.length).toBeGreaterThan(0);
      // By real continuations: healed right before, it is restored; healed right after, it never is.
      expect(await endWhenHealedAt(scenario, certainNs)).toBe("running");
      expect(await endWhenHealedAt(scenario, certainNs + 1)).not.toBe("running");
    },
  );

  it("is not certain while the disks exist, although nobody can be reached", async () => {
    const scenario = scenarioOf("mirror:2", [
      "at: 320ms, kind: permanent-loss, target: production",
      "at: 330ms, kind: crash, target: [a, b]",
    ]);
    const found = await aftermath(scenario);
    expect(found?.fate.kind).toBe("waiting");
    expect(found?.loss).toEqual({ certain: undefined });
    expect(aftermathLines(found as Aftermath, []).at(-1)).toContain("not certain");
    expect(await endWhenHealedAt(scenario, 400_000_000)).toBe("running");
  });

  it("names no fault as necessary when each of two alone suffices", async () => {
    const twice = [
      "at: 320ms, kind: crash, target: production",
      "at: 321ms, kind: permanent-loss, target: production",
    ];
    const found = await aftermath(
      scenarioOf("mirror:2", ["at: 300ms, kind: permanent-loss, target: [a, b]", ...twice]),
    );
    expect(necessary(found)).toEqual([0, 1]);
    const stripe = await aftermath(
      scenarioOf("stripe:3", ["at: 300ms, kind: permanent-loss, target: [a, b]", twice[1] ?? ""]),
    );
    expect(necessary(stripe)).toEqual([2]);
    expect(aftermathLines(stripe as Aftermath, []).join("\n")).toContain("not necessary: fault 1");
  });

  it("is told of a checkpoint that never was", async () => {
    const found = await aftermath(
      scenarioOf("mirror:2", ["at: 1us, kind: permanent-loss, target: production"]),
    );
    expect(found?.loss?.certain).toMatchObject({ atNs: 1000, key: undefined });
    expect(aftermathLines(found as Aftermath, []).at(-1)).toContain("no checkpoint was durable");
  });

  it("does not exist where the software runs in the end", async () => {
    expect(
      await aftermath(scenarioOf("mirror:2", ["at: 320ms, kind: permanent-loss, target: production"])),
    ).toBeUndefined();
  });
});

describe("a promise that broke", () => {
  it("is told with the faults that it took", async () => {
    const scenario = scenarioOf(
      "mirror:2",
      [
        "at: 200ms, kind: crash, target: c, restartAfter: 5ms",
        "at: 320ms, kind: permanent-loss, target: production",
      ],
      "duration: 2s",
    );
    const options = { plant: PLANTED.nobodyRestores };
    const result = await runScenario(scenario, options);
    const found = aftermathOf(scenario, await prepareEngines(scenario), result, options);
    expect(found?.fate).toEqual({ kind: "broken", promise: "decidability" });
    expect(necessary(found)).toEqual([1]);
  });
});
