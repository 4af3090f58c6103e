/**
 * A world: one simulated run of a cluster, from its start to its history.
 *
 * Invariants: equal options give equal runs, event by event (the digest tells); nothing outside the options has any
 * influence. A world can be forked between any two events: the fork and the original then go on alike and apart.
 *
 * Does not cover: promises (src/verify) and what people write (src/scenario).
 */
import { assert } from "../core/assertion.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import { ClientRunner } from "./client-runner.ts";
import type { DiskAtRisk, DiskQueue } from "./disk.ts";
import { FaultRunner } from "./fault-runner.ts";
import type { Fault, FaultAction, KeptOnCrash } from "./faults.ts";
import type { HistoryEvent, RunHistory } from "./history.ts";
import { holdingsByKey } from "./holdings.ts";
import { coreHostProgram, type ProgramState } from "./host-program.ts";
import { HostRunner } from "./host-runner.ts";
import type { Effect } from "./effect.ts";
import type { Machine } from "./machine.ts";
import { assertFault } from "./settings.ts";
import { outsideTrap } from "./software-runner.ts";
import {
  EVENT_ARRIVE,
  EVENT_BOOT,
  EVENT_CLIENT_START,
  EVENT_DELIVER,
  EVENT_DISK,
  EVENT_DOWNLINK,
  EVENT_EFFECT,
  EVENT_FAULT,
  EVENT_FAULT_END,
  EVENT_RESTART,
  EVENT_TIMER,
  EVENT_UPLINK,
} from "./timeline.ts";
import type { Trace } from "./trace.ts";
import { armTrap, disarmTrap } from "./trap.ts";
import { worldHash } from "./world-hash.ts";
import type { WorldParts } from "./world-parts.ts";

export class World {
  private readonly parts: WorldParts;
  private readonly hosts: HostRunner;
  private readonly clients: ClientRunner;
  private readonly faultRunner: FaultRunner;
  private eventCount: number = 0;
  /** The run is over when virtual time would pass this. */
  private endNs: number;
  private queueDepthMax: number = 0;
  private history: RunHistory | undefined = undefined;
  private isClosed: boolean = false;

  /** Use `createWorld` (world.ts). */
  constructor(parts: WorldParts) {
    this.parts = parts;
    const { options, timeline, network, machines, recorder, random } = parts;
    this.endNs = options.durationNs;
    const program = options.program ?? coreHostProgram(options.configuration);
    this.hosts = new HostRunner({ ...parts, program });
    const { clients } = options.workload;
    this.clients = new ClientRunner({ timeline, network, random, firstHost: options.hostCount, clients });
    this.faultRunner = new FaultRunner({
      faults: options.faults,
      timeline,
      network,
      recorder,
      random,
      machines,
      slotHosts: options.configuration.slotHosts,
      takeDown: (machine) => this.hosts.takeDown(machine),
      bringUp: (machine) => this.hosts.restart(machine, machine.life),
      resume: (machine, faultIndex, timersFirst) => this.hosts.resume(machine, faultIndex, timersFirst),
      command: (machine, message) => this.hosts.receive(machine, machine.host, message),
    });
  }

  get nowNs(): number {
    return this.parts.timeline.nowNs;
  }

  /** Events that are still to come. */
  get pendingCount(): number {
    return this.parts.timeline.queue.size;
  }

  /** The state of a host's program, for checkers: read only. undefined while the host is down. */
  stateOf(host: HostId): ProgramState | undefined {
    return this.parts.machines[host]?.state;
  }

  /** The digest of everything executed so far. */
  digestText(): string {
    return this.parts.timeline.digest.text();
  }

  /** Clients of the workload; their hosts follow the cluster's. */
  get clientCount(): number {
    return this.clients.count;
  }

  /** Events executed so far. */
  get executedCount(): number {
    return this.eventCount;
  }

  /** Every host has come up for the first time. */
  get hasBooted(): boolean {
    return this.eventCount >= this.parts.machines.length + this.clients.count;
  }

  /** The kind of the event that was executed last: one of the EVENT_ numbers of timeline.ts. */
  get lastKind(): number {
    return this.parts.timeline.queue.kind;
  }

  /** The host of that event, where its kind has one. */
  get lastHost(): HostId {
    return this.parts.timeline.queue.host;
  }

  /** The history so far, for checkers; the array grows with the run. */
  get events(): readonly HistoryEvent[] {
    return this.parts.recorder.all();
  }

  /** Everything that happened so far; undefined unless the options asked for it, and in forks. */
  get trace(): Trace | undefined {
    return this.parts.timeline.trace;
  }

  /** The plan, with what was added to it. */
  get faults(): readonly Fault[] {
    return this.faultRunner.faults;
  }

  isUp(host: HostId): boolean {
    return this.machineOf(host).up;
  }

  /** What a crash of this host now could leave of what no flush covered. */
  atRisk(host: HostId): DiskAtRisk {
    return this.machineOf(host).disk.atRisk();
  }

  /** What this host's disk has been told to do and has not done yet. */
  diskQueue(host: HostId): DiskQueue {
    return this.machineOf(host).disk.queued();
  }

  /** A hash of the files that a crash of this host now would leave with these `keeps`: equal disks, equal hashes. */
  diskRemains(host: HostId, keeps: KeptOnCrash): number {
    return this.machineOf(host).disk.remains(keeps);
  }

  /**
   * Lets a fault strike now, between two events, and adds it to the run's plan. A run of that plan from the start gives the
   * same digest. Returns the fault as it stands in the plan.
   */
  strike(action: FaultAction): Fault {
    assert(this.history === undefined && !this.isClosed, "a run that has ended is struck by nothing");
    assertFault({ ...action, atEvent: this.eventCount }, this.parts.options);
    return this.armed(() => this.faultRunner.strike(action, this.eventCount));
  }

  /** Adds a fault to the run's plan whose moment is still to come. */
  addFault(fault: Fault): void {
    const { nowNs } = this;
    assert((fault.atNs ?? Infinity) > nowNs, "a fault that is added comes later");
    assert((fault.atEvent ?? Infinity) > this.eventCount, "a fault that is added comes later");
    assertFault(fault, this.parts.options);
    this.faultRunner.add(fault);
  }

  /** Moves the end of the run. */
  endAt(endNs: number): void {
    assert(endNs >= this.nowNs, "a run does not end in the past");
    this.endNs = endNs;
  }

  /** Executes event by event while `goesOn` says so; false when the run came to its end. */
  runWhile(goesOn: (world: World) => boolean): boolean {
    return this.armed(() => {
      while (goesOn(this)) if (!this.executeNext(Infinity)) return false;
      return true;
    });
  }

  /**
   * 16 hexadecimal characters over everything that decides the future: equal hashes, equal futures, wherever and however the
   * states were reached. Times count relative to now. What has no effect any more is left out: events of lives that ended,
   * messages that will not be whole, all of hosts that are gone for ever.
   *
   * Not in it: the past (history, costs, digest), the end of the run, and the options, which the worlds compared share.
   */
  stateHash(): string {
    return worldHash({
      ...this.parts,
      software: this.hosts.software,
      clients: this.clients,
      faultRunner: this.faultRunner,
      eventCount: this.eventCount,
      awaitsFirstStart: this.hosts.awaitsFirstStart,
    });
  }

  /** Executes all that is left of the run. May be called again: the history is made once. */
  run(): RunHistory {
    this.armed(() => {
      while (this.executeNext(Infinity)) continue;
    });
    return this.finish();
  }

  /** Executes one event; false when the run is at its end. */
  step(): boolean {
    return this.armed(() => this.executeNext(Infinity));
  }

  /** Executes every event up to and including this moment. */
  runUntil(untilNs: number): void {
    this.armed(() => {
      while (this.executeNext(untilNs)) continue;
    });
  }

  /** An independent copy. Only between events, and not after the run's end. */
  fork(): World {
    assert(this.history === undefined, "a run that has ended cannot be forked");
    const { options, random } = this.parts;
    const timeline = this.parts.timeline.fork();
    const costs = this.parts.costs.fork();
    const copy = new World({
      options: { ...options, workload: outsideTrap(() => options.workload.fork()) },
      random,
      timeline,
      costs,
      network: this.parts.network.fork(timeline, costs),
      machines: this.parts.machines.map((machine) => machine.fork(timeline)),
      recorder: this.parts.recorder.fork(timeline),
    });
    copy.hosts.forkFrom(this.hosts);
    copy.clients.copyFrom(this.clients);
    copy.faultRunner.copyFrom(this.faultRunner);
    copy.eventCount = this.eventCount;
    copy.endNs = this.endNs;
    copy.queueDepthMax = this.queueDepthMax;
    return copy;
  }

  /** Gives a world up before its end: frees what its software holds. Nothing may be executed afterwards. */
  close(): void {
    this.isClosed = true;
    this.hosts.software.close(this.parts.machines);
  }

  /** Puts the first events into the queue; `createWorld` calls it once. */
  begin(): void {
    const { queue } = this.parts.timeline;
    for (const { host } of this.parts.machines) queue.push(0, EVENT_BOOT, host, 0, undefined);
    const firstClient = this.parts.options.hostCount;
    for (let index = 0; index < this.clients.count; index += 1) {
      queue.push(0, EVENT_CLIENT_START, firstClient + index, 0, undefined);
    }
    this.faultRunner.schedule();
    this.faultRunner.strikeAt(0);
  }

  private armed<T>(action: () => T): T {
    armTrap();
    try {
      return action();
    } finally {
      disarmTrap();
    }
  }

  private executeNext(untilNs: number): boolean {
    assert(!this.isClosed, "a world that was given up executes nothing");
    const { timeline, options } = this.parts;
    const { queue, digest } = timeline;
    const nextNs = queue.nextTimeNs;
    if (nextNs > untilNs || nextNs > this.endNs) return false;
    if (this.history !== undefined || this.eventCount >= options.eventCountMax) return false;
    if (queue.size > this.queueDepthMax) this.queueDepthMax = queue.size;
    if (!queue.pop()) return false;
    this.eventCount += 1;
    timeline.nowNs = queue.timeNs;
    digest.add(queue.kind * 0x1_0000 + queue.host);
    digest.add(queue.timeNs);
    timeline.trace?.event(queue);
    this.dispatch();
    if (this.eventCount >= this.faultRunner.nextAtEvent) this.faultRunner.strikeAt(this.eventCount);
    return true;
  }

  private dispatch(): void {
    const { queue } = this.parts.timeline;
    const { host, extra } = queue;
    switch (queue.kind) {
      case EVENT_ARRIVE:
        this.parts.network.arrive(extra, host, queue.payload as Message);
        return;
      case EVENT_UPLINK:
      case EVENT_DOWNLINK: {
        const direction = queue.kind === EVENT_UPLINK ? "out" : "in";
        this.parts.network.passUplink(direction, extra, host, queue.payload as Message);
        return;
      }
      case EVENT_DELIVER:
        this.deliver(host, extra, queue.payload as Message);
        return;
      case EVENT_TIMER:
        this.fireTimer(host, extra, queue.payload as string);
        return;
      case EVENT_DISK:
        this.hosts.completeDisk(this.machineOf(host));
        return;
      case EVENT_EFFECT: {
        const machine = this.machineOf(host);
        const effect = queue.payload as Effect;
        this.parts.timeline.trace?.named(effect.kind, "", 0);
        this.hosts.effect(machine, extra, effect);
        return;
      }
      case EVENT_FAULT:
        this.faultRunner.begin(host);
        return;
      case EVENT_FAULT_END:
        this.faultRunner.end(host);
        return;
      case EVENT_BOOT:
        // Lost for ever before it came up for the first time.
        if (!this.machineOf(host).gone) this.hosts.boot(this.machineOf(host), "init");
        return;
      case EVENT_RESTART:
        this.hosts.restart(this.machineOf(host), extra);
        return;
      case EVENT_CLIENT_START:
        this.clients.start(host);
        return;
      default:
        assert(false, "every kind of event has its handler");
    }
  }

  private deliver(to: HostId, slot: number, message: Message): void {
    const { timeline, network, machines } = this.parts;
    const { digest } = timeline;
    const { transits } = network;
    const from = transits.from[slot] as number;
    digest.add((transits.typeId[slot] as number) * 0x1_0000 + from);
    digest.add(transits.bytes[slot] as number);
    const isWhole = network.complete(slot, to);
    const machine = machines[to];
    if (timeline.trace !== undefined) network.traceMessage(slot, !isWhole || machine?.up === false);
    if (!isWhole) return;
    if (machine === undefined) {
      if (message.type === "application") this.clients.message(to, from, message.payload);
      return;
    }
    if (!machine.up) return;
    this.hosts.receive(machine, from, message);
  }

  private fireTimer(host: HostId, owner: number, name: string): void {
    this.parts.timeline.digest.addText(name);
    this.parts.timeline.trace?.named(name, "", 0);
    if (host >= this.parts.options.hostCount) this.clients.timer(host, name);
    else this.hosts.timer(this.machineOf(host), owner, name);
  }

  private finish(): RunHistory {
    if (this.history !== undefined) return this.history;
    assert(!this.isClosed, "a world that was given up has no history");
    const { options, timeline, recorder, costs, machines } = this.parts;
    const isCut = this.eventCount >= options.eventCountMax && timeline.queue.nextTimeNs <= this.endNs;
    const judgement = outsideTrap(() => options.workload.judge(this.hosts.software.running));
    this.history = {
      events: recorder.all(),
      costs: costs.costs(this.eventCount, this.queueDepthMax),
      endNs: isCut ? timeline.nowNs : this.endNs,
      digest: timeline.digest.text(),
      finalHoldings: holdingsByKey(this.hosts.holdingsQuery(undefined)),
      endReason: isCut ? "events" : "duration",
      judgement,
      reach: this.faultRunner.reachCounts(),
    };
    this.hosts.software.close(machines);
    return this.history;
  }

  private machineOf(host: HostId): Machine {
    return this.parts.machines[host] as Machine;
  }
}
