/**
 * How a crash can leave a disk that is kept: every tear of one disk, and every combination of the tears of several.
 *
 * What had completed stays or vanishes; the write under way is absent, cut at each boundary of a sector, cut once inside
 * one, or whole. What had not begun vanishes.
 *
 * Invariant: the tears of a disk depend on what it has at risk alone, and stand in an order that never changes. Combinations
 * are numbered like digits, the first server's digit the lowest, so that any one of them can be made by itself.
 *
 * Does not cover: some but not all of the completed writes staying.
 */
import { assert } from "../../core/assertion.ts";
import type { DiskAtRisk } from "../../sim/disk.ts";
import type { KeptOnCrash } from "../../sim/faults.ts";
import { SECTOR_BYTES } from "../../sim/sectors.ts";

type AtRisk = Pick<DiskAtRisk, "completedCount" | "inFlightBytes">;

/** Bytes inside a sector, past its boundary. */
const INSIDE_BYTES = 7;
const known: Map<string, readonly KeptOnCrash[]> = new Map();

/** Every way in which a crash now can leave a disk that is kept. */
export function tearsOf({ completedCount, inFlightBytes }: AtRisk): readonly KeptOnCrash[] {
  const name = `${completedCount > 0 ? "some" : "none"} ${inFlightBytes ?? "-"}`;
  let tears = known.get(name);
  if (tears === undefined) {
    tears = makeTears({ completedCount, inFlightBytes });
    known.set(name, tears);
  }
  return tears;
}

function makeTears({ completedCount, inFlightBytes }: AtRisk): KeptOnCrash[] {
  const completed: KeptOnCrash["completed"][] = completedCount > 0 ? ["none", "all"] : ["none"];
  if (inFlightBytes === undefined) return completed.map((kept) => ({ completed: kept }));
  const cuts: (number | undefined)[] = [undefined, 0];
  for (let bytes = SECTOR_BYTES; bytes < inFlightBytes; bytes += SECTOR_BYTES) cuts.push(bytes);
  const inside = Math.floor((inFlightBytes - 1) / SECTOR_BYTES) * SECTOR_BYTES + INSIDE_BYTES;
  if (inside > 0 && inside < inFlightBytes) cuts.push(inside);
  if (inFlightBytes > 0) cuts.push(inFlightBytes);
  return completed.flatMap((kept) =>
    cuts.map((bytes) =>
      bytes === undefined ? { completed: kept } : { completed: kept, inFlightBytes: bytes },
    ),
  );
}

/** How many combinations there are, with so many tears of each disk. */
export function combinationCount(tearCounts: readonly number[]): number {
  return tearCounts.reduce((product, count) => product * count, 1);
}

/** The combination with this number: for each disk the index of its tear. */
export function combinationOf(number: number, tearCounts: readonly number[]): number[] {
  let rest = number;
  const indexes = tearCounts.map((count) => {
    const index = rest % count;
    rest = Math.floor(rest / count);
    return index;
  });
  assert(rest === 0, "a combination's number is below their count");
  return indexes;
}
