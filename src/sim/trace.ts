/**
 * The full trace of a run: every event that was executed, and what happened between two of them, in typed columns.
 *
 * A row is an event, with the number that its place in the run gives it, or something that happened during one: a note of a
 * role, a fault that struck, a message that was lost as it was sent. Every row names its cause: the event that led to
 * it. Causes have lower numbers, so that they form a tree that points backwards in time; 0 is the start of the run.
 *
 * Recording changes nothing of a run. A fork of a traced world goes on recording, in a trace of its own that begins with what
 * was recorded before. Does not cover: formats for people and tools (src/report).
 */
import type { HostId } from "../core/protocol/environment.ts";
import { grownBytes, grownFloats, grownIntegers, grownWords } from "./columns.ts";
import { MESSAGE_TYPE_ID_MAX, messageTypeName } from "./message-types.ts";
import type { EventQueue } from "./event-queue.ts";
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
} from "./event-kinds.ts";

/**
 * "arrive": the first byte of a message reaches the receiver's link; "deliver": the last one is there. "uplink", "downlink":
 * the first byte reaches the uplink of the sender's, the receiver's domain.
 */
export type TraceKind =
  | "boot"
  | "restart"
  | "client-start"
  | "timer"
  | "uplink"
  | "downlink"
  | "arrive"
  | "deliver"
  | "disk"
  | "effect"
  | "fault-moment"
  | "fault-end"
  | "note"
  | "fault"
  | "send-lost";

/** Rows that are no events. Their numbers stand apart from those of event-kinds.ts. */
const ROW_NOTE = 128;
const ROW_FAULT = 129;
const ROW_SEND_LOST = 130;

const KIND_NAMES: ReadonlyMap<number, TraceKind> = new Map([
  [EVENT_BOOT, "boot"],
  [EVENT_RESTART, "restart"],
  [EVENT_CLIENT_START, "client-start"],
  [EVENT_TIMER, "timer"],
  [EVENT_UPLINK, "uplink"],
  [EVENT_DOWNLINK, "downlink"],
  [EVENT_ARRIVE, "arrive"],
  [EVENT_DELIVER, "deliver"],
  [EVENT_DISK, "disk"],
  [EVENT_EFFECT, "effect"],
  [EVENT_FAULT, "fault-moment"],
  [EVENT_FAULT_END, "fault-end"],
  [ROW_NOTE, "note"],
  [ROW_FAULT, "fault"],
  [ROW_SEND_LOST, "send-lost"],
]);

/** One row, read out. */
export interface TraceRow {
  /** The number of the event, from 1; undefined for what happened during one. */
  readonly event: number | undefined;
  /** The number of the event that led to it; 0: the start of the run. */
  readonly cause: number;
  readonly atNs: number;
  readonly kind: TraceKind;
  /** The host on which it happened; -1: the network as a whole. Hosts beyond the cluster's are clients. */
  readonly host: HostId;
  /** Message type, timer, disk operation, kind of effect, note or fault; empty when there is none. */
  readonly name: string;
  /** File of a disk operation; empty when there is none. */
  readonly subject: string;
  /** The other end of a message: who sent what arrived, or to whom a lost one was sent; -1 for all else. */
  readonly peer: HostId;
  /** Bytes on the wire, or of a write or read; 0 for what has no size. */
  readonly bytes: number;
  /** A message: when its first byte left its sender, and for how long it occupied the link. Else 0. */
  readonly leavesAtNs: number;
  readonly transferNs: number;
  /** A message that was taken by a loss, a partition or a crash, or whose receiver was down. */
  readonly lost: boolean;
}

const CAPACITY_FIRST = 1024;
const NO_TEXT = 0;

export class Trace {
  /** Rows so far. */
  rowCount: number = 0;
  private numbers: Uint32Array = new Uint32Array(CAPACITY_FIRST);
  private causes: Uint32Array = new Uint32Array(CAPACITY_FIRST);
  private times: Float64Array = new Float64Array(CAPACITY_FIRST);
  private kinds: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  private hosts: Int32Array = new Int32Array(CAPACITY_FIRST);
  private names: Int32Array = new Int32Array(CAPACITY_FIRST);
  private subjects: Int32Array = new Int32Array(CAPACITY_FIRST);
  private peers: Int32Array = new Int32Array(CAPACITY_FIRST);
  private sizes: Float64Array = new Float64Array(CAPACITY_FIRST);
  private leaves: Float64Array = new Float64Array(CAPACITY_FIRST);
  private transfers: Float64Array = new Float64Array(CAPACITY_FIRST);
  private losses: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  /** Texts by number: none, the message types by theirs, and what else came up. */
  private readonly texts: string[] = [""];
  private readonly textNumbers: Map<string, number> = new Map([["", NO_TEXT]]);

  constructor() {
    for (let typeId = 1; typeId <= MESSAGE_TYPE_ID_MAX; typeId += 1) this.texts.push(messageTypeName(typeId));
  }

  /** The event that the queue has just given out. What is told of it afterwards goes into the same row. */
  event(queue: EventQueue): void {
    this.add(queue.number, queue.cause, queue.timeNs, queue.kind, queue.host);
  }

  /** The event is a timer, a disk operation or an effect. */
  named(name: string, subject: string, bytes: number): void {
    const row = this.rowCount - 1;
    this.names[row] = this.numberOf(name);
    this.subjects[row] = this.numberOf(subject);
    this.sizes[row] = bytes;
  }

  /** The event is a message that arrives or is delivered. */
  message(
    typeId: number,
    peer: HostId,
    bytes: number,
    leavesAtNs: number,
    leftAtNs: number,
    lost: boolean,
  ): void {
    const row = this.rowCount - 1;
    this.names[row] = typeId;
    this.peers[row] = peer;
    this.sizes[row] = bytes;
    this.leaves[row] = leavesAtNs;
    this.transfers[row] = leftAtNs - leavesAtNs;
    this.losses[row] = lost ? 1 : 0;
  }

  /** A role's note, during the last event that the queue gave out. */
  note(queue: EventQueue, atNs: number, host: HostId, name: string): void {
    this.add(0, queue.number, atNs, ROW_NOTE, host);
    this.named(name, "", 0);
  }

  /** A fault struck, and did something when it `bit`. */
  fault(queue: EventQueue, atNs: number, host: HostId, name: string, bit: boolean): void {
    this.add(0, queue.number, atNs, ROW_FAULT, host);
    this.named(name, bit ? "" : "found nothing to harm", 0);
  }

  /** A message that a loss or a partition took as it was sent. */
  sendLost(
    queue: EventQueue,
    atNs: number,
    from: HostId,
    to: HostId,
    typeId: number,
    bytes: number,
    leavesAtNs: number,
    leftAtNs: number,
  ): void {
    this.add(0, queue.number, atNs, ROW_SEND_LOST, from);
    this.message(typeId, to, bytes, leavesAtNs, leftAtNs, true);
  }

  row(index: number): TraceRow {
    const number = this.numbers[index] as number;
    return {
      event: number === 0 ? undefined : number,
      cause: this.causes[index] as number,
      atNs: this.times[index] as number,
      kind: KIND_NAMES.get(this.kinds[index] as number) as TraceKind,
      host: this.hosts[index] as number,
      name: this.texts[this.names[index] as number] as string,
      subject: this.texts[this.subjects[index] as number] as string,
      peer: this.peers[index] as number,
      bytes: this.sizes[index] as number,
      leavesAtNs: this.leaves[index] as number,
      transferNs: this.transfers[index] as number,
      lost: this.losses[index] === 1,
    };
  }

  /** All rows in order. */
  *rows(): Generator<TraceRow> {
    for (let index = 0; index < this.rowCount; index += 1) yield this.row(index);
  }

  /** An independent copy. */
  fork(): Trace {
    const copy = new Trace();
    copy.rowCount = this.rowCount;
    copy.numbers = this.numbers.slice();
    copy.causes = this.causes.slice();
    copy.times = this.times.slice();
    copy.kinds = this.kinds.slice();
    copy.hosts = this.hosts.slice();
    copy.names = this.names.slice();
    copy.subjects = this.subjects.slice();
    copy.peers = this.peers.slice();
    copy.sizes = this.sizes.slice();
    copy.leaves = this.leaves.slice();
    copy.transfers = this.transfers.slice();
    copy.losses = this.losses.slice();
    for (const text of this.texts.slice(copy.texts.length)) copy.numberOf(text);
    return copy;
  }

  private add(number: number, cause: number, atNs: number, kind: number, host: HostId): void {
    const row = this.rowCount;
    if (row === this.times.length) this.grow();
    this.rowCount = row + 1;
    this.numbers[row] = number;
    this.causes[row] = cause;
    this.times[row] = atNs;
    this.kinds[row] = kind;
    // The events of a fault carry its place in the plan instead of a host.
    this.hosts[row] = kind === EVENT_FAULT || kind === EVENT_FAULT_END ? -1 : host;
    this.peers[row] = -1;
  }

  private numberOf(text: string): number {
    const known = this.textNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.length;
    this.texts.push(text);
    this.textNumbers.set(text, number);
    return number;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    this.numbers = grownWords(this.numbers, capacity);
    this.causes = grownWords(this.causes, capacity);
    this.times = grownFloats(this.times, capacity);
    this.kinds = grownBytes(this.kinds, capacity);
    this.hosts = grownIntegers(this.hosts, capacity);
    this.names = grownIntegers(this.names, capacity);
    this.subjects = grownIntegers(this.subjects, capacity);
    this.peers = grownIntegers(this.peers, capacity);
    this.sizes = grownFloats(this.sizes, capacity);
    this.leaves = grownFloats(this.leaves, capacity);
    this.transfers = grownFloats(this.transfers, capacity);
    this.losses = grownBytes(this.losses, capacity);
  }
}
