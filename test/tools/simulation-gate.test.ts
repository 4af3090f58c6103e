/**
 * The simulation gate, run as it is on fewer scenarios: it must fail when a checker had nothing to check, and when a situation
 * was not reached, even though no run broke a promise.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUIET_SCENARIO } from "../verify/quiet-scenario.ts";
import { runTool } from "./planted-project.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ckptlab-simulation-gate-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a gate whose only run is quiet fails, and names the idle checkers and the situations not reached", async () => {
  await writeFile(path.join(folder, "quiet.yaml"), QUIET_SCENARIO);
  const { exitCode, lines } = await runTool("simulation-gate.mjs", ["--runs", "0", "--scenarios", folder]);
  expect(exitCode).toBe(1);
  expect(lines).toContain("FAILED every checker had something to check");
  for (const id of ["fencing", "decidability", "continuation"])
    expect(lines).toContain(`  ${id} was never exercised`);
  expect(lines.join("\n")).not.toContain("accounting was never exercised");
  expect(lines).toContain("FAILED every situation was reached");
  expect(lines).toContain(
    "  not reached: fenced-commit: An incarnation that was fenced off had a checkpoint under way.",
  );
  expect(lines.join("\n")).not.toContain("not reached: retired");
  expect(lines).toContain(JSON.stringify({ passed: 1, failed: 2, skipped: [] }));
});
