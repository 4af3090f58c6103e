import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import { writeScenario } from "../../../src/scenario/write.ts";
import { scenarioOfBase } from "../../../src/verify/crash-points/base-scenario.ts";
import { allBases, baseName } from "../../../src/verify/crash-points/bases.ts";

/** Not a divisor of the counts of what bases differ in. */
const SAMPLE_STEP = 2_503;

describe("the scenario of a base", () => {
  const sample = allBases().filter((_, index) => index % SAMPLE_STEP === 0);

  it("is what loading it would give, although bases share what was loaded", () => {
    expect(sample.length).toBeGreaterThan(90);
    // Backwards too: what was loaded for another base must not show.
    for (const base of [...sample, ...sample.toReversed()]) {
      const scenario = scenarioOfBase(base);
      const loaded = loadScenario(writeScenario(scenario), "base");
      expect(loaded.ok ? loaded.scenario : loaded.error, baseName(base)).toEqual(scenario);
    }
  });

  it("has the image, the count of kept checkpoints and the harmed slot of its base", () => {
    const harmed = new Set<number>();
    for (const base of sample) {
      const { workload, retentionCount, faults, scheme, width } = scenarioOfBase(base);
      expect({ retentionCount, scheme, width }).toEqual({
        retentionCount: base.retentionCount,
        scheme: base.scheme,
        width: base.width,
      });
      expect(workload).toMatchObject({ kind: "synthetic", imageBytes: base.imageBytes });
      if (base.phase === "rejoin" || base.phase === "repair" || base.phase === "scrub") {
        harmed.add(base.harmedSlot);
        expect(faults, baseName(base)).toMatchObject([{ target: `s${base.harmedSlot + 1}` }]);
      } else if (base.phase === "restore") expect(faults).toMatchObject([{ target: "production" }]);
      else expect(faults).toEqual([]);
    }
    expect(harmed.size).toBeGreaterThan(6);
  });
});
