/**
 * The verification as a step of the gate: `ckptlab verify` with the commit profile, on the built files, and its result
 * counted. One check for each cell of the crash points and each configuration of the interleavings, and some of the whole:
 * all three outcomes occurred, no promise was idle, every kind of step and of torn disk was struck at, and enough distinct
 * cases were executed.
 *
 * Usage: node tools/verify-gate.mjs [--workers N] [FILE...]
 *        node tools/verify-gate.mjs --profile exhaustive [--minutes N] [--shard I/N] [--journals FOLDER]
 * FILEs are those that the shards of a verification left behind: they are merged, and nothing is executed. With `--journals`
 * finished pieces are kept in that folder for the next start; those of other code are removed. Of a shard, and of what was cut
 * short, it is asked only that nothing broke; what is left is reported as skipped.
 * The last line of stdout is JSON: {passed, failed, skipped}.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { codeFingerprint } from "../dist/cli/code-fingerprint.js";
import { unreached } from "../dist/verify/crash-points/reach.js";
import { runNode } from "./gate-step.mjs";

/** @typedef {import("../src/verify/verify-result.ts").VerifyResult} VerifyResult */

/** Fewer than these would be a sample and no enumeration. */
const DISTINCT_CASES_MIN = 500_000;
const FAILURES_SHOWN_MAX = 20;

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const { values, positionals: shardFiles } = parseArgs({
  allowPositionals: true,
  options: {
    journals: { type: "string" },
    minutes: { type: "string" },
    profile: { type: "string", default: "commit" },
    shard: { type: "string" },
    workers: { type: "string" },
  },
});

/** @type {string[]} */
const failures = [];
/** @type {{ name: string, reason: string }[]} */
const skipped = [];
let passed = 0;

/** @param {string} name @param {boolean} holds @param {string} [why] */
function check(name, holds, why = "") {
  if (holds) passed += 1;
  else failures.push(why === "" ? name : `${name}: ${why}`);
}

/** @param {VerifyResult["parts"][number]} part @param {boolean} isWhole */
function checkPart(part, isWhole) {
  for (const cell of part.cells) {
    const name = `${part.id}: ${cell.scheme} on ${cell.width} servers`;
    // The exhaustive profile has small bases whose cases are all duplicates, and a shard may have got no other.
    const isIdle = cell.executed === 0 && isWhole;
    check(
      name,
      !isIdle && cell.brokenCount === 0,
      isIdle ? "no case was executed" : `${cell.brokenCount} broken cases`,
    );
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

/** The file of this code and shard in the folder of journals; what other code left there is of no use any more. @param {string} folder */
function journalIn(folder) {
  const code = codeFingerprint();
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".jsonl") && !name.includes(code)) rmSync(path.join(folder, name));
  }
  return path.join(
    folder,
    `${values.profile}-${code}-${(values.shard ?? "whole").replace("/", "-of-")}.jsonl`,
  );
}

const options = [
  ...["workers", "minutes", "shard"].flatMap((name) => {
    const value = values[/** @type {"workers" | "minutes" | "shard"} */ (name)];
    return value === undefined ? [] : [`--${name}`, value];
  }),
  ...(values.journals === undefined ? [] : ["--resume", journalIn(values.journals)]),
];
const words =
  shardFiles.length > 0
    ? ["merge", "--json", ...shardFiles]
    : ["verify", "--profile", values.profile, "--json", ...options];
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
  const isWhole = result.shard === undefined && result.leftPieceCount === 0;
  for (const part of result.parts) checkPart(part, isWhole);
  if (isWhole) checkWhole(result);
  if (result.leftPieceCount > 0) {
    const reason = `${result.leftPieceCount} of ${result.pieceCount} pieces are left: the time was up`;
    skipped.push({ name: `profile ${result.profile}`, reason });
  }
  const expected = result.leftPieceCount === 0 ? "held" : "undecided";
  check(
    `the verdict is ${expected}`,
    result.verdict === expected && reply.exitCode === (expected === "held" ? 0 : 2),
    `${result.verdict}, exit code ${reply.exitCode}`,
  );
  for (const { promise, where, message, command: replay } of result.parts.flatMap(
    (part) => part.violations,
  )) {
    console.log(`broken: ${promise}, ${where}: ${message}\n  ${replay}`);
  }
  console.log(`verified in ${result.wallSeconds} s`);
}
for (const failure of failures.slice(0, FAILURES_SHOWN_MAX)) console.log(`FAILED ${failure}`);
console.log(JSON.stringify({ passed, failed: failures.length, skipped }));
process.exitCode = failures.length === 0 ? 0 : 1;
