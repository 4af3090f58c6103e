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
import type { Effect, Machine } from "./machine.ts";

/** Carries out an effect of a machine now. */
export type PerformEffect = (machine: Machine, effect: Effect) => void;

class MachineStorage implements Storage {
  private readonly act: (effect: Effect) => void;

  constructor(act: (effect: Effect) => void) {
    this.act = act;
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
    this.act({ kind: "storage", operation });
  }
}

export class MachineEnvironment implements Environment {
  readonly self: HostId;
  readonly storage: Storage;
  private readonly machine: Machine;
  private readonly perform: PerformEffect;

  constructor(machine: Machine, perform: PerformEffect) {
    this.self = machine.host;
    this.machine = machine;
    this.perform = perform;
    this.storage = new MachineStorage((effect) => this.act(effect));
  }

  send(to: HostId, message: Message): void {
    this.act({ kind: "send", to, message });
  }

  setTimer(name: string, delayNs: number): void {
    assert(Number.isSafeInteger(delayNs) && delayNs >= 0, "a delay is an integer of nanoseconds");
    this.machine.programTimers.set(name, this.machine.effectAtNs() + delayNs);
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
    this.act({ kind: "note", note });
  }

  software(event: SoftwareEvent): void {
    this.machine.defer({ kind: "software", event });
  }

  private act(effect: Effect): void {
    if (this.machine.mustWait()) this.machine.defer(effect);
    else this.perform(this.machine, effect);
  }
}
