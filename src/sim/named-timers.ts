/**
 * The named timers of one process on one host. Setting a timer again moves it; a timer that fired is no longer set.
 *
 * Invariant: memory follows the number of names in use. A name that is not set keeps its place, because most are set
 * again at once, until there are many of them.
 */
import type { EventHandle } from "./event-queue.ts";
import { EVENT_TIMER, type Timeline } from "./timeline.ts";

/** No event has this handle. */
const NOT_SET = -1;
/** Names that are not set are forgotten when there are more names than this. */
const NAME_COUNT_KEPT = 16;

interface NamedTimer {
  handle: EventHandle;
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
      this.timers.set(name, { handle: queue.push(atNs, EVENT_TIMER, this.host, this.owner, name) });
      return;
    }
    if (timer.handle !== NOT_SET) queue.cancel(timer.handle);
    timer.handle = queue.push(atNs, EVENT_TIMER, this.host, this.owner, name);
  }

  cancel(name: string): void {
    const timer = this.timers.get(name);
    if (timer === undefined || timer.handle === NOT_SET) return;
    this.timeline.queue.cancel(timer.handle);
    this.unset(name, timer);
  }

  cancelAll(): void {
    for (const { handle } of this.timers.values()) {
      if (handle !== NOT_SET) this.timeline.queue.cancel(handle);
    }
    this.timers.clear();
  }

  /** To be called when the timer's event is executed. */
  fired(name: string): void {
    const timer = this.timers.get(name);
    if (timer !== undefined) this.unset(name, timer);
  }

  /** Takes over the timers of the same process in another world whose queue was forked. */
  copyFrom(other: NamedTimers): void {
    this.timers.clear();
    for (const [name, { handle }] of other.timers) if (handle !== NOT_SET) this.timers.set(name, { handle });
  }

  private unset(name: string, timer: NamedTimer): void {
    if (this.timers.size > NAME_COUNT_KEPT) this.timers.delete(name);
    else timer.handle = NOT_SET;
  }
}
