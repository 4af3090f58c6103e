/**
 * Executes one chunk: walks through its base, forks the world at each step, strikes it, and has every case judged.
 *
 * Invariant: the result depends on the chunk alone (and on the bug that was planted, if one was). Cases whose state, past and
 * faults to come were met before in this base are counted as duplicates and not executed again.
 */
import type { ClusterConfiguration } from "../../core/protocol/cluster.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { writeScenario } from "../../scenario/write.ts";
import type { HostProgram } from "../../sim/host-program.ts";
import { StateHash } from "../../sim/state-hash.ts";
import { armTrap, disarmTrap } from "../../sim/trap.ts";
import type { World } from "../../sim/world.ts";
import { judgePromises, type RunContext } from "../promises/index.ts";
import type { PromiseId } from "../result.ts";
import { contextOf, prepareEngines, prepareRun, type RunEngines } from "../run.ts";
import { SMALL_WIDTH_MAX, scenarioOfBase } from "./bases.ts";
import { type FinishedCase, finishCase } from "./case-run.ts";
import type { CaseOutcome, ChunkResult, ChunkViolation, CrashBase, CrashChunk } from "./chunk.ts";
import { scenarioOfCase } from "./counterexample-scenario.ts";
import { canDecide, type ControlRule, controlRule, expectedOutcomes } from "./expected.ts";
import { addFacts } from "./fact-hash.ts";
import { isSelected, type Selection, selectionOf } from "./selection.ts";
import { walkSteps } from "./steps.ts";
import {
  BACK_AFTER_NS,
  type LossSet,
  lossSets,
  OPERATOR_AFTER_NS,
  operatorAction,
  strikeActions,
  strikeCount,
  type StrikeTargets,
} from "./strikes.ts";

const VIOLATION_COUNT_MAX = 3;
/** Every so many cases one goes on until full redundancy must be restored: that takes ten times as long. */
const LONG_TAIL_EVERY = 64;
/** Without a restore to wait for: time for an attempt to be given up, and for another one. */
const UNNEEDED_TAIL_NS = 9_000_000;

export interface ChunkOptions {
  /** Changes what the hosts run: for planted bugs. */
  readonly plant?: ((configuration: ClusterConfiguration, program: HostProgram) => HostProgram) | undefined;
  /** Called with each executed case: for tests. */
  readonly onCase?: ((seen: ExecutedCase) => void) | undefined;
}

export interface ExecutedCase {
  readonly scenario: Scenario;
  readonly digest: string;
  readonly outcome: CaseOutcome | undefined;
}

/** How many cases a base has, in all and by part; found by walking through it without executing any. */
export function countCases(base: CrashBase, engines: RunEngines, options: ChunkOptions = {}): number {
  armTrap();
  try {
    return countIn(new BaseRun(base, engines, options));
  } finally {
    disarmTrap();
  }
}

function countIn(run: BaseRun): number {
  let count = 0;
  walkSteps(run.base, run.world.fork(), run.plan.hosts.production, (world) => {
    for (const set of run.sets) count += strikeCount(set, run.riskIn(world));
  });
  return count;
}

/** As `runChunkPrepared`; prepares what is needed once a process. */
export async function runChunk(chunk: CrashChunk, options: ChunkOptions = {}): Promise<ChunkResult> {
  return runChunkPrepared(chunk, await prepareEngines(scenarioOfBase(chunk.base)), options);
}

export function runChunkPrepared(
  chunk: CrashChunk,
  engines: RunEngines,
  options: ChunkOptions = {},
): ChunkResult {
  // Armed once for the chunk: doing so for each case costs more than the case.
  armTrap();
  try {
    return new ChunkRun(chunk, new BaseRun(chunk.base, engines, options), options).run();
  } finally {
    disarmTrap();
  }
}

/** A base with all that its cases share. */
class BaseRun {
  readonly base: CrashBase;
  readonly scenario: Scenario;
  readonly plan: RunPlan;
  readonly world: World;
  readonly sets: readonly LossSet[];
  readonly targets: StrikeTargets;
  readonly rule: ControlRule;

  constructor(base: CrashBase, engines: RunEngines, options: ChunkOptions) {
    this.base = base;
    this.scenario = scenarioOfBase(base);
    const prepared = prepareRun(this.scenario, engines, { plant: options.plant });
    this.plan = prepared.plan;
    this.world = prepared.world;
    const { hosts, scheme, former } = this.plan;
    this.rule = controlRule(hosts.slots.length, scheme.tolerance);
    const hasOwnFormer = former === "dedicated";
    this.targets = {
      slotHosts: hosts.slots,
      productionHost: hosts.production,
      formerHost: hasOwnFormer ? hosts.former : undefined,
    };
    const isDouble = base.phase === "double";
    this.sets = lossSets({
      slotCount: hosts.slots.length,
      lostCountMax: isDouble ? 1 : scheme.tolerance + 1,
      hasProduction: !isDouble && base.phase !== "restore",
      hasOwnFormer,
      mixed: base.width <= SMALL_WIDTH_MAX,
      controlTolerance: this.rule.tolerance,
    });
  }

  readonly riskIn = (world: World) => {
    const { slotHosts } = this.targets;
    return (slot: number) => world.atRisk(slotHosts[slot] as number);
  };
}

class ChunkRun {
  private readonly chunk: CrashChunk;
  private readonly base: BaseRun;
  private readonly options: ChunkOptions;
  private readonly seen: Set<string> = new Set();
  private readonly outcomes: Record<CaseOutcome, number> = {
    restored: 0,
    refused: 0,
    waiting: 0,
    unneeded: 0,
  };
  private readonly checkedCounts: Partial<Record<PromiseId, number>> = {};
  private readonly violations: ChunkViolation[] = [];
  private context: RunContext | undefined = undefined;
  private executed: number = 0;
  private duplicate: number = 0;
  private skipped: number = 0;
  private wentOnCount: number = 0;
  private foretoldCount: number = 0;
  private brokenCount: number = 0;

  constructor(chunk: CrashChunk, base: BaseRun, options: ChunkOptions) {
    this.chunk = chunk;
    this.base = base;
    this.options = options;
  }

  run(): ChunkResult {
    const { base, chunk } = this;
    const { caseCountMax, part } = chunk;
    const selection = selectionOf(caseCountMax === undefined ? undefined : countIn(base), caseCountMax);
    if (part.index === 0) this.runUndisturbed();
    const facts = new StateHash();
    let factCount = 0;
    let lastWorld: World | undefined;
    let caseIndex = 0;
    walkSteps(base.base, base.world, base.plan.hosts.production, (world) => {
      const riskOf = base.riskIn(world);
      let prefix: number;
      if (base.base.phase === "double") {
        const own = new StateHash();
        addFacts(own, world.events, 0);
        prefix = own.digest();
      } else {
        if (world !== lastWorld) factCount = 0;
        addFacts(facts, world.events, factCount);
        factCount = world.events.length;
        prefix = facts.digest();
      }
      lastWorld = world;
      for (const set of base.sets) {
        const count = strikeCount(set, riskOf);
        if (set.number % part.count !== part.index) {
          caseIndex += count;
          continue;
        }
        for (let variant = 0; variant < count; variant += 1) {
          this.runCase(world, set, variant, caseIndex, selection, prefix);
          caseIndex += 1;
        }
      }
    });
    return this.result();
  }

  private runCase(
    world: World,
    set: LossSet,
    variant: number,
    caseIndex: number,
    selection: Selection,
    prefix: number,
  ): void {
    if (!isSelected(selection, caseIndex)) {
      this.skipped += 1;
      return;
    }
    const { base } = this;
    const riskOf = base.riskIn(world);
    const struck = world.fork();
    const eventCount = struck.events.length;
    for (const action of strikeActions(set, variant, base.targets, riskOf)) struck.strike(action);
    const operator = operatorAction(set, base.targets);
    if (operator !== undefined) struck.addFault({ ...operator, atNs: world.nowNs + OPERATOR_AFTER_NS });
    if (this.isDuplicate(struck, eventCount, prefix)) {
      this.duplicate += 1;
      struck.close();
      return;
    }
    this.executed += 1;
    const context = this.contextFor(struck);
    const isLong = caseIndex % LONG_TAIL_EVERY === 0;
    const { bounds } = context;
    const tailNs = isLong ? bounds.redundancyNs + UNNEEDED_TAIL_NS : 0;
    const finished = finishCase(struck, {
      backHosts: set.keptSlots.map((slot) => base.targets.slotHosts[slot] as number),
      awaitsOperator: operator !== undefined,
      onlyWaiting: operator === undefined && !canDecide(base.rule, set.lostSlots.length),
      endNsMax:
        world.nowNs + BACK_AFTER_NS + bounds.detectNs + bounds.restoreNs + Math.max(tailNs, UNNEEDED_TAIL_NS),
      tailNs,
      unneededTailNs: Math.max(tailNs, UNNEEDED_TAIL_NS),
    });
    this.judge(struck, finished, set, world.nowNs, context);
  }

  private isDuplicate(struck: World, eventCount: number, prefix: number): boolean {
    const facts = new StateHash();
    facts.add(prefix);
    addFacts(facts, struck.events, eventCount);
    const identity = struck.stateHash() + facts.text();
    if (this.seen.has(identity)) return true;
    this.seen.add(identity);
    return false;
  }

  private judge(
    world: World,
    finished: FinishedCase,
    set: LossSet,
    struckAtNs: number,
    context: RunContext,
  ): void {
    const { base } = this;
    const { history, isLost, wentOn } = finished;
    // A blank server left alone has nobody to ask: that it says nothing is all it can do.
    const outcome = finished.outcome ?? (leavesOnlyBlank(base.base, set) ? "waiting" : undefined);
    const broken: { promise: PromiseId; message: string }[] = [];
    for (const promise of judgePromises(history, context)) {
      this.checkedCounts[promise.id] = (this.checkedCounts[promise.id] ?? 0) + promise.checkedCount;
      const [message] = promise.violations;
      if (message !== undefined) broken.push({ promise: promise.id, message });
    }
    const { rule } = base;
    const expected = expectedOutcomes(
      { phase: base.base.phase, rule, set, struckAtNs, isLost },
      history,
      context,
    );
    if (expected.length === 1) this.foretoldCount += 1;
    if (outcome === undefined) {
      broken.push({ promise: "decidability", message: "The software was lost, and no verdict was told." });
    } else {
      this.outcomes[outcome] += 1;
      if (!expected.includes(outcome))
        broken.push({
          promise: "decidability",
          message: `The outcome is "${outcome}"; by placement and losses it must be "${expected.join('" or "')}".`,
        });
    }
    if (wentOn) this.wentOnCount += 1;
    const scenario = (): Scenario =>
      scenarioOfCase(base.scenario, base.plan.hosts.names, world.faults, history.endNs);
    this.options.onCase?.({ scenario: scenario(), digest: history.digest, outcome });
    const [first] = broken;
    if (first === undefined) return;
    this.brokenCount += 1;
    if (this.violations.length >= VIOLATION_COUNT_MAX) return;
    const scenarioText = writeScenario(scenario());
    this.violations.push({ ...first, scenarioText, digest: history.digest });
  }

  /** The base itself: what no case can show, because nothing went wrong in it. */
  private runUndisturbed(): void {
    const { base } = this;
    if (base.plan.faults.length > 0) return;
    const world = base.world.fork();
    world.runUntil(UNDISTURBED_NS);
    world.endAt(UNDISTURBED_NS);
    const history = world.run();
    for (const promise of judgePromises(history, contextOf(base.plan, history))) {
      this.checkedCounts[promise.id] = (this.checkedCounts[promise.id] ?? 0) + promise.checkedCount;
      const [message] = promise.violations;
      if (message === undefined) continue;
      this.brokenCount += 1;
      const { names } = base.plan.hosts;
      const scenarioText = writeScenario(scenarioOfCase(base.scenario, names, [], UNDISTURBED_NS));
      this.violations.push({ promise: promise.id, message, scenarioText, digest: history.digest });
    }
  }

  /** Bounds and limits are those of the base: all its images have one size. */
  private contextFor(world: World): RunContext {
    this.context ??= {
      ...contextOf(this.base.plan, world),
      faultFree: false,
    };
    return this.context;
  }

  private result(): ChunkResult {
    const { chunk, executed, duplicate, skipped } = this;
    return {
      id: chunk.id,
      scheme: chunk.base.scheme,
      width: chunk.base.width,
      counts: { executed, distinct: executed, duplicate, skipped },
      outcomes: this.outcomes,
      wentOnCount: this.wentOnCount,
      foretoldCount: this.foretoldCount,
      brokenCount: this.brokenCount,
      checkedCounts: this.checkedCounts,
      violations: this.violations,
    };
  }
}

/** Past the first checkpoints, and before the next one is due. */
const UNDISTURBED_NS = 20_000_000;

/** Of all slots only the one that was blank when the phase began. */
function leavesOnlyBlank({ phase, serverCount }: CrashBase, set: LossSet): boolean {
  return phase === "repair" && set.lostSlots.length === serverCount - 1 && !set.lostSlots.includes(0);
}
