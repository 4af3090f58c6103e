/**
 * Runs one struck world to its outcome: far enough that everything the case is about has happened, and no further.
 *
 * The moment at which it stops becomes the end of the run, so that the case is an ordinary run of a scenario with that
 * duration. A case that does not come to an outcome runs to a bound that is wider than those of the promises, so that they
 * are broken and not merely unheard.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import type { RunHistory } from "../../sim/history.ts";
import type { World } from "../../sim/world.ts";
import type { CaseOutcome } from "./chunk.ts";
import { OutcomeFollower } from "./outcome.ts";

/** After the outcome: what was on its way arrives. */
const SETTLE_NS = 600_000;

export interface CaseOptions {
  /** Hosts that will come back. */
  readonly backHosts: readonly HostId[];
  readonly awaitsOperator: boolean;
  /** No outcome but waiting can come: the first word of it is enough. */
  readonly onlyWaiting: boolean;
  /** The latest end. */
  readonly endNsMax: number;
  /** Goes on at least so long after the outcome. */
  readonly tailNs: number;
  /** The same where the software survived the strike. */
  readonly unneededTailNs: number;
}

export interface FinishedCase {
  readonly history: RunHistory;
  readonly outcome: CaseOutcome | undefined;
  /** The strike took the software, so that a restore had to follow. */
  readonly isLost: boolean;
  readonly wentOn: boolean;
}

/** `world` was struck just now. It is used up. */
export function finishCase(world: World, options: CaseOptions): FinishedCase {
  const follower = new OutcomeFollower();
  follower.follow(world.events);
  follower.struck(options.backHosts, options.awaitsOperator);
  const { isLost } = follower;
  world.endAt(options.endNsMax);
  let hasLooked = false;
  const isCut = world.runWhile(() => {
    if (!follower.follow(world.events) && hasLooked) return true;
    hasLooked = true;
    return !follower.isDecided(options.onlyWaiting);
  });
  const tailNs = Math.max(SETTLE_NS, isLost ? options.tailNs : options.unneededTailNs);
  if (isCut) world.endAt(Math.min(options.endNsMax, world.nowNs + tailNs));
  const history = world.run();
  follower.follow(history.events);
  return { history, outcome: follower.outcome, isLost, wentOn: follower.wentOn };
}
