/**
 * Tells what one executed event was: which of the kinds of steps at which a server can crash.
 *
 * One event may be a step of several kinds: a message is delivered, and its handler issues a write. What one handler does
 * at one moment is one step; what waits for the processor takes effect in events of its own.
 *
 * Invariant: `observe` is called after each event of one run, from a fork of the same state on or from its start.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import type { DiskQueue } from "../../sim/disk.ts";
import { EVENT_DELIVER, EVENT_DISK, EVENT_EFFECT, EVENT_RESTART, EVENT_TIMER } from "../../sim/timeline.ts";
import type { World } from "../../sim/world.ts";
import type { CaseStepKind } from "../verify-result.ts";

/** Kinds whose events belong to one host, by the simulator's number. */
const KIND_OF_EVENT: Readonly<Partial<Record<number, CaseStepKind>>> = {
  [EVENT_DELIVER]: "message-delivered",
  [EVENT_TIMER]: "timer-fired",
  [EVENT_EFFECT]: "effect-took-place",
  [EVENT_RESTART]: "server-started",
};

export class StepKinds {
  private readonly hosts: readonly HostId[];
  private readonly queues: Map<HostId, DiskQueue> = new Map();

  constructor(hosts: readonly HostId[], world: World) {
    this.hosts = hosts;
    for (const host of hosts) this.queues.set(host, world.diskQueue(host));
  }

  /** Never empty: an event that is nothing else is "other". */
  observe(world: World): CaseStepKind[] {
    const { lastKind, lastHost } = world;
    const kinds: CaseStepKind[] = [];
    const own = KIND_OF_EVENT[lastKind];
    if (own !== undefined && (own !== "message-delivered" || this.hearsMessages(world, lastHost)))
      kinds.push(own);
    const before = this.queues.get(lastHost);
    if (before !== undefined) this.addDiskKinds(kinds, world, before, lastKind === EVENT_DISK);
    if (kinds.length === 0) kinds.push("other");
    return kinds;
  }

  private addDiskKinds(kinds: CaseStepKind[], world: World, before: DiskQueue, isDiskEvent: boolean): void {
    const host = world.lastHost;
    const after = world.diskQueue(host);
    this.queues.set(host, after);
    const done = isDiskEvent ? before.underWay : undefined;
    if (done === "write") kinds.push("write-completed");
    if (done === "flush") kinds.push("flush-completed");
    if (done === "read" || done === "list") kinds.push("read-completed");
    if (after.writeCount > before.writeCount - (done === "write" ? 1 : 0)) kinds.push("write-issued");
    if (after.flushCount > before.flushCount - (done === "flush" ? 1 : 0)) kinds.push("flush-issued");
  }

  /** A message to a server that is down is delivered to nobody. */
  private hearsMessages(world: World, host: HostId): boolean {
    return this.hosts.includes(host) && world.isUp(host);
  }
}
