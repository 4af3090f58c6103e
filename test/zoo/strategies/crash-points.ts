/**
 * Crash points of small clusters: two schemes, every phase, a share of the steps and sets of losses, evenly spread. A
 * case is one crash point that was executed; what breaks is told for a whole base at a time.
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

/** Of each phase the base with the largest image of a cell: it has more groups than one. */
function chosenBases(): CrashBase[] {
  const chosen = new Map<string, CrashBase>();
  for (const base of allBases()) {
    // A second crash at every step takes most of the time, and adds nothing for a sample this small.
    if (base.phase === "double") continue;
    const { scheme, width, serverCount, former, retentionCount, phase } = base;
    const isMirror = scheme === "mirror:2" && width === 2 && serverCount === 3;
    const isParity = scheme === "parity:2+1" && width === 3 && serverCount === 4;
    if ((!isMirror && !isParity) || former !== "production" || retentionCount !== 1) continue;
    chosen.set(`${scheme} ${phase}`, base);
  }
  return [...chosen.values()];
}

function brokenIn(result: ChunkResult, cases: number): Hunted | undefined {
  const [first] = result.violations;
  if (first === undefined) return undefined;
  const promises = [...new Set(result.violations.map(({ promise }) => promise))];
  const message = `${first.promise}: ${first.message}`;
  return { cases, found: { kind: "checker", promises, message, caseName: result.id } };
}

export const crashPoints: Strategy = {
  id: "crash-points",
  unit: "crash points executed, counted by whole bases",
  async hunt(_, isOver) {
    let cases = 0;
    for (const base of chosenBases()) {
      if (isOver()) return { cases, found: undefined, isCut: true };
      const id = `${base.scheme} ${base.phase}`;
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
