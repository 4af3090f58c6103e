/** Bytes rebuilt, counted from notes: what a whole checkpoint, a single member and a mere question stand for. */
import { describe, expect, it } from "vitest";
import { rebuiltMemberBytes } from "../../src/verify/rebuilt.ts";
import { HistoryBuilder, key, life } from "./history-builder.ts";

/** mirror:2 over two of three servers; images of 8 bytes in subsegments of 4: two groups. */
const SHAPE = { k: 1, m: 1, subsegmentBytes: 4 };

function history(): HistoryBuilder {
  return new HistoryBuilder().taken(0, key(1, 1)).attempt(0, key(1, 1), [0, 2]).durable(0, key(1, 1), [0, 2]);
}

describe("rebuiltMemberBytes", () => {
  it("counts all members of a server's place when it has rebuilt the whole checkpoint", () => {
    const built = history().note(3, { kind: "repaired", slot: 2, key: key(1, 1), group: -1, member: -1 });
    expect(rebuiltMemberBytes(built.end(100), SHAPE)).toBe(8);
    // parity:2+1 over three places: one group, one member a server.
    const striped = new HistoryBuilder()
      .taken(0, key(1, 1))
      .attempt(0, key(1, 1), [0, 1, 2])
      .note(2, { kind: "repaired", slot: 1, key: key(1, 1), group: -1, member: -1 });
    expect(rebuiltMemberBytes(striped.end(100), { k: 2, m: 1, subsegmentBytes: 4 })).toBe(4);
  });

  it("counts a member that a scrub repaired, and no manifest", () => {
    const scrubbed = history()
      .note(1, { kind: "repaired", slot: 0, key: key(1, 1), group: 1, member: 0 })
      .note(1, { kind: "repaired", slot: 0, key: key(1, 1), group: -1, member: 0 });
    expect(rebuiltMemberBytes(scrubbed.end(100), SHAPE)).toBe(4);
  });

  it("counts nothing for a blank server that has no part of a checkpoint, however much it asks", () => {
    const asked = history()
      .note(2, { kind: "joined", slot: 1, life: life(2) })
      .note(2, { kind: "complete", slot: 1, life: life(2) });
    expect(rebuiltMemberBytes(asked.end(100), SHAPE)).toBe(0);
    const elsewhere = history().note(2, { kind: "repaired", slot: 1, key: key(1, 1), group: -1, member: -1 });
    expect(rebuiltMemberBytes(elsewhere.end(100), SHAPE)).toBe(0);
  });
});
