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

/** Residues that each disk of a set has; as many to the power of the disks are its shares. */
function modulusOf(keptCount: number, meanTotal: number): number {
  return keptCount === 0 ? 1 : Math.max(1, Math.ceil((meanTotal / CASES_WANTED) ** (1 / keptCount)));
}

interface Block {
  readonly fromSet: number;
  readonly endSet: number;
  /** 1: the block is one part. More: it is a single set that is cut into shares. */
  readonly modulus: number;
  readonly partCount: number;
}

function* blocksOf(sets: readonly LossSet[], table: StepTable): Generator<Block, void, undefined> {
  const totals = meanTotals(table);
  let fromSet = 0;
  let caseCount = 0;
  for (const [index, set] of sets.entries()) {
    const total = totals[set.keptSlots.length] as number;
    const modulus = modulusOf(set.keptSlots.length, total);
    if (index > fromSet && (modulus > 1 || caseCount + total > CASES_WANTED)) {
      yield { fromSet, endSet: index, modulus: 1, partCount: 1 };
      fromSet = index;
      caseCount = 0;
    }
    caseCount += total;
    if (modulus <= 1) continue;
    yield { fromSet, endSet: index + 1, modulus, partCount: modulus ** set.keptSlots.length };
    fromSet = index + 1;
    caseCount = 0;
  }
  if (fromSet < sets.length) yield { fromSet, endSet: sets.length, modulus: 1, partCount: 1 };
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
  for (const { fromSet, endSet, modulus, partCount } of blocksOf(sets, table)) {
    for (let index = 0; index < partCount; index += 1)
      yield { fromSet, endSet, share: modulus === 1 ? undefined : { modulus, index } };
  }
}

/** How many parts `partsOf` gives. */
export function partCountOf(sets: readonly LossSet[], table: StepTable): number {
  if (table.caseCount <= CASES_WANTED) return 1;
  let count = 0;
  for (const { partCount } of blocksOf(sets, table)) count += partCount;
  return count;
}

export function partWords(part: CrashPart | undefined): string {
  if (part === undefined) return "";
  const { fromSet, endSet, share } = part;
  if (share === undefined) return ` sets ${fromSet}..${endSet - 1}`;
  return ` set ${fromSet} share ${share.index} modulo ${share.modulus}`;
}
