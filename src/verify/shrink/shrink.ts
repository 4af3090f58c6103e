/**
 * Shrinks a run that fails to a small one that fails alike: the whole run, from its servers to the moment of each fault.
 *
 * Greedy, and deterministic: steps that take a piece away are tried one after the other, larger ones first; one after which the
 * run still fails is kept. It ends when a whole round of steps has been tried and none could be kept: no single piece can be
 * taken away (1-minimal), which does not say that no smaller run fails. Or it ends when the runs that are allowed are used up,
 * which the result says.
 *
 * Invariant: what is returned was run, twice, and failed as wanted with one digest. Every scenario that is run has been written
 * as a file and loaded again, so that the file is what ran.
 */
import { canonicalJson } from "../../scenario/canonical.ts";
import { loadScenario } from "../../scenario/load.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { writeScenario } from "../../scenario/write.ts";
import { prepareEngines } from "../run.ts";
import { fewerServers, plainSettings, simplerScheme, smallerWorkload } from "./cluster-steps.ts";
import { explicitScenario } from "./explicit-scenario.ts";
import { type Failure, type FailureOptions, failureOf, type Wanted, wantedOf } from "./failure.ts";
import { fewerFaults, type ShrinkStep, simplerMoments, weakerFaults } from "./fault-steps.ts";

export interface ShrinkOptions extends FailureOptions {
  /** What must go on failing; left out: what the run itself fails first. */
  readonly wanted?: Wanted | undefined;
  readonly runCountMax?: number | undefined;
  /** Told after each run. */
  readonly onProgress?: ((progress: ShrinkProgress) => void) | undefined;
}

export interface ShrinkProgress {
  readonly runCount: number;
  readonly runCountMax: number;
  /** The smallest scenario so far. */
  readonly scenario: Scenario;
}

export interface Shrunk {
  readonly scenario: Scenario;
  readonly failure: Failure;
  readonly runCount: number;
  readonly runCountMax: number;
  /** What was taken away, in this order. */
  readonly taken: readonly string[];
  /** Single steps that are possible still: each was tried, and with none of them does the run fail. */
  readonly stepCountLeft: number;
  /** False: the runs were used up before all steps were tried. */
  readonly isMinimal: boolean;
}

/** `holds`: nothing fails, so there is nothing to shrink. */
export type ShrinkResult =
  | ({ readonly outcome: "shrunk" } & Shrunk)
  | { readonly outcome: "holds" }
  /** The code is not deterministic: the run fails once, and not when it is run again. */
  | { readonly outcome: "fails-now-and-then"; readonly failure: Failure };

export const SHRINK_RUN_COUNT_MAX = 3000;

type Pass = (scenario: Scenario) => Iterable<ShrinkStep>;

/** Throws PlanRefused when the scenario asks for something that its cluster cannot have. */
export async function shrinkRun(start: Scenario, options: ShrinkOptions = {}): Promise<ShrinkResult> {
  const engines = await prepareEngines(start);
  const explicit = reloaded(explicitScenario(start));
  if (explicit === undefined) throw new Error(`${start.name}: its explicit form does not load`);
  const run = (scenario: Scenario, wanted: Wanted): Failure | undefined =>
    failureOf(scenario, engines, wanted, options);
  const first = run(explicit, options.wanted ?? "any");
  if (first === undefined) return { outcome: "holds" };
  const shrinker = new Shrinker(
    explicit,
    first,
    (scenario) => run(scenario, options.wanted ?? wantedOf(first)),
    options,
  );
  const shrunk = shrinker.shrink();
  const again = run(shrunk.scenario, wantedOf(shrunk.failure));
  if (again?.digest !== shrunk.failure.digest || again.message !== shrunk.failure.message)
    return { outcome: "fails-now-and-then", failure: shrunk.failure };
  return { outcome: "shrunk", ...shrunk, runCount: shrunk.runCount + 2 };
}

/** As a file gives it; undefined: no such scenario is allowed. */
function reloaded(scenario: Scenario): Scenario | undefined {
  const loaded = loadScenario(writeScenario(scenario), "shrunk");
  return loaded.ok ? loaded.scenario : undefined;
}

class Shrinker {
  private scenario: Scenario;
  private failure: Failure;
  private readonly run: (scenario: Scenario) => Failure | undefined;
  private readonly options: ShrinkOptions;
  private readonly runCountMax: number;
  private runCount: number = 0;
  private isSpent: boolean = false;
  private readonly taken: string[] = [];
  /** Scenarios that did not fail, or could not be loaded. */
  private readonly refuted: Set<string> = new Set();

  constructor(
    scenario: Scenario,
    failure: Failure,
    run: (scenario: Scenario) => Failure | undefined,
    options: ShrinkOptions,
  ) {
    this.scenario = scenario;
    this.failure = failure;
    this.run = run;
    this.options = options;
    this.runCountMax = options.runCountMax ?? SHRINK_RUN_COUNT_MAX;
  }

  shrink(): Shrunk {
    const passes: readonly (() => Pass)[] = [
      () => fewerFaults,
      () => fewerServers,
      () => smallerWorkload,
      () => simplerScheme,
      () => plainSettings,
      () => weakerFaults,
      () => simplerMoments(this.failure.struckNs),
    ];
    let stepCountLeft = 0;
    for (let hasChanged = true; hasChanged && !this.isSpent;) {
      hasChanged = false;
      stepCountLeft = 0;
      for (const pass of passes) {
        const takenBefore = this.taken.length;
        stepCountLeft += this.through(pass);
        if (this.taken.length > takenBefore) hasChanged = true;
      }
    }
    return {
      scenario: this.scenario,
      failure: this.failure,
      runCount: this.runCount,
      runCountMax: this.runCountMax,
      taken: this.taken,
      stepCountLeft,
      isMinimal: !this.isSpent,
    };
  }

  /** One pass: goes on behind a step that was kept, with the steps of the smaller scenario. Counts those that it tried in vain. */
  private through(pass: () => Pass): number {
    let position = 0;
    let vainCount = 0;
    let steps = [...pass()(this.scenario)];
    while (position < steps.length && !this.isSpent) {
      const step = steps[position] as ShrinkStep;
      const tried = this.try(step);
      if (tried === "kept") steps = [...pass()(this.scenario)];
      else {
        if (tried === "refuted") vainCount += 1;
        position += 1;
      }
    }
    return vainCount;
  }

  private try(step: ShrinkStep): "kept" | "refuted" | "impossible" {
    const scenario = reloaded(step.scenario);
    if (scenario === undefined) return "impossible";
    const text = canonicalJson(scenario);
    if (this.refuted.has(text)) return "refuted";
    if (this.runCount >= this.runCountMax) {
      this.isSpent = true;
      return "impossible";
    }
    this.runCount += 1;
    const failure = this.run(scenario);
    if (failure === undefined) this.refuted.add(text);
    else {
      this.scenario = scenario;
      this.failure = failure;
      this.taken.push(step.words);
    }
    this.options.onProgress?.({
      runCount: this.runCount,
      runCountMax: this.runCountMax,
      scenario: this.scenario,
    });
    return failure === undefined ? "refuted" : "kept";
  }
}
