/**
 * Which chunks a profile consists of, and how many cases there are.
 *
 * commit: every cell, phase, image and number of servers, with the places of the former taking turns, and of each base the
 * same number of cases, spread over its steps and sets. exhaustive: every case of every base; bases of wide cells are divided
 * by sets of lost servers, so that a chunk ends within minutes.
 */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import { prepareEngines } from "../run.ts";
import { allBases, scenarioOfBase } from "./bases.ts";
import type { CrashBase, CrashChunk, CrashPlan, CrashProfile } from "./chunk.ts";
import { countCases } from "./run-chunk.ts";

/** Executed of each base by the commit profile, at most. */
const COMMIT_CASES_PER_BASE = 141;
const FORMERS: readonly FormerPlace[] = ["production", "backup", "dedicated"];

/** Takes no time for "commit"; "exhaustive" walks through every base to count its cases. */
export async function planCrashPoints(
  profile: CrashProfile,
  onProgress?: (doneCount: number, totalCount: number) => void,
): Promise<CrashPlan> {
  const bases = profile === "commit" ? commitBases() : allBases();
  const chunks = bases.flatMap((base) => chunksOf(base, profile));
  if (profile === "commit") {
    return {
      profile,
      chunks,
      baseCount: bases.length,
      caseCount: undefined,
      selectedCount: chunks.length * COMMIT_CASES_PER_BASE,
    };
  }
  let caseCount = 0;
  for (const [index, base] of bases.entries()) {
    caseCount += countCases(base, await prepareEngines(scenarioOfBase(base)));
    onProgress?.(index + 1, bases.length);
  }
  return { profile, chunks, baseCount: bases.length, caseCount, selectedCount: caseCount };
}

/** One place of the former for each base, in turn. */
function commitBases(): CrashBase[] {
  return allBases().filter(({ former }, index) => {
    const turn = Math.floor(index / FORMERS.length) % FORMERS.length;
    return former === FORMERS[turn];
  });
}

function chunksOf(base: CrashBase, profile: CrashProfile): CrashChunk[] {
  const count = profile === "commit" ? 1 : partCount(base);
  return Array.from({ length: count }, (_, index) => ({
    id: chunkName(base, index, count),
    base,
    part: { index, count },
    caseCountMax: profile === "commit" ? COMMIT_CASES_PER_BASE : undefined,
  }));
}

/** Wide cells have more sets, and longer windows. */
function partCount({ width }: CrashBase): number {
  return width <= 4 ? 1 : width <= 6 ? 4 : 8;
}

function chunkName(base: CrashBase, partIndex: number, partTotal: number): string {
  const { scheme, width, serverCount, former, imageBytes, retentionCount, phase } = base;
  const part = partTotal === 1 ? "" : ` part ${partIndex + 1}/${partTotal}`;
  return `${scheme} width ${width} servers ${serverCount} former ${former} image ${imageBytes} retention ${retentionCount} ${phase}${part}`;
}
