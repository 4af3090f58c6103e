/**
 * The named timers of one process on one host. Setting a timer again moves it; a timer that fired is no longer set.
 */
import type { EventHandle } from "./event-queue.ts";
import { EVENT_TIMER, type Timeline } from "./timeline.ts";

export class NamedTimers {
  private readonly timeline: Timeline;
  private readonly host: number;
  private readonly owner: number;
  private readonly handles: Map<string, EventHandle> = new Map();

  /** `owner` goes into the events' `extra` field and tells the processes of one host apart. */
  constructor(timeline: Timeline, host: number, owner: number) {
    this.timeline = timeline;
    this.host = host;
    this.owner = owner;
  }

  set(name: string, atNs: number): void {
    this.cancel(name);
    this.handles.set(name, this.timeline.queue.push(atNs, EVENT_TIMER, this.host, this.owner, name));
  }

  cancel(name: string): void {
    const handle = this.handles.get(name);
    if (handle === undefined) return;
    this.timeline.queue.cancel(handle);
    this.handles.delete(name);
  }

  cancelAll(): void {
    for (const handle of this.handles.values()) this.timeline.queue.cancel(handle);
    this.handles.clear();
  }

  /** To be called when the timer's event is executed. */
  fired(name: string): void {
    this.handles.delete(name);
  }

  /** Takes over the timers of the same process in another world whose queue was forked. */
  copyFrom(other: NamedTimers): void {
    this.handles.clear();
    for (const [name, handle] of other.handles) this.handles.set(name, handle);
  }
}
