/**
 * Walks through the steps of a base run: calls back between any two events of its window.
 *
 * A step is every event that is executed but one: that the first byte of a message reaches a link decides nothing that its
 * delivery, or the crash that prevents it, does not. In the phase "double" servers are lost at each step of the first
 * checkpoint, and the steps are all those of the recovery that follows, from the first crash on.
 *
 * Invariant: walking twice over equal worlds visits equal steps in the same order, with the same numbers.
 */
import { EVENT_ARRIVE } from "../../sim/timeline.ts";
import type { World } from "../../sim/world.ts";
import type { CaseActivity, CaseStepKind } from "../verify-result.ts";
import type { CrashBase } from "./chunk.ts";
import { StepKinds } from "./step-kinds.ts";
import { BACK_AFTER_NS, type StrikeTargets } from "./strikes.ts";
import { Window } from "./window.ts";

export interface Step {
  /** Stands between two events. May be forked, and must not be moved on. */
  readonly world: World;
  /** Counts the steps of the whole walk. */
  readonly index: number;
  readonly activity: CaseActivity;
  readonly kinds: readonly CaseStepKind[];
}

export type VisitStep = (step: Step) => void;

export interface WalkOptions {
  readonly base: CrashBase;
  readonly targets: StrikeTargets;
  /** Every host of the cluster. */
  readonly hosts: readonly number[];
  readonly visit: VisitStep;
  /**
   * Phase "double": the count of steps after the crash with this number, if it need not be walked through; undefined: it
   * must be.
   */
  readonly skipCrash?: ((crashNumber: number) => number | undefined) | undefined;
  /** Phase "double": told when all steps after one first crash have been visited. */
  readonly endCrash?: ((stepCount: number) => void) | undefined;
}

/** `world` is used up. */
export function walkSteps(options: WalkOptions, world: World): void {
  const { base, targets } = options;
  let index = 0;
  const visit = (step: Omit<Step, "index">): void => {
    options.visit({ ...step, index });
    index += 1;
  };
  if (base.phase !== "double") {
    walkWindow(new Window(base), options, world, visit);
    world.close();
    return;
  }
  let crashNumber = 0;
  walkWindow(new Window({ ...base, phase: "first-checkpoint" }), options, world, ({ world: first }) => {
    const skipped = options.skipCrash?.(crashNumber);
    crashNumber += 1;
    if (skipped !== undefined) {
      index += skipped;
      return;
    }
    const fromIndex = index;
    const struck = first.fork();
    strikeFirst(struck, base, targets);
    walkWindow(new Window(base, true), options, struck, visit);
    struck.close();
    options.endCrash?.(index - fromIndex);
  });
  world.close();
}

/** The first of two crashes. A disk that is kept keeps what a flush covered, and nothing else. */
function strikeFirst(world: World, { first }: CrashBase, targets: StrikeTargets): void {
  world.strike({ kind: "permanent-loss", host: targets.productionHost });
  if (first === undefined) return;
  const host = targets.slotHosts[first.slot] as number;
  if (first.disk === "lost") world.strike({ kind: "permanent-loss", host });
  else {
    const keeps = { completed: "none" } as const;
    world.strike({ kind: "crash", host, disk: "kept", restartAfterNs: BACK_AFTER_NS, keeps });
  }
}

function walkWindow(
  window: Window,
  { hosts }: WalkOptions,
  world: World,
  visit: (step: Omit<Step, "index">) => void,
): void {
  const stepKinds = new StepKinds(hosts, world);
  world.runWhile(() => {
    if (!window.follow(world.events)) return false;
    const kinds = stepKinds.observe(world);
    // Before every host has come up once there is nothing to lose.
    if (window.isOpen && world.hasBooted && world.lastKind !== EVENT_ARRIVE)
      visit({ world, activity: window.activity, kinds });
    return true;
  });
}
