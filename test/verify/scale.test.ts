/** Runs in which one byte of image stands for many take the times, and tell the costs, of the runs that they stand for. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { runScenario } from "../../src/verify/run.ts";

const TIMES = { heartbeat: "500ms", takeover: "4s", stagger: "2s", retry: "2s", scrub: "3s", refresh: "30s" };

function scenarioOf(fields: Record<string, unknown>): Scenario {
  const text = JSON.stringify({
    name: "scale",
    servers: { backups: ["a", "b", "c", "d"] },
    scheme: "parity:3+1",
    hardware: ["nvme", "ethernet-10g"],
    times: TIMES,
    duration: "40s",
    ...fields,
  });
  const loaded = loadScenario(text, "scale.yaml");
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.scenario;
}

/** `smaller`: how many times smaller image and subsegments are, in numbers with equally many digits: manifests list them. */
function pictureOf(smaller: number, scheme: string): Scenario {
  return scenarioOf({
    scheme,
    subsegment: 60_000 / smaller,
    ...(smaller === 1 ? {} : { scale: smaller }),
    workload: { kind: "synthetic", image: 6_000_000 / smaller, checkpointEvery: "8s" },
    faults: [
      { at: "10s", kind: "crash", target: "a", disk: "lost", restartAfter: "1s" },
      { at: "25s", kind: "permanent-loss", target: "production" },
    ],
  });
}

describe("a run in which a byte stands for 6", () => {
  it.each(["mirror:2", "parity:3+1", "rs:2+2"])(
    "takes to the nanosecond the times of the run that it stands for, and costs the same bytes (%s)",
    async (scheme) => {
      const small = await runScenario(pictureOf(6, scheme));
      const large = await runScenario(pictureOf(1, scheme));
      expect(small.verdict).toBe("held");
      expect(small.costs.durableNs.length).toBeGreaterThan(2);
      expect(small.costs.rebuiltMemberBytes).toBeGreaterThan(0);
      expect(small.restores.map(({ verdict }) => verdict)).toContain("restored");
      expect(small.restores).toEqual(large.restores);
      expect({ ...small.costs, scale: 1 }).toEqual(large.costs);
      expect(small.subsegmentBytes).toBe(large.subsegmentBytes);
    },
  );
});

describe("a checkpoint of 400 GB", () => {
  const IMAGE_BYTES = 400e9;
  const large = (network: string): Scenario =>
    scenarioOf({
      servers: { backups: ["a", "b", "c", "d", "e"] },
      scheme: "parity:4+1",
      subsegment: "1000B",
      hardware: ["nvme", network],
      scale: 100_000,
      times: { heartbeat: "500ms", takeover: "8s", stagger: "2s", retry: "2s", scrub: "0", refresh: "60s" },
      workload: { kind: "synthetic", image: "4000000B", checkpointEvery: "10min" },
      duration: "8min",
    });
  /** Seconds of each part of the closed form; parts overlap, so the longest one decides. */
  const seconds = (linkBytesPerSecond: number): { processor: number; link: number; disk: number } => ({
    // XOR over the image at 5 GB/s, digests of data and parity at 4 GB/s, one after the other on one processor.
    processor: IMAGE_BYTES / 5e9 + (1.25 * IMAGE_BYTES) / 4e9,
    // Data and parity leave by one link.
    link: (1.25 * IMAGE_BYTES) / linkBytesPerSecond,
    // Each of five servers writes a fifth of it.
    disk: (0.25 * IMAGE_BYTES) / 1.05e9,
  });

  it.each([
    ["ethernet-10g", 1.25e9],
    ["ethernet-100g", 12.5e9],
  ] as const)("on %s and NVMe is durable after the time of the slowest part", async (network, rate) => {
    const { costs, verdict } = await runScenario(large(network));
    expect(verdict).toBe("held");
    expect(costs.imageBytes).toBe(IMAGE_BYTES);
    expect(costs.storedMemberBytesPerCheckpoint).toBe(1.25 * IMAGE_BYTES);
    const { processor, link, disk } = seconds(rate);
    const slowest = Math.max(processor, link, disk);
    const [durableNs = 0] = costs.durableNs;
    expect(durableNs / 1e9).toBeGreaterThan(slowest);
    // The first group fills the pipeline and the last one empties it: 4 data subsegments of 100 MB through each part.
    const group = 4e8 / IMAGE_BYTES;
    expect(durableNs / 1e9).toBeLessThan(slowest + 4 * group * (processor + link + disk));
  });
});
