/**
 * Mutation testing: changes the core in thousands of small ways, and says which changes no test notices.
 *
 * Usage: node tools/mutation.mjs [--part NAME] [--files START,START] [--workers N] [--all]
 * Parts: control (code of which every mutant has to die), redundancy, protocol; all by default. `--files` takes the files of
 * a part whose path starts so; its bound is not demanded then. One file after the other; what is known of it is kept at once, so that a run that
 * was stopped goes on where it was. A file is tried again when it, another file of the core or a test has changed, and
 * then only the mutants that this concerns; `--all` tries all again.
 * A mutant is killed by a failed test. One that ran out of time is told apart, and counts neither as killed nor as survived;
 * one that no test reaches has survived. Survivors that were looked at are in test/mutation/survivors.json with the reason,
 * by the line that is changed and into what; they still count against the score. What all parts share is in stryker.config.json. The last line of stdout
 * is JSON: {passed, failed, skipped}, one count for each part.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { readSurvivors, scoreOf, tableOf } from "./mutation-score.mjs";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");

/**
 * @typedef {{ mutate: string[], tests: string[], scoreMin: number }} Part `mutate`: files and folders. `scoreMin` is a share
 *   of the mutants that did not run out of time.
 * @typedef {import("./mutation-score.mjs").Mutant} Mutant
 */

/** A program in bytes that a command makes; a test compares them with their source. */
const EXEMPT = new Set(["src/core/redundancy/kernel-bytes.ts"]);

/** @type {Readonly<Record<string, Part>>} */
const PARTS = {
  control: { mutate: ["test/mutation/control.ts"], tests: ["test/mutation/control.test.ts"], scoreMin: 1 },
  redundancy: {
    mutate: ["src/core/redundancy"],
    tests: ["test/core/redundancy/**/*.test.ts", "test/core/bad-input.test.ts"],
    scoreMin: 0.9,
  },
  protocol: {
    mutate: ["src/core/protocol", "src/core/checkpoint"],
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
const known = readSurvivors(readFileSync("test/mutation/survivors.json", "utf8"));
const wanted = values.files?.split(",");

/** The programs in these files and folders, in order. @param {readonly string[]} places */
function programsIn(places) {
  return places
    .flatMap((place) => {
      if (!statSync(place).isDirectory()) return [place];
      const names = readdirSync(place, { recursive: true, encoding: "utf8" });
      return names.map((name) => path.posix.join(place, name));
    })
    .filter((file) => file.endsWith(".ts"))
    .toSorted();
}

/** Changes when a result may: with the core, its tests or the way in which they are run. */
const state = createHash("sha256");
for (const file of programsIn(["src/core", "test/core", "test/mutation"])) state.update(readFileSync(file));
for (const file of ["stryker.config.json", "tools/mutation.mjs"]) state.update(readFileSync(file));
const stateNow = state.digest("hex");

/** What became of the mutants of a file. @param {string} name of the part @param {string} file */
async function mutantsOf(name, file) {
  const folder = path.join("node_modules/.cache/ckptlab-mutation", name);
  mkdirSync(folder, { recursive: true });
  const place = path.join(folder, file.replaceAll("/", "-"));
  const resultFile = `${place}.result.json`;
  if (!values.all && existsSync(resultFile)) {
    /** @type {{ state: string, mutants: Mutant[] }} */
    const kept = JSON.parse(readFileSync(resultFile, "utf8"));
    if (kept.state === stateNow) return kept.mutants;
  }
  console.log(file);
  const stryker = new Stryker({
    mutate: [file],
    concurrency: Number(values.workers),
    incrementalFile: `${place}.json`,
    force: values.all,
  });
  /** @type {Mutant[]} */
  const mutants = await stryker.runMutationTest();
  writeFileSync(resultFile, JSON.stringify({ state: stateNow, mutants }));
  return mutants;
}

/** @param {string} file */
function programOf(file) {
  const place = path.resolve(file);
  return { name: path.relative(root, place), lines: readFileSync(place, "utf8").split("\n") };
}

let passed = 0;
let failed = 0;
for (const [name, { mutate, tests, scoreMin }] of Object.entries(PARTS)) {
  if (values.part !== undefined && values.part !== name) continue;
  const files = programsIn(mutate).filter(
    (file) => !EXEMPT.has(file) && (wanted?.some((start) => file.startsWith(start)) ?? true),
  );
  // Stryker's own list of tests would make it switch on what runs while a file is loaded too late: such mutants all survive.
  process.env["CKPTLAB_MUTATION_TESTS"] = tests.join(",");
  /** @type {Mutant[]} */
  const mutants = [];
  for (const file of files) mutants.push(...(await mutantsOf(name, file)));
  const score = scoreOf(mutants, programOf, known);
  console.log(`\n${name}\n${tableOf(score)}`);
  for (const { file, line, code, text, status } of score.unexplained) {
    console.log(`  ${file}:${line}: ${status}: ${text}\n    ${code}`);
  }
  for (const { file, code, text } of score.gone) {
    console.log(`  ${file}: is listed as a survivor and is none: ${text}\n    ${code}`);
  }
  const isEnough = wanted !== undefined || score.share >= scoreMin;
  if (isEnough && score.totalCount > 0) passed += 1;
  else failed += 1;
  if (!isEnough) console.log(`  ${(score.share * 100).toFixed(1)} % is less than ${scoreMin * 100} %`);
}
console.log(JSON.stringify({ passed, failed, skipped: [] }));
process.exitCode = failed > 0 ? 1 : 0;
