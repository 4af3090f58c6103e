import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readCounts } from "../../tools/gate-step.mjs";
import { plantProject, runTool } from "./planted-project.ts";
import type { PlantedProject, ToolRun } from "./planted-project.ts";

let project: PlantedProject | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

async function runGate(files: Record<string, string>, ...steps: string[]): Promise<ToolRun> {
  project = await plantProject(files);
  return runTool("gate.mjs", ["--root", project.root, ...steps]);
}

const vitestFile = (body: string): string =>
  `import { beforeAll, expect, suite, test } from "vitest";\n${body}\n`;

test("failed tests, suites and files, and skips with their reasons are counted", async () => {
  const run = await runGate(
    {
      "test/mixed.test.ts": vitestFile(`
        test("holds", () => expect(1).toBe(1));
        test("breaks", () => expect(1).toBe(2));
        test("skips", (context) => context.skip("no browser"));
      `),
      "test/suite.test.ts": vitestFile(`
        suite("unprepared", () => {
          beforeAll(() => { throw new Error("no set-up"); });
          test("waits", () => expect(1).toBe(1));
        });
        test("holds too", () => expect(1).toBe(1));
      `),
      "test/unloadable.test.ts": 'throw new Error("cannot load");\n',
    },
    "tests",
  );
  const printed = run.lines.join("\n");
  expect(printed).toContain("skipped: test/mixed.test.ts > skips: no browser");
  expect(printed).toContain("cannot load");
  // Failed: the test, the suite's set-up, the file. Skipped: the test that says so, and the one not set up.
  expect(run.lines.at(-1)).toBe("2 passed, 3 failed, 2 skipped");
  expect(run.exitCode).toBe(1);
});

test("an error outside any test is a failure", async () => {
  const run = await runGate(
    {
      "test/stray.test.ts": vitestFile(`
        test("holds", async () => {
          void Promise.reject(new Error("nobody waits for this"));
          await new Promise((resolve) => setTimeout(resolve, 20));
        });
      `),
    },
    "tests",
  );
  expect(run.lines.at(-1)).toBe("1 passed, 1 failed");
  expect(run.exitCode).toBe(1);
});

test("no test at all is a failure", async () => {
  const run = await runGate({}, "tests");
  expect(run.lines.at(-1)).toBe("0 passed, 1 failed");
  expect(run.exitCode).toBe(1);
});

test("the simulation gate's own counts are taken from its last line", async () => {
  const counts = { passed: 7, failed: 0, skipped: [{ name: "browser", reason: "none here" }] };
  const run = await runGate(
    {
      "tools/simulation-gate.mjs": `console.log("working");\nconsole.log(${JSON.stringify(JSON.stringify(counts))});\n`,
    },
    "simulation",
  );
  expect(run.lines).toContain("skipped: browser: none here");
  expect(run.lines.at(-1)).toBe("7 passed, 0 failed, 1 skipped");
  expect(run.exitCode).toBe(0);
});

test("in a GitHub job the page gets the table, the end of what failed, and the reasons of what was skipped", async () => {
  const counts = { passed: 1, failed: 2, skipped: [{ name: "a|b", reason: "<none> here" }] };
  project = await plantProject({
    "tools/simulation-gate.mjs": `console.log("FAILED one </details> | two");\nconsole.log(${JSON.stringify(JSON.stringify(counts))});\nprocess.exitCode = 1;\n`,
    "page.md": "before\n",
  });
  const page = path.join(project.root, "page.md");
  const run = await runTool("gate.mjs", ["--root", project.root, "simulation"], {
    GITHUB_STEP_SUMMARY: page,
  });
  expect(run.exitCode).toBe(1);
  const text = await readFile(page, "utf8");
  expect(text).toMatch(/^before\n## The gate: ❌ 1 passed, 2 failed, 1 skipped\n/);
  expect(text).toMatch(/^\| simulation \| ❌ 2 failed, 1 passed, 1 skipped \| [0-9.]+ \|$/m);
  expect(text).toContain("\n    FAILED one </details> | two\n");
  expect(text).toContain("\n- skipped: a\\|b: \\<none\\> here\n");
});

test("an unknown step is bad usage", async () => {
  const run = await runGate({}, "everything");
  expect(run.exitCode).toBe(64);
});

describe("counts that another program reports", () => {
  const good = { exitCode: 0, output: "" };

  test("are taken as they are when they agree with the exit code", () => {
    const text = JSON.stringify({ passed: 3, failed: 1, skipped: [] });
    expect(readCounts(text, { exitCode: 1, output: "" })).toMatchObject({ passed: 3, failed: 1 });
  });

  test("gain a failure when the program ended badly without one", () => {
    const text = JSON.stringify({ passed: 3, failed: 0, skipped: [] });
    expect(readCounts(text, { exitCode: 1, output: "" })).toMatchObject({ passed: 3, failed: 1 });
  });

  test.each([
    undefined,
    "",
    "done",
    "{}",
    "null",
    JSON.stringify({ passed: -1, failed: 0, skipped: [] }),
    JSON.stringify({ passed: 1.5, failed: 0, skipped: [] }),
    JSON.stringify({ passed: 1, failed: 0, skipped: [{ name: "no reason" }] }),
    JSON.stringify({ passed: 0, failed: 0, skipped: [] }),
  ])("are one failure when they are %j", (text) => {
    expect(readCounts(text, good)).toMatchObject({ passed: 0, failed: 1 });
  });
});
