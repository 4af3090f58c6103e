/** What a message costs on the wire, by kind of bytes: image, members, manifests, and all the rest. */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import {
  HEADER_BYTES,
  messageBytes,
  type Message,
  type MessageBytes,
  type MessageType,
} from "../../../src/core/protocol/messages.ts";
import { ballotOf, FIRST_LIFE, keyOf } from "./cluster-case.ts";

const key = keyOf(1);
const ballot = ballotOf(1);
const lives = [FIRST_LIFE, FIRST_LIFE, FIRST_LIFE];
const LIVES_BYTES = 3 * 8;
const refusal = { slot: 0, joined: true, promised: ballot, lives };
const bytes = new Uint8Array(100);
const manifests = [new Uint8Array(30), new Uint8Array(12)];
const life = FIRST_LIFE;
const NOTHING: MessageBytes = { image: 0, member: 0, manifest: 0, other: 0 };

/** A message of every type, and what it carries beyond its header. The type makes a forgotten one an error. */
const CASES: {
  readonly [T in MessageType]: readonly [Extract<Message, { type: T }>, Partial<MessageBytes>];
} = {
  form: [
    {
      to: "former",
      type: "form",
      key,
      segments: [
        { name: "abc", bytes: 5 },
        { name: "de", bytes: 0 },
      ],
      imageBytes: 5,
      placement: [
        { slot: 0, life },
        { slot: 1, life },
      ],
    },
    { other: 2 * 8 + 3 + 8 + 2 + 8 },
  ],
  "form-data": [{ to: "former", type: "form-data", key, boot: 1, group: 0, bytes }, { image: 100 }],
  "form-progress": [
    { to: "production", type: "form-progress", key, boot: 1, groupCount: 0, groupLimit: 1 },
    {},
  ],
  "form-done": [{ to: "production", type: "form-done", key, outcome: { kind: "refused", refusal } }, {}],
  "form-cancel": [{ to: "former", type: "form-cancel", key }, {}],
  "former-probe": [{ to: "former", type: "former-probe" }, {}],
  "former-here": [{ to: "production", type: "former-here" }, {}],
  piece: [
    { to: "server", type: "piece", key, slot: 0, group: 0, member: 0, digest: "", bytes },
    { member: 100 },
  ],
  received: [{ to: "former", type: "received", key, slot: 0, group: 0, member: 0 }, {}],
  store: [{ to: "server", type: "store", key, slot: 0, manifest: bytes }, { manifest: 100 }],
  stored: [{ to: "former", type: "stored", key, slot: 0, life }, {}],
  "store-refused": [{ to: "former", type: "store-refused", key, refusal }, {}],
  beat: [{ to: "server", type: "beat", ballot, restoring: false, hears: true }, {}],
  alive: [
    {
      to: "production",
      type: "alive",
      ballot,
      slot: 0,
      life,
      joined: true,
      complete: true,
      promised: ballot,
      floor: undefined,
    },
    {},
  ],
  retire: [{ to: "server", type: "retire", ballot, key, floor: key }, {}],
  ask: [{ to: "server", type: "ask", ballot, operator: { lostSlots: [1] } }, {}],
  promise: [
    {
      to: "restorer",
      type: "promise",
      ballot,
      slot: 0,
      life,
      lives,
      complete: true,
      floor: undefined,
      manifests,
      damaged: [key],
    },
    { manifest: 42, other: LIVES_BYTES },
  ],
  "ask-refused": [{ to: "restorer", type: "ask-refused", ballot, refusal }, {}],
  fetch: [{ to: "server", type: "fetch", asker: "repair", ballot: undefined, key, group: 0, member: 0 }, {}],
  members: [{ to: "repair", type: "members", slot: 0, key, group: 0, member: 0, bytes }, { member: 100 }],
  hello: [{ to: "server", type: "hello", slot: 0, life }, {}],
  welcome: [
    {
      to: "server",
      type: "welcome",
      slot: 0,
      life,
      newLife: life,
      lives,
      promised: ballot,
      floor: undefined,
      floorBallot: BALLOT_ZERO,
      manifests,
      damaged: [],
    },
    { manifest: 42, other: LIVES_BYTES },
  ],
  superseded: [{ to: "server", type: "superseded", lives }, { other: LIVES_BYTES }],
  restore: [{ to: "restorer", type: "restore", above: ballot, lives, operator: undefined }, {}],
  application: [{ to: "software", type: "application", payload: "x", payloadBytes: 9 }, { other: 9 }],
};

describe("the bytes of a message", () => {
  it.each(Object.entries(CASES))("%s: a header, and what it carries", (_, [message, carried]) => {
    expect(messageBytes(message)).toEqual({
      ...NOTHING,
      ...carried,
      other: HEADER_BYTES + (carried.other ?? 0),
    });
  });

  it("members of group -1 are a manifest; none at all cost the header alone", () => {
    const [members] = CASES.members;
    expect(messageBytes({ ...members, group: -1 })).toEqual({
      ...NOTHING,
      manifest: 100,
      other: HEADER_BYTES,
    });
    for (const group of [-1, 0]) {
      expect(messageBytes({ ...members, group, bytes: undefined })).toEqual({
        ...NOTHING,
        other: HEADER_BYTES,
      });
    }
  });
});
