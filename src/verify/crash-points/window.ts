/**
 * The part of a base run in which servers are struck: from which event of the history on, and until which.
 *
 * A window begins with what the phase is about and ends a few events after it is over, so that its last steps are those at
 * which everybody has heard of it.
 */
import type { HistoryEvent } from "../../sim/history.ts";
import type { CrashBase } from "./chunk.ts";

/** Events after the end of what the phase is about. */
const STEPS_AFTER = 10;
/** A window that never ends by itself, because the phase does not happen, is given up. */
const STEP_COUNT_MAX = 20_000;

/** Follows a run and tells, event by event, whether it is in its window. */
export class Window {
  private readonly base: CrashBase;
  private hasBegun: boolean = false;
  private seenCount: number = 0;
  private stepsLeft: number | undefined = undefined;
  private stepCount: number = 0;
  private retiredCount: number = 0;

  constructor(base: CrashBase) {
    this.base = base;
  }

  /** Strikes may come now. */
  get isOpen(): boolean {
    return this.hasBegun;
  }

  /** Takes the history after one more event into account; false when the window is over. */
  follow(events: readonly HistoryEvent[]): boolean {
    for (; this.seenCount < events.length; this.seenCount += 1) {
      const event = events[this.seenCount] as HistoryEvent;
      if (!this.hasBegun && this.begins(event)) this.hasBegun = true;
      if (this.hasBegun && this.stepsLeft === undefined && this.ends(event)) this.stepsLeft = STEPS_AFTER;
    }
    this.stepCount += 1;
    if (this.stepCount > STEP_COUNT_MAX) return false;
    if (this.stepsLeft === undefined) return true;
    this.stepsLeft -= 1;
    return this.stepsLeft >= 0;
  }

  private begins(event: HistoryEvent): boolean {
    switch (this.base.phase) {
      case "first-checkpoint":
      case "double":
        return event.kind === "image-taken";
      case "next-checkpoint":
        return event.kind === "image-taken" && event.sequence === this.lastSequence();
      case "repair":
        return event.kind === "host-up";
      case "scrub":
        return event.kind === "note" && event.note.kind === "rot-found";
      case "restore":
        return event.kind === "note" && event.note.kind === "restore-started";
    }
  }

  private ends(event: HistoryEvent): boolean {
    if (event.kind === "software-started") return this.base.phase === "restore" && event.key !== undefined;
    if (event.kind !== "note") return false;
    const { note } = event;
    switch (this.base.phase) {
      case "first-checkpoint":
      case "double":
        return note.kind === "known-durable";
      case "next-checkpoint":
        if (note.kind === "retired" && note.floor.sequence >= 2) this.retiredCount += 1;
        return this.retiredCount >= this.base.serverCount;
      case "repair":
        return note.kind === "complete";
      case "scrub":
        return note.kind === "repaired";
      case "restore":
        return note.kind === "verdict" && note.verdict.kind !== "restored";
    }
  }

  /** The checkpoint that is the first one too many. */
  private lastSequence(): number {
    return this.base.retentionCount + 1;
  }
}
