/**
 * Random scenarios of several families in turn, from fixed seeds. A case is one run.
 *
 * Families differ in what they aim at; none of them knows of a bug.
 */
import { randomScenarioText } from "../../../src/verify/random-scenario.ts";
import { burstsText } from "../families/bursts.ts";
import { gapsText } from "../families/gaps.ts";
import { glimpsesText } from "../families/glimpses.ts";
import { hiddenText } from "../families/hidden.ts";
import { midwayText } from "../families/midway.ts";
import { racesText } from "../families/races.ts";
import { stillText } from "../families/still.ts";
import { judgedRun } from "./judged-run.ts";
import type { Strategy } from "./strategy.ts";

export interface Family {
  readonly name: string;
  readonly text: (seed: string) => string;
}

const bursts: Family = { name: "bursts", text: burstsText };
const races: Family = { name: "races", text: racesText };
const gaps: Family = { name: "gaps", text: gapsText };
const glimpses: Family = { name: "glimpses", text: glimpsesText };
const hidden: Family = { name: "hidden", text: hiddenText };
const midway: Family = { name: "midway", text: midwayText };
const still: Family = { name: "still", text: stillText };
const plain: Family = { name: "plain", text: randomScenarioText };

export const FAMILIES: readonly Family[] = [bursts, races, gaps, glimpses, hidden, midway, still, plain];

/** One round; the short runs come oftener. */
const ROUND: readonly Family[] = [
  races,
  gaps,
  bursts,
  still,
  hidden,
  races,
  races,
  bursts,
  gaps,
  still,
  hidden,
  glimpses,
  midway,
  plain,
];

const RANDOM_CASES = 1260;

export const families: Strategy = {
  id: "families",
  unit: "random runs of the zoo's own families, each of which aims at something",
  async hunt(_, deadline, within) {
    const drawnCounts = new Map<Family, number>();
    let cases = 0;
    for (let index = 0; index < RANDOM_CASES; index += 1) {
      if (deadline.isOver()) return { cases, found: undefined, isCut: true };
      const family = ROUND[index % ROUND.length] ?? bursts;
      // Counted for each family by itself: another family in the round does not shift this one's scenarios.
      const drawnCount = drawnCounts.get(family) ?? 0;
      drawnCounts.set(family, drawnCount + 1);
      if (within !== undefined && within !== family.name) continue;
      cases += 1;
      const seed = `zoo-${drawnCount}`;
      const found = await judgedRun(family.text(seed), `${family.name} ${seed}`);
      if (found !== undefined) return { cases, found };
    }
    return { cases, found: undefined };
  },
};
