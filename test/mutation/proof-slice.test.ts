/** A small slice of the exhaustive proof, in this process: crash points of every phase, as mutants of the protocol meet them. */
import { describe, expect, it } from "vitest";
import type { CrashBase } from "../../src/verify/crash-points/chunk.ts";
import { PHASES, runSmall, smallBase } from "../verify/crash-points/small-chunk.ts";

const CASE_COUNT_MAX = 8;
const CLUSTERS: readonly Partial<CrashBase>[] = [
  { scheme: "mirror:2", former: "backup" },
  { scheme: "parity:2+1", width: 3, imageBytes: 2049, former: "dedicated" },
];

describe("a slice of the crash points", () => {
  for (const phase of PHASES) {
    for (const cluster of CLUSTERS) {
      it(`${phase}, ${cluster.scheme}: every promise holds and every outcome is the foretold one`, () => {
        const result = runSmall(smallBase({ ...cluster, phase }), { caseCountMax: CASE_COUNT_MAX });
        expect(result.violations.map(({ promise, message }) => `${promise}: ${message}`)).toEqual([]);
        expect(result.counts.executed + result.counts.duplicate).toBe(CASE_COUNT_MAX);
      });
    }
  }
});
