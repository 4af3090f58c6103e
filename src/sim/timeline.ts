/**
 * Virtual time: the current moment, the pending events, the digest of what was executed, and how often faults bit.
 *
 * Every part of a world schedules through its timeline. Event payloads are immutable, so that forks share them.
 */
import { EventQueue } from "./event-queue.ts";
import { Reach } from "./reach.ts";
import type { Trace } from "./trace.ts";
import { TraceDigest } from "./trace-digest.ts";

export * from "./event-kinds.ts";

export class Timeline {
  nowNs: number = 0;
  readonly queue: EventQueue;
  readonly digest: TraceDigest;
  readonly reach: Reach;
  /** Where everything that happens is recorded, when that was asked for. */
  readonly trace: Trace | undefined;

  constructor(
    queue: EventQueue = new EventQueue(),
    digest: TraceDigest = new TraceDigest(),
    reach: Reach = new Reach(),
    trace: Trace | undefined = undefined,
  ) {
    this.queue = queue;
    this.digest = digest;
    this.reach = reach;
    this.trace = trace;
  }

  fork(): Timeline {
    const copy = new Timeline(this.queue.fork(), this.digest.fork(), this.reach.fork(), this.trace?.fork());
    copy.nowNs = this.nowNs;
    return copy;
  }
}
