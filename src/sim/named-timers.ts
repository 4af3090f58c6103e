/**
 * The named timers of one process on one host. Setting a timer again moves it; a timer that fired is no longer set.
 *
 * Invariant: memory follows the number of names in use. A name that is not set keeps its place, because most are set
 * again at once, until there are many of them.
 */
import type { EventHandle } from "./event-queue.ts";
import type { StateHash } from "./state-hash.ts";
import { EVENT_TIMER, type Timeline } from "./timeline.ts";

/** No event has this handle. */
const NOT_SET = -1;
/** Set, but standing still. */
const SUSPENDED = -2;
/** Names that are not set are forgotten when there are more names than this. */
const NAME_COUNT_KEPT = 16;

interface NamedTimer {
  handle: EventHandle;
  /** When it fires, unless it is put off. */
  atNs: number;
}

/** A timer that is due when its server goes on. */
export interface DueTimer {
  readonly name: string;
  readonly handle: EventHandle;
  readonly atNs: number;
}

export class NamedTimers {
  private readonly timeline: Timeline;
  private readonly host: number;
  private readonly owner: number;
  private readonly timers: Map<string, NamedTimer> = new Map();

  /** `owner` goes into the events' `extra` field and tells the processes of one host apart. */
  constructor(timeline: Timeline, host: number, owner: number) {
    this.timeline = timeline;
    this.host = host;
    this.owner = owner;
  }

  set(name: string, atNs: number): void {
    const { queue } = this.timeline;
    const timer = this.timers.get(name);
    if (timer === undefined) {
      this.timers.set(name, { handle: queue.push(atNs, EVENT_TIMER, this.host, this.owner, name), atNs });
      return;
    }
    if (timer.handle >= 0) queue.cancel(timer.handle);
    timer.handle = queue.push(atNs, EVENT_TIMER, this.host, this.owner, name);
    timer.atNs = atNs;
  }

  cancel(name: string): void {
    const timer = this.timers.get(name);
    if (timer === undefined || timer.handle === NOT_SET) return;
    if (timer.handle >= 0) this.timeline.queue.cancel(timer.handle);
    this.unset(name, timer);
  }

  cancelAll(): void {
    for (const { handle } of this.timers.values()) {
      if (handle >= 0) this.timeline.queue.cancel(handle);
    }
    this.timers.clear();
  }

  /** To be called when the timer's event is executed. */
  fired(name: string): void {
    const timer = this.timers.get(name);
    if (timer !== undefined) this.unset(name, timer);
  }

  /** Moves every deadline. Returns how many were moved. */
  retime(newDeadlineNs: (atNs: number) => number): number {
    let movedCount = 0;
    for (const [name, { atNs }] of this.setTimers()) {
      const movedNs = newDeadlineNs(atNs);
      if (movedNs === atNs) continue;
      movedCount += 1;
      this.set(name, movedNs);
    }
    return movedCount;
  }

  /** No timer fires until `resume`. */
  suspend(): void {
    for (const [, timer] of this.setTimers()) {
      this.timeline.queue.cancel(timer.handle);
      timer.handle = SUSPENDED;
    }
  }

  /** Timers go on; those whose moment has passed fire now. Returns these, in the order of their moments. */
  resume(): DueTimer[] {
    const { nowNs } = this.timeline;
    const due: DueTimer[] = [];
    for (const [name, timer] of this.setTimers()) {
      const { atNs } = timer;
      timer.handle = NOT_SET;
      this.set(name, Math.max(atNs, nowNs));
      if (atNs <= nowNs) due.push({ name, handle: timer.handle, atNs });
    }
    return due;
  }

  /** Unsets a timer that was due, unless it was set anew or cancelled since; then false. */
  take({ name, handle }: DueTimer): boolean {
    if (this.timers.get(name)?.handle !== handle) return false;
    this.cancel(name);
    return true;
  }

  /** Names, deadlines and whether they stand still. */
  addSuspended(hash: StateHash): void {
    for (const [name, { atNs }] of this.setTimers()) {
      hash.addText(name);
      hash.add(atNs - this.timeline.nowNs);
    }
  }

  /** In the order of their moments. */
  private setTimers(): [string, NamedTimer][] {
    return [...this.timers]
      .filter(([, { handle }]) => handle !== NOT_SET)
      .sort(([, a], [, b]) => a.atNs - b.atNs);
  }

  /** Takes over the timers of the same process in another world whose queue was forked. */
  copyFrom(other: NamedTimers): void {
    this.timers.clear();
    for (const [name, { handle, atNs }] of other.timers) {
      if (handle !== NOT_SET) this.timers.set(name, { handle, atNs });
    }
  }

  private unset(name: string, timer: NamedTimer): void {
    if (this.timers.size > NAME_COUNT_KEPT) this.timers.delete(name);
    else timer.handle = NOT_SET;
  }
}
