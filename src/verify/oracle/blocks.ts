/**
 * The blocks of a declustered placement, written down again from docs/redundancy.md: shares nothing with the core.
 *
 * Slow on purpose: for each place that is tried, all distances of the block are counted anew and the whole sum of squares taken.
 */

/** As many blocks as the document says. */
export const BLOCK_COUNT = 32;

/** How often each distance 1..width−1 occurs between two places of a block, in order. */
function distanceCounts(block: readonly number[], width: number): number[] {
  const counts = new Array<number>(width).fill(0);
  for (const from of block) {
    for (const to of block) {
      const distance = (to - from + width) % width;
      if (distance !== 0) counts[distance] = (counts[distance] as number) + 1;
    }
  }
  return counts;
}

function nextBlock(
  earlier: readonly (readonly number[])[],
  memberCount: number,
  width: number,
  domainCount: number,
): number[] {
  const perDomain = Math.ceil(memberCount / domainCount);
  const before = new Array<number>(width).fill(0);
  for (const block of earlier) {
    for (const [distance, count] of distanceCounts(block, width).entries()) {
      before[distance] = (before[distance] as number) + count;
    }
  }
  const block: number[] = [];
  while (block.length < memberCount) {
    const allowed = Array.from({ length: width }, (_, place) => place).filter(
      (place) =>
        !block.includes(place) &&
        block.filter((other) => other % domainCount === place % domainCount).length < perDomain,
    );
    const sumsOfSquares = allowed.map((place) =>
      distanceCounts([...block, place], width).reduce(
        (sum, count, distance) => sum + (count + (before[distance] as number)) ** 2,
        0,
      ),
    );
    block.push(allowed[sumsOfSquares.indexOf(Math.min(...sumsOfSquares))] as number);
  }
  return block;
}

interface Known {
  /** As chosen. */
  readonly chosen: number[][];
  /** As used: members turned by one from round to round. */
  readonly turned: number[][];
}

const known: Map<string, Known> = new Map();

/** [member]: the distance of the member from its group's start, in groups of this round. */
export function blockOfRound(
  memberCount: number,
  width: number,
  domainCount: number,
  round: number,
): readonly number[] {
  const name = `${memberCount} of ${width} over ${domainCount}`;
  const { chosen, turned } = known.get(name) ?? { chosen: [], turned: [] };
  known.set(name, { chosen, turned });
  const index = round % BLOCK_COUNT;
  while (chosen.length <= index) {
    const block = nextBlock(chosen, memberCount, width, domainCount);
    const turn = chosen.length;
    chosen.push(block);
    turned.push(block.map((_, member) => block[(member + turn) % memberCount] as number));
  }
  return turned[index] as readonly number[];
}
