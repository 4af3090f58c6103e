/**
 * The simulation gate: every scenario of the project, and random scenarios, run on the built code with every promise
 * judged. A share of the runs is executed twice and the digests are compared. It fails, too, when a checker had nothing to
 * check in any of the runs, and when a situation that is to be reached was not.
 *
 * Usage: node tools/simulation-gate.mjs [--runs N] [--seed TEXT] [--scenarios DIR]
 * The seed of the random scenarios is fixed unless one is given. DIR holds the scenario files, "scenarios" by default. The last line of stdout is JSON:
 * {passed, failed, skipped}. A random scenario that fails is written to counterexamples/, for `ckptlab replay`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadScenario } from "../dist/scenario/load.js";
import { counterexampleOf } from "../dist/verify/counterexample.js";
import { idlePromises } from "../dist/verify/exercised.js";
import { randomScenarioText, swarmScenarioText } from "../dist/verify/random-scenario.js";
import { judgeRun, prepareEngines, prepareRun, runPrepared } from "../dist/verify/run.js";
import { SITUATIONS, situationsIn, unmetSituations } from "../dist/verify/situations.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "300" },
    seed: { type: "string", default: "gate" },
    scenarios: { type: "string", default: "scenarios" },
  },
});
const randomCount = Number(values.runs);
const REPEATED_EVERY = 10;
const SWARM_EVERY = 2;
const PROBLEMS_SHOWN_MAX = 40;

let passed = 0;
let failed = 0;
/** @type {import("../dist/verify/result.js").RunResult[]} */
const results = [];
/** @type {ReadonlySet<import("../dist/verify/situations.js").SituationId>[]} */
const situations = [];

/** @param {string} name @param {string} text @param {string} [folder] @param {boolean} [isRandom] */
async function runOne(name, text, folder = ".", isRandom = false) {
  const loaded = loadScenario(text, name);
  if (!loaded.ok) return fail(name, [`does not load: ${loaded.error.message}`]);
  const { scenario } = loaded;
  const files =
    scenario.workload.kind === "files"
      ? scenario.workload.paths.map((each) => ({
          name: each,
          bytes: new Uint8Array(readFileSync(path.join(folder, each))),
        }))
      : [];
  const engines = await prepareEngines(scenario);
  const { plan, world } = prepareRun(scenario, engines, { files });
  const history = world.run();
  const result = judgeRun(plan, history);
  results.push(result);
  situations.push(situationsIn(history));
  const problems = result.promises.flatMap(({ id, violations }) =>
    violations.map((each) => `${id}: ${each}`),
  );
  if (result.verdict === "undecided") problems.push("undecided: the run was cut short");
  for (const { name: threshold, met } of result.thresholds)
    if (!met) problems.push(`threshold ${threshold} missed`);
  if (results.length % REPEATED_EVERY === 0) {
    const again = runPrepared(scenario, engines, { files });
    if (again.digest !== result.digest)
      problems.push(`not deterministic: ${result.digest}, then ${again.digest}`);
  }
  if (problems.length === 0) {
    passed += 1;
    return;
  }
  if (isRandom) {
    // What is undecided or not deterministic breaks no promise: the scenario by itself shows it.
    const broken = counterexampleOf({ scenario, result });
    const file = `counterexamples/${broken?.fileName ?? `${name}.yaml`}`;
    mkdirSync("counterexamples", { recursive: true });
    writeFileSync(file, broken?.text(file) ?? text);
    problems.unshift(`${broken === undefined ? "scenario" : "counterexample"}: ${file}`);
  }
  fail(name, problems);
}

/** @param {string} name @param {readonly string[]} problems */
function fail(name, problems) {
  failed += 1;
  console.log(`FAILED ${name}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN_MAX)) console.log(`  ${problem}`);
}

for (const entry of readdirSync(values.scenarios, { recursive: true }).map(String).sort()) {
  if (!entry.endsWith(".yaml")) continue;
  const file = path.join(values.scenarios, entry);
  await runOne(file, readFileSync(file, "utf8"), path.dirname(file));
}
for (let index = 0; index < randomCount; index += 1) {
  const name = `random-${values.seed}-${index}`;
  const text = index % SWARM_EVERY === 0 ? swarmScenarioText(name) : randomScenarioText(name);
  await runOne(name, text, ".", true);
}

// A gate in which a checker had nothing to check proves nothing.
const idle = idlePromises(results);
if (idle.length === 0) passed += 1;
else
  fail(
    "every checker had something to check",
    idle.map((id) => `${id} was never exercised`),
  );

const unmet = unmetSituations(situations);
if (unmet.length === 0) passed += 1;
else
  fail(
    "every situation was reached",
    unmet.map((id) => `not reached: ${id}: ${SITUATIONS[id]}`),
  );

const seconds = process.uptime().toFixed(0);
console.log(`${results.length} runs in ${seconds} s, random scenarios from seed "${values.seed}"`);
console.log(JSON.stringify({ passed, failed, skipped: [] }));
process.exitCode = failed === 0 ? 0 : 1;
