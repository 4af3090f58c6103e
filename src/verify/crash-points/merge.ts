/**
 * Adds up what chunks found, by cell of the table (scheme and width) and in all.
 *
 * The sum does not depend on the order of the chunks, nor on how a base was divided into parts.
 */
import type { CaseCounts, CaseReach, VerifyCell } from "../verify-result.ts";
import type { ChunkResult } from "./chunk.ts";
import { ReachCounter } from "./reach.ts";

type Sum = { -readonly [Field in keyof Omit<VerifyCell, "scheme" | "width">]: number };

export interface MergedChunks {
  readonly counts: CaseCounts;
  /** By width, then in the order in which schemes are planned. */
  readonly cells: readonly VerifyCell[];
  readonly wentOnCount: number;
  readonly foretoldCount: number;
  readonly reach: CaseReach;
}

export function mergeChunks(results: readonly ChunkResult[]): MergedChunks {
  const sums = new Map<string, { readonly scheme: string; readonly width: number; readonly sum: Sum }>();
  const total = emptySum();
  const reach = new ReachCounter();
  let wentOnCount = 0;
  let foretoldCount = 0;
  for (const result of results) {
    const { scheme, width } = result;
    const name = `${width} ${scheme}`;
    let cell = sums.get(name);
    if (cell === undefined) {
      cell = { scheme, width, sum: emptySum() };
      sums.set(name, cell);
    }
    add(cell.sum, result);
    add(total, result);
    reach.add(result.reach);
    wentOnCount += result.wentOnCount;
    foretoldCount += result.foretoldCount;
  }
  const cells = [...sums.values()]
    .map(({ scheme, width, sum }): VerifyCell => ({ scheme, width, ...sum }))
    .sort((a, b) => a.width - b.width || orderSchemes(a.scheme, b.scheme));
  const { executed, distinct, duplicate, skipped } = total;
  return {
    counts: { executed, distinct, duplicate, skipped },
    cells,
    wentOnCount,
    foretoldCount,
    reach: reach.reach(),
  };
}

function emptySum(): Sum {
  return {
    executed: 0,
    distinct: 0,
    duplicate: 0,
    skipped: 0,
    restored: 0,
    refused: 0,
    waiting: 0,
    unneeded: 0,
    brokenCount: 0,
  };
}

function add(sum: Sum, { counts, outcomes, brokenCount }: ChunkResult): void {
  sum.executed += counts.executed;
  sum.distinct += counts.distinct;
  sum.duplicate += counts.duplicate;
  sum.skipped += counts.skipped;
  sum.restored += outcomes.restored;
  sum.refused += outcomes.refused;
  sum.waiting += outcomes.waiting;
  sum.unneeded += outcomes.unneeded;
  sum.brokenCount += brokenCount;
}

/** Family by family, each by its numbers. */
function orderSchemes(a: string, b: string): number {
  const kinds = ["mirror", "stripe", "parity", "rs", "lrc"];
  const rank = (scheme: string): number => kinds.indexOf(scheme.slice(0, scheme.indexOf(":")));
  const sizes = (scheme: string): number[] => (scheme.match(/\d+/g) ?? []).map(Number);
  const others = sizes(b);
  const difference = sizes(a)
    .map((size, index) => size - (others[index] ?? 0))
    .find((each) => each !== 0);
  return rank(a) - rank(b) || (difference ?? 0);
}
