/**
 * Walks through the steps of a base run: calls back between any two events of its window.
 *
 * A step is every event that is executed but one: that the first byte of a message reaches a link decides nothing that its
 * delivery, or the crash that prevents it, does not. In the phase "double" the production server is lost at each step of the
 * first checkpoint, and the steps are those of the restore that follows.
 *
 * Invariant: walking twice over equal worlds visits equal steps in the same order.
 */
import { EVENT_ARRIVE } from "../../sim/timeline.ts";
import type { World } from "../../sim/world.ts";
import type { CrashBase } from "./chunk.ts";
import { Window } from "./window.ts";

/** The world stands between two events. It may be forked, and must not be moved on. */
export type VisitStep = (world: World) => void;

/** `world` is used up. */
export function walkSteps(base: CrashBase, world: World, productionHost: number, visit: VisitStep): void {
  if (base.phase !== "double") {
    walkWindow(base, world, visit);
    world.close();
    return;
  }
  walkWindow(base, world, (first) => {
    const struck = first.fork();
    struck.strike({ kind: "permanent-loss", host: productionHost });
    walkWindow({ ...base, phase: "restore" }, struck, visit);
    struck.close();
  });
  world.close();
}

function walkWindow(base: CrashBase, world: World, visit: VisitStep): void {
  const window = new Window(base);
  world.runWhile(() => {
    if (!window.follow(world.events)) return false;
    // Before every host has come up once there is nothing to lose.
    if (window.isOpen && world.hasBooted && world.lastKind !== EVENT_ARRIVE) visit(world);
    return true;
  });
}
