/**
 * The long lane: what is worth running every night, and does not fit into the gate. It does not repeat the gate.
 *
 * Usage: node tools/nightly.mjs [--minutes N] [--journals FOLDER] [STEP...]     (all steps by default)
 * `--minutes` bounds the exhaustive profile, which is larger than any night; what is finished is kept in the folder of
 * journals, and the next start goes on from there as long as the code is the same. The search draws a seed, and prints it.
 * The table, the totals and the exit code are those of the gate (tools/gate-run.mjs). A step that is not there is skipped, and
 * says so.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runSteps } from "./gate-run.mjs";
import { checkCommands, runCounting } from "./gate-step.mjs";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    journals: { type: "string", default: path.join(root, "node_modules/.cache/ckptlab-journals") },
    minutes: { type: "string", default: "60" },
  },
});

const exhaustive = ["--profile", "exhaustive", "--minutes", values.minutes, "--journals", values.journals];

/** @type {import("./gate-run.mjs").Step[]} */
const steps = [
  { name: "build", run: () => checkCommands(root, [[path.join(root, "tools/build.mjs")]]) },
  {
    name: "codes",
    needs: "build",
    run: () => runCounting(root, "proof-gate.mjs", ["--profile", "nightly"]),
  },
  { name: "determinism", run: () => runCounting(root, "determinism.mjs") },
  { name: "search", run: () => runCounting(root, "search.mjs", ["--lane", "long"]) },
  { name: "zoo", run: () => runCounting(root, "zoo.mjs", ["--all"]) },
  { name: "mutation", run: () => runCounting(root, "mutation.mjs") },
  // Last: it takes all the time that it is given.
  { name: "exhaustive", needs: "build", run: () => runCounting(root, "verify-gate.mjs", exhaustive) },
];

process.exitCode = await runSteps("The long lane", steps, wanted);
