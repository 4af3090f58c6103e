/**
 * The numbers of the message types, for the digest and for typed columns.
 *
 * They enter the digest, so a new type takes a new number, and a type that is given up leaves its number unused.
 */
import type { Message, MessageType } from "../core/protocol/messages.ts";

const MESSAGE_TYPE_IDS: Readonly<Record<MessageType, number>> = {
  form: 1,
  "form-data": 2,
  "form-progress": 3,
  "form-done": 4,
  "form-cancel": 5,
  piece: 6,
  received: 7,
  store: 8,
  stored: 9,
  "store-refused": 10,
  beat: 11,
  alive: 12,
  retire: 13,
  ask: 14,
  promise: 15,
  "ask-refused": 16,
  fetch: 17,
  members: 18,
  hello: 19,
  welcome: 20,
  superseded: 21,
  restore: 22,
  application: 24,
  "former-probe": 25,
  "former-here": 26,
};

/** By type: a Map is looked up faster than an object with so many names. */
const TYPE_IDS: ReadonlyMap<MessageType, number> = new Map(
  Object.entries(MESSAGE_TYPE_IDS) as [MessageType, number][],
);

const TYPE_NAMES: readonly string[] = typeNames();

function typeNames(): string[] {
  const names: string[] = [];
  for (const [type, id] of TYPE_IDS) names[id] = type;
  return names;
}

/** Numbers of types are 1 to this; a few of them name no type any more. */
export const MESSAGE_TYPE_ID_MAX: number = TYPE_NAMES.length - 1;

export function messageTypeIdOf(type: MessageType): number {
  return TYPE_IDS.get(type) as number;
}

export function messageTypeId(message: Message): number {
  return messageTypeIdOf(message.type);
}

/** The message type with this number; empty when there is none. */
export function messageTypeName(typeId: number): string {
  return TYPE_NAMES[typeId] ?? "";
}
