import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/protocol/messages.ts";
import { CostCounter, phaseOfMessage } from "../../src/sim/costs.ts";
import { messageTypeId } from "../../src/sim/message-types.ts";

const BALLOT = { epoch: 0, number: 1, restorer: 0, nonce: 0 };
const KEY = { ballot: BALLOT, sequence: 1, attempt: 1 };
const LIFE = { number: 1, nonce: 0 };
const BYTES = new Uint8Array(100);

const MEMBERS = { type: "members", slot: 0, key: KEY, group: 0, member: 0, bytes: BYTES } as const;
const FETCH = { to: "server", type: "fetch", key: KEY, group: 0, member: 0 } as const;

const CASES: readonly (readonly [string, Message])[] = [
  ["take", { to: "former", type: "form-data", key: KEY, boot: 0, group: 0, bytes: BYTES }],
  ["take", { to: "server", type: "store", key: KEY, slot: 0, manifest: BYTES }],
  ["take", { to: "former", type: "stored", key: KEY, slot: 0, life: LIFE }],
  ["restore", { to: "server", type: "ask", ballot: BALLOT, operator: undefined }],
  ["restore", { ...FETCH, asker: "restorer", ballot: BALLOT }],
  ["restore", { ...MEMBERS, to: "restorer" }],
  ["repair", { ...FETCH, asker: "repair", ballot: undefined }],
  ["repair", { ...MEMBERS, to: "repair" }],
  ["repair", { to: "server", type: "hello", slot: 0, life: LIFE }],
  ["control", { to: "server", type: "beat", ballot: BALLOT, restoring: false, hears: true }],
  ["application", { to: "software", type: "application", payload: 1, payloadBytes: 10 }],
];

describe("costs", () => {
  it.each(CASES)("of phase %s are told from the message", (phase, message) => {
    expect(phaseOfMessage(message)).toBe(phase);
  });

  it("add up by kind, and a fork counts by itself", () => {
    const counter = new CostCounter();
    const piece: Message = {
      to: "server",
      type: "piece",
      key: KEY,
      slot: 0,
      group: 0,
      member: 0,
      digest: "",
      bytes: BYTES,
    };
    expect(counter.sent(piece, messageTypeId(piece))).toBe(164);
    const fork = counter.fork();
    expect(counter.sent(piece, messageTypeId(piece))).toBe(164);
    counter.written("m/key/0/0", 5);
    counter.written("f/key", 6);
    counter.written("c/0", 7);
    const { networkBytes, diskWrittenBytes, messageCount, eventCount, queueDepthMax } = counter.costs(3, 4);
    expect(networkBytes.take).toEqual({ image: 0, member: 200, manifest: 0, other: 128 });
    expect(networkBytes.repair).toEqual({ image: 0, member: 0, manifest: 0, other: 0 });
    expect(diskWrittenBytes).toEqual({ member: 5, manifest: 6, control: 7 });
    expect([messageCount, eventCount, queueDepthMax]).toEqual([2, 3, 4]);
    expect(fork.costs(0, 0).networkBytes.take.member).toBe(100);
    expect(fork.messageCount).toBe(1);
    expect(fork.costs(0, 0).diskWrittenBytes.member).toBe(0);
  });
});
