/**
 * Counts what a run costs: bytes on the network by kind and phase, bytes written to disks.
 *
 * A message counts when its host hands it to the network, lost or not; a message of a host to itself costs nothing.
 * The phase follows from the message's type alone, so it names a purpose and not a moment. What is counted are the bytes
 * that the simulation has; how many of them a byte of an image stands for enters the wire only.
 */
import {
  IMAGE_BYTES,
  MANIFEST_BYTES,
  measureMessage,
  MEMBER_BYTES,
  type Message,
  type MessageType,
  OTHER_BYTES,
} from "../core/protocol/messages.ts";
import { type FileKind, fileKindOf } from "./file-kind.ts";
import type { RunCosts } from "./history.ts";
import { messageTypeIdOf } from "./message-types.ts";

export type CostPhase = keyof RunCosts["networkBytes"];

const MESSAGE_PHASES: Readonly<Record<MessageType, CostPhase | "by-receiver">> = {
  form: "take",
  "form-data": "take",
  "form-progress": "take",
  "form-done": "take",
  "form-cancel": "take",
  piece: "take",
  received: "take",
  store: "take",
  stored: "take",
  "store-refused": "take",
  beat: "control",
  alive: "control",
  retire: "control",
  ask: "restore",
  promise: "restore",
  "ask-refused": "restore",
  fetch: "by-receiver",
  members: "by-receiver",
  hello: "repair",
  welcome: "repair",
  superseded: "repair",
  restore: "restore",
  application: "application",
  "former-probe": "control",
  "former-here": "control",
};

/** What a reader of members reads them for. */
const READER_PHASES = { restorer: "restore", repair: "repair" } as const;

/** In the order in which counters stand. */
const PHASES: readonly CostPhase[] = ["take", "restore", "repair", "control", "application"];
const KIND_COUNT = 4;

/** Place in PHASES by number of the type; -1: the receiver decides. */
const PHASE_INDICES: Int8Array = new Int8Array(256).fill(-1);
for (const [type, phase] of Object.entries(MESSAGE_PHASES)) {
  if (phase !== "by-receiver") PHASE_INDICES[messageTypeIdOf(type as MessageType)] = PHASES.indexOf(phase);
}

/** Members are read by restorers and by servers that repair; the message tells which. */
export function phaseOfMessage(message: Message): CostPhase {
  if (message.type === "fetch") return READER_PHASES[message.asker];
  if (message.type === "members") return READER_PHASES[message.to];
  const phase = MESSAGE_PHASES[message.type];
  return phase === "by-receiver" ? "control" : phase;
}

export class CostCounter {
  messageCount: number = 0;
  /** How many bytes one byte of an image or a member stands for. */
  private readonly scale: number;
  /** The kinds of bytes of the message that is counted. */
  private readonly sizes: Float64Array = new Float64Array(KIND_COUNT);
  /** Bytes by phase, in the order of PHASES, and within it by kind. */
  private readonly networkBytes: Float64Array = new Float64Array(PHASES.length * KIND_COUNT);
  private diskWrittenBytes: Record<FileKind, number> = {
    member: 0,
    manifest: 0,
    control: 0,
  };

  constructor(scale: number = 1) {
    this.scale = scale;
  }

  /** Counts a message that is handed to the network, whose type has this number. Returns the bytes that the wire carries. */
  sent(message: Message, typeId: number): number {
    const { networkBytes, sizes } = this;
    const bytes = measureMessage(message, sizes);
    const known = PHASE_INDICES[typeId] as number;
    const place = (known < 0 ? PHASES.indexOf(phaseOfMessage(message)) : known) * KIND_COUNT;
    this.messageCount += 1;
    for (let kind = 0; kind < KIND_COUNT; kind += 1) {
      networkBytes[place + kind] = (networkBytes[place + kind] as number) + (sizes[kind] as number);
    }
    if (this.scale === 1) return bytes;
    return bytes + (this.scale - 1) * ((sizes[IMAGE_BYTES] as number) + (sizes[MEMBER_BYTES] as number));
  }

  written(file: string, bytes: number): void {
    this.diskWrittenBytes[fileKindOf(file)] += bytes;
  }

  /** The costs so far; later counting does not change what was returned. */
  costs(eventCount: number, queueDepthMax: number): RunCosts {
    return {
      networkBytes: {
        take: this.bytesOf("take"),
        restore: this.bytesOf("restore"),
        repair: this.bytesOf("repair"),
        control: this.bytesOf("control"),
        application: this.bytesOf("application"),
      },
      diskWrittenBytes: { ...this.diskWrittenBytes },
      eventCount,
      messageCount: this.messageCount,
      queueDepthMax,
    };
  }

  fork(): CostCounter {
    const copy = new CostCounter(this.scale);
    copy.messageCount = this.messageCount;
    copy.networkBytes.set(this.networkBytes);
    copy.diskWrittenBytes = { ...this.diskWrittenBytes };
    return copy;
  }

  private bytesOf(phase: CostPhase): RunCosts["networkBytes"][CostPhase] {
    const place = PHASES.indexOf(phase) * KIND_COUNT;
    return {
      image: this.networkBytes[place + IMAGE_BYTES] as number,
      member: this.networkBytes[place + MEMBER_BYTES] as number,
      manifest: this.networkBytes[place + MANIFEST_BYTES] as number,
      other: this.networkBytes[place + OTHER_BYTES] as number,
    };
  }
}
