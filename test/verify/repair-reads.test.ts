/** What a repair in a whole simulated run reads from the network: the cheapest read set of each member that was lost, to the byte. */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { prepareEngines, prepareRun, judgeRun } from "../../src/verify/run.ts";

const SUBSEGMENT_BYTES = 1024;

interface Repaired {
  /** Member bytes that crossed the network for repairs. */
  readonly readBytes: number;
  readonly rebuiltBytes: number;
}

/** One checkpoint of `groupCount` full groups, then servers that lose their disks and come back. */
async function repair(scheme: string, k: number, width: number, lost: readonly string[]): Promise<Repaired> {
  const text = JSON.stringify({
    name: "repair",
    servers: { backups: Array.from({ length: width }, (_, slot) => `s${slot}`) },
    scheme,
    width,
    subsegment: `${SUBSEGMENT_BYTES}B`,
    workload: { kind: "synthetic", image: `${width * k * SUBSEGMENT_BYTES}B`, checkpointEvery: "900ms" },
    times: { scrub: 0, refresh: "10s" },
    retention: 1,
    faults: [{ at: "200ms", kind: "crash", target: lost, disk: "lost", restartAfter: "5ms" }],
    duration: "800ms",
  });
  const loaded = loadScenario(text, "repair");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  const { plan, world } = prepareRun(loaded.scenario, await prepareEngines(loaded.scenario));
  const history = world.run();
  const result = judgeRun(plan, history);
  expect(result.promises.filter(({ status }) => status === "broken")).toEqual([]);
  return {
    readBytes: history.costs.networkBytes.repair.member,
    rebuiltBytes: result.costs.rebuiltMemberBytes,
  };
}

describe("the repair of one lost server", () => {
  // One round of groups: the server held each member index once.
  it.each([
    // Four data members and two local parities from the two others of their local group, the global parity from four.
    ["lrc:4,2,1", 4, 7, 6 * 2 + 4],
    // Six and two from three others each, two global parities from six.
    ["lrc:6,2,2", 6, 10, 8 * 3 + 2 * 6],
    ["rs:4+2", 4, 6, 6 * 4],
    ["parity:4+1", 4, 5, 5 * 4],
    ["mirror:3", 1, 3, 3],
  ] as const)(
    "%s reads the fewest members, and LRC its local group only",
    async (scheme, k, width, memberReads) => {
      const { readBytes, rebuiltBytes } = await repair(scheme, k, width, ["s1"]);
      expect(rebuiltBytes).toBe(width * SUBSEGMENT_BYTES);
      expect(readBytes).toBe(memberReads * SUBSEGMENT_BYTES);
    },
  );
});

describe("the repair of several lost servers at once", () => {
  it.each([
    ["rs:4+2", 4, 6],
    ["lrc:4,2,1", 4, 7],
    ["lrc:6,2,2", 6, 10],
  ] as const)(
    "%s gives back every member, and reads no more than one by one from whole groups",
    async (scheme, k, width) => {
      const { readBytes, rebuiltBytes } = await repair(scheme, k, width, ["s1", "s2"]);
      expect(rebuiltBytes).toBe(2 * width * SUBSEGMENT_BYTES);
      expect(readBytes).toBeLessThanOrEqual(k * rebuiltBytes);
      expect(readBytes).toBeGreaterThan(0);
    },
  );
});
