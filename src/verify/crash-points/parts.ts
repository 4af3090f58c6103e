/**
 * How the exhaustive profile cuts a base into parts that end within minutes.
 *
 * Cases of different sets never start from equal states: who is gone for ever, who comes back and when, and what the operator
 * will do are all in the state. So a base is cut by sets. A set with very many combinations of tears is cut further, by what
 * is left on each disk: equal states have equal disks.
 *
 * Invariant: the parts depend on the base alone, and hold each case exactly once.
 */
import type { CrashPart } from "./chunk.ts";
import { type LossSet, symmetricSums } from "./loss-sets.ts";
import type { StepTable } from "./step-table.ts";

/** About so many cases make a part, estimated by what sets with equally many kept disks give on average. */
const CASES_WANTED = 60_000;

/** By count of kept disks: strikes that a set of so many gives at all steps, on average over the sets. */
function meanTotals({ patterns }: StepTable): number[] {
  const slotCount = patterns[0]?.tearCounts.length ?? 0;
  const setCounts = symmetricSums(
    Array.from({ length: slotCount }, () => 1),
    slotCount,
  );
  const totals = setCounts.map(() => 0);
  for (const { tearCounts, stepCount } of patterns) {
    for (const [keptCount, sum] of symmetricSums(tearCounts, slotCount).entries())
      totals[keptCount] = (totals[keptCount] as number) + stepCount * sum;
  }
  return totals.map((total, keptCount) => total / (setCounts[keptCount] as number));
}

/** By count of kept disks: residues that each disk of a set has; as many to the power of the disks are its shares. */
function moduliOf(meanTotals: readonly number[]): number[] {
  return meanTotals.map((total, keptCount) =>
    keptCount === 0 ? 1 : Math.max(1, Math.ceil((total / CASES_WANTED) ** (1 / keptCount))),
  );
}

interface Block {
  readonly fromSet: number;
  readonly endSet: number;
  /** 1: the block is one part. More: it is a single set that is cut into shares. */
  readonly modulus: number;
  readonly partCount: number;
}

/** Calls back with each block, in order. Without an iterator: counting does nothing else, for sets by the ten thousand. */
function eachBlock(sets: readonly LossSet[], table: StepTable, visit: (block: Block) => void): void {
  const totals = meanTotals(table);
  const moduli = moduliOf(totals);
  const partCounts = moduli.map((modulus, keptCount) => modulus ** keptCount);
  let fromSet = 0;
  let caseCount = 0;
  for (const [index, { keptSlots }] of sets.entries()) {
    const total = totals[keptSlots.length] as number;
    const modulus = moduli[keptSlots.length] as number;
    if (index > fromSet && (modulus > 1 || caseCount + total > CASES_WANTED)) {
      visit({ fromSet, endSet: index, modulus: 1, partCount: 1 });
      fromSet = index;
      caseCount = 0;
    }
    caseCount += total;
    if (modulus <= 1) continue;
    visit({ fromSet, endSet: index + 1, modulus, partCount: partCounts[keptSlots.length] as number });
    fromSet = index + 1;
    caseCount = 0;
  }
  if (fromSet < sets.length) visit({ fromSet, endSet: sets.length, modulus: 1, partCount: 1 });
}

/** Each part in turn; undefined for the whole base. */
export function* partsOf(
  sets: readonly LossSet[],
  table: StepTable,
): Generator<CrashPart | undefined, void, undefined> {
  if (table.caseCount <= CASES_WANTED) {
    yield undefined;
    return;
  }
  const blocks: Block[] = [];
  eachBlock(sets, table, (block) => blocks.push(block));
  for (const { fromSet, endSet, modulus, partCount } of blocks) {
    for (let index = 0; index < partCount; index += 1)
      yield { fromSet, endSet, share: modulus === 1 ? undefined : { modulus, index } };
  }
}

/** How many parts `partsOf` gives. */
export function partCountOf(sets: readonly LossSet[], table: StepTable): number {
  if (table.caseCount <= CASES_WANTED) return 1;
  let count = 0;
  eachBlock(sets, table, ({ partCount }) => {
    count += partCount;
  });
  return count;
}

export function partWords(part: CrashPart | undefined): string {
  if (part === undefined) return "";
  const { fromSet, endSet, share } = part;
  if (share === undefined) return ` sets ${fromSet}..${endSet - 1}`;
  return ` set ${fromSet} share ${share.index} modulo ${share.modulus}`;
}
