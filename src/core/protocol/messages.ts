/**
 * Every message of the protocol, and what it costs on the wire.
 *
 * Messages are immutable plain data; buffers in them are shared views. `to` names the role on the receiving host.
 * Receivers must stand loss, delay, duplication and reordering of each of them.
 */
import type { Ballot, CheckpointKey, Life } from "../checkpoint/key.ts";
import type { SegmentEntry } from "../checkpoint/image.ts";

/** Why a server refused, with what the asker did not know (R5). */
export interface Refusal {
  readonly slot: number;
  readonly joined: boolean;
  readonly promised: Ballot;
  readonly lives: readonly Life[];
}

export interface PlacedSlot {
  readonly slot: number;
  readonly life: Life;
}

// --- production <-> former ---------------------------------------------------------------------------------------
export interface FormMessage {
  readonly to: "former";
  readonly type: "form";
  readonly key: CheckpointKey;
  readonly segments: readonly SegmentEntry[];
  readonly imageBytes: number;
  /** By position. */
  readonly placement: readonly PlacedSlot[];
  /** See Layout; left out: rotated. */
  readonly declusteredOver?: number;
}
/** The data subsegments of one group, true bytes laid end to end; `boot` is the former's nonce from `form-progress`. */
export interface FormDataMessage {
  readonly to: "former";
  readonly type: "form-data";
  readonly key: CheckpointKey;
  readonly boot: number;
  readonly group: number;
  readonly bytes: Uint8Array;
  /** Digest of the bytes; left out when they do not leave the host. */
  readonly digest?: string;
}
/** Sent as answer to `form` and `form-data`, and on every tick: a sign of life with cumulative credit. */
export interface FormProgressMessage {
  readonly to: "production";
  readonly type: "form-progress";
  readonly key: CheckpointKey;
  readonly boot: number;
  /** Groups taken in so far; the next one that the former wants. */
  readonly groupCount: number;
  /** Groups that the former can hold now; production sends group indices below this. */
  readonly groupLimit: number;
}
export interface FormDoneMessage {
  readonly to: "production";
  readonly type: "form-done";
  readonly key: CheckpointKey;
  readonly outcome:
    | { readonly kind: "durable" }
    | { readonly kind: "silent"; readonly slots: readonly number[] }
    | { readonly kind: "refused"; readonly refusal: Refusal };
}
/** Production gives an attempt up; the former forgets it. */
export interface FormCancelMessage {
  readonly to: "former";
  readonly type: "form-cancel";
  readonly key: CheckpointKey;
}

/** Asks a former that was given up whether it is there again. */
export interface FormerProbeMessage {
  readonly to: "former";
  readonly type: "former-probe";
}
export interface FormerHereMessage {
  readonly to: "production";
  readonly type: "former-here";
}

// --- former <-> server -------------------------------------------------------------------------------------------
export interface PieceMessage {
  readonly to: "server";
  readonly type: "piece";
  readonly key: CheckpointKey;
  readonly slot: number;
  readonly group: number;
  readonly member: number;
  readonly digest: string;
  readonly bytes: Uint8Array;
}
export interface ReceivedMessage {
  readonly to: "former";
  readonly type: "received";
  readonly key: CheckpointKey;
  readonly slot: number;
  readonly group: number;
  readonly member: number;
}
export interface StoreMessage {
  readonly to: "server";
  readonly type: "store";
  readonly key: CheckpointKey;
  readonly slot: number;
  readonly manifest: Uint8Array;
}
export interface StoredMessage {
  readonly to: "former";
  readonly type: "stored";
  readonly key: CheckpointKey;
  readonly slot: number;
  readonly life: Life;
}
export interface StoreRefusedMessage {
  readonly to: "former";
  readonly type: "store-refused";
  readonly key: CheckpointKey;
  readonly refusal: Refusal;
}

// --- production <-> server ---------------------------------------------------------------------------------------
/** From the production server while it runs, and from a restorer while it restores (then nobody answers). */
export interface BeatMessage {
  readonly to: "server";
  readonly type: "beat";
  readonly ballot: Ballot;
  readonly restoring: boolean;
  /** The sender hears other servers. One that hears nobody gets nowhere, and must not keep others from taking over. */
  readonly hears: boolean;
}
export interface AliveMessage {
  readonly to: "production";
  readonly type: "alive";
  readonly ballot: Ballot;
  readonly slot: number;
  readonly life: Life;
  readonly joined: boolean;
  readonly complete: boolean;
  readonly promised: Ballot;
  readonly floor: CheckpointKey | undefined;
}
export interface RetireMessage {
  readonly to: "server";
  readonly type: "retire";
  readonly ballot: Ballot;
  /** The newest durable key, which gives the right to retire. */
  readonly key: CheckpointKey;
  /** Keys below this are dropped and never stored or rebuilt again. */
  readonly floor: CheckpointKey;
}

// --- restorer <-> server -----------------------------------------------------------------------------------------
export interface AskMessage {
  readonly to: "server";
  readonly type: "ask";
  readonly ballot: Ballot;
  /** An operator's restore (R14): slots declared lost. Blank servers that answer it are joined by it. */
  readonly operator: { readonly lostSlots: readonly number[] } | undefined;
}
export interface PromiseMessage {
  readonly to: "restorer";
  readonly type: "promise";
  readonly ballot: Ballot;
  readonly slot: number;
  readonly life: Life;
  readonly lives: readonly Life[];
  readonly complete: boolean;
  readonly floor: CheckpointKey | undefined;
  /** Manifests of all checkpoints that this server holds. */
  readonly manifests: readonly Uint8Array[];
  /** Checkpoints that it holds too, but whose manifest it cannot read at the moment: they are not refuted by it. */
  readonly damaged: readonly CheckpointKey[];
}
export interface AskRefusedMessage {
  readonly to: "restorer";
  readonly type: "ask-refused";
  readonly ballot: Ballot;
  readonly refusal: Refusal;
}
/** Reads a member, or with group -1 the manifest itself. Asked by restorers and by servers that repair. */
export interface FetchMessage {
  readonly to: "server";
  readonly type: "fetch";
  readonly asker: "restorer" | "repair";
  /** The restore's; undefined for a repair. */
  readonly ballot: Ballot | undefined;
  readonly key: CheckpointKey;
  readonly group: number;
  readonly member: number;
}
export interface MembersMessage {
  /** The asker: "repair" is the part of a backup server that rebuilds members. */
  readonly to: "restorer" | "repair";
  readonly type: "members";
  readonly slot: number;
  readonly key: CheckpointKey;
  readonly group: number;
  readonly member: number;
  /** undefined: this server does not hold it, or found it rotten. */
  readonly bytes: Uint8Array | undefined;
}

// --- server <-> server -------------------------------------------------------------------------------------------
export interface HelloMessage {
  readonly to: "server";
  readonly type: "hello";
  readonly slot: number;
  readonly life: Life;
}
export interface WelcomeMessage {
  readonly to: "server";
  readonly type: "welcome";
  readonly slot: number;
  readonly life: Life;
  /** The life that is welcomed. */
  readonly newLife: Life;
  readonly lives: readonly Life[];
  readonly promised: Ballot;
  readonly floor: CheckpointKey | undefined;
  readonly floorBallot: Ballot;
  readonly manifests: readonly Uint8Array[];
  readonly damaged: readonly CheckpointKey[];
}
/**
 * To a server that speaks in a life which the sender takes for ended: teaches it the lives that it must exceed. From other
 * servers, from the production server and from restorers.
 */
export interface SupersededMessage {
  readonly to: "server";
  readonly type: "superseded";
  readonly lives: readonly Life[];
}

// --- commands to a restorer --------------------------------------------------------------------------------------
/** From the local server that misses heartbeats, or from an operator. */
export interface RestoreCommand {
  readonly to: "restorer";
  readonly type: "restore";
  /** Highest ballot known to whoever starts the restore. */
  readonly above: Ballot;
  readonly lives: readonly Life[];
  readonly operator: { readonly lostSlots: readonly number[]; readonly acceptOlder: boolean } | undefined;
}
// --- the software's own traffic ----------------------------------------------------------------------------------
/** Requests of clients and answers to them; opaque to the protocol. */
export interface ApplicationMessage {
  readonly to: "software";
  readonly type: "application";
  readonly payload: unknown;
  readonly payloadBytes: number;
}

export type Message =
  | FormMessage
  | FormDataMessage
  | FormProgressMessage
  | FormDoneMessage
  | FormCancelMessage
  | FormerProbeMessage
  | FormerHereMessage
  | PieceMessage
  | ReceivedMessage
  | StoreMessage
  | StoredMessage
  | StoreRefusedMessage
  | BeatMessage
  | AliveMessage
  | RetireMessage
  | AskMessage
  | PromiseMessage
  | AskRefusedMessage
  | FetchMessage
  | MembersMessage
  | HelloMessage
  | WelcomeMessage
  | SupersededMessage
  | RestoreCommand
  | ApplicationMessage;

export type MessageType = Message["type"];

/** Bytes of a message without its buffers: type, key, slot and the like. A stated model, not an encoding. */
export const HEADER_BYTES: number = 64;
const LIFE_BYTES = 8;

/** What kind of bytes a message carries, so that costs can be told apart. */
export interface MessageBytes {
  /** Whole image bytes on their way to a former. */
  readonly image: number;
  /** Members of redundancy groups. */
  readonly member: number;
  readonly manifest: number;
  /** Headers, lists and the software's own traffic. */
  readonly other: number;
}

function totalLength(buffers: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  return bytes;
}

/** Places of the kinds in what `measureMessage` fills. */
export const IMAGE_BYTES = 0;
export const MEMBER_BYTES = 1;
export const MANIFEST_BYTES = 2;
export const OTHER_BYTES = 3;

/** Writes the bytes on the wire of one message into the four places of `sizes`, and returns their sum. Allocates nothing. */
export function measureMessage(message: Message, sizes: Float64Array): number {
  let image = 0;
  let member = 0;
  let manifest = 0;
  let other = HEADER_BYTES;
  switch (message.type) {
    case "form-data":
      image = message.bytes.length;
      break;
    case "piece":
      member = message.bytes.length;
      break;
    case "members":
      if (message.group < 0) manifest = message.bytes?.length ?? 0;
      else member = message.bytes?.length ?? 0;
      break;
    case "store":
      manifest = message.manifest.length;
      break;
    case "promise":
    case "welcome":
      manifest = totalLength(message.manifests);
      other += message.lives.length * LIFE_BYTES;
      break;
    case "superseded":
      other += message.lives.length * LIFE_BYTES;
      break;
    case "form":
      other += message.placement.length * LIFE_BYTES;
      for (const segment of message.segments) other += segment.name.length + LIFE_BYTES;
      break;
    case "application":
      other += message.payloadBytes;
      break;
    default:
      break;
  }
  sizes[IMAGE_BYTES] = image;
  sizes[MEMBER_BYTES] = member;
  sizes[MANIFEST_BYTES] = manifest;
  sizes[OTHER_BYTES] = other;
  return image + member + manifest + other;
}

/** Bytes on the wire of one message, by kind. */
export function messageBytes(message: Message): MessageBytes {
  const sizes = new Float64Array(4);
  measureMessage(message, sizes);
  const [image = 0, member = 0, manifest = 0, other = 0] = sizes;
  return { image, member, manifest, other };
}
