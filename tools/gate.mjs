/**
 * The gate: every check of the project, in order, with one total from real counts.
 *
 * Usage: node tools/gate.mjs [--root DIR] [STEP...]     (all steps by default; names are in the table it prints)
 * A static check counts as one; tests and simulations count as many as they report themselves. Every step runs
 * even when an earlier one failed, except one that needs a build that failed: it is reported as skipped.
 * The last line is `N passed, N failed`, with `, N skipped` when any were. Exit code 1 when anything failed or
 * when nothing passed, 64 for an unknown step.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runSteps } from "./gate-run.mjs";
import { checkCommands, readCounts, runCounting, runNode } from "./gate-step.mjs";

/**
 * @typedef {import("./gate-step.mjs").StepResult} StepResult
 * @typedef {import("./gate-run.mjs").Step} Step
 */

const toolsFolder = path.dirname(fileURLToPath(import.meta.url));
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { root: { type: "string", default: path.dirname(toolsFolder) } },
});
const root = path.resolve(options.root);

/** @param {string} name */
const tool = (name) => path.join(toolsFolder, name);
/** @param {string} name a script inside an installed package */
const packaged = (name) => path.join(root, "node_modules", name);
const compiler = packaged("typescript/bin/tsc");

/** @type {Step[]} */
const steps = [
  {
    name: "format",
    run: () =>
      checkCommands(root, [[packaged("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", "."]]),
  },
  { name: "lint", run: () => checkCommands(root, [[packaged("oxlint/bin/oxlint"), "--deny-warnings"]]) },
  { name: "portable", run: () => checkCommands(root, [[tool("portable-check.mjs"), "--root", root]]) },
  // Before the types: the tools are checked against the built declarations.
  { name: "build", run: () => checkCommands(root, [[tool("build.mjs")]]) },
  {
    name: "types",
    run: () =>
      checkCommands(
        root,
        ["tsconfig.json", "tsconfig.core.json", "tsconfig.client.json"].map((name) => [compiler, "-p", name]),
      ),
  },
  { name: "layers", run: () => checkCommands(root, [[tool("layer-check.mjs"), "--root", root]]) },
  { name: "dead-code", run: () => checkCommands(root, [[packaged("knip/bin/knip.js"), "--no-progress"]]) },
  { name: "tests", run: runTests },
  { name: "codes", needs: "build", run: () => runCounting(root, "proof-gate.mjs") },
  { name: "simulation", needs: "build", run: () => runCounting(root, "simulation-gate.mjs") },
  { name: "verify", needs: "build", run: () => runCounting(root, "verify-gate.mjs") },
  { name: "search", run: () => runCounting(root, "search.mjs") },
  { name: "zoo", run: () => runCounting(root, "zoo.mjs") },
  { name: "determinism", run: () => runCounting(root, "determinism.mjs", ["--gate"]) },
];

/** @returns {Promise<StepResult>} */
async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-gate-"));
  const countsFile = path.join(folder, "counts.json");
  try {
    const reply = await runNode(
      [
        packaged("vitest/vitest.mjs"),
        "run",
        // A forgotten `.only` would hide every other test.
        "--allowOnly=false",
        "--reporter=default",
        `--reporter=${tool("vitest-count-reporter.mjs")}`,
      ],
      { cwd: root, env: { CKPTLAB_COUNTS_FILE: countsFile } },
    );
    return readCounts(existsSync(countsFile) ? readFileSync(countsFile, "utf8") : undefined, reply);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await runSteps("The gate", steps, wanted);
