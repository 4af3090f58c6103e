/**
 * A simulated machine: one host of the cluster with its memory, disk, processor, timers, and the software it runs.
 *
 * Invariants: a crash throws away all but the disk, and nothing that was set going before it happens after it. What a
 * handler does takes effect when the processor is free, in the order in which it was done.
 */
import { assert } from "../core/assertion.ts";
import type { Ballot } from "../core/checkpoint/key.ts";
import type { HostId, WorkKind } from "../core/protocol/environment.ts";
import type { Disk } from "./disk.ts";
import type { Effect } from "./effect.ts";
import { forkPlain } from "./fork.ts";
import type { ProgramState } from "./host-program.ts";
import { Clock } from "./clock.ts";
import { NamedTimers } from "./named-timers.ts";
import { Pause } from "./pause.ts";
import { Processor } from "./processor.ts";
import type { RandomRoot, RandomStream } from "./random.ts";
import type { ProcessorSettings } from "./settings.ts";
import type { Software } from "./software.ts";
import type { StateHash } from "./state-hash.ts";
import { EVENT_EFFECT, TIMER_OF_PROCESS, TIMER_OF_PROGRAM, type Timeline } from "./timeline.ts";

export interface RunningSoftware {
  readonly software: Software;
  readonly ballot: Ballot;
}

export interface MachineParts {
  readonly host: HostId;
  readonly timeline: Timeline;
  readonly random: RandomRoot;
  readonly disk: Disk;
  readonly processorSettings: ProcessorSettings;
  /** How many bytes one byte of an image or a member stands for: processors work on nothing else. */
  readonly scale?: number | undefined;
  /** How the server's clock is off from the start; left out: it is exact. */
  readonly clock?: { readonly offsetNs: number; readonly driftPpm: number } | undefined;
}

export class Machine {
  readonly host: HostId;
  readonly disk: Disk;
  /** undefined while the host is down. */
  state: ProgramState | undefined = undefined;
  software: RunningSoftware | undefined = undefined;
  /** Counts the starts of this host; 0 before the first one. */
  life: number = 0;
  /** Never comes up again. */
  gone: boolean = false;
  /** Whether the disk survived since the host went down last. */
  diskKept: boolean = true;
  /** Defined while the host is paused. */
  pause: Pause | undefined = undefined;
  readonly programTimers: NamedTimers;
  readonly processTimers: NamedTimers;
  /** Streams of the current life. */
  programRandom: RandomStream;
  processRandom: RandomStream;
  private readonly parts: MachineParts;
  private processor: Processor;
  private clock: Clock;
  /** Factors of faults that slow the processor, and places in the plan of faults of the clock. */
  private readonly slowness: Map<number, number> = new Map();
  private readonly clockFaults: Set<number> = new Set();
  /** Effects of this life that wait for the processor. */
  private waitingEffectCount: number = 0;

  constructor(parts: MachineParts) {
    this.parts = parts;
    this.host = parts.host;
    this.disk = parts.disk;
    this.processor = new Processor(parts.processorSettings);
    this.clock = new Clock(parts.clock);
    this.programTimers = new NamedTimers(parts.timeline, parts.host, TIMER_OF_PROGRAM);
    this.processTimers = new NamedTimers(parts.timeline, parts.host, TIMER_OF_PROCESS);
    this.programRandom = parts.random.stream("program", parts.host, 0);
    this.processRandom = parts.random.stream("software", parts.host, 0);
  }

  get up(): boolean {
    return this.state !== undefined;
  }

  /** A new life with fresh memory. */
  boot(state: ProgramState): void {
    this.life += 1;
    this.state = state;
    this.programRandom = this.parts.random.stream("program", this.host, this.life);
    this.processRandom = this.parts.random.stream("software", this.host, this.life);
  }

  /** Memory, timers and what waits are gone. The disk and the software's `stop` are the caller's. */
  halt(): void {
    this.state = undefined;
    this.software = undefined;
    this.programTimers.cancelAll();
    this.processTimers.cancelAll();
    this.processor.reset(this.parts.timeline.nowNs);
    this.waitingEffectCount = 0;
    this.pause = undefined;
  }

  charge(work: WorkKind, simulatedBytes: number): void {
    const { timeline, scale = 1 } = this.parts;
    const bytes = scale * simulatedBytes;
    if (this.slowness.size === 0) {
      this.processor.charge(timeline.nowNs, work, bytes);
      return;
    }
    let factor = 1;
    for (const [index, each] of this.slowness) {
      factor *= each;
      if (bytes > 0) timeline.reach.bite(index);
    }
    this.processor.charge(timeline.nowNs, work, bytes, factor);
  }

  /** What the server's own clock reads. */
  clockNs(): number {
    return this.clock.read(this.parts.timeline.nowNs);
  }

  /** When a timer that is set now fires: delays run on the server's own clock. */
  timerAtNs(delayNs: number): number {
    if (this.clock.isExact) return this.effectAtNs() + delayNs;
    return this.effectAtNs() + this.driftingDelayNs(delayNs);
  }

  /** As `timerAtNs`, for the software, whose timers do not wait for the processor. */
  processTimerAtNs(delayNs: number): number {
    const { nowNs } = this.parts.timeline;
    return this.clock.isExact ? nowNs + delayNs : nowNs + this.driftingDelayNs(delayNs);
  }

  /** The processor takes `factor` times as long until `endSlow` of the same fault. */
  beginSlow(faultIndex: number, factor: number): void {
    this.slowness.set(faultIndex, factor);
  }

  endSlow(faultIndex: number): void {
    this.slowness.delete(faultIndex);
  }

  /** The clock runs at another rate until `endDrift` of the same fault. Returns how many timers that moves. */
  beginDrift(faultIndex: number, driftPpm: number): number {
    this.clockFaults.add(faultIndex);
    return this.retime(this.clock.drift(this.parts.timeline.nowNs, driftPpm));
  }

  /** The clock runs at its own rate again. Returns how many timers that moves. */
  endDrift(faultIndex: number): number {
    this.clockFaults.delete(faultIndex);
    return this.retime(this.clock.drift(this.parts.timeline.nowNs, this.parts.clock?.driftPpm ?? 0));
  }

  /** The clock is stepped, forward by a positive amount. Returns how many timers that moves. */
  stepClock(byNs: number): number {
    return this.retime(this.clock.step(this.parts.timeline.nowNs, byNs));
  }

  /** Nothing goes on until `endPause` of the same fault. */
  beginPause(faultIndex: number, losesMessages: boolean): void {
    if (this.pause === undefined) {
      this.pause = new Pause();
      this.programTimers.suspend();
      this.processTimers.suspend();
    }
    this.pause.begin(faultIndex, losesMessages);
  }

  private driftingDelayNs(delayNs: number): number {
    const trueNs = this.clock.trueDelayNs(delayNs);
    if (trueNs !== delayNs) for (const index of this.clockFaults) this.parts.timeline.reach.bite(index);
    return trueNs;
  }

  private retime(newDeadlineNs: (deadlineNs: number) => number): number {
    if (this.pause !== undefined) return 0;
    return this.programTimers.retime(newDeadlineNs) + this.processTimers.retime(newDeadlineNs);
  }

  /** The moment at which what a handler does now takes effect. */
  effectAtNs(): number {
    return Math.max(this.parts.timeline.nowNs, this.processor.freeAtNs);
  }

  /** True when an effect must wait: for the processor, or behind others that wait. */
  mustWait(): boolean {
    return this.waitingEffectCount > 0 || this.processor.freeAtNs > this.parts.timeline.nowNs;
  }

  /** Lets an effect happen as an event of its own, when the processor is free. */
  defer(effect: Effect): void {
    this.waitingEffectCount += 1;
    this.parts.timeline.queue.push(this.effectAtNs(), EVENT_EFFECT, this.host, this.life, effect);
  }

  /** To be called when an EVENT_EFFECT of this machine is executed; false when it belongs to a life that ended. */
  takeEffect(life: number): boolean {
    if (life !== this.life || !this.up) return false;
    assert(this.waitingEffectCount > 0, "an effect that waited was counted");
    this.waitingEffectCount -= 1;
    return true;
  }

  /** Everything of the machine that decides its future but the software and what waits in the event queue. */
  addTo(hash: StateHash): void {
    if (this.gone) {
      hash.add(-1);
      return;
    }
    // A machine that has not come up yet, or is down, has its next life's streams still to make.
    hash.add(this.life);
    hash.add(this.diskKept ? 1 : 0);
    hash.addValue(this.state);
    this.disk.addTo(hash);
    for (const factor of this.slowness.values()) hash.add(factor);
    this.clock.addTo(hash, this.parts.timeline.nowNs);
    if (this.state === undefined) return;
    if (this.pause !== undefined) {
      this.pause.addTo(hash);
      this.programTimers.addSuspended(hash);
      this.processTimers.addSuspended(hash);
    }
    this.programRandom.addTo(hash);
    this.processRandom.addTo(hash);
    hash.add(this.processor.busyNs(this.parts.timeline.nowNs));
    hash.add(this.waitingEffectCount);
  }

  /** The copy has no software yet: its world forks that. */
  fork(timeline: Timeline): Machine {
    const copy = new Machine({ ...this.parts, timeline, disk: this.disk.fork(timeline) });
    copy.state = this.state === undefined ? undefined : forkPlain(this.state);
    copy.life = this.life;
    copy.gone = this.gone;
    copy.diskKept = this.diskKept;
    copy.programTimers.copyFrom(this.programTimers);
    copy.processTimers.copyFrom(this.processTimers);
    copy.programRandom = this.programRandom.fork();
    copy.processRandom = this.processRandom.fork();
    copy.processor = this.processor.fork();
    copy.clock = this.clock.fork();
    copy.pause = this.pause?.fork();
    for (const [index, factor] of this.slowness) copy.slowness.set(index, factor);
    for (const index of this.clockFaults) copy.clockFaults.add(index);
    copy.waitingEffectCount = this.waitingEffectCount;
    return copy;
  }
}
