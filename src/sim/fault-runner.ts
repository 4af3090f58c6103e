/**
 * Carries out the fault plan: each entry at its moment or after its event, and its end where it has one.
 *
 * A fault with a moment is an event of the queue. One that hangs on a count of events is none: it strikes between two events,
 * so that a fork that is struck and a run of the whole plan from the start execute the same events.
 *
 * What the faults mean is in faults.ts. A fault that finds nothing to harm (a crash of a host that is down, rot on an
 * empty disk) is recorded with `bit: false`. A crash of a host that is down can still take its disk; when that host comes up
 * is settled by the crash that took it down. Streams of faults are derived from what the fault says and not from its
 * place in the plan, so that taking one fault out does not change another.
 */
import { BALLOT_ZERO } from "../core/checkpoint/key.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { DiskFault, Fault, FaultAction, KeptOnCrash, LinkFault, ServerFault } from "./faults.ts";
import type { HistoryRecorder } from "./history-recorder.ts";
import { hashText } from "./integer-hash.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { RandomRoot, RandomStream } from "./random.ts";
import type { StateHash } from "./state-hash.ts";
import { EVENT_FAULT, EVENT_FAULT_END, EVENT_RESTART, type Timeline } from "./timeline.ts";

export interface FaultRunnerParts {
  readonly faults: readonly Fault[];
  readonly timeline: Timeline;
  readonly network: Network;
  readonly recorder: HistoryRecorder;
  readonly random: RandomRoot;
  readonly machines: readonly Machine[];
  readonly slotHosts: readonly HostId[];
  /** Stops the machine's software, throws its memory away. Its disk is this file's. */
  readonly takeDown: (machine: Machine) => void;
  /** Boots a machine that is down. */
  readonly bringUp: (machine: Machine) => void;
  /** Ends one pause of a machine. */
  readonly resume: (machine: Machine, faultIndex: number, timersFirst: boolean) => void;
  /** Hands a message to the machine's program at once. */
  readonly command: (machine: Machine, message: Message) => void;
}

/** Order of what hangs on counts of events: by count, then by place in the plan. */
interface StepFault {
  readonly atEvent: number;
  readonly index: number;
}

export class FaultRunner {
  private readonly parts: FaultRunnerParts;
  /** The whole plan. A fault's place in it names it in events. */
  private readonly plan: Fault[];
  /** Faults that hang on a count of events and are still to come, the next one last. */
  private stepFaults: StepFault[] = [];

  constructor(parts: FaultRunnerParts) {
    this.parts = parts;
    this.plan = [...parts.faults];
  }

  /** The count of events after which the next fault strikes; Infinity when none hangs on a count. */
  get nextAtEvent(): number {
    return this.stepFaults.at(-1)?.atEvent ?? Infinity;
  }

  get faults(): readonly Fault[] {
    return this.plan;
  }

  /** Takes over plan and progress of the same run in another world. */
  copyFrom(other: FaultRunner): void {
    this.plan.splice(0, this.plan.length, ...other.plan);
    this.stepFaults = other.stepFaults.slice();
  }

  /** Puts the whole plan into the queue; once, at the start of a run. */
  schedule(): void {
    for (const index of this.plan.keys()) this.scheduleOne(index);
    this.stepFaults.sort((a, b) => b.atEvent - a.atEvent || b.index - a.index);
  }

  /** Adds a fault whose moment is still to come. */
  add(fault: Fault): void {
    this.plan.push(fault);
    this.scheduleOne(this.plan.length - 1);
    this.stepFaults.sort((a, b) => b.atEvent - a.atEvent || b.index - a.index);
  }

  /** Adds a fault to the plan and lets it strike at once; `atEvent` is the count of events so far. */
  strike(action: FaultAction, atEvent: number): Fault {
    const fault: Fault = { ...action, atEvent };
    this.plan.push(fault);
    this.begin(this.plan.length - 1);
    return fault;
  }

  /** Lets everything strike that hangs on this count of events. */
  strikeAt(eventCount: number): void {
    for (;;) {
      const next = this.stepFaults.at(-1);
      if (next === undefined || next.atEvent > eventCount) return;
      this.stepFaults.pop();
      this.begin(next.index);
    }
  }

  /** What the plan has still to do; faults with a moment are events. */
  addTo(hash: StateHash, eventCount: number): void {
    for (const { atEvent, index } of this.stepFaults) {
      hash.add(atEvent - eventCount);
      hash.addImmutable(this.faultAt(index));
    }
  }

  /** What a pending event of a fault will do, without its moment. */
  addPending(hash: StateHash, index: number): void {
    const { atNs: _, ...action } = this.faultAt(index);
    hash.addValue(action);
  }

  private scheduleOne(index: number): void {
    const { timeline } = this.parts;
    const fault = this.faultAt(index);
    if (fault.atEvent !== undefined) this.stepFaults.push({ atEvent: fault.atEvent, index });
    else if (fault.atNs === 0) timeline.queue.push(0, EVENT_FAULT, index, 0, undefined);
    // A fault comes before all else that happens at its moment: the same when it is added while the run is under way.
    else timeline.queue.pushFirst(fault.atNs, EVENT_FAULT, index, 0, index);
  }

  begin(index: number): void {
    const { network, recorder, machines } = this.parts;
    const fault = this.faultAt(index);
    switch (fault.kind) {
      case "crash":
        this.crash(machines[fault.host] as Machine, index, fault);
        return;
      case "permanent-loss":
        this.loseForEver(machines[fault.host] as Machine, index, fault);
        return;
      case "restart": {
        const machine = machines[fault.host] as Machine;
        const canRise = !machine.up && !machine.gone && machine.life > 0;
        recorder.fault(fault.host, fault, canRise);
        if (!canRise) return;
        this.bite(index);
        this.parts.bringUp(machine);
        return;
      }
      case "partition": {
        const pairCount = network.cut(index, fault.from, fault.to, fault.symmetric);
        recorder.fault(-1, fault, pairCount > 0);
        this.scheduleEnd(index, fault.healAfterNs);
        return;
      }
      case "loss":
        network.beginLoss(index, fault.ratePpm, this.streamOf(index));
        recorder.fault(-1, fault, fault.ratePpm > 0 && fault.lastsNs > 0);
        this.scheduleEnd(index, fault.lastsNs);
        return;
      case "bit-rot": {
        const { disk } = machines[fault.host] as Machine;
        const flipped = disk.rot(fault.filePrefix, fault.bitCount, this.streamOf(index));
        this.bite(index, flipped.length);
        recorder.fault(fault.host, fault, flipped.length > 0, flipped);
        return;
      }
      case "operator-restore": {
        const machine = machines[fault.host] as Machine;
        recorder.fault(fault.host, fault, machine.up);
        if (!machine.up) return;
        this.bite(index);
        this.parts.command(machine, this.restoreCommand(fault));
        return;
      }
      case "duplication":
      case "reordering":
      case "delay":
      case "clog":
      case "corruption":
      case "limited-bandwidth":
        network.beginFault(index, fault, this.streamOf(index));
        recorder.fault(fault.kind === "limited-bandwidth" ? fault.host : -1, fault, fault.lastsNs > 0);
        this.scheduleEnd(index, fault.lastsNs);
        return;
      case "pause":
      case "slow-server":
      case "clock-step":
      case "clock-drift":
        this.beginServerFault(machines[fault.host] as Machine, index, fault);
        return;
      default:
        this.beginDiskFault(machines[fault.host] as Machine, index, fault);
    }
  }

  end(index: number): void {
    const { network, machines } = this.parts;
    const fault = this.faultAt(index);
    if (fault.kind === "partition") network.heal(index, fault.from, fault.to, fault.symmetric);
    else if (fault.kind === "loss") network.endLoss(index);
    else if (fault.kind === "pause") this.endPause(machines[fault.host] as Machine, index);
    else if (fault.kind === "slow-server") (machines[fault.host] as Machine).endSlow(index);
    else if (fault.kind === "clock-drift")
      this.bite(index, (machines[fault.host] as Machine).endDrift(index));
    else if (isLinkFault(fault)) network.endFault(index);
    else if ("host" in fault) (machines[fault.host] as Machine).disk.endFault(index);
  }

  private beginServerFault(machine: Machine, index: number, fault: Fault & ServerFault): void {
    const canStrike = !machine.gone && (fault.kind !== "pause" || machine.up);
    this.parts.recorder.fault(machine.host, fault, canStrike);
    if (!canStrike) return;
    if (fault.kind === "pause") machine.beginPause(index, fault.messages === "lost");
    else if (fault.kind === "slow-server") machine.beginSlow(index, fault.factor);
    else if (fault.kind === "clock-drift") this.bite(index, machine.beginDrift(index, fault.driftPpm));
    else this.bite(index, machine.stepClock(fault.direction === "forward" ? fault.byNs : -fault.byNs));
    if ("lastsNs" in fault) this.scheduleEnd(index, fault.lastsNs);
  }

  private endPause(machine: Machine, index: number): void {
    this.parts.resume(machine, index, this.streamOf(index).below(2) === 1);
  }

  /** How often each fault of the plan bit so far. */
  reachCounts(): readonly number[] {
    return this.plan.map((_, index) => this.parts.timeline.reach.of(index));
  }

  private beginDiskFault(machine: Machine, index: number, fault: Fault & DiskFault): void {
    const { recorder } = this.parts;
    if (machine.gone) {
      recorder.fault(machine.host, fault, false);
      return;
    }
    const damaged = machine.disk.beginFault(index, fault, this.streamOf(index));
    this.bite(index, damaged.length);
    recorder.fault(machine.host, fault, fault.kind !== "latent-error" || damaged.length > 0);
    if (damaged.length > 0) recorder.damage(machine.host, fault, damaged);
    if ("lastsNs" in fault) this.scheduleEnd(index, fault.lastsNs);
  }

  private bite(index: number, count: number = 1): void {
    this.parts.timeline.reach.bite(index, count);
  }

  private crash(machine: Machine, index: number, fault: Extract<Fault, { kind: "crash" }>): void {
    const { recorder, timeline } = this.parts;
    const wasUp = machine.up;
    const losesDisk = fault.disk === "lost";
    if (!wasUp && (machine.gone || !losesDisk)) {
      recorder.fault(machine.host, fault, false);
      return;
    }
    if (!wasUp) {
      const heldAny = machine.disk.lose();
      recorder.fault(machine.host, fault, heldAny);
      if (heldAny) {
        this.bite(index);
        machine.diskKept = false;
        recorder.hostDown(machine.host, true);
      }
      return;
    }
    recorder.fault(machine.host, fault, true);
    this.bite(index);
    this.goDown(machine, losesDisk, fault.keeps);
    if (fault.restartAfterNs !== undefined) {
      const atNs = timeline.nowNs + fault.restartAfterNs;
      timeline.queue.push(atNs, EVENT_RESTART, machine.host, machine.life, undefined);
    }
  }

  private loseForEver(machine: Machine, index: number, fault: Fault): void {
    const { recorder } = this.parts;
    recorder.fault(machine.host, fault, !machine.gone);
    if (machine.gone) return;
    this.bite(index);
    machine.gone = true;
    if (machine.up) {
      this.goDown(machine, true);
      return;
    }
    machine.disk.lose();
    machine.diskKept = false;
    recorder.hostDown(machine.host, true);
  }

  private goDown(machine: Machine, losesDisk: boolean, keeps?: KeptOnCrash): void {
    const nothingDurable = !losesDisk && machine.disk.atRisk().durableCount === 0;
    this.parts.recorder.hostDown(machine.host, losesDisk, nothingDurable);
    this.parts.takeDown(machine);
    if (losesDisk) machine.disk.lose();
    else machine.disk.crash(keeps);
    machine.diskKept = !losesDisk;
  }

  private restoreCommand(fault: Extract<Fault, { kind: "operator-restore" }>): Message {
    const lostSlots = fault.lostHosts
      .map((host) => this.parts.slotHosts.indexOf(host))
      .filter((slot) => slot >= 0);
    return {
      to: "restorer",
      type: "restore",
      above: BALLOT_ZERO,
      lives: [],
      operator: { lostSlots, acceptOlder: fault.acceptOlder },
    };
  }

  private scheduleEnd(index: number, afterNs: number | undefined): void {
    if (afterNs === undefined) return;
    const { timeline } = this.parts;
    timeline.queue.push(timeline.nowNs + afterNs, EVENT_FAULT_END, index, 0, undefined);
  }

  private faultAt(index: number): Fault {
    return this.plan[index] as Fault;
  }

  /** Equal faults of a plan are told apart by their order among themselves. */
  private streamOf(index: number): RandomStream {
    const text = faultText(this.faultAt(index));
    let equalCount = 0;
    for (let earlier = 0; earlier < index; earlier += 1) {
      if (faultText(this.faultAt(earlier)) === text) equalCount += 1;
    }
    return this.parts.random.stream("fault", hashText(text), equalCount);
  }
}

const LINK_KINDS: ReadonlySet<string> = new Set<LinkFault["kind"]>([
  "duplication",
  "reordering",
  "delay",
  "clog",
  "corruption",
  "limited-bandwidth",
]);

function isLinkFault(fault: FaultAction): fault is LinkFault {
  return LINK_KINDS.has(fault.kind);
}

/** The same text for the same fault, however its fields are ordered. What a crash leaves draws nothing and is left out. */
function faultText(fault: Fault): string {
  return JSON.stringify(fault, Object.keys(fault).sort());
}
