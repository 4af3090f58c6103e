/**
 * Mutation testing: changes the core in thousands of small ways, and says which changes no test notices.
 *
 * Usage: node tools/mutation.mjs [--part NAME] [--files GLOB,GLOB] [--workers N] [--all]
 * Parts: control (code of which every mutant has to die), redundancy, protocol; all by default. `--files` takes some files of
 * a part; its bound is not demanded then. Results are kept and used again for what did not change; `--all` tries all again.
 * A mutant is killed by a failed test. One that ran out of time is told apart, and counts neither as killed nor as survived;
 * one that no test reaches has survived. Survivors that were looked at are in test/mutation/survivors.json with the reason,
 * by their text; they still count against the score. What all parts share is in stryker.config.json. The last line of stdout is JSON: {passed, failed, skipped}, one count
 * for each part.
 */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { readSurvivors, scoreOf, tableOf } from "./mutation-score.mjs";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");

/**
 * @typedef {{ mutate: string[], tests: string[], scoreMin: number }} Part `scoreMin` is a share of the mutants that did not
 *   run out of time.
 */

/** @type {Readonly<Record<string, Part>>} */
const PARTS = {
  control: { mutate: ["test/mutation/control.ts"], tests: ["test/mutation/control.test.ts"], scoreMin: 1 },
  redundancy: {
    // kernel-bytes.ts is a program in bytes that a command makes; a test compares them with their source.
    mutate: ["src/core/redundancy/**/*.ts", "!src/core/redundancy/kernel-bytes.ts"],
    tests: ["test/core/redundancy/**/*.test.ts", "test/core/bad-input.test.ts"],
    scoreMin: 0.9,
  },
  protocol: {
    mutate: ["src/core/protocol/**/*.ts", "src/core/checkpoint/**/*.ts"],
    tests: ["test/core/**/*.test.ts", "test/mutation/proof-slice.test.ts"],
    scoreMin: 0.85,
  },
};

const { values } = parseArgs({
  options: {
    part: { type: "string" },
    files: { type: "string" },
    workers: { type: "string", default: "2" },
    all: { type: "boolean", default: false },
  },
});
if (values.part !== undefined && !Object.hasOwn(PARTS, values.part)) {
  console.error(`unknown part "${values.part}"; the parts are: ${Object.keys(PARTS).join(", ")}`);
  process.exit(64);
}

process.chdir(root);
const cache = path.join(root, "node_modules/.cache/ckptlab-mutation");
mkdirSync(cache, { recursive: true });
const known = readSurvivors(readFileSync(path.join(root, "test/mutation/survivors.json"), "utf8"));

let passed = 0;
let failed = 0;
for (const [name, { mutate, tests, scoreMin }] of Object.entries(PARTS)) {
  if (values.part !== undefined && values.part !== name) continue;
  const stryker = new Stryker({
    mutate: values.files === undefined ? mutate : values.files.split(","),
    testFiles: tests,
    concurrency: Number(values.workers),
    incrementalFile: path.join(cache, `${name}.json`),
    force: values.all,
  });
  const mutants = await stryker.runMutationTest();
  const score = scoreOf(mutants, (file) => path.relative(root, path.resolve(root, file)), known);
  console.log(`\n${name}\n${tableOf(score)}`);
  for (const { file, line, text, status } of score.unexplained) {
    console.log(`  ${file}:${line}: ${status}: ${text}`);
  }
  const isEnough = values.files !== undefined || score.share >= scoreMin;
  if (isEnough && score.totalCount > 0) passed += 1;
  else failed += 1;
  if (!isEnough) console.log(`  ${(score.share * 100).toFixed(1)} % is less than ${scoreMin * 100} %`);
}
console.log(JSON.stringify({ passed, failed, skipped: [] }));
process.exitCode = failed > 0 ? 1 : 0;
