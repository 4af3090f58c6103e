/**
 * Counts what a run costs: bytes on the network by kind and phase, bytes written to disks.
 *
 * A message counts when its host hands it to the network, lost or not; a message of a host to itself costs nothing.
 * The phase follows from the message's type alone, so it names a purpose and not a moment.
 */
import { type Message, type MessageBytes, type MessageType } from "../core/protocol/messages.ts";
import type { RunCosts } from "./history.ts";

export type CostPhase = keyof RunCosts["networkBytes"];

type KindCounts = { image: number; member: number; manifest: number; other: number };

/** Numbers of the message types in the digest; a new type takes a new number. */
const MESSAGE_TYPES: Readonly<
  Record<MessageType, { readonly id: number; readonly phase: CostPhase | "by-receiver" }>
> = {
  form: { id: 1, phase: "take" },
  "form-data": { id: 2, phase: "take" },
  "form-progress": { id: 3, phase: "take" },
  "form-done": { id: 4, phase: "take" },
  "form-cancel": { id: 5, phase: "take" },
  piece: { id: 6, phase: "take" },
  received: { id: 7, phase: "take" },
  store: { id: 8, phase: "take" },
  stored: { id: 9, phase: "take" },
  "store-refused": { id: 10, phase: "take" },
  beat: { id: 11, phase: "control" },
  alive: { id: 12, phase: "control" },
  retire: { id: 13, phase: "control" },
  ask: { id: 14, phase: "restore" },
  promise: { id: 15, phase: "restore" },
  "ask-refused": { id: 16, phase: "restore" },
  fetch: { id: 17, phase: "by-receiver" },
  members: { id: 18, phase: "by-receiver" },
  hello: { id: 19, phase: "repair" },
  welcome: { id: 20, phase: "repair" },
  "hello-refused": { id: 21, phase: "repair" },
  restore: { id: 22, phase: "restore" },
  application: { id: 24, phase: "application" },
  "former-probe": { id: 25, phase: "control" },
  "former-here": { id: 26, phase: "control" },
};

/** What a reader of members reads them for. */
const READER_PHASES = { restorer: "restore", repair: "repair" } as const;

export function messageTypeId(message: Message): number {
  return MESSAGE_TYPES[message.type].id;
}

/** Members are read by restorers and by servers that repair; the message tells which. */
export function phaseOfMessage(message: Message): CostPhase {
  if (message.type === "fetch") return READER_PHASES[message.asker];
  if (message.type === "members") return READER_PHASES[message.to];
  const { phase } = MESSAGE_TYPES[message.type];
  return phase === "by-receiver" ? "control" : phase;
}

export class CostCounter {
  messageCount: number = 0;
  private networkBytes: Record<CostPhase, KindCounts> = {
    take: noBytes(),
    restore: noBytes(),
    repair: noBytes(),
    control: noBytes(),
    application: noBytes(),
  };
  private diskWrittenBytes: { member: number; manifest: number; control: number } = {
    member: 0,
    manifest: 0,
    control: 0,
  };

  sent(message: Message, bytes: MessageBytes): void {
    this.messageCount += 1;
    const counts = this.networkBytes[phaseOfMessage(message)];
    counts.image += bytes.image;
    counts.member += bytes.member;
    counts.manifest += bytes.manifest;
    counts.other += bytes.other;
  }

  /** File names are the core's: members under `m/`, manifests under `f/`, all else is control. */
  written(file: string, bytes: number): void {
    if (file.startsWith("m/")) this.diskWrittenBytes.member += bytes;
    else if (file.startsWith("f/")) this.diskWrittenBytes.manifest += bytes;
    else this.diskWrittenBytes.control += bytes;
  }

  /** The costs so far; later counting does not change what was returned. */
  costs(eventCount: number, queueDepthMax: number): RunCosts {
    const { take, restore, repair, control, application } = this.networkBytes;
    return {
      networkBytes: {
        take: { ...take },
        restore: { ...restore },
        repair: { ...repair },
        control: { ...control },
        application: { ...application },
      },
      diskWrittenBytes: { ...this.diskWrittenBytes },
      eventCount,
      messageCount: this.messageCount,
      queueDepthMax,
    };
  }

  fork(): CostCounter {
    const copy = new CostCounter();
    const { networkBytes, diskWrittenBytes } = this.costs(0, 0);
    copy.messageCount = this.messageCount;
    copy.networkBytes = networkBytes;
    copy.diskWrittenBytes = diskWrittenBytes;
    return copy;
  }
}

function noBytes(): KindCounts {
  return { image: 0, member: 0, manifest: 0, other: 0 };
}
