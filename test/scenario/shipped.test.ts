import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { resolvePlan } from "../../src/scenario/plan.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

const FOLDER = "scenarios";

const files = (readdirSync(FOLDER, { recursive: true }) as string[])
  .filter((file) => file.endsWith(".yaml"))
  .toSorted();

function load(file: string): Scenario {
  const result = loadScenario(readFileSync(path.join(FOLDER, file), "utf8"), file);
  if (!result.ok) throw new Error(scenarioErrorText(result.error));
  return result.scenario;
}

describe("the scenarios that come with the project", () => {
  it("have one for each claim", () => {
    const claims = files.filter((file) => path.dirname(file) === "claims").map((file) => path.basename(file));
    expect(claims).toEqual(
      Array.from({ length: 19 }, (_, index) => `claim-${String(index + 1).padStart(2, "0")}.yaml`),
    );
  });

  it.each(files)("%s is in order, is named like its file, and begins with what it shows", (file) => {
    const scenario = load(file);
    expect(scenario.name).toBe(path.basename(file, ".yaml"));
    expect(scenario.title).not.toBe(scenario.name);
    expect(readFileSync(path.join(FOLDER, file), "utf8")).toMatch(/^# [A-Z]/);
    expect(resolvePlan(scenario, {}, scenario.seed).ok).toBe(true);
  });

  it("the design review compares enough: at least 200 runs, three places, an image of at least 4 MiB", () => {
    const { compare, workload, servers } = load("design-review.yaml");
    if (compare === undefined) throw new Error("nothing is compared");
    // Own and common width; the one scheme whose own width is the common one is run once.
    const rowCount = (2 * compare.schemes.length - 1) * compare.formers.length;
    // Each row has one run more, without faults.
    expect(rowCount * (compare.seedCount + 1)).toBeGreaterThanOrEqual(200);
    expect(compare.formers).toEqual(["production", "backup", "dedicated"]);
    expect(workload).toMatchObject({ kind: "ledger", imageBytesMin: 4 * 1024 * 1024 });
    expect(servers.backups.length).toBeGreaterThan(compare.commonWidth ?? Number.POSITIVE_INFINITY);
  });
});
