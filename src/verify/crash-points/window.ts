/**
 * The part of a base run in which servers are struck: from which event of the history on, and until which.
 *
 * A window begins with what the phase is about and ends a few events after it is over, so that its last steps are those at
 * which everybody has heard of it.
 */
import type { HistoryEvent } from "../../sim/history.ts";
import type { CaseActivity } from "../verify-result.ts";
import type { CrashBase } from "./chunk.ts";

/** Events after the end of what the phase is about. */
const STEPS_AFTER = 10;
/** A window that never ends by itself, because the phase does not happen, is given up. */
const STEP_COUNT_MAX = 20_000;

/** Follows a run and tells, event by event, whether it is in its window. */
export class Window {
  private readonly base: CrashBase;
  private hasBegun: boolean;
  private seenCount: number = 0;
  private stepsLeft: number | undefined = undefined;
  private stepCount: number = 0;
  private retiredCount: number = 0;
  private isRetiring: boolean = false;

  /** `hasBegun`: the window is open from here on. */
  constructor(base: CrashBase, hasBegun: boolean = false) {
    this.base = base;
    this.hasBegun = hasBegun;
  }

  /** Strikes may come now. */
  get isOpen(): boolean {
    return this.hasBegun;
  }

  /** What is going on. */
  get activity(): CaseActivity {
    switch (this.base.phase) {
      case "first-checkpoint":
        return "taking";
      case "next-checkpoint":
        return this.isRetiring ? "retiring" : "taking";
      case "rejoin":
        return "rejoining";
      case "repair":
        return "repairing";
      case "scrub":
        return "scrubbing";
      case "restore":
        return "restoring";
      case "double":
        return "recovering";
    }
  }

  /** Takes the history after one more event into account; false when the window is over. */
  follow(events: readonly HistoryEvent[]): boolean {
    for (; this.seenCount < events.length; this.seenCount += 1) {
      const event = events[this.seenCount] as HistoryEvent;
      // Rot on a server that holds no members of this image: there is nothing to scrub.
      if (event.kind === "fault" && event.fault.kind === "bit-rot" && !event.bit) return false;
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
        return event.kind === "image-taken";
      case "next-checkpoint":
        return event.kind === "image-taken" && event.sequence === this.lastSequence();
      case "rejoin":
      case "repair":
        return event.kind === "host-up";
      case "scrub":
        return event.kind === "note" && event.note.kind === "rot-found";
      case "restore":
        return event.kind === "note" && event.note.kind === "restore-started";
      case "double":
        return false;
    }
  }

  private ends(event: HistoryEvent): boolean {
    const { phase, serverCount } = this.base;
    const isRestore = phase === "restore" || phase === "double";
    if (event.kind === "software-started") return isRestore && event.key !== undefined;
    if (event.kind !== "note") return false;
    const { note } = event;
    switch (phase) {
      case "first-checkpoint":
        return note.kind === "known-durable";
      case "next-checkpoint":
        if (note.kind === "known-durable") this.isRetiring = true;
        if (note.kind === "retired" && note.floor.sequence >= 2) this.retiredCount += 1;
        return this.retiredCount >= serverCount;
      case "rejoin":
        return note.kind === "started";
      case "repair":
        return note.kind === "complete";
      case "scrub":
        return note.kind === "repaired";
      case "restore":
      case "double":
        return note.kind === "verdict" && note.verdict.kind !== "restored";
    }
  }

  /** The checkpoint that is the first one too many. */
  private lastSequence(): number {
    return this.base.retentionCount + 1;
  }
}
