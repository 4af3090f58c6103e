/**
 * Block designs: on which positions of a placement the members of a group lie, as seen from the group's own start.
 *
 * Groups come in rounds of `width`. In round r, member j of the group that starts at position s lies at s + places[j] modulo the
 * width; s goes through all positions, so that in a whole round every position holds every member index exactly once, and
 * any two positions share as many groups as the block has members at their distance (Bose 1939, the method of differences).
 *
 * - rotated: every block is 0, 1, 2, … Neighbours share many groups, positions far apart none.
 * - declustered: blocks are chosen greedily so that all distances occur alike, over all rounds so far. Parity declustering
 *   asks for that (Holland and Gibson 1992), so that a lost server is rebuilt from all others alike. Where a difference set
 *   exists the greedy choice often finds it (7 positions by 3, 13 by 4), and one round is even already.
 *   The order of the members turns by one from round to round, so that the same distance is not always between the same two.
 *   With failure domains, position p is in domain p modulo their number, and a block takes at most ⌈members / domains⌉ of each.
 *
 * Does not cover: which server stands at a position, and whether domains can be heeded (placement.ts).
 */

import { assert } from "../assertion.ts";

export interface BlockDesign {
  /** Members of a group, k + m, at most `width`. */
  readonly memberCount: number;
  /** Positions, at most 255. */
  readonly width: number;
  /** Undefined: rotated. Else declustered over so many failure domains, a divisor of the width; the width itself without domains. */
  readonly declusteredOver?: number | undefined;
}

export interface Block {
  /** [member]: its distance from the group's start. */
  readonly places: readonly number[];
  /** [distance]: the member there, −1 for none. */
  readonly memberAt: readonly number[];
}

/** After so many rounds the blocks come again: what is uneven by then is spread over all of them, and memory is bounded. */
const DESIGN_ROUNDS = 32;

/** Bounds what a long-lived process keeps when it sees design after design. */
const DESIGNS_KEPT_MAX = 64;

interface DesignUnderWay extends BlockDesign {
  readonly blocks: Block[];
  /** [distance]: ordered pairs of members at this distance, over the blocks so far. */
  readonly pairCounts: number[];
}

const designs: Map<string, DesignUnderWay> = new Map();

/** The design that was asked for last: one is asked for member by member, and must not be looked up by a text each time. */
let latest: DesignUnderWay | undefined;

/** The block of a round (0..). A pure function of its arguments. A width below the members, or domains that do not divide it, are a bug. */
export function blockOf(design: BlockDesign, round: number): Block {
  const { memberCount, width, declusteredOver } = design;
  if (
    latest === undefined ||
    latest.memberCount !== memberCount ||
    latest.width !== width ||
    latest.declusteredOver !== declusteredOver
  ) {
    latest = underWayOf(design);
  }
  const { blocks, pairCounts } = latest;
  const index = declusteredOver === undefined ? 0 : round % DESIGN_ROUNDS;
  while (blocks.length <= index) {
    const turn = blocks.length;
    const chosen =
      declusteredOver === undefined
        ? Array.from({ length: memberCount }, (_, member) => member)
        : evenBlock(memberCount, declusteredOver, pairCounts);
    const places = chosen.map((_, member) => chosen[(member + turn) % memberCount] as number);
    blocks.push(withInverse(places, width));
  }
  return blocks[index] as Block;
}

function underWayOf({ memberCount, width, declusteredOver }: BlockDesign): DesignUnderWay {
  const name = `${memberCount}/${width}/${declusteredOver ?? ""}`;
  let underWay = designs.get(name);
  if (underWay === undefined) {
    assert(memberCount >= 1 && memberCount <= width, "a group's members fit its placement");
    const pairCounts = new Array<number>(width).fill(0);
    underWay = { memberCount, width, declusteredOver, blocks: [], pairCounts };
    if (designs.size >= DESIGNS_KEPT_MAX) designs.clear();
    designs.set(name, underWay);
  }
  return underWay;
}

function withInverse(places: readonly number[], width: number): Block {
  const memberAt = new Array<number>(width).fill(-1);
  places.forEach((place, member) => (memberAt[place] = member));
  return { places, memberAt };
}

/**
 * One block after the other place: always the one that adds least to the sum of the squares of `pairCounts`, the smallest
 * of those that add the same. Counts it into `pairCounts`.
 */
function evenBlock(memberCount: number, domainCount: number, pairCounts: number[]): number[] {
  const width = pairCounts.length;
  assert(width % domainCount === 0, "failure domains divide the width");
  const perDomain = Math.ceil(memberCount / domainCount);
  const inDomain = new Array<number>(domainCount).fill(0);
  const chosen: number[] = [];
  while (chosen.length < memberCount) {
    let best = -1;
    let bestCost = Infinity;
    for (let place = 0; place < width; place += 1) {
      if ((inDomain[place % domainCount] as number) >= perDomain || chosen.includes(place)) continue;
      const cost = addPairs(chosen, place, pairCounts, 1);
      addPairs(chosen, place, pairCounts, -1);
      if (cost < bestCost) [best, bestCost] = [place, cost];
    }
    assert(best >= 0, "domains of one size leave room for every member");
    addPairs(chosen, best, pairCounts, 1);
    inDomain[best % domainCount] = (inDomain[best % domainCount] as number) + 1;
    chosen.push(best);
  }
  return chosen;
}

/** Counts the pairs of `place` with the chosen ones in (+1) or out (−1); returns the sum of the counts met. */
function addPairs(chosen: readonly number[], place: number, pairCounts: number[], by: 1 | -1): number {
  const width = pairCounts.length;
  let met = 0;
  for (const other of chosen) {
    for (const distance of [(place - other + width) % width, (other - place + width) % width]) {
      met += pairCounts[distance] as number;
      pairCounts[distance] = (pairCounts[distance] as number) + by;
    }
  }
  return met;
}
