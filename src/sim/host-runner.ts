/**
 * Runs the program of every machine: hands it starts, messages, timers and completions, and carries out what it does.
 *
 * Invariant: effects that wait for a machine's processor come back as events of their own, and only to the life that they
 * belong to. Does not cover: which event comes next (world-engine.ts), faults (fault-runner.ts), software (software-runner.ts).
 */
import { assert } from "../core/assertion.ts";
import type { HostId, StorageCompletion } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { Note } from "../core/protocol/notes.ts";
import type { CostCounter } from "./costs.ts";
import type { DiskOperation } from "./disk.ts";
import type { HistoryRecorder } from "./history-recorder.ts";
import { factsOfNote, type HoldingsQuery } from "./holdings.ts";
import type { HostProgram } from "./host-program.ts";
import type { Effect } from "./effect.ts";
import type { Machine } from "./machine.ts";
import { type MachineActions, MachineEnvironment } from "./machine-environment.ts";
import type { Network } from "./network.ts";
import type { WorldOptions } from "./settings.ts";
import { SoftwareRunner } from "./software-runner.ts";
import { type Timeline, TIMER_OF_PROCESS, TIMER_OF_PROGRAM } from "./timeline.ts";

export interface HostRunnerParts {
  readonly options: WorldOptions;
  readonly program: HostProgram;
  readonly timeline: Timeline;
  readonly costs: CostCounter;
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly recorder: HistoryRecorder;
}

export class HostRunner implements MachineActions {
  readonly software: SoftwareRunner;
  /** The software's first start is still to come. */
  awaitsFirstStart: boolean = true;
  private readonly parts: HostRunnerParts;
  private readonly environments: readonly MachineEnvironment[];

  constructor(parts: HostRunnerParts) {
    this.parts = parts;
    this.environments = parts.machines.map((machine) => new MachineEnvironment(machine, this));
    this.software = new SoftwareRunner({
      timeline: parts.timeline,
      program: parts.program,
      recorder: parts.recorder,
      workload: parts.options.workload,
      environments: this.environments,
    });
  }

  boot(machine: Machine, mode: "init" | "restart"): void {
    const state = this.parts.program.create(machine.host);
    machine.boot(state);
    this.parts.program.start(state, this.environmentOf(machine), mode);
    this.afterHandler(machine);
  }

  /** A crashed machine comes up; nothing happens when that crash was not the last word on it. */
  restart(machine: Machine, endedLife: number): void {
    if (machine.up || machine.gone || machine.life !== endedLife) return;
    this.parts.recorder.hostUp(machine.host, machine.diskKept);
    this.boot(machine, "restart");
  }

  /** The machine loses its memory. Its disk is the caller's. */
  takeDown(machine: Machine): void {
    this.software.stop(machine, "crash");
    machine.halt();
    this.parts.network.crash(machine.host);
  }

  message(machine: Machine, from: HostId, message: Message): void {
    const { state } = machine;
    assert(state !== undefined, "messages are handed to hosts that are up");
    this.parts.program.message(state, this.environmentOf(machine), from, message);
    this.afterHandler(machine);
  }

  /** `owner` is TIMER_OF_PROGRAM or TIMER_OF_PROCESS. */
  timer(machine: Machine, owner: number, name: string): void {
    if (owner !== TIMER_OF_PROGRAM) {
      machine.processTimers.fired(name);
      this.software.timer(machine, name);
      return;
    }
    machine.programTimers.fired(name);
    assert(machine.state !== undefined, "a crash cancels all timers");
    this.parts.program.timer(machine.state, this.environmentOf(machine), name);
    this.afterHandler(machine);
  }

  /** The disk finished the operation at the head of its queue. */
  completeDisk(machine: Machine): void {
    const { digest } = this.parts.timeline;
    const operation = machine.disk.finishing();
    digest.addText(operation.kind);
    if (operation.kind === "write") {
      digest.add(operation.bytes.length);
      this.parts.costs.written(operation.file, operation.bytes.length);
    }
    const completion = machine.disk.complete();
    this.traceDisk(operation, completion);
    for (const { fault, files } of machine.disk.takeDamaged()) {
      this.parts.recorder.damage(machine.host, fault, files);
    }
    if (machine.pause === undefined) this.storage(machine, completion);
    else machine.pause.hold({ kind: "storage", completion }, this.parts.timeline.reach);
  }

  /** An effect of a life waited long enough: for the processor, or for the end of a pause. */
  effect(machine: Machine, life: number, effect: Effect): void {
    if (machine.pause !== undefined && machine.life === life) {
      machine.pause.hold({ kind: "effect", life, effect }, this.parts.timeline.reach);
    } else if (machine.takeEffect(life)) this.perform(machine, effect);
  }

  /** A message for a machine that is up, from another host, an operator or a client. */
  receive(machine: Machine, from: HostId, message: Message): void {
    if (machine.pause !== undefined) {
      machine.pause.hold({ kind: "message", from, message }, this.parts.timeline.reach);
    } else if (message.type === "application") this.software.message(machine, from, message.payload);
    else this.message(machine, from, message);
  }

  /** A pause is over: the machine sees what waited, after the timers that came due or before them. */
  resume(machine: Machine, faultIndex: number, timersFirst: boolean): void {
    const { pause } = machine;
    // The fault's own pause may have been ended by a crash.
    if (pause?.isBegun(faultIndex) !== true) return;
    const { reach } = this.parts.timeline;
    const dueTimers = [
      ...machine.programTimers.resume().map((timer) => ({ timer, owner: TIMER_OF_PROGRAM })),
      ...machine.processTimers.resume().map((timer) => ({ timer, owner: TIMER_OF_PROCESS })),
    ].sort((a, b) => a.timer.atNs - b.timer.atNs);
    pause.bite(reach, dueTimers.length);
    if (!pause.end(faultIndex)) {
      // Another pause goes on.
      machine.programTimers.suspend();
      machine.processTimers.suspend();
      return;
    }
    machine.pause = undefined;
    if (timersFirst) {
      for (const { timer, owner } of dueTimers) {
        const timers = owner === TIMER_OF_PROGRAM ? machine.programTimers : machine.processTimers;
        if (timers.take(timer)) this.timer(machine, owner, timer.name);
      }
    }
    for (const item of pause.takeHeld()) {
      if (item.kind === "message") this.receive(machine, item.from, item.message);
      else if (item.kind === "storage") this.storage(machine, item.completion);
      else this.effect(machine, item.life, item.effect);
    }
  }

  private storage(machine: Machine, completion: StorageCompletion): void {
    assert(machine.state !== undefined, "a crash cancels what the disk was doing");
    this.parts.program.storage(machine.state, this.environmentOf(machine), completion);
    this.afterHandler(machine);
  }

  /** Something that a handler of this life did takes effect. */
  perform(machine: Machine, effect: Effect): void {
    switch (effect.kind) {
      case "send":
        this.send(machine, effect.to, effect.message);
        return;
      case "storage":
        this.issue(machine, effect.operation);
        return;
      case "note":
        this.note(machine, effect.note);
        return;
      case "software":
        this.software.event(machine, effect.event);
        return;
    }
  }

  send(machine: Machine, to: HostId, message: Message): void {
    this.parts.network.send(machine.host, to, message);
  }

  issue(machine: Machine, operation: DiskOperation): void {
    machine.disk.issue(operation);
  }

  note(machine: Machine, note: Note): void {
    const facts = factsOfNote(this.holdingsQuery(machine.host), machine, note);
    this.parts.recorder.note(machine.host, note, facts);
  }

  holdingsQuery(judge: HostId | undefined): HoldingsQuery {
    const { machines, network, options, recorder } = this.parts;
    return { configuration: options.configuration, events: recorder.all(), machines, network, judge };
  }

  /** Takes over the software and the progress of the same run in another world, whose machines were forked. */
  forkFrom(other: HostRunner): void {
    this.software.forkFrom(other.software, other.parts.machines, this.parts.machines);
    this.awaitsFirstStart = other.awaitsFirstStart;
  }

  /** The software starts for the first time as soon as the production role has its incarnation. */
  private afterHandler(machine: Machine): void {
    if (!this.awaitsFirstStart || machine.host !== this.parts.options.configuration.productionHost) return;
    const { state } = machine;
    // A production host that came up again no longer starts from nothing.
    if (state === undefined || machine.life > 1) return;
    const ballot = this.parts.program.incarnation(state);
    if (ballot === undefined) return;
    this.awaitsFirstStart = false;
    this.software.create(machine, ballot);
  }

  private traceDisk(operation: DiskOperation, completion: StorageCompletion): void {
    const { trace } = this.parts.timeline;
    if (trace === undefined) return;
    const file = "file" in operation ? operation.file : "";
    const read = completion.kind === "read" ? (completion.bytes?.length ?? 0) : 0;
    trace.named(operation.kind, file, operation.kind === "write" ? operation.bytes.length : read);
  }

  private environmentOf(machine: Machine): MachineEnvironment {
    return this.environments[machine.host] as MachineEnvironment;
  }
}
