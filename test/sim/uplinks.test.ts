/** Uplinks that the hosts of a domain share: hosts 0 and 1 are one domain, host 2 another, host 3 is in none. */
import { describe, expect, it } from "vitest";
import { StateHash } from "../../src/sim/state-hash.ts";
import { LATENCY_NS, NetworkBench, times } from "./network-bench.ts";

const BYTES = 1_000_000;
/** On a server's link: 1 ns for each byte. */
const TRANSFER_NS = 1_000_000;

/** Rates relative to a server's link. */
function bench(first: number, second: number | undefined): NetworkBench {
  const uplink = (hosts: number[], share: number): { hosts: number[]; bandwidthBytesPerSecond: number } => ({
    hosts,
    bandwidthBytesPerSecond: share * 1_000_000_000,
  });
  return new NetworkBench({
    uplinks: [uplink([0, 1], first), ...(second === undefined ? [] : [uplink([2], second)])],
  });
}

describe("an uplink", () => {
  it("that is as fast as a link delays no lone message, nor traffic within its domain", () => {
    const fast = bench(1, 1);
    fast.send(0, 2, "out");
    expect(times(fast.run())).toEqual([["out", LATENCY_NS + TRANSFER_NS]]);
    const slow = bench(0.01, 0.01);
    slow.send(0, 1, "within");
    expect(times(slow.run())).toEqual([["within", LATENCY_NS + TRANSFER_NS]]);
  });

  it("that is slower gives its own time to a lone message, out of the domain and into it", () => {
    for (const [from, to] of [
      [0, 3],
      [3, 1],
    ] as const) {
      const slow = bench(0.5, undefined);
      slow.send(from, to, "a");
      expect(times(slow.run())).toEqual([["a", LATENCY_NS + 2 * TRANSFER_NS]]);
    }
  });

  it("makes the servers of a domain wait for each other, in each direction by itself", () => {
    const shared = bench(1, undefined);
    shared.send(0, 2, "a");
    shared.send(1, 3, "b");
    shared.send(3, 0, "in");
    expect(times(shared.run())).toEqual([
      ["a", LATENCY_NS + TRANSFER_NS],
      ["in", LATENCY_NS + TRANSFER_NS],
      ["b", LATENCY_NS + 2 * TRANSFER_NS],
    ]);
  });

  it("serves in the order in which first bytes come to it, not in that of sending", () => {
    const shared = bench(1, undefined);
    shared.send(0, 3, "first");
    shared.send(0, 3, "queued");
    shared.send(1, 2, "other");
    expect(times(shared.run())).toEqual([
      ["first", LATENCY_NS + TRANSFER_NS],
      ["other", LATENCY_NS + 2 * TRANSFER_NS],
      ["queued", LATENCY_NS + 3 * TRANSFER_NS],
    ]);
  });

  it("between two domains the slower of both uplinks decides", () => {
    const both = bench(0.5, 0.25);
    both.send(0, 2, "a");
    both.send(1, 2, "b");
    expect(times(both.run())).toEqual([
      ["a", LATENCY_NS + 4 * TRANSFER_NS],
      ["b", LATENCY_NS + 8 * TRANSFER_NS],
    ]);
  });

  it("carries nothing of a sender that went down before the message left, and nothing into a partition", () => {
    const crashed = bench(1, 1);
    crashed.send(0, 2, "first");
    crashed.send(0, 2, "queued");
    crashed.runUntil(TRANSFER_NS - 1);
    crashed.network.crash(0);
    crashed.send(1, 2, "after");
    // What had begun to leave occupies the uplink to its end; what was queued behind it on the server never comes there.
    const deliveries = crashed.run();
    expect(deliveries.map(({ label, whole }) => [label, whole])).toEqual([
      ["first", false],
      ["after", true],
    ]);
    expect(deliveries[1]?.atNs).toBe(LATENCY_NS + 2 * TRANSFER_NS);
    const cut = bench(0.5, 0.5);
    cut.send(0, 2, "first");
    cut.send(1, 2, "waits");
    cut.runUntil(1);
    cut.network.cut(0, [0, 1], [2], false);
    expect(cut.run()).toEqual([]);
  });

  it("is in the state hash while it is occupied, and a fork goes on as the original", () => {
    const hashOf = (each: NetworkBench): string => {
      const hash = new StateHash();
      each.network.addTo(hash, () => false);
      return hash.text();
    };
    const idle = bench(0.5, undefined);
    const busy = bench(0.5, undefined);
    busy.send(0, 3, "a", BYTES);
    busy.runUntil(TRANSFER_NS + 1);
    idle.runUntil(TRANSFER_NS + 1);
    expect(hashOf(busy)).not.toBe(hashOf(idle));
    const fork = busy.network.fork(busy.timeline.fork(), busy.costs);
    const forkHash = new StateHash();
    fork.addTo(forkHash, () => false);
    expect(forkHash.text()).toBe(hashOf(busy));
  });
});

describe("a link that a fault made slow", () => {
  it("lets no message be complete before its last byte has left", () => {
    const slow = new NetworkBench();
    const fault = {
      kind: "limited-bandwidth",
      host: 0,
      bandwidthBytesPerSecond: 100_000_000,
      lastsNs: 1e9,
    } as const;
    slow.network.beginFault(0, fault, slow.random.stream("fault"));
    slow.send(0, 1, "a");
    expect(times(slow.run())).toEqual([["a", LATENCY_NS + 10 * TRANSFER_NS]]);
  });
});
