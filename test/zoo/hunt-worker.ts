/**
 * A worker thread that hunts with the strategies it is told, and reports each one's outcome. It is bundled anew for
 * each planted bug (bundle.ts), so that everything it runs is one and the same patched code.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { FirstLook } from "./first-looks.ts";
import { exhaustive } from "./strategies/exhaustive.ts";
import { families } from "./strategies/families.ts";
import { modelChecker } from "./strategies/model-checker.ts";
import { scenarios } from "./strategies/scenarios.ts";
import { search } from "./strategies/search.ts";
import { deadlineIn, type Hunted, type Strategy, type StrategyId } from "./strategies/strategy.ts";

export interface HuntOrder {
  readonly root: string;
  readonly strategies: readonly StrategyId[];
  /** false: the first strategy that finds something is the last one. */
  readonly isEveryStrategyRun: boolean;
  /** How long one strategy may look for one bug; undefined: until its cases are used up. */
  readonly cellSecondsMax: number | undefined;
  /** Where to look before everything else, when the first find is enough. */
  readonly firstLook: FirstLook | undefined;
}

export interface HuntReport extends Hunted {
  readonly strategy: StrategyId;
  readonly unit: string;
  readonly seconds: number;
  /** Only this part of the strategy's cases was gone through. */
  readonly within?: string;
}

/** The quick ones first, for the first find. */
const STRATEGIES: readonly Strategy[] = [families, scenarios, exhaustive, modelChecker, search];

/** What there is to do, in order: the first look, then every strategy whole. */
function looksOf({ strategies, firstLook, isEveryStrategyRun }: HuntOrder): [Strategy, string?][] {
  const whole = STRATEGIES.filter(({ id }) => strategies.includes(id));
  const looks = whole.map((strategy): [Strategy, string?] => [strategy]);
  const first = whole.find(({ id }) => id === firstLook?.strategy);
  if (first !== undefined && firstLook !== undefined && !isEveryStrategyRun)
    looks.unshift([first, firstLook.within]);
  return looks;
}

async function hunt(order: HuntOrder): Promise<void> {
  for (const [strategy, within] of looksOf(order)) {
    const startMs = performance.now();
    const hunted = await strategy.hunt(order.root, deadlineIn(order.cellSecondsMax), within);
    const seconds = (performance.now() - startMs) / 1000;
    const report: HuntReport = {
      ...hunted,
      strategy: strategy.id,
      unit: strategy.unit,
      seconds,
      ...(within === undefined ? {} : { within }),
    };
    // A first look that finds nothing says nothing about the strategy: it is looked at whole after that.
    if (within !== undefined && hunted.found === undefined) continue;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread's port, not a window
    parentPort?.postMessage(report);
    if (hunted.found !== undefined && !order.isEveryStrategyRun) return;
  }
}

await hunt(workerData as HuntOrder);
