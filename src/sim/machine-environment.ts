/**
 * The Environment that the simulator gives to the program of one machine.
 *
 * Invariant: effects happen in the order of the calls. They are carried out at once when the processor is free, and as
 * events of their own otherwise. Up-calls to the software are always events of their own: a handler of the software that
 * asks for a checkpoint must not be entered again before it has returned.
 */
import { assert } from "../core/assertion.ts";
import type { Environment, HostId, Storage, WorkKind } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { Note } from "../core/protocol/notes.ts";
import type { SoftwareEvent } from "../core/protocol/software.ts";
import type { DiskOperation } from "./disk.ts";
import type { Machine } from "./machine.ts";

/** What happens to the world around a machine, now. */
export interface MachineActions {
  send(machine: Machine, to: HostId, message: Message): void;
  issue(machine: Machine, operation: DiskOperation): void;
  note(machine: Machine, note: Note): void;
}

class MachineStorage implements Storage {
  private readonly machine: Machine;
  private readonly actions: MachineActions;

  constructor(machine: Machine, actions: MachineActions) {
    this.machine = machine;
    this.actions = actions;
  }

  write(file: string, bytes: Uint8Array, token: string): void {
    this.issue({ kind: "write", file, bytes, token });
  }

  read(file: string, token: string): void {
    this.issue({ kind: "read", file, token });
  }

  remove(file: string): void {
    this.issue({ kind: "remove", file });
  }

  flush(token: string): void {
    this.issue({ kind: "flush", token });
  }

  list(token: string): void {
    this.issue({ kind: "list", token });
  }

  private issue(operation: DiskOperation): void {
    const { machine } = this;
    if (machine.mustWait()) machine.defer({ kind: "storage", operation });
    else this.actions.issue(machine, operation);
  }
}

export class MachineEnvironment implements Environment {
  readonly self: HostId;
  readonly storage: Storage;
  private readonly machine: Machine;
  private readonly actions: MachineActions;

  constructor(machine: Machine, actions: MachineActions) {
    this.self = machine.host;
    this.machine = machine;
    this.actions = actions;
    this.storage = new MachineStorage(machine, actions);
  }

  send(to: HostId, message: Message): void {
    const { machine } = this;
    if (machine.mustWait()) machine.defer({ kind: "send", to, message });
    else this.actions.send(machine, to, message);
  }

  setTimer(name: string, delayNs: number): void {
    assert(Number.isSafeInteger(delayNs) && delayNs >= 0, "a delay is an integer of nanoseconds");
    this.machine.programTimers.set(name, this.machine.timerAtNs(delayNs));
  }

  cancelTimer(name: string): void {
    this.machine.programTimers.cancel(name);
  }

  random(): number {
    return this.machine.programRandom.next();
  }

  charge(work: WorkKind, bytes: number): void {
    this.machine.charge(work, bytes);
  }

  note(note: Note): void {
    const { machine } = this;
    if (machine.mustWait()) machine.defer({ kind: "note", note });
    else this.actions.note(machine, note);
  }

  software(event: SoftwareEvent): void {
    this.machine.defer({ kind: "software", event });
  }
}
