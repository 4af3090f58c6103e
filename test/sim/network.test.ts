import { describe, expect, it } from "vitest";
import { type Delivery, LATENCY_NS, NetworkBench, times } from "./network-bench.ts";

describe("bandwidth and latency", () => {
  it("a lone message takes latency and its transfer time once", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "a");
    expect(times(bench.run())).toEqual([["a", LATENCY_NS + 1_000_000]]);
  });

  it("two messages on one link out take twice", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "a");
    bench.send(0, 2, "b");
    expect(times(bench.run())).toEqual([
      ["a", LATENCY_NS + 1_000_000],
      ["b", LATENCY_NS + 2_000_000],
    ]);
  });

  it("two messages on one link in take twice", () => {
    const bench = new NetworkBench();
    bench.send(0, 2, "a");
    bench.send(1, 2, "b");
    expect(times(bench.run())).toEqual([
      ["a", LATENCY_NS + 1_000_000],
      ["b", LATENCY_NS + 2_000_000],
    ]);
  });

  it("messages between different hosts do not wait for each other, nor do the directions of one link", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "a");
    bench.send(2, 3, "b");
    bench.send(1, 0, "c");
    expect(bench.run().map(({ atNs }) => atNs)).toEqual([1_100_000, 1_100_000, 1_100_000]);
  });

  it("an idle link does not save time up", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "a", 1_000);
    bench.runUntil(5_000_000);
    bench.send(0, 1, "b", 1_000);
    expect(times(bench.run())).toEqual([["b", 5_000_000 + LATENCY_NS + 1_000]]);
  });

  it("rounds transfer times up to whole nanoseconds", () => {
    const bench = new NetworkBench({ bandwidthBytesPerSecond: 3_000_000_000 });
    bench.send(0, 1, "a", 100);
    expect(times(bench.run())).toEqual([["a", LATENCY_NS + 34]]);
  });

  it("a message to oneself arrives at the same moment, costs nothing and is not lost", () => {
    const bench = new NetworkBench({ lossPpm: 1_000_000 });
    bench.network.cut(0, [0], [0, 1], true);
    bench.send(0, 0, "a");
    expect(times(bench.run())).toEqual([["a", 0]]);
    expect(bench.costs.messageCount).toBe(0);
    expect(bench.costs.costs(0, 0).networkBytes.application.other).toBe(0);
  });

  it("jitter stays within its width and makes messages overtake each other", () => {
    const bench = new NetworkBench({ latencyJitterNs: 50_000 });
    for (let index = 0; index < 200; index += 1) bench.send(0, 1, index, 100);
    const deliveries = bench.run();
    const order = deliveries.map(({ label }) => label as number);
    expect(order.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(order).not.toEqual(order.slice().sort((a, b) => a - b));
    for (const { atNs, label } of deliveries) {
      expect(atNs).toBeGreaterThanOrEqual(LATENCY_NS + ((label as number) + 1) * 100);
    }
    expect((deliveries.at(-1) as Delivery).atNs).toBeLessThanOrEqual(
      LATENCY_NS + 200 * 100 + 50_000 + 200 * 100,
    );
  });
});

describe("partitions", () => {
  it("one way cuts one direction only, until it is healed", () => {
    const bench = new NetworkBench();
    expect(bench.network.cut(0, [0], [1, 2], false)).toBe(2);
    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [0, 2],
      [0, 3],
    ] as const)
      bench.send(from, to, `${from}${to}`, 100);
    expect(bench.run().map(({ label }) => label)).toEqual(["10", "03"]);
    bench.network.heal(0, [0], [1, 2], false);
    bench.send(0, 1, "healed", 100);
    expect(bench.run().map(({ label }) => label)).toEqual(["healed"]);
  });

  it("symmetric cuts both directions, and overlapping ones heal one by one", () => {
    const bench = new NetworkBench();
    bench.network.cut(0, [0, 1], [2, 3], true);
    bench.network.cut(1, [0], [2], false);
    bench.network.heal(0, [0, 1], [2, 3], true);
    expect(bench.network.isCut(0, 2)).toBe(true);
    expect(bench.network.isCut(2, 0)).toBe(false);
    expect(bench.network.isCut(1, 3)).toBe(false);
    bench.network.heal(1, [0], [2], false);
    expect(bench.network.isCut(0, 2)).toBe(false);
  });

  it("takes what is on its way when it begins", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "a", 100);
    bench.runUntil(LATENCY_NS - 1);
    bench.network.cut(0, [0], [1], false);
    expect(bench.run()).toEqual([]);
  });
});

describe("loss", () => {
  function survivors(bench: NetworkBench, count: number): number[] {
    for (let index = 0; index < count; index += 1) bench.send(0, 1, index, 100);
    return bench.run().map(({ label }) => label as number);
  }

  it("loses about the stated share, none at 0 and all at one million", () => {
    expect(survivors(new NetworkBench({ lossPpm: 0 }), 500)).toHaveLength(500);
    expect(survivors(new NetworkBench({ lossPpm: 1_000_000 }), 500)).toHaveLength(0);
    // Standard deviation 44 of 10,000: the bounds are six of them wide.
    const left = survivors(new NetworkBench({ lossPpm: 250_000 }), 10_000).length;
    expect(Math.abs(left - 7_500)).toBeLessThan(270);
  });

  it("a loss fault takes a part of what the base rate leaves, and leaves the base rate's choice as it was", () => {
    const base = survivors(new NetworkBench({ lossPpm: 200_000 }), 1_000);
    const bench = new NetworkBench({ lossPpm: 200_000 });
    bench.network.beginLoss(0, 300_000, bench.random.stream("fault", 1));
    const both = survivors(bench, 1_000);
    expect(both.length).toBeLessThan(base.length);
    expect(both.every((label) => base.includes(label))).toBe(true);
    bench.network.endLoss(0);
    expect(survivors(bench, 1_000).length).toBeGreaterThan(700);
  });

  it("counts what was sent, lost or not", () => {
    const bench = new NetworkBench({ lossPpm: 1_000_000 });
    bench.send(0, 1, "a", 1_000);
    expect(bench.costs.costs(0, 0).networkBytes.application.other).toBe(1_000);
    expect(bench.costs.messageCount).toBe(1);
  });
});

describe("a crash", () => {
  it("of a sender takes what had not left completely, and its queue", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "left");
    bench.send(0, 2, "half");
    bench.send(0, 3, "queued");
    bench.runUntil(1_500_000);
    bench.network.crash(0);
    bench.send(0, 3, "after");
    const deliveries = bench.run();
    expect(deliveries.map(({ label, whole }) => [label, whole])).toEqual([
      ["half", false],
      ["after", true],
    ]);
    // The queued message is no longer in the way of the one that the next life sends.
    expect(deliveries.at(-1)?.atNs).toBe(1_500_000 + LATENCY_NS + 1_000_000);
  });

  it("of a receiver takes what it had not received completely, and empties its queue", () => {
    const bench = new NetworkBench();
    bench.send(0, 1, "half");
    bench.send(0, 1, "begins later", 100);
    bench.runUntil(LATENCY_NS + 500_000);
    bench.network.crash(1);
    bench.send(2, 1, "to the next life", 100);
    expect(bench.run().map(({ label, whole }) => [label, whole])).toEqual([
      ["to the next life", true],
      ["half", false],
      ["begins later", true],
    ]);
  });

  it("takes what it sent to itself", () => {
    const bench = new NetworkBench();
    bench.send(0, 0, "self");
    bench.network.crash(0);
    expect(bench.run().map(({ whole }) => whole)).toEqual([false]);
  });
});
