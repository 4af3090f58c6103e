import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { verifyExitCode } from "../../src/cli/verify-report.ts";
import { printVerification, sayViolations } from "../../src/cli/verify-output.ts";
import { createTerminal } from "../../src/cli/terminal.ts";
import type { VerifyResult } from "../../src/verify/verify-result.ts";
import {
  planVerification,
  runVerifyTask,
  type TimedResult,
  type VerifyTask,
} from "../../src/verify/verify-task.ts";
import { PassThrough } from "node:stream";
import { brokenVerification, heldVerification } from "../verify/verification.ts";
import { ROOT, Workplace } from "./command-line.ts";
import { inProcess } from "./in-process.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

function printed(result: VerifyResult, isQuiet: boolean): { readonly out: string; readonly err: string } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const terminal = createTerminal({ stdout, stderr, environment: {} });
  printVerification(terminal, result, isQuiet);
  sayViolations(terminal, result);
  return { out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

describe("what ckptlab verify prints", () => {
  it("one table for each part, with a row for each cell and configuration, and totals", () => {
    const { out, err } = printed(heldVerification(), false);
    expect(err).toBe("");
    expect(out).toMatch(/^HELD {2}profile commit: 1,298 distinct cases, 4,000 states in 16\.3 s\n/);
    expect(out).toMatch(
      /^scheme +width +executed +distinct +duplicate +skipped +restored +refused +waiting /m,
    );
    expect(out).toMatch(/^mirror:2 +2 +1,000 +999 +7 +5 +990 +4 +3 +3 +0$/m);
    expect(out).toMatch(/^all +1,300 +1,298 +14 +15 +1,280 +8 +6 +6 +0$/m);
    expect(out).toMatch(/^taking +message-delivered +1,200$/m);
    expect(out).toMatch(/^repairing +flush-issued +6$/m);
    expect(out).toMatch(/^disks: lost-only 1,000, several-torn 300$/m);
    expect(out).toMatch(/^two-racing-restorers +4,000 +5,000 +31 +yes$/m);
    expect(out).toContain("\ntwo-racing-restorers: 2 restorers, 1 loss\n");
    expect(out).toMatch(/^checked: integrity 900, durability 1,300$/m);
  });

  it("--quiet: one line; what broke is said on stderr with the command that replays it", () => {
    const { out, err } = printed(brokenVerification(), true);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(out).toMatch(/^BROKEN /);
    expect(err).toContain(
      'broken: durability, mirror:2 on 2 servers: lost "a" & <b>\n  replay: ckptlab replay counterexamples/one.yaml\n',
    );
    expect(err).toContain("idle: nothing exercised the promise accounting\n");
  });

  it("exit codes: broken weighs more than undecided", () => {
    const codes = (["held", "broken", "undecided"] as const).map((verdict) => verifyExitCode({ verdict }));
    expect(codes).toEqual([0, 1, 2]);
  });
});

describe("ckptlab verify", () => {
  it("--plan says how many cases there are, and writes nothing", async () => {
    const junit = workplace.path("none.xml");
    const [plan, json] = await Promise.all([
      inProcess(["verify", "--plan", "--junit", junit]),
      inProcess(["verify", "--plan", "--json", "--only", "crash-points"]),
    ]);
    expect(plan).toMatchObject({ exitCode: 0, stderr: "" });
    expect(plan.stdout).toMatch(/^profile commit: [0-9,]+ pieces\ncrash-points: at most [0-9,]+ cases of /);
    expect(plan.stdout).toMatch(/^mirror:8 +8 +\d+ +\d+ +[0-9,]+$/m);
    expect(plan.stdout).toMatch(/\ninterleavings: \d+ configurations\n/);
    expect(existsSync(junit)).toBe(false);
    const { crashPoints, interleavings } = JSON.parse(json.stdout) as {
      readonly crashPoints: {
        readonly selectedCount: number;
        readonly cells: readonly { readonly selectedCount: number }[];
      };
      readonly interleavings: readonly unknown[];
    };
    expect(crashPoints.selectedCount).toBeGreaterThan(0);
    const ofCells = crashPoints.cells.reduce((sum, { selectedCount }) => sum + selectedCount, 0);
    expect(ofCells).toBe(crashPoints.selectedCount);
    expect(interleavings).toEqual([]);
  });

  it.each([
    [["--profile", "all"], /Allowed choices are commit, exhaustive/],
    [["--only", "half"], /Allowed choices are crash-points, interleavings/],
    [["--workers", "0"], /at least 1/],
    [["--junit", "no/such/folder/a.xml"], /--junit no\/such\/folder\/a\.xml: the directory/],
    [["--resume", "no/such/folder/a"], /--resume no\/such\/folder\/a: the directory/],
    [["--resume", "README.md"], /--resume README\.md: it is no journal/],
  ])("bad usage %j exits 64 before anything runs", async (argv, words) => {
    const { exitCode, stdout, stderr } = await inProcess(["verify", ...argv]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(stderr).toMatch(words);
  });
});

/** Pieces of both parts, few and small. */
async function smallTasks(): Promise<VerifyTask[]> {
  const tasks = [...(await planVerification("commit")).tasks];
  const chunks = tasks.filter((task) => task.part === "crash-points");
  const [first] = tasks.filter((task) => task.part === "interleavings");
  if (first === undefined) throw new Error("no configuration");
  const few = [0, 7, 500, 1500].flatMap((index): VerifyTask[] => {
    const task = chunks[index];
    return task === undefined ? [] : [{ ...task, chunk: { ...task.chunk, caseCountMax: 5 } }];
  });
  const bounds = { ...first.planned.bounds, stateCountMax: 200 };
  return [{ ...first, planned: { ...first.planned, bounds } }, ...few];
}

const IN_THREADS = `
import { readFileSync } from "node:fs";
import { createVerifyPool } from "./dist/cli/verify-pool.js";
const tasks = JSON.parse(readFileSync(process.argv[1], "utf8"));
const pool = createVerifyPool(2);
const ended = await Promise.all(tasks.map((task) => pool.execute(task)));
await pool.close();
process.stdout.write(JSON.stringify(ended));
`;

describe("the worker threads", () => {
  it("give for pieces of both parts exactly what this thread gives", async () => {
    const tasks = await smallTasks();
    expect(tasks).toHaveLength(5);
    const file = workplace.write("tasks.json", JSON.stringify(tasks));
    const child = spawn(process.execPath, ["--input-type=module", "-e", IN_THREADS, file], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    const ended = JSON.parse(stdout) as TimedResult[];
    expect(ended).toHaveLength(tasks.length);
    for (const [index, task] of tasks.entries()) {
      const here = JSON.parse(JSON.stringify(await runVerifyTask(task))) as unknown;
      expect(ended[index]?.result, task.id).toEqual(here);
      expect(ended[index]?.seconds).toBeGreaterThan(0);
    }
  });
});
