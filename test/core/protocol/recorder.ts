/**
 * A recording environment: a real, tiny one over plain data. It keeps what a role sent, the timers it set, the storage
 * operations it issued, its notes and its up-calls, and answers nothing by itself: a test hands events to a role and looks
 * at what it did.
 *
 * The disk is a list of operations that a test completes one by one, in the order in which they were issued. What no flush
 * has covered is at risk: a crash keeps, loses or tears it, as the test says.
 * Not covered: time (a timer has a delay and fires when a test fires it) and the network (a test carries messages).
 */
import type {
  Environment,
  HostId,
  Storage,
  StorageCompletion,
} from "../../../src/core/protocol/environment.ts";
import type { Message, MessageType } from "../../../src/core/protocol/messages.ts";
import type { Note } from "../../../src/core/protocol/notes.ts";
import type { SoftwareEvent } from "../../../src/core/protocol/software.ts";

export type Operation =
  | { readonly kind: "write"; readonly file: string; readonly bytes: Uint8Array; readonly token: string }
  | { readonly kind: "read"; readonly file: string; readonly token: string }
  | { readonly kind: "remove"; readonly file: string }
  | { readonly kind: "flush"; readonly token: string }
  | { readonly kind: "list"; readonly token: string };

type Change = Extract<Operation, { readonly kind: "write" | "remove" }>;

/** What a crash does to one write or removal that no flush covered. A torn removal is a kept one. */
export type Fate = "kept" | "lost" | "torn";

type OfType<T extends MessageType> = Extract<Message, { readonly type: T }>;
type NoteOf<K extends Note["kind"]> = Extract<Note, { readonly kind: K }>;

export class Recorder implements Environment {
  readonly self: HostId;
  readonly storage: Storage;
  sent: { readonly to: HostId; readonly message: Message }[] = [];
  readonly timers: Record<string, number> = {};
  /** Issued and not completed yet, oldest first. */
  readonly operations: Operation[] = [];
  notes: Note[] = [];
  upCalls: SoftwareEvent[] = [];
  charges: { readonly work: string; readonly bytes: number }[] = [];
  /** What a read gives now. */
  readonly files: Map<string, Uint8Array>;
  private readonly durable: Map<string, Uint8Array>;
  private unflushed: Change[] = [];
  private drawn = 1000;

  constructor(self: HostId, disk: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.self = self;
    this.files = new Map(disk);
    this.durable = new Map(disk);
    const issue = (operation: Operation): void => void this.operations.push(operation);
    this.storage = {
      write: (file, bytes, token) => issue({ kind: "write", file, bytes, token }),
      read: (file, token) => issue({ kind: "read", file, token }),
      remove: (file) => issue({ kind: "remove", file }),
      flush: (token) => issue({ kind: "flush", token }),
      list: (token) => issue({ kind: "list", token }),
    };
  }

  send(to: HostId, message: Message): void {
    this.sent.push({ to, message });
  }

  setTimer(name: string, delayNs: number): void {
    this.timers[name] = delayNs;
  }

  cancelTimer(name: string): void {
    delete this.timers[name];
  }

  /** Distinct integers, so that nonces differ. */
  random(): number {
    this.drawn += 1;
    return this.drawn;
  }

  charge(work: string, bytes: number): void {
    this.charges.push({ work, bytes });
  }

  note(note: Note): void {
    this.notes.push(note);
  }

  software(event: SoftwareEvent): void {
    this.upCalls.push(event);
  }

  /** Messages of one type that were sent since the last `forget`. */
  messages<T extends MessageType>(type: T): OfType<T>[] {
    return this.sent.map(({ message }) => message).filter((each): each is OfType<T> => each.type === type);
  }

  /** Hosts that got a message of this type since the last `forget`, in order. */
  receivers(type: MessageType): HostId[] {
    return this.sent.filter(({ message }) => message.type === type).map(({ to }) => to);
  }

  notesOf<K extends Note["kind"]>(kind: K): NoteOf<K>[] {
    return this.notes.filter((each): each is NoteOf<K> => each.kind === kind);
  }

  /** Forgets what was said so far; timers and the disk stay. */
  forget(): void {
    this.sent = [];
    this.notes = [];
    this.upCalls = [];
    this.charges = [];
  }

  /** Carries out the oldest operation and gives its completion. Removals complete silently on the way. */
  complete(isOk = true): StorageCompletion | undefined {
    for (;;) {
      const operation = this.operations.shift();
      if (operation === undefined) return undefined;
      switch (operation.kind) {
        case "remove":
          this.change(operation);
          continue;
        case "write":
          if (isOk) this.change(operation);
          return { kind: "written", token: operation.token, ok: isOk };
        case "read":
          return {
            kind: "read",
            token: operation.token,
            bytes: isOk ? this.files.get(operation.file) : undefined,
          };
        case "flush":
          if (isOk) {
            for (const change of this.unflushed) apply(this.durable, change, "kept");
            this.unflushed = [];
          }
          return { kind: "flushed", token: operation.token, ok: isOk };
        case "list":
          return { kind: "listed", token: operation.token, files: [...this.files.keys()].sort() };
        default:
          return operation satisfies never;
      }
    }
  }

  /** Rot, or a write that went to the wrong place: the disk has these bytes in this file now, or has lost it. */
  spoil(file: string, bytes: Uint8Array | undefined): void {
    for (const files of [this.files, this.durable]) {
      if (bytes === undefined) files.delete(file);
      else files.set(file, bytes);
    }
  }

  /** What a crash leaves of the disk. `fateOf` is asked for each change at risk, those not begun included. */
  diskAfterCrash(fateOf: (index: number) => Fate = () => "lost"): Map<string, Uint8Array> {
    const disk = new Map(this.durable);
    const notBegun = this.operations.filter((each): each is Change => "file" in each && each.kind !== "read");
    [...this.unflushed, ...notBegun].forEach((change, index) => apply(disk, change, fateOf(index)));
    return disk;
  }

  private change(change: Change): void {
    this.unflushed.push(change);
    apply(this.files, change, "kept");
  }
}

function apply(disk: Map<string, Uint8Array>, change: Change, fate: Fate): void {
  if (fate === "lost") return;
  if (change.kind === "remove") disk.delete(change.file);
  else
    disk.set(
      change.file,
      fate === "torn" ? change.bytes.subarray(0, change.bytes.length >> 1) : change.bytes,
    );
}
