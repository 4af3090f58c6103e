/**
 * The search of the gate (`npm run search`): the same properties with as many runs as in its commit lane, in process. A case is
 * one run.
 *
 * The seed is fixed: the lane's own hangs on the commit, and the same code is to be found broken by the same case.
 */
import { Coverage } from "../../search/coverage.ts";
import { laneOf } from "../../search/lane.ts";
import { exploreModel } from "../../search/model-property.ts";
import { FAMILIES } from "../../search/scenario-arbitrary.ts";
import { exploreFamily, type Explored, type SearchOrder } from "../../search/search.ts";
import { judgedRun } from "./judged-run.ts";
import type { Found, Strategy } from "./strategy.ts";

const SEED = 1;
const MODEL = "operations against a model";

interface Property {
  readonly name: string;
  readonly explore: (secondsLeft: number) => Promise<Explored>;
}

/** Small ones first. */
function propertiesOf(root: string): Property[] {
  const lane = laneOf(root, "commit", SEED, 1);
  const { smallRunCount, wideRunCount, modelRunCount } = lane;
  const order = (runCount: number, secondsLeft: number): SearchOrder => ({
    seed: SEED,
    runCount,
    secondsMax: Math.min(secondsLeft, lane.secondsMax),
  });
  const properties = FAMILIES.map((family): Property => ({
    name: family.name,
    explore: (secondsLeft) =>
      exploreFamily(family, order(family.isWide ? wideRunCount : smallRunCount, secondsLeft), new Coverage()),
  }));
  const model: Property = {
    name: MODEL,
    explore: (secondsLeft) => exploreModel(order(modelRunCount, secondsLeft), false),
  };
  return [...properties, model];
}

/** Judged once more, by every promise: the search stops at the first one. */
async function foundIn(name: string, text: string, message: string): Promise<Found> {
  const judged = await judgedRun(text, name);
  // A model may say that an operation did not do what it must, where no promise is broken yet.
  return judged ?? { kind: "model", promises: [], message, caseName: name };
}

export const search: Strategy = {
  id: "search",
  unit: "runs of the properties of `npm run search`, as many as its commit lane makes",
  async hunt(root, deadline, within) {
    let cases = 0;
    for (const { name, explore } of propertiesOf(root)) {
      if (within !== undefined && within !== name) continue;
      if (deadline.isOver()) return { cases, found: undefined, isCut: true };
      const { runCount, message, text } = await explore(deadline.secondsLeft());
      cases += runCount;
      if (message === undefined) continue;
      if (text !== undefined) return { cases, found: await foundIn(name, text, message) };
      if (deadline.isOver()) return { cases, found: undefined, isCut: true };
      throw new Error(`${name}: ${message}`);
    }
    return { cases, found: undefined };
  },
};
