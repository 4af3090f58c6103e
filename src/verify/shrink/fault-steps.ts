/**
 * The steps by which the faults of a run get fewer, weaker, and rounder in their times.
 *
 * Every step goes down in an order without endless descent: fewer faults, a weaker kind, fewer servers, simpler numbers.
 * Whether a step leads to a scenario at all, and whether that still breaks, is for others to say.
 */
import type { Scenario, ScenarioFault } from "../../scenario/scenario.ts";
import { rounder, simpler } from "./simpler-number.ts";

/** One change of a scenario. */
export interface ShrinkStep {
  /** What was done, for people. */
  readonly words: string;
  readonly scenario: Scenario;
}

/** Parts of the list, larger ones first, down to single faults. */
export function* fewerFaults(scenario: Scenario): Generator<ShrinkStep> {
  const { faults } = scenario;
  for (let size = faults.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < faults.length; start += size) {
      const end = Math.min(start + size, faults.length);
      const words =
        end - start === 1 ? `fault ${start + 1} left out` : `faults ${start + 1} to ${end} left out`;
      yield { words, scenario: { ...scenario, faults: faults.filter((_, at) => at < start || at >= end) } };
    }
  }
}

/** Numbers of a fault of which less is weaker, and the least that each may be. */
const LEAST: Readonly<Record<string, number>> = {
  restartAfterNs: 1,
  healAfterNs: 1,
  lastsNs: 1,
  byNs: 1,
  bitCount: 1,
  sectorCount: 1,
  writeCount: 1,
  flushCount: 1,
  ratePpm: 1,
  factor: 2,
};

/** A server that stays down comes back at last; a cut heals. */
const LONG_NS = 100_000_000;

type Change = readonly [words: string, fault: ScenarioFault];

function* weakerKinds(fault: ScenarioFault): Generator<Change> {
  switch (fault.kind) {
    case "permanent-loss": {
      const kept = { ...fault, kind: "crash", disk: "kept", restartAfterNs: undefined } as const;
      yield ["keeps its disk", kept];
      yield ["comes back, with another disk", { ...kept, disk: "lost", restartAfterNs: LONG_NS }];
      return;
    }
    case "crash":
      if (fault.disk === "lost") yield ["keeps its disk", { ...fault, disk: "kept" }];
      if (fault.restartAfterNs === undefined) yield ["comes back", { ...fault, restartAfterNs: LONG_NS }];
      return;
    case "partition":
      if (fault.symmetric) yield ["one way only", { ...fault, symmetric: false }];
      if (fault.healAfterNs === undefined) yield ["heals", { ...fault, healAfterNs: LONG_NS }];
      return;
    case "operator-restore":
      if (fault.acceptOlder) yield ["accepts nothing older", { ...fault, acceptOlder: false }];
      return;
    default:
      if ("files" in fault && fault.files === "any") {
        for (const files of ["members", "manifests", "control"] as const)
          yield [`of ${files} only`, { ...fault, files }];
      }
  }
}

const LISTS = ["from", "to", "lost"] as const;

function* fewerServers(fault: ScenarioFault): Generator<Change> {
  for (const list of LISTS) {
    const names: unknown = (fault as Readonly<Record<string, unknown>>)[list];
    if (!Array.isArray(names)) continue;
    if (names.length < 2 && list !== "lost") continue;
    for (const [index, name] of names.entries()) {
      const left = names.filter((_, at) => at !== index);
      yield [`without ${String(name)} in ${list}`, { ...fault, [list]: left } as ScenarioFault];
    }
  }
}

function* simplerNumbers(fault: ScenarioFault): Generator<Change> {
  for (const [name, value] of Object.entries(fault)) {
    const least = LEAST[name];
    if (least === undefined || typeof value !== "number") continue;
    for (const one of simpler(value, least))
      yield [`${name} ${one} instead of ${value}`, { ...fault, [name]: one } as ScenarioFault];
  }
}

function* changed(
  scenario: Scenario,
  changes: (fault: ScenarioFault, index: number) => Iterable<Change>,
): Generator<ShrinkStep> {
  for (const [index, fault] of scenario.faults.entries()) {
    for (const [words, weaker] of changes(fault, index)) {
      const faults = scenario.faults.map((each, at) => (at === index ? weaker : each));
      yield { words: `fault ${index + 1} (${fault.kind}): ${words}`, scenario: { ...scenario, faults } };
    }
  }
}

export function* weakerFaults(scenario: Scenario): Generator<ShrinkStep> {
  yield* changed(scenario, weakerKinds);
  yield* changed(scenario, fewerServers);
  yield* changed(scenario, simplerNumbers);
}

/**
 * Faults that hang on a count of events strike at their moments instead; moments are rounded, or come earlier. `struckNs`: by
 * place in the list, when each struck in the run before.
 */
export function simplerMoments(
  struckNs: readonly (number | undefined)[],
): (scenario: Scenario) => Generator<ShrinkStep> {
  const at = (fault: ScenarioFault, ns: number): ScenarioFault => {
    const { atEvent: _atEvent, perHour: _perHour, ...rest } = fault;
    return { ...rest, at: { fromNs: ns, toNs: ns } } as ScenarioFault;
  };
  return (scenario) =>
    changed(scenario, function* (fault, index) {
      if (fault.at !== undefined) {
        const { fromNs } = fault.at;
        for (const one of simpler(fromNs, 0)) yield [`at ${one} ns instead of ${fromNs}`, at(fault, one)];
        return;
      }
      if (fault.atEvent === undefined) return;
      const ns = struckNs[index];
      // The moment itself may come before or after other things of the same moment: a rounder one may do as well.
      if (ns !== undefined) for (const one of [ns, ...rounder(ns, 0)]) yield [`at ${one} ns`, at(fault, one)];
      for (const one of simpler(fault.atEvent, 0))
        yield [`after ${one} events instead of ${fault.atEvent}`, { ...fault, atEvent: one }];
    });
}
