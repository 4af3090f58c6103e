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
import { checkCommands, readCounts, runNode } from "./gate-step.mjs";

/**
 * @typedef {import("./gate-step.mjs").StepResult} StepResult
 * @typedef {{ name: string, needs?: string, run: () => Promise<StepResult> }} Step
 *   `needs` names an earlier step; when that one failed, this one says nothing.
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
  { name: "codes", needs: "build", run: () => runCounting("proof-gate.mjs") },
  { name: "simulation", needs: "build", run: () => runCounting("simulation-gate.mjs") },
  { name: "verify", needs: "build", run: () => runCounting("verify-gate.mjs") },
  { name: "zoo", run: () => runCounting("zoo.mjs") },
  { name: "determinism", run: () => runCounting("determinism.mjs", ["--gate"]) },
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

/**
 * A step that is a program of its own. Protocol: the last line that it writes to stdout is its counts as JSON.
 * @param {string} file in tools/
 * @param {string[]} [args]
 * @returns {Promise<StepResult>}
 */
async function runCounting(file, args = []) {
  const program = path.join(root, "tools", file);
  if (!existsSync(program)) {
    return {
      passed: 0,
      failed: 0,
      skipped: [{ name: path.parse(file).name, reason: `tools/${file} does not exist` }],
      output: "",
    };
  }
  const reply = await runNode([program, ...args], { cwd: root });
  return readCounts(reply.stdout.trimEnd().split("\n").at(-1), reply);
}

/** @param {StepResult} result */
function verdictOf(result) {
  const counts = [`${result.passed} passed`];
  if (result.failed > 0) counts.unshift(`${result.failed} failed`);
  if (result.skipped.length > 0) counts.push(`${result.skipped.length} skipped`);
  return counts.join(", ");
}

for (const name of wanted) {
  if (steps.some((step) => step.name === name)) continue;
  console.error(`unknown step "${name}"; the steps are: ${steps.map((step) => step.name).join(", ")}`);
  process.exit(64);
}

const chosen = wanted.length === 0 ? steps : steps.filter((step) => wanted.includes(step.name));
/** @type {Map<string, StepResult>} */
const results = new Map();

console.log(`${"step".padEnd(12)}${"result".padEnd(44)}seconds`);
for (const step of chosen) {
  const startMs = performance.now();
  const blocker =
    step.needs !== undefined && (results.get(step.needs)?.failed ?? 0) > 0 ? step.needs : undefined;
  /** @type {StepResult} */
  const result =
    blocker === undefined
      ? await step.run()
      : { passed: 0, failed: 0, skipped: [{ name: step.name, reason: `${blocker} failed` }], output: "" };
  results.set(step.name, result);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${step.name.padEnd(12)}${verdictOf(result).padEnd(44)}${seconds.padStart(7)}`);
}

let passed = 0;
let failed = 0;
let skippedCount = 0;
for (const [name, result] of results) {
  passed += result.passed;
  failed += result.failed;
  if (result.failed > 0) console.log(`\n--- ${name} ---\n${result.output.trimEnd()}`);
}
for (const result of results.values()) {
  for (const { name, reason } of result.skipped) {
    if (skippedCount === 0) console.log("");
    skippedCount += 1;
    console.log(`skipped: ${name}: ${reason}`);
  }
}
console.log(`\n${passed} passed, ${failed} failed${skippedCount > 0 ? `, ${skippedCount} skipped` : ""}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
