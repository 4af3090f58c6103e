/**
 * Which cases of a base the commit profile executes: as many as it wants, dealt out evenly to what they are struck at.
 *
 * A stratum is an activity, a kind of step and a class of tears. The strata take turns; within one, the step, the count of
 * servers, the set and the combination of tears are drawn, each evenly, from the whole space. So a set with a million
 * combinations of tears gets no more than a set with one.
 *
 * Invariants: the selection depends on the table and the name of the base alone; no case is selected twice; with no more
 * cases than are wanted, all of them are selected. Does not cover: cases that turn out to be equal when they are executed.
 */
import { RandomRoot, type RandomStream } from "../../sim/random.ts";
import type { LossSet } from "./loss-sets.ts";
import type { StepTable, TearPattern } from "./step-table.ts";
import { strikeCount, type tearClassOf } from "./strikes.ts";

export interface SelectedCase {
  readonly setIndex: number;
  readonly variant: number;
}

/** By index of the step. */
export type Selection = ReadonlyMap<number, readonly SelectedCase[]>;

interface Stratum {
  readonly steps: number[];
  /** By index of the pattern: the sets of this class that give strikes. */
  readonly setsOf: Map<number, SetsBySize>;
}

/** Indexes of sets, those with equally many servers together. */
type SetsBySize = readonly (readonly number[])[];

/** In a row; then everything that is left is too rare to be hit. */
const VAIN_DRAWS_MAX = 200;

export interface SelectionOptions {
  readonly table: StepTable;
  readonly sets: readonly LossSet[];
  readonly wanted: number;
  /** Names the base. */
  readonly seed: string;
}

export function selectCases({ table, sets, wanted, seed }: SelectionOptions): Selection {
  if (table.caseCount <= wanted) return everyCase(table, sets);
  const random = new RandomRoot(seed).stream("selection");
  // Where there are more strata than cases wanted, each base has others.
  const strata = shuffled(strataOf(table, sets), random);
  const selected = new Map<number, Map<string, SelectedCase>>();
  let count = 0;
  let vainCount = 0;
  for (let turn = 0; count < wanted && vainCount < VAIN_DRAWS_MAX; turn += 1) {
    const stratum = strata[turn % strata.length] as Stratum;
    const { stepIndex, ...one } = drawFrom(stratum, table, sets, random);
    let atStep = selected.get(stepIndex);
    if (atStep === undefined) {
      atStep = new Map();
      selected.set(stepIndex, atStep);
    }
    const name = `${one.setIndex} ${one.variant}`;
    if (atStep.has(name)) {
      vainCount += 1;
      continue;
    }
    vainCount = 0;
    atStep.set(name, one);
    count += 1;
  }
  return new Map([...selected].map(([stepIndex, cases]) => [stepIndex, [...cases.values()]]));
}

function everyCase({ steps }: StepTable, sets: readonly LossSet[]): Selection {
  const all = new Map<number, SelectedCase[]>();
  for (const [stepIndex, { pattern }] of steps.entries()) {
    const cases: SelectedCase[] = [];
    for (const [setIndex, set] of sets.entries()) {
      const count = strikeCount(set, pattern.tears);
      for (let variant = 0; variant < count; variant += 1) cases.push({ setIndex, variant });
    }
    all.set(stepIndex, cases);
  }
  return all;
}

function strataOf({ steps, patterns }: StepTable, sets: readonly LossSet[]): Stratum[] {
  const classesOf = patterns.map((pattern) => setsByClass(pattern, sets));
  const strata = new Map<string, Stratum>();
  for (const [stepIndex, { activity, kinds, pattern }] of steps.entries()) {
    for (const [tears, bySize] of classesOf[pattern.index] as Map<string, SetsBySize>) {
      for (const kind of kinds) {
        const name = `${activity} ${kind} ${tears}`;
        let stratum = strata.get(name);
        if (stratum === undefined) {
          stratum = { steps: [], setsOf: new Map() };
          strata.set(name, stratum);
        }
        stratum.steps.push(stepIndex);
        stratum.setsOf.set(pattern.index, bySize);
      }
    }
  }
  return [...strata.values()];
}

/** A set in bits: wide mirrors have thousands, and each is looked at for each pattern. */
interface SetBits {
  readonly kept: number;
  readonly size: number;
}

const knownBits: WeakMap<readonly LossSet[], readonly SetBits[]> = new WeakMap();

function bitsOf(sets: readonly LossSet[]): readonly SetBits[] {
  let bits = knownBits.get(sets);
  if (bits === undefined) {
    bits = sets.map(({ lostSlots, keptSlots }) => ({
      kept: keptSlots.reduce((mask, slot) => mask | (1 << slot), 0),
      size: lostSlots.length + keptSlots.length,
    }));
    knownBits.set(sets, bits);
  }
  return bits;
}

/** The classes of `tearClassOf`, by what is kept and which disks can be left in more than one way. */
function tearClassIn(kept: number, torn: number): ReturnType<typeof tearClassOf> {
  if (kept === 0) return "lost-only";
  const both = kept & torn;
  if (both === 0) return "kept-at-rest";
  return (both & (both - 1)) === 0 ? "one-torn" : "several-torn";
}

function setsByClass({ tearCounts }: TearPattern, sets: readonly LossSet[]): Map<string, SetsBySize> {
  const torn = tearCounts.reduce((mask, count, slot) => (count > 1 ? mask | (1 << slot) : mask), 0);
  const down = tearCounts.reduce((mask, count, slot) => (count === 0 ? mask | (1 << slot) : mask), 0);
  const byClass = new Map<string, Map<number, number[]>>();
  for (const [setIndex, { kept, size }] of bitsOf(sets).entries()) {
    if ((kept & down) !== 0) continue;
    const name = tearClassIn(kept, torn);
    let bySize = byClass.get(name);
    if (bySize === undefined) {
      bySize = new Map();
      byClass.set(name, bySize);
    }
    const indexes = bySize.get(size);
    if (indexes === undefined) bySize.set(size, [setIndex]);
    else indexes.push(setIndex);
  }
  return new Map([...byClass].map(([name, bySize]) => [name, [...bySize.values()]]));
}

function shuffled<Item>(items: readonly Item[], random: RandomStream): Item[] {
  const order = [...items];
  for (let count = order.length; count > 1; count -= 1) {
    const index = random.below(count);
    const last = order[count - 1] as Item;
    order[count - 1] = order[index] as Item;
    order[index] = last;
  }
  return order;
}

function drawFrom(
  { steps, setsOf }: Stratum,
  table: StepTable,
  sets: readonly LossSet[],
  random: RandomStream,
): SelectedCase & { readonly stepIndex: number } {
  const stepIndex = steps[random.below(steps.length)] as number;
  const { pattern } = table.steps[stepIndex] as StepTable["steps"][number];
  const bySize = setsOf.get(pattern.index) as SetsBySize;
  const setIndexes = bySize[random.below(bySize.length)] as readonly number[];
  const setIndex = setIndexes[random.below(setIndexes.length)] as number;
  const variant = random.below(strikeCount(sets[setIndex] as LossSet, pattern.tears));
  return { stepIndex, setIndex, variant };
}
