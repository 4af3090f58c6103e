/**
 * The verification as a step of the gate: `ckptlab verify` with the commit profile, on the built files, and its result
 * counted. One check for each cell of the crash points and each configuration of the interleavings, and some of the whole:
 * all three outcomes occurred, no promise was idle, every kind of step and of torn disk was struck at, and enough distinct
 * cases were executed.
 *
 * Usage: node tools/verify-gate.mjs [--workers N] [FILE...]
 * FILEs are those that the shards of a verification left behind: they are merged, and nothing is executed.
 * The last line of stdout is JSON: {passed, failed, skipped}.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { unreached } from "../dist/verify/crash-points/reach.js";
import { runNode } from "./gate-step.mjs";

/** @typedef {import("../src/verify/verify-result.ts").VerifyResult} VerifyResult */

/** Fewer than these would be a sample and no enumeration. */
const DISTINCT_CASES_MIN = 500_000;
const FAILURES_SHOWN_MAX = 20;

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const { values, positionals: shardFiles } = parseArgs({
  allowPositionals: true,
  options: { workers: { type: "string" } },
});

/** @type {string[]} */
const failures = [];
let passed = 0;

/** @param {string} name @param {boolean} holds @param {string} [why] */
function check(name, holds, why = "") {
  if (holds) passed += 1;
  else failures.push(why === "" ? name : `${name}: ${why}`);
}

/** @param {VerifyResult["parts"][number]} part */
function checkPart(part) {
  for (const cell of part.cells) {
    const name = `${part.id}: ${cell.scheme} on ${cell.width} servers`;
    const why = cell.executed === 0 ? "no case was executed" : `${cell.brokenCount} broken cases`;
    check(name, cell.executed > 0 && cell.brokenCount === 0, why);
  }
  for (const states of part.states) {
    const own = part.violations.filter(({ where }) => where === states.name);
    check(`${part.id}: ${states.name}`, own.length === 0, own.map(({ message }) => message).join("; "));
  }
  check(`${part.id}: the part holds`, part.verdict === "held", part.verdict);
}

/** @param {VerifyResult} result */
function checkWhole(result) {
  const cells = result.parts.flatMap((part) => part.cells);
  for (const outcome of /** @type {const} */ (["restored", "refused", "waiting"])) {
    const count = cells.reduce((sum, cell) => sum + cell[outcome], 0);
    check(`the outcome "${outcome}" occurs`, count > 0);
  }
  check(
    "every promise had something to check",
    result.idlePromises.length === 0,
    result.idlePromises.join(", "),
  );
  for (const { reach } of result.parts) {
    const missing = reach === undefined ? [] : unreached(reach);
    check(
      "servers crash at every kind of step, and leave disks in every way",
      missing.length === 0,
      missing.join("; "),
    );
  }
  const distinct = cells.reduce((sum, cell) => sum + cell.distinct, 0);
  check(`at least ${DISTINCT_CASES_MIN} distinct cases`, distinct >= DISTINCT_CASES_MIN, String(distinct));
}

const workers = values.workers === undefined ? [] : ["--workers", values.workers];
const words =
  shardFiles.length > 0
    ? ["merge", "--json", ...shardFiles]
    : ["verify", "--profile", "commit", "--json", ...workers];
const reply = await runNode([path.join(root, "dist/cli/main.js"), ...words], { cwd: root });
// Annotations of a GitHub job: it reads them from this output.
for (const line of reply.output.split("\n")) if (line.startsWith("::")) console.log(line);
/** @type {VerifyResult | undefined} */
let result;
try {
  result = JSON.parse(reply.stdout);
} catch {
  failures.push(`ckptlab ${words[0]} gave no result (exit code ${reply.exitCode})\n${reply.output}`);
}
if (result !== undefined) {
  for (const part of result.parts) checkPart(part);
  checkWhole(result);
  check(
    "the verdict is held",
    result.verdict === "held" && reply.exitCode === 0,
    `exit code ${reply.exitCode}`,
  );
  for (const { promise, where, message, command: replay } of result.parts.flatMap(
    (part) => part.violations,
  )) {
    console.log(`broken: ${promise}, ${where}: ${message}\n  ${replay}`);
  }
  console.log(`verified in ${result.wallSeconds} s`);
}
for (const failure of failures.slice(0, FAILURES_SHOWN_MAX)) console.log(`FAILED ${failure}`);
console.log(JSON.stringify({ passed, failed: failures.length, skipped: [] }));
process.exitCode = failures.length === 0 ? 0 : 1;
