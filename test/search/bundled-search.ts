/** What search.test.ts bundles together with a planted bug: the search of that very code, and replays. */
import { Coverage } from "./coverage.ts";
import { FAMILIES } from "./scenario-arbitrary.ts";
import type { SearchFailure } from "./failure.ts";
import { searchFamily, type SearchOrder } from "./search.ts";

export { replayRun } from "../../src/verify/replay-run.ts";
export { searchModel } from "./model-property.ts";

/** Family after family, until something is found. */
export async function firstFound(order: SearchOrder): Promise<SearchFailure | undefined> {
  for (const family of FAMILIES) {
    const { failure } = await searchFamily(family, order, new Coverage());
    if (failure !== undefined) return failure;
  }
  return undefined;
}
