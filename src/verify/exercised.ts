/** Which promises no run of a set gave anything to check: a gate with an idle checker proves nothing. */
import { PROMISES } from "./promises/index.ts";
import type { PromiseId, RunResult } from "./result.ts";

export function idlePromises(results: readonly RunResult[]): PromiseId[] {
  const exercised = new Set<PromiseId>();
  for (const { promises } of results) {
    for (const { id, checkedCount } of promises) if (checkedCount > 0) exercised.add(id);
  }
  return PROMISES.map(({ id }) => id).filter((id) => !exercised.has(id));
}
