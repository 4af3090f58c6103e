/**
 * Each promise's checker fails on a bug planted into the real core, in a whole simulated run; and holds without it.
 */
import { describe, expect, it } from "vitest";
import type { PromiseId } from "../../../src/verify/result.ts";
import { runText } from "./run-text.ts";
import { PLANTED } from "./planted-bugs.ts";

interface Case {
  readonly bug: keyof typeof PLANTED;
  readonly promise: PromiseId;
  readonly scenario: Record<string, unknown>;
}

const servers = { backups: ["a", "b", "c", "d"] };
const synthetic = { kind: "synthetic", image: "40KiB", contentSeed: 3, checkpointEvery: "40ms" };
const base = { name: "planted", servers, subsegment: "4KiB", workload: synthetic, duration: "1500ms" };
const productionLost = { at: "400ms", kind: "permanent-loss", target: "production" };

const CASES: readonly Case[] = [
  {
    bug: "digestsSeeNothing",
    promise: "integrity",
    scenario: {
      ...base,
      scheme: "mirror:2",
      times: { scrub: "10s" },
      faults: [{ at: "399ms", kind: "bit-rot", target: "a", files: "members", bits: 512 }, productionLost],
    },
  },
  {
    bug: "segmentsMixed",
    promise: "integrity",
    scenario: { ...base, scheme: "parity:2+1", faults: [productionLost] },
  },
  {
    bug: "flushDoesNothing",
    promise: "durability",
    scenario: { ...base, scheme: "parity:2+1", faults: [productionLost] },
  },
  {
    bug: "durableTooEarly",
    promise: "output-commit",
    scenario: { ...base, scheme: "parity:2+1", faults: [productionLost] },
  },
  {
    bug: "promiseForgotten",
    promise: "fencing",
    scenario: {
      ...base,
      scheme: "parity:2+1",
      faults: [{ at: "400ms", kind: "partition", from: ["production"], to: ["d"], healAfter: "600ms" }],
    },
  },
  {
    bug: "nobodyRestores",
    promise: "decidability",
    scenario: { ...base, scheme: "parity:2+1", faults: [productionLost] },
  },
  {
    bug: "membersDenied",
    promise: "decidability",
    scenario: { ...base, scheme: "parity:2+1", faults: [productionLost] },
  },
  {
    bug: "nothingToRebuild",
    promise: "redundancy-restored",
    scenario: {
      ...base,
      scheme: "mirror:2",
      workload: { ...synthetic, checkpointEvery: "10s" },
      times: { refresh: "10s" },
      duration: "5s",
      faults: [{ at: "400ms", kind: "crash", target: "a", disk: "lost", restartAfter: "20ms" }],
    },
  },
  { bug: "membersBesideEachOther", promise: "placement", scenario: { ...base, scheme: "parity:2+1" } },
  { bug: "piecesSentTwice", promise: "accounting", scenario: { ...base, scheme: "parity:2+1" } },
  {
    bug: "segmentsMixed",
    promise: "continuation",
    scenario: { ...base, scheme: "parity:2+1", faults: [productionLost] },
  },
  {
    bug: "attemptsWithoutEnd",
    promise: "bounded",
    scenario: {
      ...base,
      servers: { backups: ["a", "b", "c", "d", "e", "f"] },
      scheme: "mirror:2",
      attempts: 1,
      workload: { ...synthetic, checkpointEvery: "100ms" },
      faults: [
        { at: "200ms", kind: "crash", target: "a", restartAfter: "900ms" },
        { at: "200ms", kind: "crash", target: "b", restartAfter: "900ms" },
      ],
    },
  },
];

describe("a checker fails on a bug planted into the core", () => {
  for (const { bug, promise, scenario } of CASES) {
    it(`${promise}: ${bug}`, async () => {
      const sound = await runText(JSON.stringify(scenario));
      expect(sound.promises.filter(({ status }) => status === "broken")).toEqual([]);
      expect(sound.promises.find(({ id }) => id === promise)?.checkedCount).toBeGreaterThan(0);

      const broken = await runText(JSON.stringify(scenario), { plant: PLANTED[bug] });
      const found = broken.promises.find(({ id }) => id === promise);
      expect(found?.status).toBe("broken");
      expect(found?.violations.length).toBeGreaterThan(0);
    });
  }
});
