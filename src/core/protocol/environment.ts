/**
 * The seam between the core and the world: everything that a protocol role may do besides changing its own state.
 *
 * A role is a set of handlers over plain data state. It gets no clock: times are relative (named timers), so that a
 * checker can fire any timer and recognise a state that it has seen. An environment gives every host one instance of
 * this interface; the simulator and, later, real machines implement it.
 *
 * Not covered: what a message costs on the wire (see messages.ts) and what faults exist (see src/sim).
 */
import type { Message } from "./messages.ts";
import type { Note } from "./notes.ts";
import type { SoftwareEvent } from "./software.ts";

/** Index of a host in the cluster, 0 .. hostCount - 1. */
export type HostId = number;

/** Work that costs processor time; the environment turns bytes into time from stated rates. */
export type WorkKind = "encode" | "decode" | "digest";

/**
 * A disk as a flat set of files. Every operation but `remove` completes later by a StorageCompletion that carries the
 * token. Operations of one host are carried out in the order in which they were issued. What was written or removed
 * is durable only when a flush that was issued after it has completed.
 */
export interface Storage {
  /** Creates or replaces a file. The bytes are not copied and must not change afterwards. */
  write(file: string, bytes: Uint8Array, token: string): void;
  read(file: string, token: string): void;
  /** Removes a file; a missing file is no error. Ordered like a write. */
  remove(file: string): void;
  flush(token: string): void;
  /** Names of all files, in code unit order. */
  list(token: string): void;
}

export type StorageCompletion =
  | { readonly kind: "written"; readonly token: string; readonly ok: boolean }
  | { readonly kind: "read"; readonly token: string; readonly bytes: Uint8Array | undefined } // undefined: absent or unreadable
  | { readonly kind: "flushed"; readonly token: string; readonly ok: boolean }
  | { readonly kind: "listed"; readonly token: string; readonly files: readonly string[] };

export interface Environment {
  /** The host that this role runs on. */
  readonly self: HostId;
  readonly storage: Storage;
  /** Sends a message; it may be lost, late, doubled or out of order. A message to `self` never leaves the host. */
  send(to: HostId, message: Message): void;
  /** Starts the named timer of this host, or starts it anew. `delayNs` is an integer >= 0. */
  setTimer(name: string, delayNs: number): void;
  cancelTimer(name: string): void;
  /** A uniform integer 0 .. 2^32 - 1 from this host's stream. */
  random(): number;
  /** Spends processor time: what this handler sends or stores after this call leaves the host that much later. */
  charge(work: WorkKind, bytes: number): void;
  /** Tells an observer (history, log) what the role did or found out. Has no effect on the protocol. */
  note(note: Note): void;
  /** Up-call to the software that this host runs, or is to run. */
  software(event: SoftwareEvent): void;
}
