/** Another project installs the package and puts the gate into its own tests. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fencesOf, readPage } from "../docs-pages.ts";
import { inheritedEnvironment } from "./inherited-environment.ts";
import { type InstalledPackage, installPackage } from "./installed-package.ts";

const EXAMPLES: readonly string[] = fencesOf(readPage("docs/verification.md").text)
  .filter(({ info }) => info === "ts vitest")
  .map(({ body }) => body);

/** Loses more than the scheme survives, by a file of its own. */
const FAILING = `
import { expectPromises, PromisesError } from "ckptlab/vitest";
import { expect, test } from "vitest";

test("fails", () => expectPromises("lost.yaml"));
test("says so", async () => {
  await expect(expectPromises("lost.yaml")).rejects.toBeInstanceOf(PromisesError);
});
`;

const LOST = `
name: lost
servers: { backups: [a, b] }
scheme: mirror:2
workload: { kind: synthetic, image: 4KiB, checkpointEvery: 20ms }
faults: [{ at: 100ms, kind: permanent-loss, target: [production, a, b] }]
duration: 500ms
`;

let installed: InstalledPackage;
beforeAll(() => {
  const files = Object.fromEntries(EXAMPLES.map((body, index) => [`example-${index}.test.ts`, body]));
  installed = installPackage({ ...files, "failing.test.ts": FAILING, "lost.yaml": LOST }, ["vitest"]);
});
afterAll(() => {
  installed.remove();
});

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs the other project's vitest; its report by file. */
async function runVitest(): Promise<Map<string, VitestReport["testResults"][number]["assertionResults"]>> {
  const report = path.join(installed.folder, "report.json");
  const vitest = path.join(installed.folder, "node_modules/vitest/vitest.mjs");
  const options = ["--root", installed.folder, "--maxWorkers=1", "--reporter=json", `--outputFile=${report}`];
  const child = spawn(process.execPath, [vitest, "run", ...options], {
    cwd: installed.folder,
    env: inheritedEnvironment(),
    stdio: "ignore",
  });
  await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
  return new Map(testResults.map(({ name, assertionResults }) => [path.basename(name), assertionResults]));
}

describe("the installed package", () => {
  it("has every file that its package.json names", () => {
    const { exports, bin } = JSON.parse(
      readFileSync(path.join(installed.packageFolder, "package.json"), "utf8"),
    ) as {
      readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
      readonly bin: Readonly<Record<string, string>>;
    };
    const named = [...Object.values(exports).flatMap((each) => Object.values(each)), ...Object.values(bin)];
    expect(named.length).toBeGreaterThan(8);
    for (const file of named) expect(existsSync(path.join(installed.packageFolder, file)), file).toBe(true);
  });

  it("serves another project's vitest: the documented example passes, a loss beyond the scheme fails", async () => {
    expect(EXAMPLES).toHaveLength(1);
    const results = await runVitest();
    expect(results.get("example-0.test.ts")?.map(({ status }) => status)).toEqual(["passed"]);
    const failing = results.get("failing.test.ts") ?? [];
    expect(failing.map(({ status }) => status)).toEqual(["failed", "passed"]);
    const [message = ""] = failing[0]?.failureMessages ?? [];
    expect(message).toContain("PromisesError: lost: the run failed");
    expect(message).toContain("replay: npx ckptlab run lost.yaml --seed ");
  });
});
