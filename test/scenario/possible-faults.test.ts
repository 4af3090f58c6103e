/** What rates, ranges and swarms draw is a plan that people may write: its explicit form loads, and runs are the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { writtenFault } from "../../src/scenario/fault-forms.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { resolvePlan } from "../../src/scenario/plan.ts";
import { possibleFaults } from "../../src/scenario/possible-faults.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import type { Fault } from "../../src/sim/faults.ts";

const SECOND_NS = 1_000_000_000;

function loaded(text: string): Scenario {
  const result = loadScenario(text, "rates.yaml");
  if (!result.ok) throw new Error(`${scenarioErrorText(result.error)}\n${text}`);
  return result.scenario;
}

/** Rates and ranges that strike the same few servers, so that they get into each other's way. */
const RATES = [
  { perHour: 9000, kind: "permanent-loss", target: "all-backups" },
  { perHour: 36_000, kind: "crash", target: ["production", "all-backups"], restartAfter: "150ms" },
  { perHour: 36_000, kind: "restart", target: "all-backups" },
  { perHour: 9000, kind: "bit-rot", target: "all-backups" },
  { at: "1ms..999ms", kind: "operator-restore", target: "any-backup" },
  { at: "1ms..999ms", kind: "pause", target: "any-backup", lasts: "5ms" },
  { at: "1ms..999ms", kind: "partition", from: ["a"], to: ["b"], healAfter: "500ms" },
];

function drawn(
  seed: string,
  swarmCount: number,
): { readonly scenario: Scenario; readonly faults: readonly Fault[] } {
  const scenario = loaded(
    JSON.stringify({
      name: "rates",
      servers: { backups: ["a", "b", "c"] },
      scheme: "mirror:2",
      workload: { kind: "synthetic" },
      faults: RATES,
      swarm: { count: swarmCount },
      budget: "beyond",
      duration: "1s",
    }),
  );
  const planned = resolvePlan(scenario, {}, seed);
  if (!planned.ok) throw new Error(planned.error.message);
  const { faults, hosts } = planned.plan;
  const { swarm: _swarm, ...rest } = scenario;
  const names = (host: number): string => hosts.names[host] ?? "";
  return { scenario: { ...rest, faults: faults.map((fault) => writtenFault(fault, names)) }, faults };
}

describe("a drawn plan", () => {
  it("loads when it is written out, and draws itself again", () => {
    let lostCount = 0;
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (seed, swarmCount) => {
        const { scenario, faults } = drawn(seed, swarmCount);
        if (faults.some(({ kind }) => kind === "permanent-loss")) lostCount += 1;
        const again = resolvePlan(loaded(writeScenario(scenario)), {}, "another seed");
        expect(again.ok && again.plan.faults).toEqual(faults);
      }),
      { numRuns: 60 },
    );
    expect(lostCount).toBeGreaterThan(20);
  });

  it("passes over what strikes a lost server, and restarts of a server that is up", () => {
    const lost: Fault = { atNs: 50, kind: "permanent-loss", host: 1 };
    const down: Fault = { atNs: 10, kind: "crash", host: 2, disk: "kept", restartAfterNs: 20 };
    const kept: Fault[] = [
      { atNs: 50, kind: "bit-rot", host: 1, filePrefix: "", bitCount: 1 },
      lost,
      down,
      { atNs: 30, kind: "restart", host: 2 },
      { atEvent: 5, kind: "pause", host: 1, messages: "wait", lastsNs: 1 },
    ];
    const vain: Fault[] = [
      { atNs: 51, kind: "bit-rot", host: 1, filePrefix: "", bitCount: 1 },
      { atNs: 60, kind: "permanent-loss", host: 1 },
      { atNs: 31, kind: "restart", host: 2 },
      { atNs: 9, kind: "restart", host: 2 },
      { atNs: 70, kind: "crash", host: 1, disk: "kept", restartAfterNs: undefined },
      { atNs: 80, kind: "restart", host: 1 },
    ];
    expect(possibleFaults([...kept, ...vain], SECOND_NS)).toEqual(kept);
    expect(possibleFaults(vain.slice(0, 1), SECOND_NS), "without the loss").toEqual(vain.slice(0, 1));
  });

  it("cuts nobody off from nobody", () => {
    const cut: Fault = { atNs: 1, kind: "partition", from: [0], to: [], symmetric: true, healAfterNs: 5 };
    expect(possibleFaults([cut, { ...cut, from: [], to: [1] }], SECOND_NS)).toEqual([]);
  });

  it("asks for no end after that of the run", () => {
    const crash: Fault = { atNs: 90, kind: "crash", host: 1, disk: "kept", restartAfterNs: 10 };
    const cut: Fault = { atNs: 90, kind: "partition", from: [0], to: [1], symmetric: true, healAfterNs: 10 };
    expect(possibleFaults([crash, cut], 100)).toEqual([crash, cut]);
    expect(possibleFaults([crash, cut], 99)).toEqual([
      { ...crash, restartAfterNs: undefined },
      { ...cut, healAfterNs: undefined },
    ]);
  });
});
