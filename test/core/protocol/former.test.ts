/** The former takes groups in within its window and supplies their members, each once more while it is unanswered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeManifest } from "../../../src/core/checkpoint/manifest.ts";
import { FORMER_TICK } from "../../../src/core/protocol/former.ts";
import { checkpointOf, clusterOf, digests, keyOf, placementOf, RETRY_NS } from "./cluster-case.ts";
import { FormerBench } from "./former-bench.ts";

const cluster = clusterOf();
/** 5 groups of two data subsegments; the last one holds two bytes. */
const checkpoint = checkpointOf(cluster, keyOf(1), { byteCount: 34 });
const { key } = checkpoint;
const GROUP_COUNT = 5;

function begun(): FormerBench {
  const former = new FormerBench(cluster);
  former.form(checkpoint);
  return former;
}

describe("a former's window", () => {
  it("gives credit for windowGroups groups when an attempt begins", () => {
    const former = begun();
    expect(former.env.messages("form-progress")).toEqual([
      { to: "production", type: "form-progress", key, boot: former.state.boot, groupCount: 0, groupLimit: 2 },
    ]);
    expect(former.env.timers[FORMER_TICK]).toBe(RETRY_NS);
  });

  it("takes in no group beyond its credit, and forgets what was refused", () => {
    const former = begun();
    former.data(checkpoint, 2);
    expect(former.env.messages("piece")).toEqual([]);
    former.data(checkpoint, 0);
    former.data(checkpoint, 1);
    former.receiveAll(); // room again; but group 2 was not kept
    expect(former.pieces().some((place) => place.startsWith("2/"))).toBe(false);
  });

  it("never has more than windowGroups groups open or waiting, whatever comes in which order", () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant("data"), group: fc.nat({ max: GROUP_COUNT - 1 }) }),
      fc.record({ kind: fc.constant("received"), group: fc.nat({ max: GROUP_COUNT - 1 }) }),
      fc.record({ kind: fc.constant("tick"), group: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const former = begun();
        for (const { kind, group } of events) {
          if (kind === "data") former.data(checkpoint, group);
          else if (kind === "tick") former.tick();
          else for (const slot of [0, 1, 2]) former.received(key, slot, group, (slot - (group % 3) + 3) % 3);
          const { attempt } = former.state;
          if (attempt === undefined) return;
          expect(attempt.openGroups.length + Object.keys(attempt.early).length).toBeLessThanOrEqual(2);
          const told = former.env.messages("form-progress").at(-1);
          expect(told?.groupLimit).toBeLessThanOrEqual(attempt.nextGroup + 2);
        }
      }),
    );
  });

  it("keeps a group that comes before its turn, and forms in order", () => {
    const former = begun();
    former.data(checkpoint, 1);
    expect(former.pieces()).toEqual([]);
    former.data(checkpoint, 0);
    expect(former.pieces()).toEqual(["0/0", "0/1", "0/2", "1/0", "1/1", "1/2"]);
  });

  it("opens again by one group when all members of a group are with their servers, and not before", () => {
    const former = begun();
    former.data(checkpoint, 0);
    former.data(checkpoint, 1);
    former.env.forget();
    former.received(key, 0, 0, 0);
    former.received(key, 1, 0, 1);
    expect(former.env.messages("form-progress")).toEqual([]);
    former.received(key, 2, 0, 2);
    expect(former.env.messages("form-progress")).toMatchObject([{ groupCount: 2, groupLimit: 3 }]);
  });
});

describe("what a former takes in", () => {
  it("does not form a group twice when its data come twice", () => {
    const former = begun();
    former.data(checkpoint, 0);
    const once = former.pieces();
    former.data(checkpoint, 0);
    expect(former.pieces()).toEqual(once);
  });

  it("ignores data of another length, another boot and another key", () => {
    const former = begun();
    former.hear({
      to: "former",
      type: "form-data",
      key,
      boot: former.state.boot,
      group: 0,
      bytes: new Uint8Array(3),
    });
    former.data(checkpoint, 0, former.state.boot + 1);
    former.data(checkpointOf(cluster, keyOf(1, 1, 2), { byteCount: 34 }), 0);
    expect(former.pieces()).toEqual([]);
    expect(former.env.messages("form-progress")).toHaveLength(1);
  });

  it("supplies every member to the host of its slot, with its true digest", () => {
    const former = begun();
    former.data(checkpoint, 0);
    for (const [index, piece] of former.env.messages("piece").entries()) {
      expect(former.env.receivers("piece")[index]).toBe(cluster.slotHosts[piece.slot]);
      const expected = checkpoint.membersOf(piece.slot).find(({ group }) => group === 0);
      expect(piece).toMatchObject({ member: expected?.member, digest: expected?.digest });
      expect([...piece.bytes]).toEqual([...(expected?.bytes ?? [])]);
    }
  });

  it("writes one manifest, for all slots, that lists exactly what it supplied", () => {
    const former = begun();
    former.supply(checkpoint);
    const stores = former.env.messages("store");
    expect(former.env.receivers("store")).toEqual([1, 2, 3]);
    const decoded = decodeManifest(stores[0]?.manifest ?? new Uint8Array(0), digests);
    expect(decoded).toEqual({
      ok: true,
      manifest: { ...checkpoint.manifest, formerBoot: former.state.boot },
    });
  });

  it("sends no manifest while one member is unanswered", () => {
    const former = begun();
    for (let group = 0; group < GROUP_COUNT; group += 1) {
      former.env.forget();
      former.data(checkpoint, group);
      const last = former.env.messages("piece").at(-1);
      former.receiveAll();
      if (group === GROUP_COUNT - 1) expect(former.env.messages("store")).toHaveLength(3);
      else expect(former.env.messages("store"), `after group ${group}`).toEqual([]);
      expect(last?.group).toBe(group);
    }
  });
});

describe("a former's tick", () => {
  it("sends again the unanswered pieces only, and only to servers that were silent since the last tick", () => {
    const former = begun();
    former.data(checkpoint, 0);
    former.data(checkpoint, 1);
    former.received(key, 0, 0, 0);
    former.tick(); // every server counts as heard in the first period
    former.env.forget();
    former.received(key, 1, 0, 1);
    former.tick();
    // Slot 0 owes 1/2, slot 2 owes 0/2 and 1/1; slot 1 spoke.
    expect(former.pieces().sort()).toEqual(["0/2", "1/1", "1/2"]);
  });

  it("sends nothing again that went out since the last tick: its answer may be on its way", () => {
    const former = begun();
    former.tick();
    former.data(checkpoint, 0);
    former.env.forget();
    former.tick();
    expect(former.pieces()).toEqual([]);
    former.tick();
    expect(former.pieces().sort()).toEqual(["0/0", "0/1", "0/2"]);
  });

  it("waits a whole period for the acknowledgements of a manifest that just went out", () => {
    const former = begun();
    former.supply(checkpoint);
    former.tick();
    former.env.forget();
    former.tick();
    expect(former.env.receivers("store")).toEqual([1, 2, 3]);
    const late = begun();
    for (let group = 0; group < GROUP_COUNT; group += 1) {
      if (group === GROUP_COUNT - 1) late.tick();
      late.env.forget();
      late.data(checkpoint, group);
      late.receiveAll();
    }
    late.env.forget();
    late.tick();
    expect(late.env.receivers("store")).toEqual([]);
  });

  it("sends the manifest again to those slots only that did not acknowledge it", () => {
    const former = begun();
    former.supply(checkpoint);
    former.stored(key, 1);
    former.tick();
    former.env.forget();
    former.tick();
    expect(former.env.receivers("store")).toEqual([1, 3]);
  });

  it("gives up on slots that stay silent, names them all, and forgets the attempt", () => {
    const former = begun();
    former.data(checkpoint, 0);
    former.received(key, 1, 0, 1);
    former.tick();
    former.tick();
    former.tick();
    expect(former.env.messages("form-done")).toEqual([]);
    former.tick();
    expect(former.env.messages("form-done")).toEqual([
      { to: "production", type: "form-done", key, outcome: { kind: "silent", slots: [0, 2] } },
    ]);
    expect(former.env.timers).toEqual({});
    expect(former.state.attempt).toBeUndefined();
  });

  it("never counts out a server that owes nothing, however long its writer takes", () => {
    const former = begun();
    for (let tick = 0; tick < 20; tick += 1) former.tick();
    expect(former.env.messages("form-done")).toEqual([]);
  });

  it("starts the patience anew with every answer, a repeated one too", () => {
    const former = begun();
    former.data(checkpoint, 0);
    former.data(checkpoint, 1);
    former.received(key, 1, 0, 1);
    former.received(key, 1, 1, 0);
    for (let round = 0; round < 5; round += 1) {
      former.received(key, 0, 0, 0); // slot 0 owes 1/2, and slot 2 owes 0/2
      former.received(key, 2, 1, 1);
      for (let tick = 0; tick < 3; tick += 1) former.tick();
    }
    expect(former.env.messages("form-done")).toEqual([]);
    former.received(key, 2, 0, 1); // not a member that this slot has: no answer
    former.received(key, 0, 4, 2); // not an open group
    former.tick();
    expect(former.env.messages("form-done")).toMatchObject([{ outcome: { kind: "silent", slots: [0, 2] } }]);
  });
});

describe("an image of zero bytes", () => {
  it("is stored by its manifest alone, and durable when every slot has that", () => {
    const empty = checkpointOf(cluster, keyOf(1), { byteCount: 0 });
    const former = new FormerBench(cluster);
    former.form(empty, placementOf(cluster));
    expect(former.pieces()).toEqual([]);
    expect(former.env.receivers("store")).toEqual([1, 2, 3]);
    for (const slot of [0, 1, 2]) former.stored(empty.key, slot);
    expect(former.env.messages("form-done")).toMatchObject([{ outcome: { kind: "durable" } }]);
  });
});

describe("a former's word that matches nothing", () => {
  it("is not acted upon: a cancellation, an answer or an acknowledgement without an attempt, a member that is none", () => {
    const idle = new FormerBench(cluster);
    idle.hear({ to: "former", type: "form-cancel", key });
    idle.received(key, 0, 0, 0);
    idle.stored(key, 0);
    const former = begun();
    former.data(checkpoint, 0);
    former.env.forget();
    former.received(key, 0, 0, 9);
    expect([...idle.env.sent, ...former.env.sent]).toEqual([]);
  });

  it("is an answer of a server that does not have the member: the group stays open", () => {
    const former = begun();
    former.data(checkpoint, 0);
    former.env.forget();
    for (const member of [0, 1, 2]) former.received(key, (member + 1) % 3, 0, member);
    expect(former.env.messages("form-progress")).toEqual([]);
    for (const member of [0, 1, 2]) former.received(key, member, 0, member);
    expect(former.env.messages("form-progress")).toHaveLength(1);
  });
});

describe("data from another host", () => {
  const bytes = checkpoint.image.subarray(0, 8);

  it("are taken in when their digest matches, and not when they were damaged on the way", () => {
    const former = begun();
    const { boot } = former.state;
    const data = {
      to: "former",
      type: "form-data",
      key,
      boot,
      group: 0,
      digest: digests.member(bytes),
    } as const;
    former.hear({ ...data, bytes: Uint8Array.from(bytes, (byte) => byte ^ 1) });
    expect(former.pieces()).toEqual([]);
    former.hear({ ...data, bytes });
    expect(former.pieces()).toEqual(["0/0", "0/1", "0/2"]);
    expect(former.env.charges.filter(({ bytes: count }) => count === 8)).toContainEqual({
      work: "digest",
      bytes: 8,
    });
  });
});

describe("the work of forming a group", () => {
  it.each([
    {
      scheme: "parity:2+1",
      byteCount: 8,
      work: [
        ["encode", 8],
        ["digest", 12],
      ],
    },
    { scheme: "mirror:3", byteCount: 4, work: [["digest", 4]] },
    { scheme: "stripe:3", byteCount: 12, work: [["digest", 12]] },
  ])(
    "is an encoding where there is one, and a digest of each distinct member: $scheme",
    ({ scheme, byteCount, work }) => {
      const among = clusterOf(scheme, 3);
      const former = new FormerBench(among);
      const one = checkpointOf(among, keyOf(1), { byteCount });
      former.form(one, placementOf(among));
      former.data(one, 0);
      expect(former.env.charges.map((each) => [each.work, each.bytes])).toEqual(work);
    },
  );
});

describe("a declustered placement", () => {
  it("is written into the manifest, as wide as it was asked for", () => {
    const wide = clusterOf("parity:2+1", 6, { width: 6 });
    const former = new FormerBench(wide);
    const one = checkpointOf(wide, keyOf(1), { byteCount: 0 });
    former.hear({
      to: "former",
      type: "form",
      key: one.key,
      segments: [],
      imageBytes: 0,
      placement: placementOf(wide),
      declusteredOver: 6,
    });
    const [store] = former.env.messages("store");
    const decoded = decodeManifest(store?.manifest ?? new Uint8Array(0), digests);
    expect(decoded.ok && decoded.manifest.declusteredOver).toBe(6);
  });
});
