/**
 * What a world is made of: everything of it that changes, and the options that it was made from.
 */
import type { CostCounter } from "./costs.ts";
import type { HistoryRecorder } from "./history-recorder.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { RandomRoot } from "./random.ts";
import type { WorldOptions } from "./settings.ts";
import type { Timeline } from "./timeline.ts";

export interface WorldParts {
  readonly options: WorldOptions;
  readonly random: RandomRoot;
  readonly timeline: Timeline;
  readonly costs: CostCounter;
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly recorder: HistoryRecorder;
}
