import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scheduleExitCode } from "../../src/cli/schedule-command.ts";
import { CONFIGURATIONS, exploreConfiguration, scheduleText } from "../../src/verify/interleavings/index.ts";
import { foundInExploration } from "../../src/verify/found-counterexample.ts";
import { PLANTED } from "../verify/interleavings/planted-bugs.ts";
import { Workplace } from "./command-line.ts";
import { inProcess } from "./in-process.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

const BOUNDS = { depthMax: 100, stateCountMax: 100_000, completeEvery: 0 };

describe("a schedule of the model checker", () => {
  let text = "";
  let file = "";
  let stepCount = 0;

  beforeAll(() => {
    const { counterexample, ...exploration } = exploreConfiguration(
      CONFIGURATIONS.takeover,
      BOUNDS,
      PLANTED.bytesMixed,
    );
    if (counterexample === undefined) throw new Error("the bug was not found");
    stepCount = counterexample.steps.length;
    const [found] = foundInExploration({ counterexample, ...exploration });
    expect(found).toMatchObject({ where: "takeover", promise: "integrity" });
    text = found?.text("a.yaml") ?? "";
    expect(text).toBe(scheduleText(counterexample, "a.yaml"));
    file = workplace.write("a.yaml", text);
  });

  it("is replayed by its words: the sound core holds, or takes another course", async () => {
    const { exitCode, stdout, stderr } = await inProcess(["replay", file]);
    expect(stderr).toBe("");
    expect([0, 2]).toContain(exitCode);
    expect(stdout).toMatch(
      exitCode === 0 ? /^integrity holds now over the same/ : /^undecided: after \d+ steps/,
    );
    expect(stdout).toContain(`in words: ckptlab explain ${file}`);
    const json = JSON.parse((await inProcess(["replay", file, "--json"])).stdout) as unknown;
    expect(json).toMatchObject({ file, ok: true, expected: { promise: "integrity" } });
  });

  it("is told step by step, on at most a screenful unless all is asked for", async () => {
    const [page, all] = await Promise.all([
      inProcess(["explain", file]),
      inProcess(["explain", file, "--all"]),
    ]);
    expect(page.stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(34);
    const numbered = all.stdout.match(/^ *\d+ {2}\S/gm) ?? [];
    expect(numbered.length).toBeGreaterThan(0);
    expect(numbered.length).toBeLessThanOrEqual(stepCount);
  });

  it("of which a step is no choice any more takes another course: undecided, and says which", async () => {
    const lines = text.trimEnd().split("\n");
    const spoiled = [...lines.slice(0, -1), "  - the moon rises"].join("\n");
    const { exitCode, stdout } = await inProcess(["replay", workplace.write("moon.yaml", spoiled)]);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^undecided: .* this is no choice any more: /);
  });

  it("that makes no sense exits 64 with its field", async () => {
    const { exitCode, stdout, stderr } = await inProcess([
      "replay",
      workplace.write("bad.yaml", text.replace(/^ {2}width: .*$/m, "  width: wide")),
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(stderr).toMatch(/bad\.yaml: configuration\.width: /);
  });

  it("has the exit code of what it shows", () => {
    const outcomes = ["holds", "breaks-again", "breaks-otherwise", "another-course"] as const;
    expect(outcomes.map((outcome) => scheduleExitCode({ outcome }))).toEqual([0, 1, 1, 2]);
  });
});
