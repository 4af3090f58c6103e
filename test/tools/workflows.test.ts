/** The workflows of GitHub Actions name only what there is, are pinned, and may no more than read. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runProgram } from "../../src/cli/program.ts";
import { PassThrough } from "node:stream";
import { ROOT } from "../docs-pages.ts";
import { runTool } from "./planted-project.ts";

interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly permissions?: unknown;
  readonly needs?: string;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly (string | number)[]>> };
  readonly steps: readonly WorkflowStep[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = path.join(ROOT, ".github/workflows");
const FILES: readonly string[] = readdirSync(FOLDER);

function readWorkflow(file: string): Workflow {
  return parse(readFileSync(path.join(FOLDER, file), "utf8")) as Workflow;
}

const jobsOf = (file: string): [string, Job][] => Object.entries(readWorkflow(file).jobs);

/** Each command line of a job, once for each value of its matrix. */
function commandsOf({ strategy, steps }: Job): string[] {
  const runs = steps.flatMap(({ run }) => (run === undefined ? [] : run.trim().split("\n")));
  const axes = Object.entries(strategy?.matrix ?? {});
  return axes.reduce(
    (lines, [axis, values]) =>
      lines.flatMap((line) =>
        line.includes(`\${{ matrix.${axis} }}`)
          ? values.map((value) => line.replaceAll(`\${{ matrix.${axis} }}`, String(value)))
          : [line],
      ),
    runs,
  );
}

const COMMANDS: readonly string[] = FILES.flatMap((file) =>
  jobsOf(file).flatMap(([, job]) => commandsOf(job)),
);

/** The steps that a runner of steps knows, as it says when it is asked for another one. */
async function stepsOf(tool: string): Promise<string[]> {
  const { lines } = await runTool(tool, ["none-such"]);
  const [, list = ""] = /the steps are: (.*)/.exec(lines.join("\n")) ?? [];
  return list.split(", ");
}

describe("the workflows", () => {
  it("are a commit lane for each change, which is what a developer runs, and a long lane for each night", () => {
    expect(FILES.toSorted()).toEqual(["commit.yml", "nightly.yml"]);
    expect(Object.keys(readWorkflow("commit.yml").on)).toEqual(["push", "pull_request"]);
    expect(Object.keys(readWorkflow("nightly.yml").on)).toContain("schedule");
    const commit = jobsOf("commit.yml").flatMap(([, job]) => commandsOf(job));
    expect(commit).toEqual([".ci/run"]);
  });

  it.each(FILES)("%s pins its actions, bounds its jobs, and may only read", (file) => {
    const text = readFileSync(path.join(FOLDER, file), "utf8");
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, use = ""]) => use);
    expect(uses.length).toBeGreaterThan(1);
    for (const use of uses) expect(use).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(readWorkflow(file).permissions).toEqual({ contents: "read" });
    for (const [name, job] of jobsOf(file)) {
      expect(job.permissions, name).toBeUndefined();
      expect(job["timeout-minutes"], name).toBeLessThanOrEqual(360);
      for (const step of job.steps) {
        if (step.uses?.startsWith("actions/checkout@") === true)
          expect(step.with).toMatchObject({ "persist-credentials": false });
        // What others can choose (names of branches, titles) must never come into a shell.
        for (const [, expression = ""] of (step.run ?? "").matchAll(/\$\{\{\s*(.*?)\s*\}\}/g))
          expect(expression, name).toMatch(/^matrix\.\w+$/);
      }
    }
  });

  it("name npm scripts, tools, steps and options that there are", async () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const nightly = await stepsOf("nightly.mjs");
    expect(COMMANDS.length).toBeGreaterThan(15);
    for (const line of COMMANDS) {
      const words = line.split(/\s+/);
      const [program = "", second = "", third = ""] = words;
      if (program === "npm" && second === "run") {
        expect(scripts[third], line).toBeDefined();
        if (third === "test:nightly")
          for (const step of words.slice(4)) expect(nightly, line).toContain(step);
      } else if (program === "node" && second === "dist/cli/main.js") {
        const stdout = new PassThrough();
        await runProgram([third, "--help"], { stdout, stderr: new PassThrough(), environment: {} });
        const help = String(stdout.read() ?? "");
        for (const word of words.slice(3))
          if (word.startsWith("--")) expect(help, line).toContain(`${word} `);
      } else if (program === "node") {
        const tool = readFileSync(path.join(ROOT, second), "utf8");
        for (const word of words.slice(2)) if (word.startsWith("--")) expect(tool, line).toContain(word);
      } else if (line !== "npm ci") {
        expect(existsSync(path.join(ROOT, program)), line).toBe(true);
      }
    }
  });

  it("the nights run every step of the long lane, and shards as many as are dealt out", async () => {
    const jobs = readWorkflow("nightly.yml").jobs;
    const stepped = jobs["steps"]?.strategy?.matrix["step"] ?? [];
    expect([...stepped, "build", "exhaustive"].sort()).toEqual((await stepsOf("nightly.mjs")).sort());
    const counts = COMMANDS.flatMap((line) => [...line.matchAll(/--shard (\d+)\/(\d+)/g)]);
    const byCount = new Map<number, number[]>();
    for (const [, number, count] of counts)
      byCount.set(Number(count), [...(byCount.get(Number(count)) ?? []), Number(number)]);
    for (const [count, numbers] of byCount)
      expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(counts.length).toBeGreaterThan(0);
  });

  it("jobs wait for jobs that there are", () => {
    for (const file of FILES) {
      const names = jobsOf(file).map(([name]) => name);
      for (const [, { needs }] of jobsOf(file)) if (needs !== undefined) expect(names).toContain(needs);
    }
  });
});
