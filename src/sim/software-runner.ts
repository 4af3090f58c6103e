/**
 * Runs the workload on the machines: starts software, passes events and messages to it, stops it.
 *
 * Invariant: workload code runs with the trap suspended, and only inside an event of its own, so it is never entered
 * twice. Software that was stopped is not called again.
 */
import { assert } from "../core/assertion.ts";
import { type Ballot, compareBallots } from "../core/checkpoint/key.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { SoftwareEvent } from "../core/protocol/software.ts";
import type { HistoryRecorder } from "./history-recorder.ts";
import type { HostProgram, ProgramState } from "./host-program.ts";
import type { Machine, RunningSoftware } from "./machine.ts";
import type { MachineEnvironment } from "./machine-environment.ts";
import type { Software, SoftwareEnvironment, WorkloadRun } from "./software.ts";
import type { StateHash } from "./state-hash.ts";
import type { Timeline } from "./timeline.ts";
import { resumeTrap, suspendTrap } from "./trap.ts";

export interface RunnerParts {
  readonly timeline: Timeline;
  readonly program: HostProgram;
  readonly recorder: HistoryRecorder;
  readonly workload: WorkloadRun;
  /** By host. */
  readonly environments: readonly MachineEnvironment[];
}

/** Workload code and its libraries may touch what the trap guards. */
export function outsideTrap<T>(call: () => T): T {
  suspendTrap();
  try {
    return call();
  } finally {
    resumeTrap();
  }
}

/** What software on one machine may do. */
class MachineSoftwareEnvironment implements SoftwareEnvironment {
  readonly self: HostId;
  private readonly machine: Machine;
  private readonly parts: RunnerParts;

  constructor(machine: Machine, parts: RunnerParts) {
    this.self = machine.host;
    this.machine = machine;
    this.parts = parts;
  }

  nowNs(): number {
    return this.machine.clockNs();
  }

  random(): number {
    return this.machine.processRandom.next();
  }

  send(to: HostId, payload: unknown, payloadBytes: number): void {
    this.environment().send(to, { to: "software", type: "application", payload, payloadBytes });
  }

  setTimer(name: string, delayNs: number): void {
    assert(Number.isSafeInteger(delayNs) && delayNs >= 0, "a delay is an integer of nanoseconds");
    this.machine.processTimers.set(name, this.machine.processTimerAtNs(delayNs));
  }

  cancelTimer(name: string): void {
    this.machine.processTimers.cancel(name);
  }

  checkpoint(segments: readonly Segment[]): number | undefined {
    const { machine, parts } = this;
    const running = this.running();
    assert(machine.state !== undefined, "software runs on a host that is up");
    const handedOver = parts.recorder.handOver(segments);
    const sequence = this.insideTrap(machine.state, segments);
    if (sequence !== undefined) {
      parts.recorder.imageTaken(machine.host, running.ballot, sequence, handedOver);
    }
    return sequence;
  }

  released(sequence: number, outputText: string): void {
    this.parts.recorder.outputReleased(this.self, this.running().ballot, sequence, outputText);
  }

  /** The software calls the core while the trap is suspended for the software. */
  private insideTrap(state: ProgramState, segments: readonly Segment[]): number | undefined {
    resumeTrap();
    try {
      return this.parts.program.checkpoint(state, this.environment(), segments);
    } finally {
      suspendTrap();
    }
  }

  private environment(): MachineEnvironment {
    return this.parts.environments[this.self] as MachineEnvironment;
  }

  private running(): RunningSoftware {
    const { software } = this.machine;
    assert(software !== undefined, "only software that runs acts");
    return software;
  }
}

export class SoftwareRunner {
  /** Running instances of all machines, in the order in which they were started. */
  private readonly started: RunningSoftware[] = [];
  private readonly parts: RunnerParts;
  private readonly environments: (SoftwareEnvironment | undefined)[] = [];

  constructor(parts: RunnerParts) {
    this.parts = parts;
  }

  /** Older ballots first: racing restorers may start in another order. */
  get running(): readonly Software[] {
    return [...this.started]
      .sort((a, b) => compareBallots(a.ballot, b.ballot))
      .map(({ software }) => software);
  }

  /** The software's first start, from nothing. */
  create(machine: Machine, ballot: Ballot): void {
    const software = outsideTrap(() => this.parts.workload.create());
    const facts = { ballot, key: undefined, segments: undefined, refusedBySoftware: undefined };
    this.parts.recorder.softwareStarted(machine.host, facts);
    this.begin(machine, { software, ballot });
  }

  event(machine: Machine, event: SoftwareEvent): void {
    if (event.kind === "start") {
      this.restart(machine, event);
      return;
    }
    const { software } = machine;
    // The software may have been stopped between the protocol's word and now.
    if (software === undefined) return;
    if (event.kind === "fenced") {
      this.stop(machine, "fenced");
      return;
    }
    const env = this.environmentOf(machine);
    suspendTrap();
    try {
      if (event.kind === "durable") software.software.durable(env, event.sequence);
      else if (event.kind === "failed") software.software.failed(env, event.sequence, event.reason);
      else software.software.wanted(env);
    } finally {
      resumeTrap();
    }
  }

  /** Messages to a machine without software are lost. */
  message(machine: Machine, from: HostId, payload: unknown): void {
    const { software } = machine;
    if (software === undefined) return;
    suspendTrap();
    try {
      software.software.message(this.environmentOf(machine), from, payload);
    } finally {
      resumeTrap();
    }
  }

  timer(machine: Machine, name: string): void {
    const { software } = machine;
    if (software === undefined) return;
    suspendTrap();
    try {
      software.software.timer(this.environmentOf(machine), name);
    } finally {
      resumeTrap();
    }
  }

  /** To be called while the machine still holds its software. */
  stop(machine: Machine, reason: "crash" | "fenced"): void {
    const running = machine.software;
    if (running === undefined) return;
    this.parts.recorder.softwareStopped(machine.host, running.ballot, reason);
    machine.software = undefined;
    machine.processTimers.cancelAll();
    this.started.splice(this.started.indexOf(running), 1);
    outsideTrap(() => running.software.stop());
  }

  /** The run is over: frees what instances hold. Not an event of the history. */
  close(machines: readonly Machine[]): void {
    for (const machine of machines) machine.software = undefined;
    for (const { software } of this.started.splice(0)) outsideTrap(() => software.stop());
  }

  /** Every running instance, by machine. */
  addTo(hash: StateHash, machines: readonly Machine[]): void {
    for (const { host, software } of machines) {
      if (software === undefined) continue;
      assert(software.software.addTo !== undefined, "software of this workload has no state hash");
      hash.add(host);
      hash.addValue(software.ballot);
      software.software.addTo(hash);
    }
  }

  /** Forks every instance of `other` onto the same machine among the copies. */
  forkFrom(other: SoftwareRunner, machines: readonly Machine[], copies: readonly Machine[]): void {
    for (const running of other.started) {
      const { ballot, software } = running;
      const copy: RunningSoftware = {
        software: outsideTrap(() => software.fork(this.parts.workload)),
        ballot,
      };
      this.started.push(copy);
      const host = machines.findIndex((machine) => machine.software === running);
      const machine = copies[host];
      assert(machine !== undefined, "running software stands on a machine");
      machine.software = copy;
    }
  }

  private restart(machine: Machine, event: Extract<SoftwareEvent, { kind: "start" }>): void {
    const { ballot, key, segments } = event;
    // A machine runs one instance; the newer ballot is the one that the protocol stands for.
    this.stop(machine, "fenced");
    const result = outsideTrap(() => this.parts.workload.restart(segments));
    const refusedBySoftware = result.ok ? undefined : result.reason;
    this.parts.recorder.softwareStarted(machine.host, { ballot, key, segments, refusedBySoftware });
    if (result.ok) this.begin(machine, { software: result.software, ballot });
  }

  private begin(machine: Machine, running: RunningSoftware): void {
    machine.software = running;
    this.started.push(running);
    outsideTrap(() => running.software.start(this.environmentOf(machine)));
  }

  private environmentOf(machine: Machine): SoftwareEnvironment {
    return (this.environments[machine.host] ??= new MachineSoftwareEnvironment(machine, this.parts));
  }
}
