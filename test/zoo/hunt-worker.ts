/**
 * A worker thread that hunts with the strategies it is told, and reports each one's outcome. It is bundled anew for
 * each planted bug (bundle.ts), so that everything it runs is one and the same patched code.
 */
import { parentPort, workerData } from "node:worker_threads";
import { crashPoints } from "./strategies/crash-points.ts";
import { interleavings } from "./strategies/interleavings.ts";
import { random } from "./strategies/random.ts";
import { scenarios } from "./strategies/scenarios.ts";
import { type Hunted, NO_DEADLINE, type Strategy, type StrategyId } from "./strategies/strategy.ts";

export interface HuntOrder {
  readonly root: string;
  readonly strategies: readonly StrategyId[];
  /** false: the first strategy that finds something is the last one. */
  readonly isEveryStrategyRun: boolean;
  /** How long one strategy may look for one bug; undefined: until its cases are used up. */
  readonly cellSecondsMax: number | undefined;
}

export interface HuntReport extends Hunted {
  readonly strategy: StrategyId;
  readonly unit: string;
  readonly seconds: number;
}

const STRATEGIES: readonly Strategy[] = [random, scenarios, crashPoints, interleavings];

async function hunt(order: HuntOrder): Promise<void> {
  for (const strategy of STRATEGIES) {
    if (!order.strategies.includes(strategy.id)) continue;
    const startMs = performance.now();
    const overMs = order.cellSecondsMax === undefined ? undefined : startMs + order.cellSecondsMax * 1000;
    const isOver = overMs === undefined ? NO_DEADLINE : () => performance.now() > overMs;
    const hunted = await strategy.hunt(order.root, isOver);
    const seconds = (performance.now() - startMs) / 1000;
    const report: HuntReport = { ...hunted, strategy: strategy.id, unit: strategy.unit, seconds };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread's port, not a window
    parentPort?.postMessage(report);
    if (hunted.found !== undefined && !order.isEveryStrategyRun) return;
  }
}

await hunt(workerData as HuntOrder);
