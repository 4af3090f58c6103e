/** Which incarnations of the software run when the history ends. */
import type { Ballot } from "../../core/checkpoint/key.ts";
import type { RunHistory } from "../../sim/history.ts";
import { ballotId, orderBallots } from "./order.ts";

export interface Running {
  readonly ballot: Ballot;
  readonly host: number;
}

/** Oldest first. */
export function allRunningAtEnd(history: RunHistory): readonly Running[] {
  const running = new Map<string, Running>();
  for (const event of history.events) {
    const { host } = event;
    if (event.kind === "software-started" && event.refusedBySoftware === undefined) {
      running.set(ballotId(event.ballot), { ballot: event.ballot, host });
    } else if (event.kind === "software-stopped") running.delete(ballotId(event.ballot));
    else if (event.kind === "host-down") {
      for (const [id, one] of running) if (one.host === host) running.delete(id);
    }
  }
  return [...running.values()].sort((a, b) => orderBallots(a.ballot, b.ballot));
}

/** The newest incarnation whose software still runs. */
export function runningAtEnd(history: RunHistory): Running | undefined {
  return allRunningAtEnd(history).at(-1);
}
