/** The thresholds that a scenario states (`expect`), compared with what its runs gave. */
import type { Scenario, ThresholdName } from "../scenario/scenario.ts";
import type { RunResult, ThresholdResult } from "./result.ts";
import { spreadOf } from "./spread.ts";

const NS_PER_MS = 1e6;

type Figures = Pick<RunResult, "costs" | "restores">;

/** undefined: the runs gave no such figure; a threshold on it is then missed, for it was not shown to be met. */
function figureOf(name: ThresholdName, runs: readonly Figures[]): number | undefined {
  const restores = runs.flatMap((run) => run.restores);
  const restoreNs = spreadOf(restores.flatMap(({ restoreNs: ns }) => (ns === undefined ? [] : [ns])));
  const durableNs = spreadOf(runs.flatMap((run) => run.costs.durableNs));
  const perImageByte = (bytes: (run: Figures) => number): number | undefined => {
    const shares = runs.flatMap((run) =>
      run.costs.imageBytes > 0 ? [bytes(run) / run.costs.imageBytes] : [],
    );
    return spreadOf(shares)?.p50;
  };
  switch (name) {
    case "restoreMsP50":
      return restoreNs && restoreNs.p50 / NS_PER_MS;
    case "restoreMsP99":
      return restoreNs && restoreNs.p99 / NS_PER_MS;
    case "durableMsP50":
      return durableNs && durableNs.p50 / NS_PER_MS;
    case "durableMsP99":
      return durableNs && durableNs.p99 / NS_PER_MS;
    case "networkBytesPerImageByte":
      return perImageByte(
        ({ costs }) => costs.takeImageBytesPerCheckpoint + costs.takeMemberBytesPerCheckpoint,
      );
    case "storedBytesPerImageByte":
      return perImageByte(({ costs }) => costs.storedMemberBytesPerCheckpoint);
    case "restoredShare":
      if (restores.length === 0) return undefined;
      return restores.filter(({ verdict }) => verdict === "restored").length / restores.length;
  }
}

export function thresholdsOf(expect: Scenario["expect"], runs: readonly Figures[]): ThresholdResult[] {
  return Object.entries(expect).map(([name, threshold]) => {
    const value = figureOf(name as ThresholdName, runs);
    const met =
      value !== undefined &&
      (threshold.min === undefined || value >= threshold.min) &&
      (threshold.max === undefined || value <= threshold.max);
    return { name, value, min: threshold.min, max: threshold.max, met };
  });
}
