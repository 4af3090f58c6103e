/**
 * Executes one chunk: walks through its base, forks the world at each step, strikes it, and has every case judged.
 *
 * Invariant: the result depends on the chunk alone (and on the bug that was planted, if one was). Cases whose state, past and
 * faults to come were met before in this base are counted as duplicates and not executed again.
 */
import { assert } from "../../core/assertion.ts";
import { StateHash } from "../../sim/state-hash.ts";
import { armTrap, disarmTrap } from "../../sim/trap.ts";
import type { World } from "../../sim/world.ts";
import { contextOf, prepareEngines, type RunEngines } from "../run.ts";
import type { RunContext } from "../promises/index.ts";
import { BaseRun, type Plant } from "./base-run.ts";
import { scenarioOfBase } from "./base-scenario.ts";
import { baseName } from "./bases.ts";
import { CaseJudge, type ExecutedCase } from "./case-judge.ts";
import { finishCase } from "./case-run.ts";
import type { BaseCount, ChunkResult, CrashBase, CrashChunk, CrashPart } from "./chunk.ts";
import { canDecide } from "./expected.ts";
import { addFacts } from "./fact-hash.ts";
import type { LossSet } from "./loss-sets.ts";
import { partCountOf } from "./parts.ts";
import { selectCases, type Selection } from "./selection.ts";
import { type StepTable, stepTableOf } from "./step-table.ts";
import type { Step } from "./steps.ts";
import {
  BACK_AFTER_NS,
  OPERATOR_AFTER_NS,
  operatorAction,
  type SlotTears,
  slotTearsIn,
  strikeActions,
  strikeCount,
  tearClassOf,
} from "./strikes.ts";
import { variantsOfShare } from "./variants.ts";

/** Every so many cases one goes on until full redundancy must be restored: that takes ten times as long. */
const LONG_TAIL_EVERY = 64;
/** Without a restore to wait for: time for an attempt to be given up, and for another one. */
const UNNEEDED_TAIL_NS = 9_000_000;
/** Past the first checkpoints, and before the next one is due. */
const UNDISTURBED_NS = 20_000_000;

export interface ChunkOptions {
  readonly plant?: Plant | undefined;
  /** Called with each executed case: for tests. */
  readonly onCase?: ((seen: ExecutedCase) => void) | undefined;
}

/** How many cases a base has, found by walking through it without executing any. */
export function countBase(base: CrashBase, engines: RunEngines, quietWorlds?: Map<string, World>): BaseCount {
  armTrap();
  try {
    const run = new BaseRun(base, engines, { quietWorlds });
    const table = stepTableOf(run);
    return { cases: table.caseCount, pieces: partCountOf(run.sets, table) };
  } finally {
    disarmTrap();
  }
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
    return new ChunkRun(chunk, new BaseRun(chunk.base, engines, { plant: options.plant }), options).run();
  } finally {
    disarmTrap();
  }
}

class ChunkRun {
  private readonly chunk: CrashChunk;
  private readonly base: BaseRun;
  private readonly judge: CaseJudge;
  private readonly sets: readonly LossSet[];
  private readonly seen: Set<string> = new Set();
  private context: RunContext | undefined = undefined;
  private executed: number = 0;
  private duplicate: number = 0;
  /** The hash of what happened in the world that is walked through, up to some event. */
  private facts: StateHash = new StateHash();
  private factCount: number = 0;
  private factWorld: World | undefined = undefined;

  constructor(chunk: CrashChunk, base: BaseRun, options: ChunkOptions) {
    assert(chunk.part === undefined || chunk.caseCountMax === undefined, "a part is taken whole");
    this.chunk = chunk;
    this.base = base;
    this.sets = base.sets;
    this.judge = new CaseJudge(base, options.onCase);
  }

  run(): ChunkResult {
    const { base, chunk } = this;
    const { caseCountMax, part } = chunk;
    if (part === undefined || (part.fromSet === 0 && (part.share?.index ?? 0) === 0)) this.runUndisturbed();
    let skipped = 0;
    if (caseCountMax === undefined) base.walk((step) => this.runPart(step, part));
    else {
      const table = stepTableOf(base);
      const selection = selectCases({
        table,
        sets: this.sets,
        wanted: caseCountMax,
        seed: baseName(base.base),
      });
      this.runSelected(selection, table);
      skipped = table.caseCount - this.executed - this.duplicate;
    }
    const { scheme, width } = chunk.base;
    const { executed, duplicate } = this;
    return {
      id: chunk.id,
      scheme,
      width,
      counts: { executed, distinct: executed, duplicate, skipped },
      ...this.judge.found(),
    };
  }

  private runPart(step: Step, part: CrashPart | undefined): void {
    const { targets } = this.base;
    const tears = slotTearsIn(step.world, targets.slotHosts);
    const endSet = part?.endSet ?? this.sets.length;
    for (let setIndex = part?.fromSet ?? 0; setIndex < endSet; setIndex += 1) {
      const set = this.sets[setIndex] as LossSet;
      if (part?.share !== undefined) {
        const variants = variantsOfShare({ world: step.world, set, tears, share: part.share, targets });
        for (const variant of variants) this.runCase(step, setIndex, variant, tears);
        continue;
      }
      const count = strikeCount(set, tears);
      for (let variant = 0; variant < count; variant += 1) this.runCase(step, setIndex, variant, tears);
    }
  }

  private runSelected(selection: Selection, { crashStepCounts }: StepTable): void {
    const { targets } = this.base;
    const starts: number[] = [];
    let stepCount = 0;
    for (const count of crashStepCounts) {
      starts.push(stepCount);
      stepCount += count;
    }
    const isWanted = (crashNumber: number, count: number): boolean => {
      const from = starts[crashNumber] as number;
      for (let index = from; index < from + count; index += 1) if (selection.has(index)) return true;
      return false;
    };
    const skipCrash = (crashNumber: number): number | undefined => {
      const count = crashStepCounts[crashNumber] as number;
      return isWanted(crashNumber, count) ? undefined : count;
    };
    this.base.walk(
      (step) => {
        const cases = selection.get(step.index);
        if (cases === undefined) return;
        const tears = slotTearsIn(step.world, targets.slotHosts);
        for (const { setIndex, variant } of cases) this.runCase(step, setIndex, variant, tears);
      },
      { skipCrash },
    );
  }

  private runCase(step: Step, setIndex: number, variant: number, tears: SlotTears): void {
    const { base } = this;
    const { world } = step;
    const set = this.sets[setIndex] as LossSet;
    const { targets, setOptions } = base;
    const { slotHosts } = targets;
    const prefix = this.factsUpTo(world);
    const struck = world.fork();
    const eventCount = struck.events.length;
    for (const action of strikeActions(set, variant, targets, tears)) struck.strike(action);
    const operator = operatorAction(set, targets, setOptions.goneSlots);
    if (operator !== undefined) struck.addFault({ ...operator, atNs: world.nowNs + OPERATOR_AFTER_NS });
    if (this.isDuplicate(struck, eventCount, prefix)) {
      this.duplicate += 1;
      struck.close();
      return;
    }
    this.executed += 1;
    // Kept now, or down since a first crash: both come back.
    const backSlots = [...slotHosts.keys()].filter(
      (slot) =>
        !struck.isUp(slotHosts[slot] as number) &&
        !set.lostSlots.includes(slot) &&
        !setOptions.goneSlots.includes(slot),
    );
    const blankSlots = backSlots.filter((slot) => world.atRisk(slotHosts[slot] as number).durableCount === 0);
    const context = this.contextFor(struck);
    const { bounds } = context;
    const isLong = (this.executed + this.duplicate) % LONG_TAIL_EVERY === 0;
    const tailNs = isLong ? bounds.redundancyNs + UNNEEDED_TAIL_NS : 0;
    const lostCount = set.lostSlots.length + setOptions.goneSlots.length;
    const finished = finishCase(struck, {
      backHosts: backSlots.map((slot) => slotHosts[slot] as number),
      awaitsOperator: operator !== undefined,
      onlyWaiting: operator === undefined && !canDecide(base.rule, lostCount),
      endNsMax:
        world.nowNs + BACK_AFTER_NS + bounds.detectNs + bounds.restoreNs + Math.max(tailNs, UNNEEDED_TAIL_NS),
      tailNs,
      unneededTailNs: Math.max(tailNs, UNNEEDED_TAIL_NS),
    });
    const tearClass = tearClassOf(set, tears);
    const isKeptBlank = set.keptSlots.some((slot) => blankSlots.includes(slot));
    this.judge.judge(
      {
        step,
        set,
        blankSlots,
        tears: isKeptBlank ? [tearClass, "nothing-durable"] : [tearClass],
        struckAtNs: world.nowNs,
        struckAtEvent: world.executedCount,
        faults: struck.faults,
      },
      finished,
      context,
    );
  }

  /** A world is walked through from its start on: what is new is added. */
  private factsUpTo(world: World): number {
    if (this.factWorld !== world) {
      this.facts = new StateHash();
      this.factCount = 0;
      this.factWorld = world;
    }
    addFacts(this.facts, world.events, this.factCount);
    this.factCount = world.events.length;
    return this.facts.digest();
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

  /** The base itself: what no case can show, because nothing went wrong in it. */
  private runUndisturbed(): void {
    const { base } = this;
    if (base.plan.faults.length > 0) return;
    const world = base.begin();
    world.runUntil(UNDISTURBED_NS);
    world.endAt(UNDISTURBED_NS);
    const history = world.run();
    this.judge.judgeUndisturbed(history, contextOf(base.plan, history));
  }

  /** Bounds and limits are those of the base: all its images have one size. */
  private contextFor(world: World): RunContext {
    this.context ??= {
      ...contextOf(this.base.plan, world),
      faultFree: false,
    };
    return this.context;
  }
}
