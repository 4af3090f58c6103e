/**
 * Crash points of some clusters: every phase, a share of the steps and sets of losses, evenly spread. A case is one crash
 * point that was executed; what breaks is told for a whole base at a time.
 */
import {
  allBases,
  type ChunkResult,
  type CrashBase,
  runChunkPrepared,
  scenarioOfBase,
} from "../../../src/verify/crash-points/index.ts";
import { prepareEngines } from "../../../src/verify/run.ts";
import type { Hunted, Strategy } from "./strategy.ts";

const CASES_PER_BASE = 60;

/** Small and quick ones first. Wide ones have sets of servers of which some lose their disk and some keep it. */
const CELLS: readonly Pick<CrashBase, "scheme" | "width" | "serverCount" | "retentionCount">[] = [
  { scheme: "mirror:2", width: 2, serverCount: 3, retentionCount: 1 },
  { scheme: "parity:2+1", width: 3, serverCount: 4, retentionCount: 1 },
  { scheme: "mirror:2", width: 2, serverCount: 3, retentionCount: 2 },
  { scheme: "rs:2+2", width: 4, serverCount: 4, retentionCount: 1 },
  { scheme: "lrc:4,2,1", width: 7, serverCount: 7, retentionCount: 1 },
  { scheme: "parity:4+1", width: 5, serverCount: 5, retentionCount: 1 },
];

/** Of each cell and phase the base with the largest image: it has more groups than one. */
function chosenBases(): CrashBase[] {
  const chosen = CELLS.map(() => new Map<string, CrashBase>());
  for (const base of allBases()) {
    if (base.former !== "production") continue;
    const index = CELLS.findIndex(
      (cell) =>
        cell.scheme === base.scheme &&
        cell.width === base.width &&
        cell.serverCount === base.serverCount &&
        cell.retentionCount === base.retentionCount,
    );
    chosen[index]?.set(base.phase, base);
  }
  return CELLS.flatMap((_, index) => [...(chosen[index]?.values() ?? [])]);
}

function brokenIn(result: ChunkResult, cases: number): Hunted | undefined {
  const [first] = result.violations;
  if (first === undefined) return undefined;
  const promises = [...new Set(result.violations.map(({ promise }) => promise))];
  const message = `${first.promise}: ${first.message}`;
  return { cases, found: { kind: "checker", promises, message, caseName: result.id } };
}

export const exhaustive: Strategy = {
  id: "exhaustive",
  unit: "crash points executed, counted by whole bases",
  async hunt(_, deadline, within) {
    let cases = 0;
    for (const base of chosenBases()) {
      if (deadline.isOver()) return { cases, found: undefined, isCut: true };
      const id = `${base.scheme} keeping ${base.retentionCount}, ${base.phase}`;
      if (within !== undefined && within !== id) continue;
      const engines = await prepareEngines(scenarioOfBase(base));
      let executed = 0;
      try {
        const chunk = { id, base, part: undefined, caseCountMax: CASES_PER_BASE };
        const result = runChunkPrepared(chunk, engines, { onCase: () => (executed += 1) });
        cases += result.counts.executed;
        const hunted = brokenIn(result, cases);
        if (hunted !== undefined) return hunted;
      } catch (error) {
        const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        return { cases: cases + executed + 1, found: { kind: "crash", promises: [], message, caseName: id } };
      }
    }
    return { cases, found: undefined };
  },
};
