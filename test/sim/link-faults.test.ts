/** The exact effect of every fault of links, and what counts as a bite. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { LinkFault } from "../../src/sim/faults.ts";
import { LinkFaults, type Passage } from "../../src/sim/link-faults.ts";
import { RandomRoot } from "../../src/sim/random.ts";
import { Reach } from "../../src/sim/reach.ts";

const MILLION = 1_000_000;
const KEY = { ballot: { epoch: 0, number: 1, restorer: 0, nonce: 1 }, sequence: 1, attempt: 1 };

class LinkBench {
  readonly faults: LinkFaults = new LinkFaults();
  readonly reach: Reach = new Reach();

  constructor(fault: LinkFault, nowNs = 0) {
    this.faults.begin(0, fault, nowNs, new RandomRoot("links").stream("fault"));
  }

  pass(from: number, to: number, arrivesAtNs: number, message: Message = beat()): Passage {
    const passage: Passage = { isLost: false, arrivesAtNs, message, copiesAtNs: [] };
    this.faults.pass(from, to, passage, this.reach);
    return passage;
  }

  get bites(): number {
    return this.reach.of(0);
  }
}

function beat(): Message {
  return { to: "server", type: "beat", ballot: KEY.ballot, restoring: false, hears: true };
}

function piece(bytes: Uint8Array): Message {
  return { to: "server", type: "piece", key: KEY, slot: 0, group: 0, member: 0, digest: "", bytes };
}

function promise(manifests: readonly Uint8Array[]): Message {
  const { ballot } = KEY;
  const life = { number: 1, nonce: 0 };
  const survey = { complete: true, floor: undefined, manifests, damaged: [KEY] };
  return { to: "restorer", type: "promise", ballot, slot: 0, life, lives: [life, life], ...survey };
}

describe("duplication", () => {
  it("lets the stated share arrive twice, the second one up to so much later", () => {
    const bench = new LinkBench({ kind: "duplication", ratePpm: 250_000, byNs: 40, lastsNs: 1e9 });
    const passages = Array.from({ length: 2_000 }, () => bench.pass(0, 1, 100));
    const doubled = passages.filter(({ copiesAtNs }) => copiesAtNs.length > 0);
    expect(doubled.length).toBe(bench.bites);
    expect(doubled.length).toBeGreaterThan(400);
    expect(doubled.length).toBeLessThan(600);
    for (const { copiesAtNs, arrivesAtNs, isLost } of doubled) {
      expect([arrivesAtNs, isLost, copiesAtNs.length]).toEqual([100, false, 1]);
      expect(copiesAtNs[0]).toBeGreaterThanOrEqual(100);
      expect(copiesAtNs[0]).toBeLessThanOrEqual(140);
    }
  });
});

describe("reordering", () => {
  it("counts a message only when it overtakes one that was held back on the same link", () => {
    const bench = new LinkBench({ kind: "reordering", ratePpm: MILLION, byNs: 1_000, lastsNs: 1e9 });
    const first = bench.pass(0, 1, 100);
    expect(first.arrivesAtNs).toBeGreaterThan(100);
    expect(bench.bites).toBe(0);
    bench.pass(1, 0, 101);
    expect(bench.bites, "the way back is another link").toBe(0);
    let overtaken = 0;
    let latestNs = first.arrivesAtNs;
    for (let count = 0; count < 50; count += 1) {
      const { arrivesAtNs } = bench.pass(0, 1, 102);
      if (arrivesAtNs < latestNs) overtaken += 1;
      latestNs = Math.max(latestNs, arrivesAtNs);
    }
    expect(bench.bites).toBe(overtaken);
    expect(overtaken).toBeGreaterThan(30);
    const bitesSoFar = bench.bites;
    bench.pass(0, 1, 5_000);
    expect(bench.bites).toBe(bitesSoFar);
  });
});

describe("a delay", () => {
  it("makes every message of its links later by so much, and no other", () => {
    const bench = new LinkBench({ kind: "delay", from: [0], to: [1, 2], byNs: 70, lastsNs: 1e9 });
    expect(bench.pass(0, 1, 100).arrivesAtNs).toBe(170);
    expect(bench.pass(1, 0, 100).arrivesAtNs).toBe(100);
    expect(bench.pass(0, 3, 100).arrivesAtNs).toBe(100);
    expect(bench.bites).toBe(1);
  });
});

describe("a clog", () => {
  it("holds messages until it ends; what would arrive later passes", () => {
    const bench = new LinkBench({ kind: "clog", lastsNs: 500 }, 1_000);
    expect(bench.pass(0, 1, 1_100).arrivesAtNs).toBe(1_500);
    expect(bench.pass(0, 1, 1_600).arrivesAtNs).toBe(1_600);
    expect(bench.bites).toBe(1);
  });
});

describe("corruption", () => {
  it("flips one bit of a copy of the payload, and loses a message that has none", () => {
    const bench = new LinkBench({ kind: "corruption", ratePpm: MILLION, lastsNs: 1e9 });
    const bytes = new Uint8Array(64).fill(0xff);
    const { message, isLost } = bench.pass(0, 1, 100, piece(bytes));
    expect(isLost).toBe(false);
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
    if (message.type !== "piece") throw new Error("a piece stays a piece");
    const flipped = [...message.bytes].map((byte) => byte ^ 0xff).filter((byte) => byte !== 0);
    expect(flipped).toHaveLength(1);
    expect(Math.log2(flipped[0] ?? 0) % 1).toBe(0);
    expect(bench.pass(0, 1, 100).isLost).toBe(true);
    expect(bench.bites).toBe(2);
  });

  it("flips one bit of one of the manifests of a survey, in a copy", () => {
    const bench = new LinkBench({ kind: "corruption", ratePpm: MILLION, lastsNs: 1e9 });
    const manifests = [16, 0, 16].map((byteCount) => new Uint8Array(byteCount));
    const altered = new Set<number>();
    for (let repeat = 0; repeat < 20; repeat += 1) {
      const { message, isLost } = bench.pass(0, 1, 100, promise(manifests));
      expect(isLost).toBe(false);
      if (message.type !== "promise") throw new Error("a promise stays a promise");
      expect(message.manifests.map(({ length }) => length)).toEqual([16, 0, 16]);
      const places = message.manifests.flatMap((bytes, index) =>
        bytes.some((byte) => byte > 0) ? [index] : [],
      );
      expect(places).toHaveLength(1);
      for (const place of places) altered.add(place);
    }
    expect([...altered].sort()).toEqual([0, 2]);
    expect(manifests.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });
});

describe("limited bandwidth", () => {
  it("is of one host, the least of several; each transfer that it slows is a bite", () => {
    const bench = new LinkBench({
      kind: "limited-bandwidth",
      host: 1,
      bandwidthBytesPerSecond: 500,
      lastsNs: 1,
    });
    const other: LinkFault = { kind: "limited-bandwidth", host: 1, bandwidthBytesPerSecond: 300, lastsNs: 1 };
    bench.faults.begin(1, other, 0, new RandomRoot("links").stream("fault", 1));
    expect(bench.faults.bandwidthOf(0, bench.reach)).toBe(Infinity);
    expect(bench.faults.bandwidthOf(1, bench.reach)).toBe(300);
    expect(bench.bites).toBe(1);
    bench.faults.end(1);
    expect(bench.faults.bandwidthOf(1, bench.reach)).toBe(500);
    bench.faults.end(0);
    expect(bench.faults.isQuiet).toBe(true);
  });
});
